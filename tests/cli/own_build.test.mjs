// SPDX-License-Identifier: MIT
// `socketcluster run` with a small app that is nothing but C++ and CMake: what happens around its build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after } from 'node:test';

import { buildTime } from './app.mjs';
import { temporaryFolder } from './controllers.mjs';
import { installProgram, Session } from './installation.mjs';

const installed = installProgram({ after });

const server = text => `#include <cstdio>
#include <unistd.h>
int main() { std::puts("${text}"); std::fflush(stdout); ::pause(); }
`;

function makeApp(t) {
  const folder = path.join(temporaryFolder(t), 'app');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'CMakeLists.txt'),
    'cmake_minimum_required(VERSION 3.24)\nproject(Small LANGUAGES CXX)\nadd_executable(server server.cpp)\n');
  fs.writeFileSync(path.join(folder, 'server.cpp'), server('the first'));
  return folder;
}

async function runs(t, cwd, says, program = installed) {
  const session = new Session(t, [program, 'run'], { cwd });
  await session.untilOutput(says, buildTime);
  return session;
}

async function end(session) {
  process.kill(session.child.pid, 'SIGTERM');
  await session.exited();
}

test('an app that was copied or renamed is built where it is', { timeout: 2 * buildTime }, async t => {
  const app = makeApp(t);
  await end(await runs(t, app, /the first/));
  const copy = `${app}-copy`;
  fs.cpSync(app, copy, { recursive: true });
  fs.writeFileSync(path.join(copy, 'server.cpp'), server('the copy'));
  await end(await runs(t, copy, /the copy/));
  const renamed = `${app}-renamed`;
  fs.renameSync(app, renamed);
  fs.writeFileSync(path.join(renamed, 'server.cpp'), server('the renamed'));
  await end(await runs(t, renamed, /the renamed/));
});

test('an app finds SocketCluster again when that has moved', { timeout: 2 * buildTime }, async t => {
  const app = makeApp(t);
  fs.appendFileSync(path.join(app, 'CMakeLists.txt'), 'find_package(SocketCluster REQUIRED)\n');
  const first = installProgram(t);
  await end(await runs(t, app, /the first/, first));
  const moved = path.join(temporaryFolder(t), 'moved');
  fs.renameSync(path.dirname(path.dirname(first)), moved);
  await end(await runs(t, app, /the first/, path.join(moved, 'bin', 'socketcluster')));
});

test('run goes on where a failed cmake has stopped, whatever its generator', { timeout: buildTime }, async t => {
  const app = makeApp(t);
  const list = path.join(app, 'CMakeLists.txt');
  const good = fs.readFileSync(list);
  fs.appendFileSync(list, 'message(FATAL_ERROR "not yet")\n');
  assert.throws(() => execFileSync('cmake', ['-S', '.', '-B', 'build', '-G', 'Unix Makefiles'], { cwd: app, stdio: 'ignore' }));
  fs.writeFileSync(list, good);
  await end(await runs(t, app, /the first/));
});
