// SPDX-License-Identifier: MIT
// The npm packages that tests use. Each package.json is an installation of its own, so that several versions of one
// package live side by side; scripts/test_node installs them.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { repoRoot } from './paths.mjs';

// require() as seen from a folder of the repository that has a package.json.
export function requireFrom(folder) {
  const absolute = path.join(repoRoot, folder);
  if (!fs.existsSync(path.join(absolute, 'node_modules'))) throw new Error(`run npm ci in ${folder} first`);
  return createRequire(path.join(absolute, 'package.json'));
}
