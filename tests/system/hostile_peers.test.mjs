// SPDX-License-Identifier: MIT
// Peers that vanish, stall, half-close, reset or come in too great a number: only they suffer.
import assert from 'node:assert/strict';
import test from 'node:test';

import { programUnderTest } from '../support/paths.mjs';
import { startProgram } from '../support/program.mjs';
import { startServer } from '../support/server_process.mjs';
import { TcpClient } from '../support/tcp.mjs';
import { Condition } from '../support/wait.mjs';
import { Opcode, encodeFrame } from '../support/ws_frames.mjs';
import { WsClient } from '../support/ws_client.mjs';

async function connect(port) {
  const client = await WsClient.connect(port);
  await client.handshake();
  return client;
}

async function subscriber(port, channel = 'flood') {
  const client = await connect(port);
  assert.deepEqual(await client.call('#subscribe', { channel }, 2), { rid: 2 });
  return client;
}

// A connection that works: proves that the server lives.
async function assertServes(port) {
  const client = await subscriber(port, 'proof');
  assert.deepEqual(await client.call('#publish', { channel: 'proof', data: 1 }, 3), { rid: 3 });
  await client.untilMessage(text => text === '{"event":"#publish","data":{"channel":"proof","data":1}}', 'its own publish');
  client.destroy();
}

test('a subscriber that never reads is closed, the others receive everything', { timeout: 300000 }, async t => {
  const limits = { maxPayload: 131072, outboundSoftLimit: 131072, outboundHardLimit: 262144 };
  const { port } = await startProgram(t, { options: limits });
  const lazy = await subscriber(port);
  lazy.pause();
  const reader = await subscriber(port);
  const publisher = await connect(port);
  // Far more than the socket buffers of both ends can hold.
  const count = 800;
  const data = 'x'.repeat(100000);
  for (let cid = 2; cid < count + 2; cid++) {
    assert.deepEqual(await publisher.call('#publish', { channel: 'flood', data }, cid), { rid: cid });
    publisher.events = publisher.events.slice(-1);
  }
  const isFlood = text => text.startsWith('{"event":"#publish"');
  await reader.condition.until(() => reader.messages.filter(isFlood).length === count, 'all messages');
  lazy.resume();
  await lazy.untilEnded();
  assert.ok(lazy.messages.filter(isFlood).length < count, 'it missed some');
  await assertServes(port);
  for (const client of [lazy, reader, publisher]) client.destroy();
});

test('one that asks much and never reads the answers is no longer read', { timeout: 300000 }, async t => {
  const limits = { maxPayload: 131072, outboundSoftLimit: 131072, outboundHardLimit: 262144 };
  const { port } = await startProgram(t, { options: limits });
  const greedy = await subscriber(port, 'greedy');
  greedy.pause();
  const frame = encodeFrame({
    opcode: Opcode.text,
    payload: JSON.stringify({ event: '#publish', data: { channel: 'greedy', data: 'x'.repeat(100000) } }),
  });
  for (let sent = 0; sent < 400; sent++) greedy.write(frame);
  await assertServes(port);
  greedy.destroy();
  await assertServes(port);
});

test('a peer that ends its side is let go', async t => {
  const { port } = await startProgram(t);
  const client = await subscriber(port);
  client.finish();
  await client.untilEnded();
  client.destroy();
  await assertServes(port);
});

const moments = {
  'before the request': async port => TcpClient.connect(port),
  'inside the request': async port => {
    const client = await TcpClient.connect(port);
    client.write('GET /socketcluster/ HTTP/1.1\r\nHost: a\r\nUpgr');
    return client;
  },
  'before the handshake': port => WsClient.connect(port),
  'inside a frame': async port => {
    const client = await connect(port);
    client.write(encodeFrame({ opcode: Opcode.text, payload: 'x'.repeat(1000) }).subarray(0, 500));
    return client;
  },
  'inside a message in fragments': async port => {
    const client = await connect(port);
    client.sendFrame({ opcode: Opcode.text, payload: '{"event"', fin: false });
    return client;
  },
  'with a subscription and messages under way': async port => {
    const client = await subscriber(port);
    for (let n = 0; n < 100; n++) client.send({ event: '#publish', data: { channel: 'flood', data: 'x'.repeat(10000) } });
    return client;
  },
};

for (const way of ['reset', 'finish', 'destroy']) {
  test(`peers that go away (${way}) at any moment do no harm`, { timeout: 120000 }, async t => {
    const { port } = await startProgram(t);
    const bystander = await subscriber(port);
    for (const [name, enter] of Object.entries(moments)) {
      await t.test(name, async () => {
        const clients = await Promise.all(Array.from({ length: 5 }, () => enter(port)));
        for (const client of clients) client[way]();
        await assertServes(port);
        for (const client of clients) client.destroy();
      });
    }
    await bystander.barrier();
    assert.equal(bystander.closeEvent, null);
    bystander.destroy();
  });
}

test('more connections than descriptors: the server survives and recovers', { timeout: 120000 }, async t => {
  const command = [...programUnderTest('SC_SERVER', 'socketcluster'), 'start', '-p', '0'];
  const { port } = await startServer(t, ['sh', '-c', 'ulimit -n 48; exec "$@"', 'sh', ...command]);
  const first = await subscriber(port);
  const crowd = await Promise.all(Array.from({ length: 120 }, () => TcpClient.connect(port)));
  // What the server cannot take it closes at once; so at least this many end by themselves.
  const over = new Condition(() => `${crowd.filter(client => client.ended || client.closed).length} refused`);
  for (const client of crowd) client.socket.on('close', () => over.notify()).on('end', () => over.notify());
  await over.until(() => crowd.filter(client => client.ended || client.closed).length >= 120 - 48, 'refusals');
  assert.deepEqual(await first.call('#publish', { channel: 'flood', data: 1 }, 3), { rid: 3 });
  for (const client of crowd) client.destroy();
  await untilServes(port);
  first.destroy();
});

// The server learns of closed connections a little later than this process closes them.
async function untilServes(port) {
  for (;;) {
    try {
      return await assertServes(port);
    } catch (error) {
      if (!/refused|ECONNRESET|ended without|waited in vain for the answer to the upgrade/.test(error.message)) throw error;
    }
  }
}
