// SPDX-License-Identifier: MIT
// SIGUSR2 under load: the workers are replaced one by one, no connect is refused, every client comes back, nothing that
// was acknowledged is lost to a connected subscriber.
import assert from 'node:assert/strict';
import test from 'node:test';

import { openClient } from '../interop/clients.mjs';
import { keepConnecting } from '../support/keep_connecting.mjs';
import { Audience } from './audience.mjs';
import { Cluster } from './cluster.mjs';

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
