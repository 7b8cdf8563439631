// SPDX-License-Identifier: MIT
// Shared objects for the tests of this folder, compiled from controllers/ as a user would. The program under test may be
// one with sanitizers: it loads objects that are built without.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { repoRoot } from '../support/paths.mjs';

const run = promisify(execFile);
const compiler = process.env.CXX ?? 'c++';
const sources = path.join(repoRoot, 'tests', 'cli', 'controllers');

// A folder that ends with the test or the file: `t` is a test context, or {after} of node:test.
export function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-cli-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const compile = (source, file, ...flags) =>
  run(compiler, ['-std=c++20', '-O1', '-shared', '-fPIC', ...flags, source, '-o', file]);

// controllers/<name>.cc as `file`. `headers`: where the public headers are.
export const compileController = (name, file, { flags = [], headers = path.join(repoRoot, 'include') } = {}) =>
  compile(path.join(sources, `${name}.cc`), file, '-I', headers, ...flags);

// The public headers of a version that does not exist.
export function headersOfVersion(version, folder) {
  fs.cpSync(path.join(repoRoot, 'include'), folder, { recursive: true });
  const file = path.join(folder, 'socketcluster', 'version.h');
  const text = fs.readFileSync(file, 'utf8').replace(/(SOCKETCLUSTER_VERSION_STRING) ".*"/, `$1 "${version}"`);
  fs.writeFileSync(file, text);
  return folder;
}
