// SPDX-License-Identifier: MIT
// Clients of both protocol versions on one port, in one channel.
import assert from 'node:assert/strict';
import test from 'node:test';

import { startConformanceApp } from '../support/conformance_app.mjs';
import { appOptions, connectClient, versions } from './clients.mjs';

const rounds = 200;

// All five clients, connected to one server.
async function connectAll(t, options = {}) {
  const server = await startConformanceApp(t, { scenario: 'interop', options: { ...appOptions, ...options } });
  const clients = await Promise.all(versions.map(version => connectClient(t, version, server.port)));
  return { server, clients };
}

// What a publisher sent, as seen in an inbox.
const from = (inbox, version) => inbox.items.filter(item => item.version === version).map(item => item.n);

test('every publish of every version reaches each client exactly once and in order', { timeout: 120000 }, async t => {
  const { clients } = await connectAll(t);
  const inboxes = await Promise.all(clients.map(client => client.subscribed('shared')));
  const sequence = Array.from({ length: rounds }, (_, n) => n);
  await Promise.all(clients.map((client, index) =>
    Promise.all(sequence.map(n => client.publish('shared', { version: versions[index], n })))));
  // A last message behind all others: what came twice has come by then.
  await clients[0].publish('shared', { version: 'end', n: 0 });
  for (const inbox of inboxes) {
    await inbox.until(item => item.version === 'end', 'the last message');
    for (const version of versions) assert.deepEqual(from(inbox, version), sequence);
    assert.equal(inbox.items.length, versions.length * rounds + 1);
  }
});

test('a publish of the server reaches clients of every version', { timeout: 120000 }, async t => {
  const { clients } = await connectAll(t);
  const inboxes = await Promise.all(clients.map(client => client.subscribed('shared')));
  await clients[0].invoke('serverPublish', { channel: 'shared', data: { text: 'to all' } });
  for (const inbox of inboxes) assert.deepEqual(await inbox.count(1), [{ text: 'to all' }]);
});

test('only subscribers receive', { timeout: 120000 }, async t => {
  const { clients } = await connectAll(t);
  const fences = await Promise.all(clients.map(client => client.subscribed('fence')));
  const own = await Promise.all(clients.map((client, index) => client.subscribed(`only ${index}`)));
  for (const index of own.keys()) await clients[0].publish(`only ${index}`, index);
  await clients[0].publish('fence', 'end');
  for (const fence of fences) await fence.count(1);
  assert.deepEqual(own.map(inbox => inbox.items), own.map((_, index) => [index]));
});

test('clients of every version stay alive side by side', { timeout: 120000 }, async t => {
  const { clients } = await connectAll(t, { pingInterval: 250, pingTimeout: 4000 });
  await Promise.all(clients.map(client => client.pinged(20)));
  for (const client of clients) {
    assert.deepEqual(client.disconnects.items, []);
    assert.equal(await client.invoke('echo', 'alive'), 'alive');
  }
});

test('one client that leaves does not disturb the others', { timeout: 120000 }, async t => {
  const { clients } = await connectAll(t);
  const inboxes = await Promise.all(clients.map(client => client.subscribed('shared')));
  for (const [index, client] of clients.slice(0, -1).entries()) {
    client.disconnect(1000, 'leaving');
    await clients.at(-1).publish('shared', index);
    for (const inbox of inboxes.slice(index + 1)) await inbox.until(item => item === index, `message ${index}`);
  }
});
