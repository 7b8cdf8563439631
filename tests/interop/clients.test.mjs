// SPDX-License-Identifier: MIT
// Each published client does all that its users do, against a server that finds out the protocol version by itself.
import assert from 'node:assert/strict';
import test from 'node:test';

import { connectClient, openClient, startApp, versions } from './clients.mjs';

async function setUp(t, version, options) {
  const server = await startApp(t, version, { options });
  return connectClient(t, version, server.port);
}

const values = [{ a: [1, 2.5, { b: null }] }, 'text with "quotes", \u00fc, \u{1f600} and \u2028', 0, -1.5e300, true, [], null, ''];

const cases = {
  async 'connects and learns its id and the ping timeout'(t, version) {
    const client = await setUp(t, version, { pingTimeout: 23456 });
    assert.match(client.id, /^[A-Za-z0-9_-]{20}$/);
    assert.equal(client.state, 'open');
    const [status] = client.connects.items;
    assert.equal(status.id, client.id);
    assert.equal(status.pingTimeout, 23456);
    assert.equal(status.isAuthenticated, false);
  },

  async 'emits with acknowledgement'(t, version) {
    const client = await setUp(t, version);
    for (const value of values) assert.deepEqual(await client.invoke('echo', value), value);
  },

  async 'gets many answers in parallel, each to its own call'(t, version) {
    const client = await setUp(t, version);
    const calls = Array.from({ length: 200 }, (_, index) => client.invoke('echo', { index }));
    assert.deepEqual(await Promise.all(calls), calls.map((_, index) => ({ index })));
  },

  async 'gets errors with their name and fields'(t, version) {
    const client = await setUp(t, version);
    await assert.rejects(client.invoke('refuse', 'why not'), error => {
      assert.equal(error.name, 'NopeError');
      assert.equal(error.message, 'nope');
      assert.equal(error.hint, 'why not');
      return true;
    });
  },

  async 'emits without acknowledgement and hears events of the server, in order'(t, version) {
    const client = await setUp(t, version);
    const noted = client.receive('noted');
    for (const value of values) client.transmit('note', value);
    assert.deepEqual(await noted.count(values.length), values);
  },

  async 'answers calls of the server'(t, version) {
    const client = await setUp(t, version);
    client.answer('question', ({ q }) => ({ answer: q * 2 }));
    assert.deepEqual(await client.invoke('ask', { q: 21 }), { answer: 42 });
  },

  async 'fails calls of the server'(t, version) {
    const client = await setUp(t, version);
    client.answer('question', () => { throw Object.assign(new Error('I refuse'), { name: 'RefusalError' }); });
    await assert.rejects(client.invoke('ask', 1), { name: 'RefusalError', message: 'I refuse' });
  },

  async 'subscribes, publishes, receives and unsubscribes'(t, version) {
    const client = await setUp(t, version);
    const news = await client.subscribed('news');
    const fence = await client.subscribed('fence');
    for (const value of values) await client.publish('news', value);
    await client.invoke('serverPublish', { channel: 'news', data: 'from the server' });
    assert.deepEqual(await news.count(values.length + 1), [...values, 'from the server']);
    client.unsubscribe('news');
    await client.publish('news', 'after');
    await client.publish('fence', 'end');
    await fence.count(1);
    assert.equal(news.items.length, values.length + 1);
  },

  async 'ends its subscriptions when it disconnects'(t, version) {
    // A worker tells of its own clients.
    const server = await startApp(t, version, { options: { workers: 1 } });
    const watcher = await connectClient(t, version, server.port);
    const noted = watcher.receive('noted');
    await watcher.invoke('watch');
    const client = await connectClient(t, version, server.port);
    for (const name of ['one', 'two', 'three']) await client.subscribed(name);
    client.unsubscribe('two');
    await noted.count(4);
    client.disconnect();
    assert.deepEqual([...await noted.count(7)].sort(), ['+one', '+three', '+two', '-one', '-three', '-two', 'end']);
  },

  async 'sends binary data as base64 objects'(t, version) {
    const client = await setUp(t, version);
    const channel = await client.subscribed('bin');
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);
    const encoded = { base64: true, data: bytes.toString('base64') };
    assert.deepEqual(await client.invoke('echo', { file: bytes, list: [bytes] }), { file: encoded, list: [encoded] });
    await client.publish('bin', bytes);
    assert.deepEqual(await channel.count(1), [encoded]);
  },

  async 'receives binary data of the server as base64 objects'(t, version) {
    const client = await setUp(t, version);
    const encoded = bytes => ({ base64: true, data: Buffer.from(bytes).toString('base64') });
    assert.deepEqual(await client.invoke('bytes'), { buf: encoded([0, 1, 2, 253, 254, 255]), list: [encoded('hi')] });
  },

  async 'is told code and reason when the server disconnects it, and stays away from 4500 on'(t, version) {
    for (const code of [4500, 4501, 4999]) {
      const client = await setUp(t, version);
      await client.invoke('bye', { code, reason: 'enough for today' });
      assert.deepEqual(await client.disconnects.count(1), [{ code, reason: 'enough for today' }]);
      assert.equal(client.pendingReconnect, false);
      assert.equal(client.state, 'closed');
    }
  },

  async 'stays away after 1000, too'(t, version) {
    const client = await setUp(t, version);
    await client.invoke('bye', {});
    const [{ code }] = await client.disconnects.count(1);
    assert.equal(code, 1000);
    assert.equal(client.pendingReconnect, false);
  },

  async 'disconnects and connects again by itself'(t, version) {
    const client = await setUp(t, version);
    const channel = await client.subscribed('news');
    const { id } = client;
    await client.invoke('bye', { code: 4499, reason: 'come back' });
    await client.connected(2);
    assert.deepEqual(client.disconnects.items, [{ code: 4499, reason: 'come back' }]);
    await client.subscribes.count(2);
    assert.notEqual(client.id, id);
    await client.publish('news', 'again');
    assert.deepEqual(await channel.count(1), ['again']);
  },

  async 'hears why a subscription fails'(t, version) {
    const client = await setUp(t, version, { socketChannelLimit: 2 });
    await client.subscribed('one');
    await client.subscribed('two');
    client.subscribe('three');
    const [{ channel, error }] = await client.subscribeFails.count(1);
    assert.equal(channel, 'three');
    assert.equal(error.name, 'BrokerError');
    assert.match(error.message, /tried to exceed the channel subscription limit of 2$/);
  },

  async 'stays alive by ping and pong for longer than the time-out'(t, version) {
    const client = await setUp(t, version, { pingInterval: 250, pingTimeout: 4000 });
    await client.pinged(20);
    assert.equal(client.connects.items.length, 1);
    assert.deepEqual(client.disconnects.items, []);
    assert.equal(await client.invoke('echo', 'alive'), 'alive');
  },

  async 'reconnects and subscribes again after a restart of the server'(t, version) {
    const first = await startApp(t, version);
    const client = await connectClient(t, version, first.port);
    const channel = await client.subscribed('news');
    await first.kill();
    await client.disconnects.count(1);
    await startApp(t, version, { port: first.port });
    await client.connected(2);
    await client.subscribes.count(2);
    await client.publish('news', 'back');
    assert.deepEqual(await channel.count(1), ['back']);
  },

  async 'connects once the server is there'(t, version) {
    const { port } = await startApp(t, version).then(async server => { await server.stop(); return server; });
    const client = openClient(t, version, port);
    await client.errors.count(1, 'a failed attempt');
    await startApp(t, version, { port });
    await client.connected();
  },
};

for (const version of versions) {
  for (const [name, run] of Object.entries(cases)) {
    test(`client ${version} ${name}`, { timeout: 120000 }, t => run(t, version));
  }
}
