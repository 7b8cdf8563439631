// SPDX-License-Identifier: MIT
// `socketcluster health` asks servers that serve TLS, and says what is wrong with them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import test from 'node:test';

import { Authority } from '../support/certificates.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { runProgram, startProgram } from '../support/program.mjs';
import { runToEnd } from '../support/server_process.mjs';

const timeout = 120000;
const secure = (protocolOptions, options = {}) => ({ workers: 0, protocol: 'https', protocolOptions, ...options });
const health = (...args) => runProgram('health', ...args);

async function isWell(url, ...args) {
  const { status, stdout, stderr } = await health('--url', url, ...args);
  assert.equal(status.code, 0, stderr);
  assert.match(stdout, /^https:\/\/.*: 200 OK\n$/);
}
async function isIll(expected, url, ...args) {
  const { status, stdout, stderr } = await health('--url', url, ...args);
  assert.equal(status.code, 1, stdout);
  assert.match(stderr, expected);
  assert.equal(stderr.split('\n').length, 2, stderr);
}

test('the server that the options describe is asked over TLS, whatever its name is', { timeout }, async t => {
  const authority = new Authority(t);
  const options = secure(authority.issue('app.test', { names: ['DNS:app.test'] }));
  const { port } = await startProgram(t, { options });
  const { status, stdout, stderr } = await runToEnd([...programUnderTest('SC_SERVER', 'socketcluster'), 'health', '-p', String(port)],
    { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) } });
  assert.equal(status.code, 0, stderr);
  assert.equal(stdout, `https://127.0.0.1:${port}/health-check: 200 OK\n`);
});

test('the certificate is verified where a URL is given', { timeout }, async t => {
  const authority = new Authority(t);
  const stranger = new Authority(t, 'Another CA');
  const { port } = await startProgram(t, { options: secure(authority.issue('a.test', { names: ['DNS:localhost'] })) });
  const url = `https://localhost:${port}`;
  await isWell(url, '--ca', authority.file);
  await isWell(url, '--insecure');
  await isIll(/the certificate is not valid: .*issuer/, url);
  await isIll(/the certificate is not valid: /, url, '--ca', stranger.file);
  await isIll(/the certificate is not valid: IP address mismatch/, `https://127.0.0.1:${port}`, '--ca', authority.file);
  await isIll(/--ca '\/none' cannot be used/, url, '--ca', '/none');
});

test('a server that wants a certificate gets one', { timeout }, async t => {
  const authority = new Authority(t);
  const own = authority.issue('probe', { names: [] });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const { port } = await startProgram(t, {
      options: secure({ ...authority.issue('a.test'), requestCert: true, ca: authority.file, maxVersion }),
    });
    const url = `https://localhost:${port}`;
    await isWell(url, '--ca', authority.file, '--cert', own.cert, '--key', own.key);
    await isIll(maxVersion === 'TLSv1.3' ? /the server wants a certificate: give --cert and --key/ : /no TLS: .*handshake failure/, url,
      '--ca', authority.file);
    await isIll(/--key '.*' cannot be used/, url, '--cert', own.cert, '--key', authority.path('ca.key'));
    await isIll(/--key '.*' cannot be used/, url, '--cert', own.cert);
  }
  const both = authority.path('both.pem');
  fs.writeFileSync(both, fs.readFileSync(own.cert) + fs.readFileSync(own.key));
  const { port } = await startProgram(t, { options: secure({ ...authority.issue('b.test'), requestCert: true, ca: authority.file }) });
  await isWell(`https://localhost:${port}`, '--ca', authority.file, '--cert', both);
});

test('peers that are no healthy TLS server', { timeout }, async t => {
  const authority = new Authority(t);
  const { port: plain } = await startProgram(t, { options: { workers: 0 } });
  await isIll(/no TLS: wrong version number/, `https://127.0.0.1:${plain}`, '--insecure');

  const { key, cert } = authority.issue('a.test');
  const sick = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) },
    (request, response) => response.writeHead(503).end());
  const silent = net.createServer(() => {});
  const rude = net.createServer(socket => socket.once('data', () => socket.destroy()));
  for (const server of [sick, silent, rude]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => { server.close(); server.closeAllConnections?.(); });
  }
  const url = server => `https://127.0.0.1:${server.address().port}`;
  await isIll(/: 503 Service Unavailable/, url(sick), '--insecure');
  await isIll(/Connection timed out/, url(silent), '--timeout', '200');
  await isIll(/closed before an answer came|Connection reset/, url(rude), '--insecure');
});
