// SPDX-License-Identifier: MIT
// permessage-deflate (RFC 7692) with an independent implementation at the other end.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { startConformanceApp } from '../support/conformance_app.mjs';
import { requireFrom } from '../support/npm.mjs';
import { Inbox, within } from '../support/wait.mjs';

// A client of the `ws` package that has shaken hands; messages arrive in an inbox.
async function connect(t, port, perMessageDeflate) {
  const { WebSocket } = requireFrom('tests/system')('ws');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socketcluster/`, { perMessageDeflate });
  t.after(() => socket.terminate());
  const inbox = new Inbox('messages');
  socket.on('message', data => inbox.push(data.toString()));
  await within(once(socket, 'open'), 'the connection');
  socket.send(JSON.stringify({ event: '#handshake', data: {}, cid: 1 }));
  await inbox.until(message => message.startsWith('{"rid":1,'), 'the handshake');
  return { socket, inbox };
}

async function echo({ socket, inbox }, data, cid) {
  socket.send(JSON.stringify({ event: 'echo', data, cid }));
  const answer = await inbox.until(message => message.startsWith(`{"rid":${cid},`), 'the echo');
  assert.deepEqual(JSON.parse(answer), { rid: cid, data });
}

const startApp = (t, perMessageDeflate) =>
  startConformanceApp(t, { scenario: 'interop', options: { perMessageDeflate } });

const payloads = ['', 'short', 'x'.repeat(100000), { list: Array.from({ length: 3000 }, (_, index) => ({ index, text: `item ${index}` })) },
  Array.from({ length: 20000 }, (_, index) => Math.imul(index, 2654435761) >>> 0).join(',')];

const offers = {
  'default parameters': true,
  'no context takeover': { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 },
  'small windows': { serverMaxWindowBits: 9, clientMaxWindowBits: 9, threshold: 0 },
  'context takeover with everything compressed': { threshold: 0 },
};

test('a compressing client is refused compression by default', { timeout: 120000 }, async t => {
  const server = await startApp(t, false);
  const client = await connect(t, server.port, true);
  assert.equal(client.socket.extensions, '');
  await echo(client, payloads[2], 2);
});

for (const [name, offer] of Object.entries(offers)) {
  test(`compressed messages arrive unharmed: ${name}`, { timeout: 120000 }, async t => {
    const server = await startApp(t, true);
    const client = await connect(t, server.port, offer);
    assert.match(client.socket.extensions, /^permessage-deflate/);
    for (const [index, payload] of [...payloads, ...payloads].entries()) await echo(client, payload, index + 2);
  });
}

test('a client without compression is served beside one with it', { timeout: 120000 }, async t => {
  const server = await startApp(t, true);
  const clients = [await connect(t, server.port, true), await connect(t, server.port, false)];
  for (const [index, { socket, inbox }] of clients.entries()) {
    socket.send(JSON.stringify({ event: '#subscribe', data: { channel: 'mixed' }, cid: 2 }));
    await inbox.until(message => message === '{"rid":2}', `subscription ${index}`);
  }
  const data = payloads[3];
  clients[0].socket.send(JSON.stringify({ event: '#publish', data: { channel: 'mixed', data }, cid: 3 }));
  for (const { inbox } of clients) {
    const message = await inbox.until(text => text.includes('"#publish"'), 'the message');
    assert.deepEqual(JSON.parse(message), { event: '#publish', data: { channel: 'mixed', data } });
  }
});
