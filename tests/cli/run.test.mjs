// SPDX-License-Identifier: MIT
// From nothing to a running app, as a new user does it: create, run, edit; with the installed program, real
// clients and a browser.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';

import { connectClient } from '../interop/clients.mjs';
import { keepConnecting } from '../support/keep_connecting.mjs';
import { buildDir } from '../support/paths.mjs';
import { childrenOf, isAlive } from '../support/processes.mjs';
import { buildTime, replaced, replaceWorker, setVersion, started, usePage, version } from './app.mjs';
import { temporaryFolder } from './controllers.mjs';
import { buildEnvironment, installProgram, Session } from './installation.mjs';

const program = installProgram({ after });
const folder = temporaryFolder({ after });
const app = path.join(folder, 'my-app');
const env = buildEnvironment();

const run = (t, args, options = {}) => new Session(t, [program, 'run', ...args], { cwd: app, env, ...options });
const source = name => path.join(app, name);
const workerText = () => fs.readFileSync(source('worker.cpp'), 'utf8');

async function end(session, signal, code = 0) {
  process.kill(session.child.pid, signal);
  await session.exited();
  assert.deepEqual(session.status, { code, signal: null }, session.describe());
  session.checkOutput();
}

before(async () => {
  const session = new Session({ after }, [program, 'create', 'my-app'], { cwd: folder });
  assert.equal(await session.ended(), 0, session.describe());
}, { timeout: 180000 });

test('a new app is built, serves its page, sends rand and counts', { timeout: 400000 }, async t => {
  const session = run(t, ['-p', '0', '--workers', '2']);
  const port = await started(session);
  for (const file of ['', 'sample.js', 'socketcluster-client.min.js']) {
    const answer = await fetch(`http://127.0.0.1:${port}/${file}`);
    assert.equal(answer.status, 200, file);
    await answer.arrayBuffer();
  }
  const clients = [await connectClient(t, '20.0.2', port), await connectClient(t, '20.0.2', port)];
  const counts = [];
  for (const client of clients) counts.push(await client.subscribed('sample'));
  // Whichever worker they are at, brokers count for all.
  for (const client of [...clients, ...clients]) await client.invoke('sampleClientEvent', 0);
  for (const inbox of counts) assert.deepEqual(await inbox.count(4), [1, 2, 3, 4]);
  const [{ rand }] = await clients[0].receive('rand').count(1);
  assert.ok(Number.isInteger(rand) && rand >= 0 && rand <= 4, `${rand}`);

  await usePage(t, port, { counted: 4, picture: 'created-app.png' });
  await end(session, 'SIGTERM');
});

test('its objects are controllers for the installed program', { timeout: 400000 }, async t => {
  const session = new Session(t, [program, 'start', '-p', '0', '--wc', 'build/worker.so', '--bc', 'build/broker.so'], { cwd: app });
  const client = await connectClient(t, '20.0.2', await started(session));
  const counts = await client.subscribed('sample');
  await client.invoke('sampleClientEvent', 0);
  assert.deepEqual(await counts.count(1), [1]);
  await end(session, 'SIGTERM');
});

test('edit, build, SIGUSR2: new behaviour, and nobody is refused', { timeout: 400000 }, async t => {
  setVersion(app, 1);
  const session = run(t, ['-p', '0']);
  const port = await started(session);
  assert.equal(await version(t, port), 1);
  const stopConnecting = keepConnecting(port);
  setVersion(app, 2);
  await promisify(execFile)('cmake', ['--build', 'build'], { cwd: app });
  await replaceWorker(session.master);
  assert.equal(await version(t, port), 2);
  assert.ok(await stopConnecting() > 0);
  await end(session, 'SIGINT');
});

test('--watch builds on change; an error leaves what runs as it is', { timeout: 900000 }, async t => {
  const session = run(t, ['--watch', '-p', '0']);
  const port = await started(session);
  assert.equal(await version(t, port), 2);
  const stopConnecting = keepConnecting(port);

  const good = workerText();
  fs.writeFileSync(source('worker.cpp'), `${good}\nthis is no C++;\n`);
  await session.untilOutput(/error: .*this.*\[Error\] The build has failed; what runs is left as it is/s, buildTime);
  assert.equal(await version(t, port), 2);

  let children = childrenOf(session.master);
  fs.writeFileSync(source('worker.cpp'), good);
  setVersion(app, 3);
  await session.untilOutput(/\[Active\] The workers are replaced by new ones/, buildTime);
  await replaced(session.master, children);
  assert.equal(await version(t, port), 3);
  assert.ok(await stopConnecting() > 0);

  // Brokers are not replaced: the app is started again.
  fs.appendFileSync(source('broker.cpp'), '\nint new_in_brokers() { return 1; }\n');
  await session.untilOutput(/\[Active\] The app is started again/, buildTime);
  assert.equal(await version(t, await started(session, 2)), 3);

  children = [session.master, ...childrenOf(session.master)];
  await end(session, 'SIGINT');
  assert.deepEqual(children.filter(isAlive), []);
});

test('run outside of an app, and without cmake, is one clear line', async t => {
  const outside = new Session(t, [program, 'run'], { cwd: folder });
  assert.equal(await outside.ended(), 1);
  assert.match(outside.stderr, /^\[Error\] There is no CMakeLists\.txt here: .*'socketcluster create <appname>' makes\.\n$/);
  const poor = run(t, [], { env: { PATH: '/nonexistent' } });
  assert.equal(await poor.ended(), 1);
  assert.match(poor.stderr, /^\[Error\] cmake is not installed: install cmake, g\+\+ and ninja-build or make\.\n$/);
});

test('without headers and libraries an app can be created, and run names the package that has them', async t => {
  const prefix = path.join(temporaryFolder(t), 'prefix');
  await promisify(execFile)('cmake', ['--install', buildDir, '--prefix', prefix, '--component', 'runtime']);
  const runtime = path.join(prefix, 'bin', 'socketcluster');
  const creating = new Session(t, [runtime, 'create', 'chat'], { cwd: prefix, env: { PATH: '/nonexistent' } });
  assert.equal(await creating.ended(), 0, creating.describe());
  assert.match(creating.stdout, /\[Success\]/);
  assert.match(creating.stderr, /^\[Warning\] What builds it is not installed: install the package socketcluster-dev .*\n$/m);
  const running = new Session(t, [runtime, 'run'], { cwd: path.join(prefix, 'chat') });
  assert.equal(await running.ended(), 1);
  assert.match(running.stderr, /^\[Error\] Headers and libraries of SocketCluster are not installed: install the package socketcluster-dev .*\n$/);
});

test('an app without the target server is one clear line', { timeout: 400000 }, async t => {
  const other = path.join(folder, 'other');
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, 'CMakeLists.txt'), 'cmake_minimum_required(VERSION 3.24)\nproject(Other LANGUAGES NONE)\n');
  const session = new Session(t, [program, 'run'], { cwd: other });
  assert.equal(await session.ended(), 1);
  assert.match(session.stderr, /\[Error\] The build has not made build\/server: CMakeLists\.txt needs add_executable\(server \.\.\.\)\.\n$/);
});
