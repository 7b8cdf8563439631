// SPDX-License-Identifier: MIT
// Starts the application that the conformance and interop tests talk to: conformance_app of the build under test, or
// the original servers when SC_REFERENCE=1 (to prove the tests themselves).
import path from 'node:path';

import { programUnderTest, repoRoot } from './paths.mjs';
import { startServer } from './server_process.mjs';

export const testsReference = process.env.SC_REFERENCE === '1';

// SC_LAYOUT=4x2 runs it with four workers and two brokers.
export const [workers, brokers] = (process.env.SC_LAYOUT ?? '1x1').split('x').map(Number);
const layout = testsReference ? {} : { workers, brokers };

// `generation` (s14 or s20) matters only to the reference.
export function startConformanceApp(t, { scenario, options = {}, generation = 's20', port = 0 }) {
  const reference = path.join(repoRoot, 'tests/conformance/reference/app.mjs');
  const program = testsReference
    ? [process.execPath, reference, '--generation', generation]
    : programUnderTest('SC_CONFORMANCE_APP', 'conformance_app');
  const command = [...program, '--scenario', scenario, '--options', JSON.stringify({ ...layout, ...options }), '-p', String(port)];
  return startServer(t, command);
}
