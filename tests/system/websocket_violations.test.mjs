// SPDX-License-Identifier: MIT
// RFC 6455 against a running server: what a client must not send ends its connection with the right code, and only its
// own; what is unusual but legal works.
import assert from 'node:assert/strict';
import test from 'node:test';

import { startConformanceApp } from '../support/conformance_app.mjs';
import { Opcode, closePayload, encodeFrame } from '../support/ws_frames.mjs';
import { WsClient } from '../support/ws_client.mjs';

const maxPayload = 70000;
const { text, binary, continuation, close, ping } = Opcode;
const badUtf8 = Buffer.from([0x22, 0xc3, 0x28, 0x22]);
const cutUtf8 = Buffer.from([0x61, 0xe2, 0x82]);
const reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
const badCloseCodes = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535];

// name -> {frames, code}: the frames are sent after the handshake, the server closes with the code.
const violations = {
  'an unmasked frame': { frames: [{ opcode: text, payload: 'x', mask: false }], code: 1002 },
  'an unmasked close': { frames: [{ opcode: close, payload: closePayload(1000), mask: false }], code: 1002 },
  'a continuation of nothing': { frames: [{ opcode: continuation, payload: 'x' }], code: 1002 },
  'a message inside another': {
    frames: [{ opcode: text, payload: 'x', fin: false }, { opcode: text, payload: 'y' }], code: 1002,
  },
  'a binary message inside a text message': {
    frames: [{ opcode: text, payload: 'x', fin: false }, { opcode: binary, payload: 'y' }], code: 1002,
  },
  'a fragmented ping': { frames: [{ opcode: ping, payload: 'x', fin: false }], code: 1002 },
  'a fragmented close': { frames: [{ opcode: close, payload: closePayload(1000), fin: false }], code: 1002 },
  'a ping of 126 bytes': { frames: [{ opcode: ping, payload: 'x'.repeat(126) }], code: 1002 },
  'a close of 126 bytes': { frames: [{ opcode: close, payload: closePayload(1000, 'x'.repeat(124)) }], code: 1002 },
  'a close of one byte': { frames: [{ opcode: close, payload: 'x' }], code: 1002 },
  'a close reason that is not UTF-8': {
    frames: [{ opcode: close, payload: Buffer.concat([closePayload(1000), badUtf8]) }], code: 1007,
  },
  'text that is not UTF-8': { frames: [{ opcode: text, payload: badUtf8 }], code: 1007 },
  'text that ends inside a character': { frames: [{ opcode: text, payload: cutUtf8 }], code: 1007 },
  'fragments that end inside a character': {
    frames: [{ opcode: text, payload: cutUtf8, fin: false }, { opcode: continuation, payload: '' }], code: 1007,
  },
  'an encoded surrogate': { frames: [{ opcode: text, payload: Buffer.from([0xed, 0xa0, 0x80]) }], code: 1007 },
  'an overlong encoding': { frames: [{ opcode: text, payload: Buffer.from([0xc0, 0xaf]) }], code: 1007 },
  'a frame one byte too long': { frames: [{ opcode: text, payload: 'x'.repeat(maxPayload + 1) }], code: 1009 },
  'an announced length that is too long': { frames: [{ opcode: text, length: 2 ** 40, payload: 'x' }], code: 1009 },
  'fragments that are too long together': {
    frames: [
      { opcode: text, payload: 'x'.repeat(maxPayload - 1), fin: false },
      { opcode: continuation, payload: 'xx' },
    ],
    code: 1009,
  },
};
for (const bit of [1, 2, 4]) violations[`reserved bit ${bit}`] = { frames: [{ opcode: text, payload: 'x', rsv: bit }], code: 1002 };
for (const opcode of reserved) violations[`reserved opcode ${opcode}`] = { frames: [{ opcode, payload: '' }], code: 1002 };
for (const code of badCloseCodes) {
  violations[`close code ${code}`] = { frames: [{ opcode: close, payload: closePayload(code) }], code: 1002 };
}

const startApp = t => startConformanceApp(t, { scenario: 'interop', options: { maxPayload } });

async function connect(server) {
  const client = await WsClient.connect(server.port);
  await client.handshake();
  return client;
}

test('a violation ends the connection with the right code', { timeout: 300000 }, async t => {
  const server = await startApp(t);
  const bystander = await connect(server);
  for (const [name, { frames, code }] of Object.entries(violations)) {
    await t.test(name, async () => {
      const client = await connect(server);
      for (const frame of frames) client.sendFrame(frame);
      assert.equal((await client.untilClose()).code, code);
      client.finish();
      await client.untilEnded();
      client.destroy();
    });
  }
  assert.deepEqual(await bystander.call('echo', 'undisturbed', 2), { rid: 2, data: 'undisturbed' });
  bystander.destroy();
});

const echo = (data, cid = 2) => JSON.stringify({ event: 'echo', data, cid });

// name -> what a client may do; it gets a client that has shaken hands.
const legal = {
  async 'a message in fragments with pings between them'(client) {
    const message = echo('fragments: \u20ac');
    for (const [index, byte] of [...Buffer.from(message)].entries()) {
      client.sendFrame({ opcode: index === 0 ? text : continuation, payload: Buffer.from([byte]), fin: false });
      if (index % 7 === 0) client.sendFrame({ opcode: ping, payload: `p${index}` });
    }
    client.sendFrame({ opcode: continuation, payload: '' });
    await client.untilMessage(data => data === '{"rid":2,"data":"fragments: \u20ac"}', 'the echo');
    const pongs = client.events.filter(event => event.type === 'pong').map(event => event.data);
    assert.deepEqual(pongs, Array.from({ length: pongs.length }, (_, index) => `p${index * 7}`));
    assert.ok(pongs.length > 3);
  },

  async 'several messages in one segment'(client) {
    client.write(Buffer.concat([2, 3, 4].map(cid => encodeFrame({ opcode: text, payload: echo(cid, cid) }))));
    const messages = await client.untilMessages(4);
    assert.deepEqual(messages.slice(1), [2, 3, 4].map(cid => JSON.stringify({ rid: cid, data: cid })));
  },

  async 'a message byte by byte'(client) {
    for (const byte of encodeFrame({ opcode: text, payload: echo('slow') })) client.write(Buffer.from([byte]));
    assert.equal((await client.untilMessages(2))[1], '{"rid":2,"data":"slow"}');
  },

  async 'a ping of 125 bytes'(client) {
    client.sendFrame({ opcode: ping, payload: 'x'.repeat(125) });
    await client.condition.until(() => client.events.some(event => event.type === 'pong'), 'the pong');
    assert.equal(client.events.find(event => event.type === 'pong').data, 'x'.repeat(125));
  },

  async 'an unsolicited pong'(client) {
    client.sendFrame({ opcode: Opcode.pong, payload: 'nobody asked' });
    assert.deepEqual(await client.call('echo', 1, 2), { rid: 2, data: 1 });
  },

  async 'a message of exactly the permitted size'(client) {
    const fill = maxPayload - echo('').length;
    client.sendText(echo('x'.repeat(fill)));
    assert.equal((await client.untilMessages(2))[1].length, '{"rid":2,"data":""}'.length + fill);
  },

  async 'a binary message, read as text'(client) {
    client.sendFrame({ opcode: binary, payload: echo('binary') });
    assert.equal((await client.untilMessages(2))[1], '{"rid":2,"data":"binary"}');
  },
};
for (const code of [1000, 1001, 1003, 1007, 1011, 3000, 4999]) {
  legal[`close code ${code}`] = async client => {
    client.sendClose(code, 'see you');
    assert.equal((await client.untilClose()).code, code);
    await client.untilEnded();
  };
}

for (const [name, run] of Object.entries(legal)) {
  test(`legal: ${name}`, { timeout: 120000 }, async t => {
    const server = await startApp(t);
    const client = await connect(server);
    try {
      await run(client);
    } finally {
      client.destroy();
    }
  });
}
