// SPDX-License-Identifier: MIT
// The build under test, installed into an empty prefix as a user would, and its program run in a folder of the test.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { buildDir } from '../support/paths.mjs';
import { ServerProcess } from '../support/server_process.mjs';
import { temporaryFolder } from './controllers.mjs';

// The program of a new installation, which ends with the file: `scope` is {after} of node:test.
export function installProgram(scope) {
  const prefix = path.join(temporaryFolder(scope), 'prefix');
  execFileSync('cmake', ['--install', buildDir, '--prefix', prefix], { stdio: ['ignore', 'ignore', 'inherit'] });
  fs.chmodSync(path.dirname(prefix), 0o755);   // for users who have no rights
  return path.join(prefix, 'bin', 'socketcluster');
}

// What CMake needs to know to build an app against the build under test: its sanitizers, and no more work than necessary.
export function buildEnvironment() {
  const cache = fs.readFileSync(path.join(buildDir, 'CMakeCache.txt'), 'utf8');
  const sanitizers = /^SC_SANITIZE:[A-Z]+=(.+)$/m.exec(cache);
  const flags = sanitizers ? `-fsanitize=${sanitizers[1].replaceAll(';', ',')}` : '';
  return { CMAKE_BUILD_TYPE: 'None', CXXFLAGS: flags, LDFLAGS: flags };
}

// A running command with its standard input. Its output is in stdout and stderr.
export class Session extends ServerProcess {
  constructor(t, command, options = {}) {
    super(command, { ...options, stdin: 'pipe' });
    t.after(() => this.kill());
  }

  answer(text) { this.child.stdin.write(text); }

  // Nobody will answer any more.
  hangUp() { this.child.stdin.end(); }

  async ended() {
    this.hangUp();
    await this.exited();
    this.checkOutput();
    return this.status.code;
  }
}
