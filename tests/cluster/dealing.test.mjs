// SPDX-License-Identifier: MIT
// How connections are spread over the workers.
import assert from 'node:assert/strict';
import test from 'node:test';

import { requireFrom } from '../support/npm.mjs';
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
