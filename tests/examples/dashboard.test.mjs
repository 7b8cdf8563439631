// SPDX-License-Identifier: MIT
// The dashboard example: samples from the server, the past at once.
import assert from 'node:assert/strict';
import test from 'node:test';

import { openClient } from '../interop/clients.mjs';
import { get } from '../support/http_client.mjs';
import { connect, startExample } from './example.mjs';

const timeout = 120000;
const members = ['clients', 'cpuPercent', 'eventsPerSecond', 'memoryMiB'];

function checkSample(sample) {
  assert.deepEqual(Object.keys(sample).sort(), members);
  for (const name of members) assert.ok(Number.isFinite(sample[name]) && sample[name] >= 0, `${name}: ${sample[name]}`);
}

test('dashboard: who connects gets the last samples at once, then each new one', { timeout }, async t => {
  const server = await startExample(t, 'dashboard');
  const client = openClient(t, '20.0.2', server.port);
  const history = client.receive('history');
  await client.connected();
  const [past] = await history.count(1);
  assert.ok(past.length <= 60);
  past.forEach(checkSample);

  const samples = await (await client.subscribed('metrics')).count(2);
  samples.forEach(checkSample);
  assert.equal(samples[1].clients, 1);
  assert.ok(samples[1].memoryMiB > 0);

  const late = openClient(t, '20.0.2', server.port);
  const lateHistory = late.receive('history');
  assert.ok((await lateHistory.count(1))[0].length >= 2);
});

test('dashboard: events are counted', { timeout }, async t => {
  const server = await startExample(t, 'dashboard');
  const client = await connect(t, server);
  const metrics = await client.subscribed('metrics');
  for (let n = 0; n < 100; ++n) await client.invoke('work');
  await metrics.until(sample => sample.eventsPerSecond > 0, 'a sample with events');
});

test('dashboard: clients do not publish', { timeout }, async t => {
  const client = await connect(t, await startExample(t, 'dashboard'));
  await assert.rejects(client.publish('metrics', { clients: 1e9 }),
    { name: 'ReadOnlyError', message: 'Only the server publishes here' });
});

test('dashboard: the page is served', { timeout }, async t => {
  const server = await startExample(t, 'dashboard');
  for (const path of ['/', '/dashboard.js', '/style.css', '/socketcluster-client.min.js']) {
    assert.equal((await get(server.port, path)).status, 200, path);
  }
});
