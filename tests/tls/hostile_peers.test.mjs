// SPDX-License-Identifier: MIT
// Peers that say anything but proper TLS, or stop in the middle of it: only they suffer, and nothing of them stays.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';

import { Authority } from '../support/certificates.mjs';
import { eventually } from '../support/processes.mjs';
import { startProgram } from '../support/program.mjs';
import { get, secure } from '../support/tls.mjs';
import { within } from '../support/wait.mjs';

const timeout = 300000;
const host = '127.0.0.1';

async function start(t, options = {}) {
  const authority = new Authority(t);
  const { port, child } = await startProgram(t, { options: secure(authority.issue('a.test'), { workers: 0, ...options }) });
  const server = {
    port,
    ca: authority.pem,
    descriptors: () => fs.readdirSync(`/proc/${child.pid}/fd`).length,
    residentKiB: () => Number(/VmRSS:\s*(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]),
    isSanitized: fs.readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes('libasan'),
    serves: async () => assert.equal((await get(port, authority.pem)).status, 200),
  };
  server.atStart = server.descriptors();
  await server.serves();
  server.untilAlone = () => eventually(() => server.descriptors() <= server.atStart, 'all connections to be closed');
  return server;
}

const ended = socket => within(new Promise(resolve => socket.once('close', resolve)), 'the end of the connection');

function connect(port) {
  const socket = net.connect(port, host);
  socket.on('error', () => {});  // a reset
  socket.resume();
  return socket;
}

// The first bytes of a real client.
async function clientHello(version) {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const client = tls.connect({ host, port: server.address().port, servername: 'localhost', minVersion: version, maxVersion: version });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [hello] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

test('what is no TLS ends only its own connection', { timeout }, async t => {
  const server = await start(t);
  const hello = await clientHello('TLSv1.3');
  const damaged = Buffer.from(hello);
  damaged.writeUInt16BE(0xffff, 6);  // a length beyond everything
  const texts = [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'SSH-2.0-OpenSSH_9.2\r\n', '\r\n\r\n\r\n\r\n', Buffer.alloc(5), Buffer.alloc(100_000, 0xff),
    Buffer.from([0x16, 3, 1, 0, 0]), Buffer.from([0x15, 3, 3, 0, 2, 2, 40]), Buffer.from([0x14, 3, 3, 0, 1, 1]), Buffer.from([0x17, 3, 3, 0x40, 0]),
    Buffer.from([0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10]),  // SSL 2
    damaged, Buffer.concat([hello, hello]), Buffer.concat([hello, Buffer.alloc(50_000, 0x16)]),
  ];
  for (const text of texts) {
    const socket = connect(server.port);
    socket.end(text);
    await ended(socket);
  }
  await server.serves();
  await server.untilAlone();
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`silence after any part of a ClientHello is ended by the time-out: ${version}`, { timeout }, async t => {
    const server = await start(t, { tlsHandshakeTimeout: 300 });
    const hello = await clientHello(version);
    const sizes = [0, 1, 5, 6, Math.floor(hello.length / 2), hello.length - 1, hello.length];
    const sockets = sizes.map(size => {
      const socket = connect(server.port);
      if (size > 0) socket.write(hello.subarray(0, size));
      return socket;
    });
    await Promise.all(sockets.map(ended));
    await server.serves();
    await server.untilAlone();
  });
}

// Everything between a real client and the server passes here: `each` is told of every piece from either side and says
// what becomes of it.
async function relay(t, port, each) {
  const proxy = net.createServer(inner => {
    const outer = net.connect(port, host);
    const pair = { inner, outer, bytes: 0, cut: () => { inner.destroy(); outer.resetAndDestroy(); } };
    inner.setNoDelay(true);
    outer.setNoDelay(true);
    for (const [from, to] of [[inner, outer], [outer, inner]]) {
      from.on('data', piece => each(pair, piece, to));
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  }).listen(0, host);
  t.after(() => proxy.close());
  await once(proxy, 'listening');
  return proxy.address().port;
}

test('a handshake that comes byte by byte succeeds', { timeout }, async t => {
  const server = await start(t);
  const port = await relay(t, server.port, (pair, piece, to) => {
    for (const byte of piece) to.write(Buffer.from([byte]));
  });
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    assert.equal((await get(port, server.ca, '/health-check', { minVersion: version, maxVersion: version })).body.toString(), 'OK');
  }
  await server.untilAlone();
});

test('a thousand handshakes that are cut off at any byte leave nothing', { timeout }, async t => {
  const server = await start(t);
  const limits = [];
  const port = await relay(t, server.port, (pair, piece, to) => {
    pair.limit ??= limits.pop();
    const size = Math.min(piece.length, pair.limit - pair.bytes);
    pair.bytes += size;
    to.write(piece.subarray(0, size));
    if (pair.bytes >= pair.limit) pair.cut();
  });
  const aborted = version => new Promise(resolve => {
    const socket = tls.connect({ host, port, ca: server.ca, servername: 'localhost', minVersion: version, maxVersion: version });
    socket.on('secureConnect', () => socket.write('GET /health-check HTTP/1.1\r\nHost: a\r\n\r\n'));
    socket.on('error', () => {});
    socket.on('close', resolve);
    socket.resume();
  });
  // Both directions of a handshake with its request are some 1500 bytes.
  const storm = async step => {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      for (let limit = 1; limit < 1500; limit += step) limits.push(limit);
      const count = limits.length;
      let begun = 0;
      await Promise.all(Array.from({ length: 10 }, async () => {
        while (begun++ < count) await aborted(version);
      }));
    }
    await server.serves();
    await server.untilAlone();
  };
  await storm(7);  // what the allocator keeps is there then
  const before = server.residentKiB();
  await storm(3);
  const grown = server.residentKiB() - before;
  // A handshake that stayed would be some 40 KiB, of a thousand.
  if (!server.isSanitized) assert.ok(grown < 8192, `memory has grown by ${grown} KiB`);
});

test('clients that go without a goodbye leave nothing', { timeout }, async t => {
  const server = await start(t);
  for (const way of ['destroy', 'resetAndDestroy', 'end']) {
    const sockets = await Promise.all(Array.from({ length: 50 }, async () => {
      const inner = net.connect(server.port, host);
      const socket = tls.connect({ socket: inner, ca: server.ca, servername: 'localhost' });
      socket.on('error', () => {});
      await within(once(socket, 'secureConnect'), 'a handshake');
      return inner;
    }));
    assert.ok(server.descriptors() >= server.atStart + 50);
    for (const socket of sockets) socket[way]();  // of TCP, below TLS
    await server.untilAlone();
  }
  await server.serves();
});

test('more silent handshakes than there is room for make way after the time-out', { timeout }, async t => {
  const server = await start(t, { tlsHandshakeTimeout: 500, maxTlsHandshakes: 10 });
  const sockets = Array.from({ length: 200 }, () => connect(server.port));
  await Promise.all(sockets.map(ended));
  await server.serves();
  await server.untilAlone();
});
