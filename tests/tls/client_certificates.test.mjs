// SPDX-License-Identifier: MIT
// What handlers are told of encrypted connections and of their clients' certificates, with real clients.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import test from 'node:test';

import { Authority } from '../support/certificates.mjs';
import { startConformanceApp } from '../support/conformance_app.mjs';
import { get as getPlain } from '../support/http_client.mjs';
import { requireFrom } from '../support/npm.mjs';
import { client, connectOnce, get, pems, secure } from '../support/tls.mjs';
import { within } from '../support/wait.mjs';

const WebSocket = requireFrom('tests/system')('ws');
const timeout = 120000;

// The application with clients' certificates of `authority`.
function start(t, authority, tlsOptions = {}, options = {}) {
  const protocolOptions = { ...authority.issue('a.test'), ca: authority.file, requestCert: true, rejectUnauthorized: false, ...tlsOptions };
  return startConformanceApp(t, { scenario: 'tls', options: secure(protocolOptions, options) });
}

const ask = async (port, authority, options = {}) => JSON.parse((await get(port, authority.pem, '/tls', options)).body);

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`a request has the certificate of its client: ${version}`, { timeout }, async t => {
    const authority = new Authority(t);
    const guest = authority.issue('guest', { names: ['DNS:guest.test', 'URI:spiffe://guest', 'email:guest@a.test', 'IP:10.1.2.3'] });
    const stranger = new Authority(t, 'Another CA').issue('stranger', { names: [] });
    const { port } = await start(t, authority);
    const options = { minVersion: version, maxVersion: version };

    const without = await ask(port, authority, options);
    assert.equal(without.isEncrypted, true);
    assert.equal(without.tls.version, version);
    assert.match(without.tls.cipher, version === 'TLSv1.3' ? /^TLS_/ : /^ECDHE-/);
    assert.equal(without.tls.serverName, 'localhost');
    assert.equal(without.tls.certificate, null);

    const { tls: { certificate } } = await ask(port, authority, { ...options, ...pems(guest) });
    const expected = new X509Certificate(fs.readFileSync(guest.cert));
    assert.deepEqual({ ...certificate, pem: new X509Certificate(certificate.pem).fingerprint256 }, {
      isVerified: true,
      error: '',
      subject: 'CN=guest',
      issuer: 'CN=Test CA',
      commonName: 'guest',
      alternativeNames: ['DNS:guest.test', 'URI:spiffe://guest', 'email:guest@a.test', 'IP:10.1.2.3'],
      serialNumber: expected.serialNumber.toLowerCase(),
      fingerprint: createHash('sha256').update(expected.raw).digest('hex'),
      pem: expected.fingerprint256,
    });

    const unknown = (await ask(port, authority, { ...options, ...pems(stranger) })).tls.certificate;
    assert.equal(unknown.isVerified, false);
    assert.notEqual(unknown.error, '');
    assert.equal(unknown.subject, 'CN=stranger');
  });

  test(`a resumed session has the certificate of its start: ${version}`, { timeout }, async t => {
    const authority = new Authority(t);
    const guest = pems(authority.issue('guest', { names: [] }));
    const { port } = await start(t, authority, { rejectUnauthorized: true }, { workers: 2 });
    const options = { minVersion: version, maxVersion: version };
    const { session } = await connectOnce(port, authority.pem, { ...options, ...guest });
    for (let i = 0; i < 4; ++i) {  // both workers
      // Without key and certificate: what is seen comes from the session.
      const { tls } = await ask(port, authority, { ...options, session });
      assert.equal(tls.isResumed, true);
      assert.equal(tls.certificate.subject, 'CN=guest');
      assert.equal(tls.certificate.isVerified, true);
    }
  });
}

test('a rule on the subject lets the right one in, and a socket knows its certificate', { timeout }, async t => {
  const authority = new Authority(t);
  const [guest, other] = ['guest', 'other'].map(name => pems(authority.issue(name, { names: [] })));
  const forged = pems(new Authority(t).issue('guest', { names: [] }));
  const { port } = await start(t, authority);
  const socket = client(t, port, authority.pem, guest);
  await socket.connected();
  const { isEncrypted, tls } = await socket.invoke('tls');
  assert.equal(isEncrypted, true);
  assert.equal(tls.certificate.subject, 'CN=guest');
  assert.equal(tls.certificate.isVerified, true);
  for (const identity of [other, forged, {}]) {
    const refused = new WebSocket(`wss://localhost:${port}/socketcluster/`, { ca: authority.pem, ...identity });
    const [error] = await within(once(refused, 'error'), 'the refusal');
    assert.match(error.message, /401/);
  }
});

test('without TLS there is nothing, whatever headers say', { timeout }, async t => {
  const { port } = await startConformanceApp(t, { scenario: 'tls' });
  const headers = {
    'X-Forwarded-Proto': 'https', 'X-SSL-Client-S-DN': 'CN=guest', 'X-Client-Cert': 'guest', 'X-SSL-Client-Verify': 'SUCCESS',
  };
  const { body } = await getPlain(port, '/tls', headers);
  assert.deepEqual(JSON.parse(body), { isEncrypted: false, tls: null });
  const refused = new WebSocket(`ws://localhost:${port}/socketcluster/`, { headers });
  const [error] = await within(once(refused, 'error'), 'the refusal');
  assert.match(error.message, /401/);
});
