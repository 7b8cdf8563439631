// SPDX-License-Identifier: MIT
// `socketcluster status` beside a running server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { runProgram, startProgram } from '../support/program.mjs';
import { WsClient } from '../support/ws_client.mjs';

// Short, since the names of UNIX sockets have little room.
function makeSocketRoot(t) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-'));
  t.after(() => fs.rmSync(root, { recursive: true }));
  return root;
}

async function report(root) {
  const { status, stdout, stderr } = await runProgram('status', '--socket-root', root, '--json');
  assert.equal(status.code, 0, stderr);
  return JSON.parse(stdout);
}

test('every process of the server has a line', async t => {
  const socketRoot = makeSocketRoot(t);
  const server = await startProgram(t, { options: { workers: 2, brokers: 2, appName: 'chat', socketRoot } });
  const client = await WsClient.connect(server.port);
  t.after(() => client.destroy());
  await client.handshake();
  await client.call('#subscribe', { channel: 'news' }, 2);

  const { appName, port, processes } = await report(socketRoot);
  assert.equal(appName, 'chat');
  assert.equal(port, server.port);
  const names = processes.map(({ role, id }) => (id === undefined ? role : `${role} ${id}`));
  assert.deepEqual(names, ['master', 'worker 0', 'worker 1', 'broker 0', 'broker 1']);
  assert.equal(processes[0].pid, server.child.pid);
  for (const process of processes) {
    assert.ok(process.rss > 1e6, 'its memory is known');
    assert.ok(process.cpu >= 0 && process.uptime >= 0);
  }
  const sum = (role, member) => processes.filter(each => each.role === role).reduce((all, each) => all + each[member], 0);
  assert.equal(sum('worker', 'clients'), 1);
  assert.equal(sum('worker', 'subscriptions'), 1);
  assert.equal(sum('broker', 'channels'), 1);
  assert.equal(sum('worker', 'restarts'), 0);

  const table = await runProgram('status', '-n', 'chat', '--socket-root', socketRoot);
  assert.equal(table.status.code, 0);
  assert.match(table.stdout, /^chat  port \d+  version /);
  assert.match(table.stdout, /^PROCESS +PID +STATE/m);
  assert.equal(table.stdout.trimEnd().split('\n').length, 7);
});

test('two servers are told apart by their names', async t => {
  const socketRoot = makeSocketRoot(t);
  for (const appName of ['one', 'two']) await startProgram(t, { options: { appName, socketRoot } });
  const both = await runProgram('status', '--socket-root', socketRoot, '--json');
  assert.deepEqual(both.stdout.trimEnd().split('\n').map(line => JSON.parse(line).appName), ['one', 'two']);
  const two = await runProgram('status', '--socket-root', socketRoot, '--json', '-n', 'two');
  assert.equal(JSON.parse(two.stdout).appName, 'two');
});

test('nothing that runs is one clear line', async t => {
  const socketRoot = makeSocketRoot(t);
  const server = await startProgram(t, { options: { appName: 'chat', socketRoot } });
  await server.stop();
  assert.deepEqual(fs.readdirSync(socketRoot), [], 'the server leaves nothing behind');
  const { status, stdout, stderr } = await runProgram('status', '--socket-root', socketRoot, '-n', 'chat');
  assert.equal(status.code, 1);
  assert.equal(stdout, '');
  assert.equal(stderr, `no server of this user runs as 'chat' with its sockets in ${socketRoot}\n`);
});

test('a second server of the same name is refused', async t => {
  const socketRoot = makeSocketRoot(t);
  const server = await startProgram(t, { options: { appName: 'chat', socketRoot } });
  const second = await runProgram('start', '-p', '0', '-n', 'chat', '--socket-root', socketRoot);
  assert.equal(second.status.code, 1);
  assert.match(second.stderr, new RegExp(`already running here \\(PID ${server.child.pid}\\)`));
  assert.equal((await report(socketRoot)).processes.length, 3);
});
