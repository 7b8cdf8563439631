// SPDX-License-Identifier: MIT
// Our tokens, through the program jwt_tool (tests/support/jwt_tool/main.cc, which describes requests and answers).
import { execFileSync } from 'node:child_process';

import { programUnderTest } from './paths.mjs';

// All requests in one run of the program; one answer for each, in order.
export function askJwtTool(requests) {
  const [program, ...args] = programUnderTest('SC_JWT_TOOL', 'jwt_tool');
  const input = requests.map(request => `${JSON.stringify(request)}\n`).join('');
  const lines = execFileSync(program, args, { input, encoding: 'utf8' }).trimEnd().split('\n');
  if (lines.length !== requests.length) throw new Error(`${lines.length} answers for ${requests.length} requests`);
  return lines.map(line => JSON.parse(line));
}
