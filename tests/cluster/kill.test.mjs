// SPDX-License-Identifier: MIT
// Processes that die under load: what was acknowledged has arrived, who was not concerned does not notice, and who was is
// soon back.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Audience } from './audience.mjs';
import { Cluster } from './cluster.mjs';

const limits = { timeout: 240000 };
const versions = ['20.0.2', '14.3.2', '16.1.1'];

test('clients of a killed worker come back, the others notice nothing', limits, async t => {
  const cluster = await Cluster.start(t, { workers: 3, brokers: 2 });
  const audience = await Audience.open(t, cluster.port, { subscribers: 12, publishers: 3, channels: 6, versions });
  audience.startPublishing();
  await audience.acknowledged(200);
  const [victim] = await cluster.processes('worker');
  await cluster.kill(victim);
  await audience.everybodySubscribed();
  await audience.acknowledged(200);
  await audience.settle();
  audience.check();
  // Fifteen clients over three workers in turn: five were with the one that died.
  const lost = [...audience.subscribers.map(each => each.client), ...audience.publishers].filter(client => client.connects.items.length > 1);
  assert.equal(lost.length, 5);
});

test('the death of a broker loses nothing that was acknowledged', limits, async t => {
  const cluster = await Cluster.start(t, { workers: 2, brokers: 2 });
  const audience = await Audience.open(t, cluster.port, { subscribers: 8, publishers: 3, channels: 8, versions });
  audience.startPublishing();
  for (const victim of await cluster.processes('broker')) {
    await audience.acknowledged(200);
    await cluster.kill(victim);
    await audience.acknowledged(200);
  }
  await audience.settle();
  audience.check();
  for (const { client } of audience.subscribers) assert.equal(client.connects.items.length, 1, 'a client noticed');
});

test('every process in turn may die under load', limits, async t => {
  const cluster = await Cluster.start(t, { workers: 2, brokers: 2, options: { restartBudget: 100 } });
  const audience = await Audience.open(t, cluster.port, { subscribers: 8, publishers: 2, channels: 8, versions });
  audience.startPublishing();
  for (const role of ['worker', 'broker', 'worker', 'broker']) {
    for (const victim of await cluster.processes(role)) {
      await audience.acknowledged(50);
      await cluster.kill(victim);
      await audience.everybodySubscribed();
    }
  }
  await audience.acknowledged(100);
  await audience.settle();
  audience.check();
  assert.equal((await cluster.processes()).length, 5);
});
