// SPDX-License-Identifier: MIT
// From nothing to an app, as a new user does it: a fresh Debian, the packages, `create`, `run`, a look at the page, and a
// change while it runs. The browser is this machine's; everything else is inside.
import assert from 'node:assert/strict';
import test from 'node:test';

import { buildTime, replaceWorker, setVersion, started, usePage, version } from '../cli/app.mjs';
import { connectClient } from '../interop/clients.mjs';
import { CleanRoot, whyNoCleanRoot } from '../support/clean_root.mjs';
import { keepConnecting } from '../support/keep_connecting.mjs';
import { freePort, Packages, searchPath } from './packages.mjs';

const skip = whyNoCleanRoot() ?? false;
const home = '/home/user';
const app = `${home}/myapp`;

test('a new user: packages, create, run, the page, a change while it runs', { skip }, async t => {
  const packages = new Packages(t);
  const root = CleanRoot.make(t);
  root.run(['useradd', '--create-home', '--uid', '1000', 'user'], { env: { PATH: searchPath } });
  const user = { user: '1000:1000', env: { PATH: searchPath, HOME: home, ...root.npmEnvironment() }, cwd: home };

  await t.test('the package of the server creates an app, and says what builds it', () => {
    packages.install(root, 'socketcluster_*.deb');
    const made = root.try(['socketcluster', 'create', 'early'], user);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /\[Success\] SocketCluster sample '\/home\/user\/early'/);
    assert.match(made.stderr, /^\[Warning\] npm is not installed[^\n]*\n\[Warning\] What builds it is not installed: install the package socketcluster-dev [^\n]*\n$/);
    const run = root.try(['socketcluster', 'run'], { ...user, cwd: `${home}/early` });
    assert.equal(run.status, 1);
    assert.match(run.stderr, /^\[Error\] [^\n]* install the package socketcluster-dev [^\n]*\n$/);
  });

  const port = await freePort();
  const place = { ...user, cwd: app, env: { ...user.env, SOCKETCLUSTER_PORT: String(port) } };
  let server;

  await t.test('create and run', async () => {
    packages.install(root, 'socketcluster-dev_*.deb', 'npm');
    const made = root.try(['socketcluster', 'create', 'myapp'], user);
    assert.equal(made.status, 0, made.stdout + made.stderr);
    assert.match(made.stdout, /\[Success\] SocketCluster sample '\/home\/user\/myapp'/);
    assert.doesNotMatch(made.stderr, /\[(Warning|Error)\]/);
    server = root.start(['socketcluster', 'run'], place);
    t.after(() => server.kill());
    assert.equal(await started(server), port);
  });

  await t.test('the page shows rand and counts', { timeout: 120000 }, async t => {
    await usePage(t, port, { counted: 0, picture: 'new-user.png' });
  });

  await t.test('edit, build, SIGUSR2: new behaviour, and nobody is refused', { timeout: 2 * buildTime }, async t => {
    const before = await connectClient(t, '20.0.2', port);
    const counts = await before.subscribed('sample');
    const stopConnecting = keepConnecting(port);
    setVersion(root.path(app), 2);
    const build = root.start(['cmake', '--build', 'build'], place);
    t.after(() => build.kill());
    await build.exited(buildTime);
    assert.deepEqual(build.status, { code: 0, signal: null }, build.describe());
    // What is built is not what runs, yet.
    await before.invoke('sampleClientEvent', 0);
    assert.deepEqual(await counts.count(1), [3]);
    await replaceWorker(server.pid);
    assert.equal(await version(t, port), 2);
    assert.ok(await stopConnecting() > 0);
  });

  await t.test('Ctrl-C ends all of it', async () => {
    process.kill(server.pid, 'SIGINT');
    await server.exited();
    assert.deepEqual(server.status, { code: 0, signal: null }, server.describe());
    assert.deepEqual(root.processes(), []);
  });
});
