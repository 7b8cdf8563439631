// SPDX-License-Identifier: MIT
// SIGUSR2 under load: the workers are replaced one by one, no connect is refused, every client comes back, nothing that
// was acknowledged is lost to a connected subscriber.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';

import { openClient } from '../interop/clients.mjs';
import { within } from '../support/wait.mjs';
import { Audience } from './audience.mjs';
import { Cluster } from './cluster.mjs';

// Connects again and again until it is told to stop; resolves with the number of connects. A refused one rejects.
function keepConnecting(port) {
  let isOver = false;
  const loop = (async () => {
    let count = 0;
    while (!isOver) {
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write('GET /health-check HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      const [answer] = await within(once(socket, 'data'), 'the answer of the health check');
      assert.match(answer.toString(), /^HTTP\/1.1 200 /);
      socket.destroy();
      count++;
    }
    return count;
  })();
  return () => { isOver = true; return loop; };
}

test('workers are replaced under load without a loss', { timeout: 300000 }, async t => {
  const cluster = await Cluster.start(t, { workers: 2, brokers: 1, options: { processTermTimeout: 5000 } });
  const crowd = Array.from({ length: 980 }, () => openClient(t, '20.0.2', cluster.port));
  for (const client of crowd) await client.connected();
  const audience = await Audience.open(t, cluster.port, { subscribers: 16, publishers: 4, channels: 4 });
  const before = await cluster.processes('worker');
  audience.startPublishing(1);
  const stopConnecting = keepConnecting(cluster.port);
  await audience.acknowledged(50);

  process.kill(cluster.masterPid, 'SIGUSR2');
  for (const worker of before) await cluster.successorOf(worker);
  for (const client of crowd) await client.connected(2);
  for (const { client } of audience.subscribers) await client.connected(2);
  await audience.everybodySubscribed();
  await audience.acknowledged(50);

  assert.ok(await stopConnecting() > 0);
  await audience.settle();
  audience.check();
  for (const client of crowd) assert.deepEqual(client.aborts.items, [], 'a connect failed');
});
