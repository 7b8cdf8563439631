// SPDX-License-Identifier: MIT
// What openssl s_client and other bare clients see of the server's TLS: sessions, names, certificates, what it refuses.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import test from 'node:test';

import { Authority } from '../support/certificates.mjs';
import { startInstance } from '../support/instance.mjs';
import { startProgram } from '../support/program.mjs';
import { connectOnce, sClient, sClientRequest, secure } from '../support/tls.mjs';

const timeout = 120000;
const versions = { 'TLSv1.2': '-tls1_2', 'TLSv1.3': '-tls1_3' };

// Reads the files again, which changes the keys of tickets. Each worker has taken them when it answers the master's next
// question; the one process of `workers` 0, which has no status, when it says so.
async function rotate(instance, { times = 1, hasWorkers = true } = {}) {
  const { server, pid } = instance;
  for (let i = 0; i < times; ++i) {
    const before = (server.stdout + server.stderr).match(/the certificates were read again/g)?.length ?? 0;
    process.kill(pid, 'SIGHUP');
    await server.untilOutput(new RegExp(`(the certificates were read again[^]*){${before + 1}}`));
  }
  if (hasWorkers) await instance.workers();
}

for (const [version, flag] of Object.entries(versions)) {
  test(`a session is resumed by every worker, until its key is forgotten: ${version}`, { timeout }, async t => {
    const authority = new Authority(t);
    const instance = await startInstance(t, { workers: 3, options: secure(authority.issue('a.test')) });
    const file = authority.path('session');
    const fresh = new RegExp(`New, ${version}, Cipher is [^]*HTTP/1.1 200 OK`);
    const resumed = new RegExp(`Reused, ${version}, Cipher is [^]*HTTP/1.1 200 OK`);
    assert.match(sClientRequest(instance.port, authority, flag, '-sess_out', file), fresh);
    for (let i = 0; i < 3; ++i) assert.match(sClientRequest(instance.port, authority, flag, '-sess_in', file), resumed);
    await rotate(instance);
    for (let i = 0; i < 3; ++i) assert.match(sClientRequest(instance.port, authority, flag, '-sess_in', file), resumed);
    await rotate(instance, { times: 7 });
    for (let i = 0; i < 3; ++i) assert.match(sClientRequest(instance.port, authority, flag, '-sess_in', file), fresh);
  });
}

for (const workers of [0, 1]) {
  test(`new tickets are encrypted with the new key: ${workers} workers`, { timeout }, async t => {
    const authority = new Authority(t);
    const instance = await startInstance(t, { workers, options: secure(authority.issue('a.test')) });
    // A ticket begins with the name of its key.
    const ticketOf = async options => {
      const { ticket, resumed } = await connectOnce(instance.port, authority.pem, { maxVersion: 'TLSv1.2', ...options });
      return { key: ticket.subarray(0, 16).toString('hex'), resumed };
    };
    const { session } = await connectOnce(instance.port, authority.pem, { maxVersion: 'TLSv1.2' });
    const first = await ticketOf({});
    assert.deepEqual(await ticketOf({}), first);
    await rotate(instance, { hasWorkers: workers > 0 });
    const second = await ticketOf({});
    assert.notEqual(second.key, first.key);
    // One of the old key is taken, and replaced.
    assert.deepEqual(await ticketOf({ session }), { key: second.key, resumed: true });
  });
}

test('the certificate is that of the name asked for, or the first one', { timeout }, async t => {
  const authority = new Authority(t);
  const [main, second] = ['main.test', 'second.test'].map(name => authority.issue(name));
  const { port } = await startProgram(t, { options: secure({ ...main, sni: [second] }, { workers: 1 }) });
  for (const flag of Object.values(versions)) {
    assert.match(sClient(port, authority, flag, '-servername', 'second.test'), /subject=CN ?= ?second\.test/);
    assert.match(sClient(port, authority, flag, '-servername', 'unknown.test'), /subject=CN ?= ?main\.test/);
    assert.match(sClient(port, authority, flag, '-noservername'), /subject=CN ?= ?main\.test/);
  }
});

test('a certificate is asked for, and its absence told', { timeout }, async t => {
  const authority = new Authority(t);
  const guest = authority.issue('guest', { names: [] });
  const tlsOptions = { ...authority.issue('a.test'), ca: authority.file, requestCert: true };
  const { port } = await startProgram(t, { options: secure(tlsOptions, { workers: 1 }) });
  const alerts = { '-tls1_2': /alert handshake failure/, '-tls1_3': /alert certificate required/ };
  for (const flag of Object.values(versions)) {
    const answer = sClientRequest(port, authority, flag, '-cert', guest.cert, '-key', guest.key);
    assert.match(answer, /Acceptable client certificate CA names\nCN ?= ?Test CA/);
    assert.match(answer, /HTTP\/1\.1 200 OK/);
    assert.match(sClientRequest(port, authority, flag), alerts[flag]);
  }
});

test('nobody renegotiates', { timeout }, async t => {
  const authority = new Authority(t);
  const { port } = await startProgram(t, { options: secure(authority.issue('a.test'), { workers: 1 }) });
  const answer = sClient(port, authority, '-tls1_2', { input: 'R\n' });
  assert.match(answer, /RENEGOTIATING/);
  assert.match(answer, /no renegotiation/);
});

test('of the ciphers of TLS 1.2 only those with forward secrecy and authentication are spoken', { timeout }, async t => {
  const authority = new Authority(t);
  const [rsa, ec] = [authority.issue('rsa.test', { key: 'rsa' }), authority.issue('ec.test')];
  const { port } = await startProgram(t, { options: secure({ ...rsa, sni: [ec] }, { workers: 1 }) });
  const all = execFileSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], { encoding: 'utf8' })
    .trim().split(':');
  const isGood = name => /^ECDHE-(RSA|ECDSA)-(AES\d+-GCM-SHA\d+|CHACHA20-POLY1305)$/.test(name);
  const weak = all.filter(name => !isGood(name));
  assert.ok(weak.length > 20 && weak.includes('AES128-GCM-SHA256') && weak.includes('ECDHE-RSA-AES128-SHA'), `${weak}`);
  for (const name of ['rsa.test', 'ec.test']) {
    const offer = ciphers => sClient(port, authority, '-tls1_2', '-servername', name, '-cipher', `${ciphers.join(':')}:@SECLEVEL=0`);
    assert.match(offer(weak), /alert handshake failure/);
    const own = all.filter(cipher => isGood(cipher) && cipher.includes(name === 'rsa.test' ? '-RSA-' : '-ECDSA-'));
    assert.equal(own.length, 3);
    for (const cipher of own) assert.match(offer([cipher]), new RegExp(`New, TLSv1\\.2, Cipher is ${cipher}\\b`));
  }
  for (const flag of ['-tls1', '-tls1_1']) assert.match(sClient(port, authority, flag), /alert protocol version/);
});
