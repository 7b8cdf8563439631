// SPDX-License-Identifier: MIT
// Clients over TLS, which verify the server: HTTPS, socketcluster-client, bare TLS, openssl s_client.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';

import { openClient } from '../interop/clients.mjs';

export const secure = (protocolOptions, options = {}) => ({ protocol: 'https', protocolOptions, ...options });

// Resolves with {status, body, headers, peer}; an own connection unless an agent is given.
export function get(port, ca, target = '/health-check', options = {}) {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', port, path: target, ca, servername: 'localhost', agent: false, ...options },
      async response => {
        const peer = response.socket.getPeerCertificate();
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), peer });
      });
    request.on('error', reject);
  });
}

export const client = (t, port, ca, wsOptions = {}) => openClient(t, '20.0.2', port, {
  secure: true, wsOptions: { ca, servername: 'localhost', ...wsOptions },
});

// What `openssl s_client` prints; it verifies, too. The last argument may be {input}: lines that it is given.
export function sClient(port, authority, ...args) {
  const { input } = typeof args.at(-1) === 'object' ? args.pop() : { input: '' };
  const { stdout, stderr } = spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', authority.file,
    '-verify_return_error', '-cipher', 'DEFAULT@SECLEVEL=0', ...args], { input, encoding: 'utf8' });
  return stdout + stderr;
}

// The same with a request, up to the end of its answer.
export const sClientRequest = (port, authority, ...args) => sClient(port, authority, '-ign_eof', ...args,
  { input: 'GET /health-check HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' });

// The contents of a certificate's files, as Node's clients want them.
export const pems = ({ key, cert }) => ({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });

// Resolves with a session, the ticket of TLS 1.2, and whether it had been resumed.
export function connectOnce(port, ca, options = {}) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options });
    const result = { session: null, ticket: null, resumed: false };
    socket.on('session', session => { result.session = session; });
    socket.on('secureConnect', () => {
      result.resumed = socket.isSessionReused();
      result.ticket = socket.getTLSTicket();
      socket.write('GET /health-check HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', () => {});
    socket.on('close', () => resolve(result));
    socket.on('error', reject);
  });
}
