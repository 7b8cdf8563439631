// SPDX-License-Identifier: MIT
// Batches (protocol section 10) of the published clients, in both directions.
import assert from 'node:assert/strict';
import test from 'node:test';

import { connectClient, startApp } from './clients.mjs';

const names = Array.from({ length: 10 }, (_, index) => `b${index}`);
const batchesOf = client => client.rawMessages.items.filter(text => text.startsWith('[')).map(text => JSON.parse(text));

async function subscribeAll(client, options) {
  for (const name of names) client.subscribe(name, options);
  await client.subscribes.count(names.length);
  assert.deepEqual((await client.invoke('subscriptions')).sort(), names);
}

for (const version of ['8.0.2', '14.3.2']) {
  for (const protocolVersion of [1, 'auto']) {
    test(`client ${version} subscribes in a batch with a server of version ${protocolVersion}`, { timeout: 120000 }, async t => {
      const server = await startApp(t, version, { options: { protocolVersion, pubSubBatchDuration: 20 } });
      const client = await connectClient(t, version, server.port, { pubSubBatchDuration: 20 });
      await subscribeAll(client, { batch: true });
      const answers = batchesOf(client).flat();
      assert.equal(answers.length, names.length, 'all answers came in batches');
      assert.ok(answers.every(({ rid, error }) => rid > 1 && error === undefined));
      client.unsubscribe('b0');
      await client.publish('b0', 'nobody');
      await client.publish('b1', 'somebody');
    });
  }
}

for (const version of ['16.1.1', '20.0.2']) {
  test(`client ${version} sends a batch to a server that does not`, { timeout: 120000 }, async t => {
    const server = await startApp(t, version);
    const client = await connectClient(t, version, server.port, { batchOnHandshake: true, batchOnHandshakeDuration: 100, batchInterval: 20 });
    await subscribeAll(client);
    assert.deepEqual(batchesOf(client), []);
  });

  test(`client ${version} receives batches after the handshake`, { timeout: 120000 }, async t => {
    const options = { protocolVersion: 2, batchOnHandshake: true, batchOnHandshakeDuration: 5000, batchInterval: 20 };
    const server = await startApp(t, version, { options });
    const client = await connectClient(t, version, server.port);
    const inbox = await client.subscribed('news');
    const noted = client.receive('noted');
    for (let n = 0; n < 50; n++) {
      client.transmit('note', n);
      client.callPublish('news', n);
    }
    const sequence = Array.from({ length: 50 }, (_, n) => n);
    assert.deepEqual(await noted.count(50), sequence);
    assert.deepEqual(await inbox.count(50), sequence);
    await assert.rejects(client.invoke('refuse', 'why not'), { name: 'NopeError' });
    const alone = client.rawMessages.items.filter(text => text !== client.ping && !text.startsWith('['));
    assert.equal(alone.length, 1, 'only the handshake was answered alone');
  });

  test(`client ${version} batches for as long as it wants to`, { timeout: 120000 }, async t => {
    const server = await startApp(t, version);
    const client = await connectClient(t, version, server.port, { batchInterval: 20 });
    client.socket.startBatching();
    const answers = await Promise.all(names.map(name => client.invoke('echo', name)));
    assert.deepEqual(answers, names);
    client.socket.stopBatching();
    assert.equal(await client.invoke('echo', 'alone'), 'alone');
  });
}
