// SPDX-License-Identifier: MIT
// How connections are spread over the workers.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';

import { requireFrom } from '../support/npm.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { within } from '../support/wait.mjs';
import { Cluster } from './cluster.mjs';

const { WebSocket } = requireFrom('tests/system')('ws');

// Resolves when the connection is a WebSocket; rejects when it fails.
function connect(t, port) {
  return within(new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socketcluster/`);
    t.after(() => socket.terminate());
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  }), 'a connection');
}

test('connections are dealt out in turn', { timeout: 120000 }, async t => {
  const cluster = await Cluster.start(t, { workers: 4, brokers: 1, options: { handshakeTimeout: 100000 } });
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => connect(t, cluster.port)));
  for (const socket of sockets) socket.send('{"event":"#handshake","data":{},"cid":1}');
  await Promise.all(sockets.map(socket => within(new Promise(resolve => socket.once('message', resolve)), 'a handshake')));
  const counts = (await cluster.processes('worker')).map(worker => worker.clients);
  assert.equal(counts.reduce((sum, count) => sum + count, 0), 1000);
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `uneven: ${counts}`);
});

test('no connect fails while a worker dies', { timeout: 120000 }, async t => {
  const cluster = await Cluster.start(t, { workers: 4, brokers: 1 });
  const [victim] = await cluster.processes('worker');
  const connects = Array.from({ length: 400 }, (_, index) => {
    if (index === 200) process.kill(victim.pid, 'SIGKILL');
    return connect(t, cluster.port);
  });
  const results = await Promise.allSettled(connects);
  assert.deepEqual(results.filter(({ status }) => status === 'rejected'), []);
  await cluster.successorOf(victim);
});

// One request on a connection of its own. Resolves with the status of the answer, or 0 when the server has ended the
// connection without one; rejects when it cannot connect, or when nothing comes.
function request(port, path) {
  return within(new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', chunk => { text += chunk; });
    socket.on('error', error => { if (error.syscall === 'connect') reject(error); });
    socket.on('close', () => resolve(Number(text.split(' ')[1] ?? 0)));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  }), 'an answer or the end of the connection');
}

// Nobody may have to wait for a time-out of HTTP, which is out of reach here. A worker that dies in the iteration in
// which it has read a request cannot tell the master of it any more: the request used to be dealt to another worker,
// who had nothing to read.
test('no request is left hanging when workers die under load', { timeout: 240000 }, async t => {
  const cluster = await Cluster.start(t, {
    workers: 3, brokers: 1, command: programUnderTest('SC_PROCESS_APP', 'process_app'),
    options: { restartBudget: 1000, httpHeaderTimeout: 2000000000 },
  });
  let isOver = false;
  const statuses = [];
  const load = Array.from({ length: 16 }, async () => {
    while (!isOver) statuses.push(await request(cluster.port, '/health-check'));
  });
  for (let turn = 0; turn < 4; turn++) {
    await cluster.kill(await cluster.anyServing('worker'));
    assert.equal(await request(cluster.port, '/die'), 0);
    await cluster.server.untilOutput(new RegExp(`(killed by SIGKILL[^]*){${2 * (turn + 1)}}`));
  }
  isOver = true;
  await Promise.all(load);
  assert.deepEqual([...new Set(statuses)].filter(status => status !== 200 && status !== 0), []);
  assert.ok(statuses.includes(200));
});
