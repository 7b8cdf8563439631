// SPDX-License-Identifier: MIT
// `socketcluster run` with a small app that is nothing but C++ and CMake: what happens around its build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after } from 'node:test';

import { eventually } from '../support/processes.mjs';
import { buildTime } from './app.mjs';
import { temporaryFolder } from './controllers.mjs';
import { installProgram, Session } from './installation.mjs';

const installed = installProgram({ after });

const server = text => `#include <cstdio>
#include <unistd.h>
int main() { std::puts("${text}"); std::fflush(stdout); ::pause(); }
`;

const slowCompiler = (gate, mark) => `#!/bin/sh
"$@" || exit
case "$*" in *server.cpp*) ;; *) exit ;; esac
: >"${mark}"
read -r go <"${gate}"
for word; do
  [ "$last" != -o ] || touch "$word"
  last=$word
done
`;

function makeApp(t) {
  const folder = path.join(temporaryFolder(t), 'app');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'CMakeLists.txt'),
    'cmake_minimum_required(VERSION 3.24)\nproject(Small LANGUAGES CXX)\nadd_executable(server server.cpp)\n');
  fs.writeFileSync(path.join(folder, 'server.cpp'), server('the first'));
  return folder;
}

async function runs(t, cwd, says, { program = installed, args = [] } = {}) {
  const session = new Session(t, [program, 'run', ...args], { cwd });
  await session.untilOutput(says, buildTime);
  return session;
}

async function end(session) {
  process.kill(session.child.pid, 'SIGTERM');
  await session.exited();
}

test('--watch builds again what has changed while it was compiled', { timeout: 2 * buildTime }, async t => {
  for (const generator of ['Ninja', 'Unix Makefiles']) {
    const app = makeApp(t);
    // A compiler that says when it has read the source, and writes the object when somebody lets it.
    const [slow, gate, mark] = ['slow', 'gate', 'mark'].map(name => path.join(app, name));
    execFileSync('mkfifo', [gate]);
    fs.writeFileSync(slow, slowCompiler(gate, mark), { mode: 0o755 });
    const pipe = fs.openSync(gate, 'r+');   // nobody waits for the other end
    t.after(() => fs.closeSync(pipe));
    const compiled = async () => {
      await eventually(() => fs.existsSync(mark), 'the source to be read');
      fs.rmSync(mark);
    };
    const env = { CMAKE_GENERATOR: generator, CMAKE_CXX_COMPILER_LAUNCHER: slow };
    const session = new Session(t, [installed, 'run', '--watch'], { cwd: app, env });

    await session.untilOutput(/Build files have been written/, buildTime);
    await compiled();
    fs.writeFileSync(path.join(app, 'server.cpp'), server('the second'));
    fs.writeSync(pipe, 'go\n');
    await session.untilOutput(/Building again: server\.cpp/, buildTime);
    await compiled();
    fs.writeSync(pipe, 'go\n');
    await session.untilOutput(/the second/, buildTime);
    await end(session);
  }
});

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
  await end(await runs(t, app, /the first/, { program: first }));
  const moved = path.join(temporaryFolder(t), 'moved');
  fs.renameSync(path.dirname(path.dirname(first)), moved);
  await end(await runs(t, app, /the first/, { program: path.join(moved, 'bin', 'socketcluster') }));
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

test('a line names a few of many changed files', { timeout: buildTime }, async t => {
  const app = makeApp(t);
  const session = await runs(t, app, /the first/, { args: ['--watch'] });
  const elsewhere = path.join(path.dirname(app), 'more');
  fs.mkdirSync(elsewhere);
  for (let n = 1; n <= 8; n++) fs.writeFileSync(path.join(elsewhere, `h${n}.h`), '');
  fs.renameSync(elsewhere, path.join(app, 'more'));
  await session.untilOutput(/Building again: h1\.h, h2\.h, h3\.h, h4\.h, h5\.h and 3 more\n/, buildTime);
  await session.untilOutput(/Nothing else has been built/, buildTime);
  await end(session);
});
