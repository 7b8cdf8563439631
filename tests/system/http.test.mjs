// SPDX-License-Identifier: MIT
// The HTTP side of a running server: files, conditional requests, and clean refusals of what is malformed or too large.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';

import { HttpClient, get, request } from '../support/http_client.mjs';
import { startProgram } from '../support/program.mjs';
import { within } from '../support/wait.mjs';

// A server with a public directory in a folder that also holds a secret.
async function startWithFiles(t, options = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketcluster-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const files = {
    'secret.txt': 'secret', 'public/index.html': '<p>home</p>', 'public/app.js': 'let x;', 'public/a b.txt': 'space',
    'public/.hidden': 'secret', 'public/sub/index.html': '<p>sub</p>', 'public/big.bin': 'b'.repeat(3_000_000),
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  fs.symlinkSync(path.join(folder, 'secret.txt'), path.join(folder, 'public', 'link.txt'));
  return startProgram(t, { options: { public: path.join(folder, 'public'), ...options } });
}

test('files are served with type, length, date and tag', async t => {
  const { port } = await startWithFiles(t);
  const expected = {
    '/': ['<p>home</p>', /^text\/html/], '/app.js': ['let x;', /javascript/], '/a%20b.txt': ['space', /^text\/plain/],
    '/sub/': ['<p>sub</p>', /^text\/html/], '/app.js?v=1': ['let x;', /javascript/],
  };
  for (const [target, [body, type]] of Object.entries(expected)) {
    const response = await get(port, target);
    assert.equal(response.status, 200, target);
    assert.equal(response.body, body);
    assert.match(response.headers['content-type'], type);
    assert.ok(response.headers.etag && response.headers['last-modified']);
  }
  assert.equal((await get(port, '/big.bin')).body.length, 3_000_000);
});

test('a file that has not changed is not sent again', async t => {
  const { port } = await startWithFiles(t);
  const { headers } = await get(port, '/app.js');
  assert.equal((await get(port, '/app.js', { 'if-none-match': headers.etag })).status, 304);
  assert.equal((await get(port, '/app.js', { 'if-modified-since': headers['last-modified'] })).status, 304);
  assert.equal((await get(port, '/app.js', { 'if-none-match': '"other"' })).status, 200);
});

test('HEAD sends the headers only', async t => {
  const { port } = await startWithFiles(t);
  const client = await HttpClient.connect(port);
  client.write('HEAD /app.js HTTP/1.1\r\nHost: a\r\n\r\nGET /health-check HTTP/1.1\r\nHost: a\r\n\r\n');
  const head = await client.response({ head: true });
  assert.equal(head.headers['content-length'], '6');
  const health = await client.response();
  assert.deepEqual([health.status, health.body.trim()], [200, 'OK']);
  client.destroy();
});

test('parts, compressed forms and a page for what is missing, as node:http sees them', async t => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketcluster-forms-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const text = 'let line = 1;\n'.repeat(1000);
  const files = { 'app.js': text, 'assets/x.1f.css': 'a {}', '404.html': '<p>lost</p>', 'lib.js': text, 'lib.js.br': brotliCompressSync(text) };
  fs.mkdirSync(path.join(folder, 'assets'));
  const before = new Date(Date.now() - 60_000);
  for (const [name, content] of Object.entries(files)) {
    fs.writeFileSync(path.join(folder, name), content);
    fs.utimesSync(path.join(folder, name), before, before);
  }
  const { port } = await startProgram(t, { options: { public: folder, httpImmutable: ['/assets/'] } });
  const fetchRaw = (target, headers = {}) => within(new Promise((resolve, reject) => {
    http.get({ port, path: target, headers, agent: false }, response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject);
  }), target);

  const part = await fetchRaw('/app.js', { range: 'bytes=4-7' });
  assert.deepEqual([part.status, part.body.toString(), part.headers['content-range']], [206, 'line', `bytes 4-7/${text.length}`]);
  assert.equal((await fetchRaw('/app.js', { range: 'bytes=99999-' })).status, 416);
  const gzip = await fetchRaw('/app.js', { 'accept-encoding': 'gzip, br' });
  assert.deepEqual([gzip.headers['content-encoding'], gunzipSync(gzip.body).toString()], ['gzip', text]);
  const brotli = await fetchRaw('/lib.js', { 'accept-encoding': 'gzip, br' });
  assert.deepEqual([brotli.headers['content-encoding'], brotliDecompressSync(brotli.body).toString()], ['br', text]);
  assert.equal((await fetchRaw('/app.js')).headers['content-encoding'], undefined);
  const lost = await fetchRaw('/missing');
  assert.deepEqual([lost.status, lost.body.toString()], [404, '<p>lost</p>']);
  const asset = await fetchRaw('/assets/x.1f.css');
  assert.match(asset.headers['cache-control'], /immutable/);
  assert.equal(asset.headers.server, undefined);
});

const hidden = ['/secret.txt', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/sub/../../secret.txt', '/.hidden',
  '/%2ehidden', '/sub/%2e%2e/.hidden', '/link.txt', '//etc/passwd', '/etc/passwd', '/app.js%00.txt', '/..\\secret.txt', '/app.js/'];

test('nothing outside of the directory, and no dot file, is served', async t => {
  const { port } = await startWithFiles(t);
  for (const target of hidden) {
    const response = await get(port, target);
    assert.ok(response.status >= 400 && response.status < 500, `${target} gives ${response.status}`);
    assert.ok(!response.body.includes('secret'), target);
  }
});

const post = (headers, body = '') => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;

// name -> [request, statuses that are right]
const refused = {
  'garbage': ['\x16\x03\x01\x02\x00 nonsense\r\n\r\n', [400]],
  'no version': ['GET /\r\n\r\n', [400]],
  'another version': ['GET / HTTP/3.7\r\nHost: a\r\n\r\n', [400, 505]],
  'no host': ['GET / HTTP/1.1\r\n\r\n', [400]],
  'two hosts': ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', [400]],
  'a space before the colon': ['GET / HTTP/1.1\r\nHost : a\r\n\r\n', [400]],
  'a folded header': ['GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', [400]],
  'a zero byte in a header': ['GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n', [400]],
  'two lengths': [post('Content-Length: 1\r\nContent-Length: 2', 'xx'), [400]],
  'a negative length': [post('Content-Length: -1'), [400]],
  'length and chunks': [post('Content-Length: 3\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), [400]],
  'a bad chunk size': [post('Transfer-Encoding: chunked', 'zz\r\nx\r\n0\r\n\r\n'), [400]],
  'an unknown coding': [post('Transfer-Encoding: gzip', 'x'), [400, 501]],
  'a long target': [`GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, [414]],
  'a long header': [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20000)}\r\n\r\n`, [431]],
  'many headers': [`GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(200)}\r\n`, [431]],
  'a body that is announced too long': [post('Content-Length: 99999999'), [413]],
  'chunks that are too long together': [post('Transfer-Encoding: chunked', `200000\r\n${'x'.repeat(0x200000)}\r\n0\r\n\r\n`), [413]],
  'an unknown method': ['BREW / HTTP/1.1\r\nHost: a\r\n\r\n', [405, 501]],
};

test('what is malformed or too large is refused cleanly', async t => {
  const server = await startWithFiles(t);
  for (const [name, [text, statuses]] of Object.entries(refused)) {
    await t.test(name, async () => {
      const response = await request(server.port, text);
      assert.ok(response, 'the connection ended without an answer');
      assert.ok(statuses.includes(response.status), `status ${response.status}, not one of ${statuses}`);
    });
  }
  assert.equal((await get(server.port, '/health-check')).status, 200);
});

test('a request that does not come to its end is given up with 408', async t => {
  const { port } = await startWithFiles(t, { httpHeaderTimeout: 300 });
  const client = await HttpClient.connect(port);
  client.write('GET / HTTP/1.1\r\nHost: a\r\n');
  assert.equal((await client.response()).status, 408);
  await client.untilEnded();
  client.destroy();
});

test('an idle connection is closed without a word', async t => {
  const { port } = await startWithFiles(t, { httpKeepAliveTimeout: 300 });
  const client = await HttpClient.connect(port);
  client.write('GET /health-check HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal((await client.response()).status, 200);
  assert.equal(await client.response(), null);
  client.destroy();
});

test('pipelined requests are answered in order on one connection', async t => {
  const { port } = await startWithFiles(t);
  const client = await HttpClient.connect(port);
  const targets = ['/app.js', '/', '/missing', '/health-check', '/sub/'];
  client.write(targets.map(target => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
  const statuses = [];
  for (const _ of targets) statuses.push((await client.response()).status);
  assert.deepEqual(statuses, [200, 200, 404, 200, 200]);
  client.write('GET /app.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.equal((await client.response()).status, 200);
  await client.untilEnded();
  client.destroy();
});

test('a client that has ended its side still gets its answer', async t => {
  const { port } = await startWithFiles(t);
  const client = await HttpClient.connect(port);
  client.write('GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n');
  client.finish();
  assert.equal((await client.response()).body.length, 3_000_000);
  await client.untilEnded();
  client.destroy();
});
