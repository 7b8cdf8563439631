// SPDX-License-Identifier: MIT
// Where things are: the repository, the programs under test, and what the tests write.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

// The build tree under test; scripts/test_node sets it to that of its preset.
export const buildDir = path.resolve(repoRoot, process.env.SC_BUILD_DIR ?? 'build/release');

// Screenshots and the like, for people and for CI to keep.
export const artifactsDir = path.join(repoRoot, 'build', 'artifacts');

// A program under test, as a command line: the environment variable (a path, or words such as `valgrind -q PROGRAM`),
// or `name` from the build tree.
export function programUnderTest(variable, name) {
  const given = process.env[variable];
  if (!given) return [path.join(buildDir, 'bin', name)];
  return fs.existsSync(given) ? [given] : given.split(' ').filter(Boolean);
}
