// SPDX-License-Identifier: MIT
// Runs after `npm install`: puts the browser build of the client where each page loads it from.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const packageFile = createRequire(import.meta.url).resolve('socketcluster-client/package.json');
const name = 'socketcluster-client.min.js';
for (const example of fs.readdirSync(here)) {
  const publicDir = path.join(here, example, 'public');
  if (example !== 'node_modules' && fs.existsSync(publicDir)) {
    fs.copyFileSync(path.join(path.dirname(packageFile), name), path.join(publicDir, name));
  }
}
