// SPDX-License-Identifier: MIT
// Connections, channels and messages that come and go for a while (SC_SOAK_SECONDS, 10): afterwards every process holds
// what it held before. The growth of memory is reported; under a sanitizer, leaks are found when the processes end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import { openClient } from '../interop/clients.mjs';
import { patience } from '../support/wait.mjs';
import { Cluster } from './cluster.mjs';

const seconds = Number(process.env.SC_SOAK_SECONDS ?? 10);
const visitors = 20;
const rooms = 50;

// One client's visit: it subscribes to some rooms, talks in them, and leaves in one of three ways.
async function talk(client, turn) {
  await client.connected();
  const names = Array.from({ length: 5 }, (_, index) => `room ${(turn * 7 + index * 3) % rooms}`);
  for (const name of names) await client.subscribed(name);
  for (const name of names) await client.publish(name, { turn, text: 'x'.repeat(turn % 2000) });
  if (turn % 3 === 0) for (const name of names) client.unsubscribe(name);
  if (turn % 3 === 1) client.socket.transport.socket.terminate();
  client.disconnect();
  await client.disconnects.count(1, 'the end of the visit');
}

// Ends its client itself: what the test would have to end is kept until then, and there are hundreds of thousands.
async function visit(port, turn) {
  const ends = [];
  try {
    await talk(openClient({ after: end => ends.push(end) }, '20.0.2', port, { autoReconnect: false }), turn);
  } finally {
    for (const end of ends) end();
  }
}

const descriptors = pid => fs.readdirSync(`/proc/${pid}/fd`).length;

async function holdings(cluster) {
  const list = await cluster.processes();
  return list.map(({ role, id, pid, clients, pendingClients, channels, subscriptions }) =>
    ({ role, id, pid, clients, pendingClients, channels, subscriptions, descriptors: descriptors(pid) }));
}

// `samples` of [ms, bytes] as bytes an hour, by least squares.
function slope(samples) {
  const mean = column => samples.reduce((sum, sample) => sum + sample[column], 0) / samples.length;
  const [time, size] = [mean(0), mean(1)];
  const above = samples.reduce((sum, [at, bytes]) => sum + (at - time) * (bytes - size), 0);
  const below = samples.reduce((sum, [at]) => sum + (at - time) ** 2, 0);
  return below === 0 ? 0 : above / below * 3600000;
}

test(`everything is given back after ${seconds} s of coming and going`, { timeout: seconds * 1000 + 240000 }, async t => {
  const cluster = await Cluster.start(t, { workers: 2, brokers: 2 });
  // The first visits let pools grow and lazy parts come into being.
  for (let turn = 0; turn < 30; turn++) await visit(cluster.port, turn);
  const before = await holdings(cluster);
  const memory = new Map(before.map(({ pid }) => [pid, []]));
  const end = Date.now() + seconds * 1000;
  let turn = 0;
  const watch = setInterval(async () => {
    for (const { pid, rss } of await cluster.processes()) memory.get(pid)?.push([Date.now(), rss]);
  }, Math.min(5000, seconds * 100));
  t.after(() => clearInterval(watch));
  await Promise.all(Array.from({ length: visitors }, async () => {
    while (Date.now() < end) await visit(cluster.port, turn++);
  }));
  clearInterval(watch);

  // The server learns of the last ends a moment after the clients.
  let after;
  const isBack = async () => { after = await holdings(cluster); return JSON.stringify(after) === JSON.stringify(before); };
  const deadline = Date.now() + patience;
  while (!(await isBack()) && Date.now() < deadline);
  assert.deepEqual(after, before);
  for (const { role, id, pid } of before) {
    const samples = memory.get(pid);
    const last = samples.at(-1)?.[1] ?? 0;
    t.diagnostic(`${role} ${id ?? ''}: ${(last / 2 ** 20).toFixed(1)} MiB, ${(slope(samples) / 2 ** 20).toFixed(1)} MiB an hour, ${turn} visits`);
  }
});
