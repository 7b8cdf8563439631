// SPDX-License-Identifier: MIT
// The codec sc-codec-min-bin from npm in clients of both protocol versions. Clients before 8 have no codecs.
import assert from 'node:assert/strict';
import test from 'node:test';

import { requireFrom } from '../support/npm.mjs';
import { connectClient, isV1, startApp } from './clients.mjs';

const codecEngine = requireFrom('tests/interop/codec')('sc-codec-min-bin');

const values = [{ a: [1, 2.5, { b: null }] }, 'text with "quotes", \u00fc, \u{1f600} and \u2028', 0, -1.5e300, 2 ** 40, -1, true, [],
  null, '', 'x'.repeat(70000), Array.from({ length: 300 }, (_, n) => n)];

async function setUp(t, version, options) {
  const protocolVersion = isV1(version) ? 1 : 2;
  const server = await startApp(t, version, { scenario: 'codec', options: { protocolVersion, ...options } });
  return connectClient(t, version, server.port, { codecEngine });
}

const cases = {
  async 'emits with acknowledgement'(t, version) {
    const client = await setUp(t, version);
    for (const value of values) assert.deepEqual(await client.invoke('echo', value), value);
    const frames = client.rawMessages.items.filter(message => message !== '');
    assert.ok(frames.every(message => typeof message !== 'string'), 'all messages are binary');
  },

  async 'gets errors with their name and fields'(t, version) {
    const client = await setUp(t, version);
    await assert.rejects(client.invoke('refuse', { why: 'not' }), error => {
      assert.equal(error.name, 'NopeError');
      assert.deepEqual(error.hint, { why: 'not' });
      return true;
    });
  },

  async 'emits without acknowledgement and answers calls of the server'(t, version) {
    const client = await setUp(t, version);
    const noted = client.receive('noted');
    for (const value of values) client.transmit('note', value);
    assert.deepEqual(await noted.count(values.length), values);
    client.answer('question', ({ q }) => ({ answer: q * 2 }));
    assert.deepEqual(await client.invoke('ask', { q: 21 }), { answer: 42 });
  },

  async 'subscribes, publishes and receives'(t, version) {
    const client = await setUp(t, version);
    const news = await client.subscribed('news');
    for (const value of values) await client.publish('news', value);
    await client.invoke('serverPublish', { channel: 'news', data: 'from the server' });
    assert.deepEqual(await news.count(values.length + 1), [...values, 'from the server']);
  },

  async 'sends and receives bytes as bytes'(t, version) {
    const client = await setUp(t, version);
    const bytes = [0, 1, 2, 253, 254, 255];
    const echoed = await client.invoke('echo', { file: Uint8Array.from(bytes).buffer });
    assert.deepEqual([...new Uint8Array(echoed.file)], bytes);
    const { buf, list } = await client.invoke('bytes');
    assert.deepEqual([...new Uint8Array(buf)], bytes);
    assert.equal(Buffer.from(list[0]).toString(), 'hi');
  },

  async 'logs in and keeps its token over a reconnect'(t, version) {
    const client = await setUp(t, version);
    await client.invoke('login', { claims: { username: 'alice' }, confirm: true });
    await client.invoke('bye', { code: 4100, reason: 'again' });
    const [, status] = await client.connected(2);
    assert.equal(status.isAuthenticated, true);
    assert.equal((await client.invoke('whoami')).username, 'alice');
  },

  async 'stays alive by ping and pong for longer than the time-out'(t, version) {
    const client = await setUp(t, version, { pingInterval: 200, pingTimeout: 2000 });
    const pings = isV1(version) ? data => Buffer.from(data).toString('latin1') === '\xa2#1' : data => data === '';
    await client.rawMessages.countOf(pings, 15, '15 pings');
    assert.deepEqual(client.disconnects.items, []);
    assert.equal(await client.invoke('echo', 'alive'), 'alive');
  },
};

// The empty ping of v2 must not reach clients of v1: their codec throws on it.
async function isFoundOut(t, version) {
  const options = { protocolVersion: 'auto', pingInterval: 100, pingTimeout: 2000 };
  const client = await setUp(t, version, options);
  const isOwn = isV1(version) ? data => typeof data !== 'string' : data => data === '';
  await client.rawMessages.countOf(isOwn, 25, '25 messages of the own version');
  assert.equal(client.rawMessages.items.some(data => data === ''), !isV1(version));
  assert.deepEqual(client.errors.items, []);
  assert.equal(await client.invoke('echo', 'alive'), 'alive');
}
cases['is found out by a server of both versions'] = isFoundOut;

for (const version of ['8.0.2', '14.3.2', '16.1.1', '20.0.2']) {
  for (const [name, run] of Object.entries(cases)) {
    test(`client ${version} with sc-codec-min-bin ${name}`, { timeout: 120000 }, t => run(t, version));
  }
}
