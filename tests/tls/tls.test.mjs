// SPDX-License-Identifier: MIT
// https:// and wss:// with real clients, which verify the server's certificate, and with openssl s_client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import { Authority } from '../support/certificates.mjs';
import { get as getPlain } from '../support/http_client.mjs';
import { startInstance } from '../support/instance.mjs';
import { requireFrom } from '../support/npm.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { eventually } from '../support/processes.mjs';
import { startProgram } from '../support/program.mjs';
import { runToEnd } from '../support/server_process.mjs';
import { client, connectOnce, get, pems, sClient, secure } from '../support/tls.mjs';

const WebSocket = requireFrom('tests/system')('ws');
const timeout = 120000;
const layouts = [{ workers: 0 }, { workers: 1 }, { workers: 2 }];
const layoutName = ({ workers }) => `${workers} workers`;

for (const layout of layouts) {
  test(`files and sockets are served over TLS: ${layoutName(layout)}`, { timeout }, async t => {
    const authority = new Authority(t);
    const folder = authority.path('public');
    const big = Buffer.alloc(3_000_000, 'socketcluster ');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'big.bin'), big);
    const { port } = await startProgram(t, { options: secure(authority.issue('a.test'), { ...layout, public: folder }) });
    assert.equal((await get(port, authority.pem)).status, 200);
    assert.ok((await get(port, authority.pem, '/big.bin')).body.equals(big));

    const [one, two] = [client(t, port, authority.pem), client(t, port, authority.pem)];
    await Promise.all([one.connected(), two.connected()]);
    const inbox = await two.subscribed('news');
    const long = 'x'.repeat(500_000);
    await one.publish('news', 'hello');
    await one.publish('news', long);
    assert.deepEqual(await inbox.count(2), ['hello', long]);
  });
}

test('a client that trusts another authority goes away', { timeout }, async t => {
  const authority = new Authority(t);
  const { port } = await startProgram(t, { options: secure(authority.issue('a.test'), { workers: 0 }) });
  await assert.rejects(get(port, new Authority(t, 'Another CA').pem), /certificate|issuer|verify/);
  await assert.rejects(get(port, authority.pem, '/', { servername: 'wrong.test' }), /altnames/);
  assert.equal((await get(port, authority.pem)).status, 200);
});

test('ws over TLS: echoes of every length, pings, and an orderly close', { timeout }, async t => {
  const authority = new Authority(t);
  const { port } = await startProgram(t, { options: secure(authority.issue('a.test'), { workers: 0, strictHandshake: false }) });
  const socket = new WebSocket(`wss://localhost:${port}/socketcluster/`, { ca: authority.pem });
  await once(socket, 'open');
  socket.ping('there?');
  const [pong] = await once(socket, 'pong');
  assert.equal(String(pong), 'there?');
  socket.send(JSON.stringify({ event: '#handshake', data: {}, cid: 1 }));
  const [answer] = await once(socket, 'message');
  assert.match(String(answer), /"rid":1/);
  socket.close(1000);
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
});

test('TLS 1.2 and 1.3 are spoken, and nothing older', { timeout }, async t => {
  const authority = new Authority(t);
  const identity = authority.issue('a.test');
  const { port } = await startProgram(t, { options: secure(identity, { workers: 0 }) });
  assert.match(sClient(port, authority, '-tls1_3'), /New, TLSv1\.3[^]*Verification: OK|Verification: OK[^]*New, TLSv1\.3/);
  assert.match(sClient(port, authority, '-tls1_2'), /New, TLSv1\.2, Cipher is ECDHE-ECDSA-AES/);
  assert.match(sClient(port, authority, '-tls1_1'), /alert protocol version/);
  assert.match(sClient(port, authority, '-tls1_2', '-cipher', 'AES128-SHA'), /alert handshake failure/);

  const newest = await startProgram(t, { options: secure({ ...identity, minVersion: 'TLSv1.3' }, { workers: 0 }) });
  assert.match(sClient(newest.port, authority, '-tls1_2'), /alert protocol version/);
  assert.match(sClient(newest.port, authority), /New, TLSv1\.3/);

  const older = await startProgram(t, {
    options: secure({ ...identity, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' }, { workers: 0 }),
  });
  assert.match(sClient(older.port, authority), /New, TLSv1\.2, Cipher is ECDHE-ECDSA-CHACHA20-POLY1305/);
});

test('ALPN chooses http/1.1, and refuses those who cannot speak it', { timeout }, async t => {
  const authority = new Authority(t);
  const { port } = await startProgram(t, { options: secure(authority.issue('a.test'), { workers: 0 }) });
  assert.match(sClient(port, authority, '-alpn', 'h2,http/1.1'), /ALPN protocol: http\/1\.1/);
  assert.match(sClient(port, authority, '-alpn', 'h2'), /alert no application protocol/);
  assert.match(sClient(port, authority), /No ALPN negotiated/);
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`a session is resumed by whichever worker gets the client: ${version}`, { timeout }, async t => {
    const authority = new Authority(t);
    const instance = await startInstance(t, { workers: 3, options: secure(authority.issue('a.test')) });
    const options = { minVersion: version, maxVersion: version };
    const first = await connectOnce(instance.port, authority.pem, options);
    assert.equal(first.resumed, false);
    for (let i = 0; i < 6; ++i) {
      assert.equal((await connectOnce(instance.port, authority.pem, { ...options, session: first.session })).resumed, true);
    }
    const before = await instance.workers();
    process.kill(instance.pid, 'SIGUSR2');
    await Promise.all(before.map(worker => instance.replaced(worker)));
    for (let i = 0; i < 3; ++i) {
      assert.equal((await connectOnce(instance.port, authority.pem, { ...options, session: first.session })).resumed, true);
    }
  });
}

test('the certificate is that of the name which the client asks for', { timeout }, async t => {
  const authority = new Authority(t);
  const [main, second, wild] = [authority.issue('main.test'), authority.issue('second.test', { names: ['DNS:second.test'] }),
    authority.issue('wild', { names: ['DNS:*.wild.test'] })];
  const { port } = await startProgram(t, { options: secure({ ...main, sni: [second, wild] }, { workers: 1 }) });
  for (const [servername, commonName] of [['main.test', 'main.test'], ['second.test', 'second.test'],
    ['a.wild.test', 'wild'], ['localhost', 'main.test']]) {
    assert.equal((await get(port, authority.pem, '/health-check', { servername })).peer.subject.CN, commonName);
  }
  await assert.rejects(get(port, authority.pem, '/health-check', { servername: 'unknown.test' }), /altnames/);
});

test('certificates of clients are required and verified', { timeout }, async t => {
  const authority = new Authority(t);
  const identity = authority.issue('a.test');
  const guest = authority.issue('guest', { names: [] });
  const stranger = new Authority(t, 'Another CA').issue('stranger', { names: [] });
  const tlsOptions = { ...identity, ca: authority.file, requestCert: true };
  const { port } = await startProgram(t, { options: secure(tlsOptions, { workers: 1 }) });
  assert.equal((await get(port, authority.pem, '/health-check', pems(guest))).status, 200);
  await client(t, port, authority.pem, pems(guest)).connected();
  await assert.rejects(get(port, authority.pem));
  await assert.rejects(get(port, authority.pem, '/health-check', pems(stranger)));
  assert.match(sClient(port, authority, '-tls1_2'), /alert handshake failure/);

  const lenient = await startProgram(t, { options: secure({ ...tlsOptions, rejectUnauthorized: false }, { workers: 0 }) });
  assert.equal((await get(lenient.port, authority.pem)).status, 200);
  assert.equal((await get(lenient.port, authority.pem, '/health-check', pems(stranger))).status, 200);
});

test('an encrypted key and a PKCS #12 file open with their passphrase', { timeout }, async t => {
  const authority = new Authority(t);
  const identity = authority.issue('a.test');
  const key = authority.encrypted(identity, 'open sesame');
  const pfx = authority.pfx(identity, 'open sesame');
  for (const files of [{ key, cert: identity.cert }, { pfx }]) {
    const { port } = await startProgram(t, { options: secure({ ...files, passphrase: 'open sesame' }, { workers: 1 }) });
    assert.equal((await get(port, authority.pem)).status, 200);
  }
});

for (const layout of layouts) {
  test(`SIGHUP changes the certificate under load, and drops nobody: ${layoutName(layout)}`, { timeout }, async t => {
    const authority = new Authority(t);
    const live = authority.issue('live.test', { commonName: 'old' });
    const fresh = authority.issue('fresh.test', { commonName: 'new' });
    const server = await startProgram(t, { options: secure(live, layout) });
    const socket = client(t, server.port, authority.pem);
    await socket.connected();
    const inbox = await socket.subscribed('news');

    const seen = [];
    let isOver = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) seen.push((await get(server.port, authority.pem)).peer.subject.CN);
    });
    const swap = ({ key, cert }) => {
      fs.copyFileSync(key, live.key);
      fs.copyFileSync(cert, live.cert);
      server.child.kill('SIGHUP');
    };
    await eventually(() => seen.length > 10, 'some requests');
    swap(fresh);
    await server.untilOutput(/the certificates were read again/);
    await eventually(() => seen.slice(-20).length === 20 && seen.slice(-20).every(name => name === 'new'), 'the new certificate');
    fs.writeFileSync(live.cert, 'damaged');
    server.child.kill('SIGHUP');
    await server.untilOutput(/error .*the certificates stay as they are: protocolOptions.cert: there is no certificate/);
    const count = seen.length;
    await eventually(() => seen.length > count + 20, 'more requests');
    isOver = true;
    await Promise.all(load);
    assert.equal(seen[0], 'old');
    assert.deepEqual(new Set(seen.slice(count)), new Set(['new']));

    await socket.publish('news', 'still here');
    assert.deepEqual(await inbox.count(1), ['still here']);
    assert.deepEqual(socket.disconnects.items, []);
  });
}

test('a worker that is started again has the certificates of the last SIGHUP', { timeout }, async t => {
  const authority = new Authority(t);
  const live = authority.issue('live.test', { commonName: 'old' });
  const fresh = authority.issue('fresh.test', { commonName: 'new' });
  const instance = await startInstance(t, { workers: 1, options: secure(live) });
  fs.copyFileSync(fresh.key, live.key);
  fs.copyFileSync(fresh.cert, live.cert);
  process.kill(instance.pid, 'SIGHUP');
  await instance.server.untilOutput(/the certificates were read again/);
  fs.rmSync(live.key);
  const [worker] = await instance.workers();
  process.kill(worker.pid, 'SIGKILL');
  await instance.replaced(worker);
  assert.equal((await get(instance.port, authority.pem)).peer.subject.CN, 'new');
});

test('a silent client is closed, and plain HTTP is told', { timeout }, async t => {
  const authority = new Authority(t);
  const { port } = await startProgram(t, {
    options: secure(authority.issue('a.test'), { workers: 0, tlsHandshakeTimeout: 200, maxTlsHandshakes: 1 }),
  });
  const silent = net.connect(port, '127.0.0.1');
  silent.on('error', () => {});  // a reset
  await new Promise(resolve => silent.on('close', resolve));
  assert.equal((await get(port, authority.pem)).status, 200);
  const answer = await getPlain(port, '/');
  assert.equal(answer.status, 400);
  assert.match(answer.body, /HTTPS/);
});

test('each wrong file is one line that names it and the reason', { timeout }, async t => {
  const authority = new Authority(t);
  const identity = authority.issue('a.test');
  const other = authority.issue('b.test');
  const expired = authority.issue('expired.test', { expired: true });
  const locked = authority.encrypted(identity, 'right');
  const pfx = authority.pfx(identity, 'right');
  const old = authority.pfx(identity, 'right', { isLegacy: true });
  const weak = authority.issue('weak.test', { key: 'weak' });
  const text = authority.path('text');
  fs.writeFileSync(text, 'hello');
  const cases = [
    [{}, /protocolOptions has no cert/],
    [{ cert: identity.cert }, /has a cert, but not its key/],
    [{ ...identity, cert: '/none.pem' }, /protocolOptions\.cert: cannot read '\/none\.pem': No such file/],
    [{ ...identity, key: '/none.key' }, /protocolOptions\.key: cannot read '\/none\.key': No such file/],
    [{ ...identity, key: authority.folder }, /cannot read '.*': Is a directory/],
    [{ ...identity, cert: text }, /protocolOptions\.cert: there is no certificate in PEM form in '.*text'/],
    [{ ...identity, key: text }, /protocolOptions\.key: there is no private key in PEM form in '.*text'/],
    [{ ...identity, key: other.key }, /the key in '.*b\.test\.key' does not match the certificate in '.*a\.test\.pem'/],
    [{ ...identity, key: locked }, /'.*encrypted' is encrypted: set passphrase/],
    [{ ...identity, key: locked, passphrase: 'wrong' }, /wrong passphrase for '.*encrypted'/],
    [{ pfx, passphrase: 'wrong' }, /protocolOptions\.pfx: wrong passphrase for '.*pfx'/],
    [{ pfx: old, passphrase: 'wrong' }, /protocolOptions\.pfx: wrong passphrase for '.*pfx'/],
    [{ pfx: old, passphrase: 'right' }, /'.*pfx' is encrypted with a cipher of old; make PEM of it, .*: openssl pkcs12 -legacy/],
    [{ pfx: text }, /'.*text' is no PKCS #12 file/],
    [weak, /protocolOptions\.cert: '.*weak\.test\.pem' is refused by OpenSSL: ee key too small/],
    [{ ...identity, sni: [weak] }, /protocolOptions\.sni\[0\]\.cert: '.*weak\.test\.pem' is refused by OpenSSL/],
    [expired, /the certificate in '.*expired\.test\.pem' expired on \d{4}-\d\d-\d\d/],
    [{ ...identity, sni: [other, { ...other, key: identity.key }] }, /protocolOptions\.sni\[1\]\.key: .* does not match/],
    [{ ...identity, ca: text }, /protocolOptions\.ca: there is no certificate/],
    [{ ...identity, requestCert: true }, /requestCert needs ca/],
    [{ ...identity, ciphers: 'ROT13' }, /protocolOptions\.ciphers: .*'ROT13'/],
    [{ ...identity, minVersion: 'TLSv1.1' }, /minVersion is "TLSv1\.1", but must be TLSv1\.2 or TLSv1\.3/],
  ];
  for (const workers of [0, 1]) {
    for (const [protocolOptions, expected] of workers === 0 ? cases : cases.slice(2, 4)) {
      const { status, stderr } = await runToEnd([...programUnderTest('SC_SERVER', 'socketcluster'), 'start', '-p', '0'], {
        env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(secure(protocolOptions, { workers })) },
      });
      assert.ok(status.code > 0, `${JSON.stringify(protocolOptions)} was accepted`);
      assert.match(stderr, expected);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
  }
});
