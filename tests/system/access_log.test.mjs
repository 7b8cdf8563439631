// SPDX-License-Identifier: MIT
// The access log, and who it says the clients are behind proxies: PROXY protocol, X-Forwarded-For, Forwarded.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { HttpClient, get } from '../support/http_client.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { eventually } from '../support/processes.mjs';
import { startProgram } from '../support/program.mjs';
import { runToEnd } from '../support/server_process.mjs';

const layouts = {
  'one process': { workers: 0 },
  'one worker': { workers: 1 },
  'dealt by the master': { workers: 2 },
  'spread by the kernel': { workers: 2, schedulingPolicy: 'none' },
};

function newLog(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-access-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'access.log');
}

const readLines = file => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
const readEntries = file => readLines(file).map(line => JSON.parse(line));

// One request behind `prefix`; null when the connection ends without an answer.
async function ask(port, prefix, headers = '') {
  const client = await HttpClient.connect(port);
  client.write(Buffer.concat([Buffer.from(prefix, 'latin1'), Buffer.from(`GET /health-check HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)]));
  const response = await client.response();
  client.destroy();
  return response && response.status;
}

const line = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n';
const binary = '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x02\xc6\x33\x64\x02\x12\x34\x01\xbb';

for (const [name, layout] of Object.entries(layouts)) {
  test(`clients behind the PROXY protocol: ${name}`, async t => {
    const accessLog = newLog(t);
    const server = await startProgram(t, {
      options: { ...layout, accessLog, accessLogFormat: 'json', proxyProtocol: true, trustedProxies: ['127.0.0.0/8'] },
    });
    assert.equal(await ask(server.port, line), 200);
    assert.equal(await ask(server.port, binary), 200);
    assert.equal(await ask(server.port, 'PROXY UNKNOWN\r\n'), 200);
    assert.equal(await ask(server.port, ''), null);
    assert.equal(await ask(server.port, 'PROXY TCP4 1 2 3 4\r\n'), null);
    await server.stop();
    const clients = readEntries(accessLog).map(({ client }) => client.replace('::ffff:', ''));
    assert.deepEqual(clients.sort(), ['127.0.0.1', '192.0.2.1', '192.0.2.2']);
  });

  test(`a log that is moved away: ${name}`, async t => {
    const accessLog = newLog(t);
    const server = await startProgram(t, { options: { ...layout, accessLog } });
    for (let i = 0; i < 4; i++) assert.equal(await ask(server.port, ''), 200);
    await eventually(() => readLines(accessLog).length === 4, 'the first lines');
    fs.renameSync(accessLog, `${accessLog}.1`);
    server.child.kill('SIGHUP');
    await eventually(() => fs.existsSync(accessLog), 'the new file');
    for (let i = 0; i < 4; i++) assert.equal(await ask(server.port, ''), 200);
    await server.stop();
    assert.equal(readLines(accessLog).length + readLines(`${accessLog}.1`).length, 8);
  });
}

test('a connection from elsewhere needs no PROXY header, and cannot send one', async t => {
  const accessLog = newLog(t);
  const server = await startProgram(t, { options: { accessLog, proxyProtocol: true, trustedProxies: ['192.0.2.0/24', 'unix:'] } });
  assert.equal(await ask(server.port, ''), 200);
  assert.equal(await ask(server.port, line), 400);
});

test('a WebSocket and a refused request behind the PROXY protocol', async t => {
  const accessLog = newLog(t);
  const server = await startProgram(t, {
    options: { accessLog, accessLogFormat: 'json', proxyProtocol: true, trustedProxies: ['127.0.0.1'], workers: 0 },
  });
  const client = await HttpClient.connect(server.port);
  client.write(`${line}GET /socketcluster/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  assert.equal((await client.response()).status, 101);
  client.destroy();
  const broken = await HttpClient.connect(server.port);
  broken.write(`${line}nonsense\r\n\r\n`);
  assert.equal((await broken.response()).status, 400);
  broken.destroy();
  await server.stop();
  const entries = readEntries(accessLog).map(({ client: address, status, target }) => [address, status, target]);
  assert.deepEqual(entries, [['192.0.2.1', 101, '/socketcluster/'], ['192.0.2.1', 400, undefined]]);
});

test('clients behind trusted headers', async t => {
  const clientsOf = async (options, requests) => {
    const accessLog = newLog(t);
    const server = await startProgram(t, { options: { host: '127.0.0.1', workers: 0, accessLog, accessLogFormat: 'json', ...options } });
    for (const headers of requests) await ask(server.port, '', headers);
    await server.stop();
    return readEntries(accessLog).map(({ client }) => client);
  };
  const forwarded = ['X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.0.0.7\r\n', 'X-Forwarded-For: nonsense\r\n', ''];
  assert.deepEqual(await clientsOf({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'] }, forwarded), ['203.0.113.9', '127.0.0.1', '127.0.0.1']);
  assert.deepEqual(await clientsOf({ trustedProxies: ['10.0.0.0/8'] }, forwarded), ['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  assert.deepEqual(await clientsOf({}, forwarded), ['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  const standard = ['Forwarded: for="[2001:db8::1]:4711";proto=https, for=10.0.0.7\r\nX-Forwarded-For: 6.6.6.6\r\n'];
  assert.deepEqual(await clientsOf({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'], forwardedHeader: 'Forwarded' }, standard), ['2001:db8::1']);
});

test('lines are as of Apache, and a client cannot break them', async t => {
  const accessLog = newLog(t);
  const server = await startProgram(t, { options: { host: '127.0.0.1', workers: 0, accessLog } });
  await get(server.port, '/missing?a="b\\', { referer: 'http://x/', 'user-agent': 'a"b\\\u00e9\t' });
  await server.stop();
  assert.match(readLines(accessLog)[0],
    /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/missing\?a=\\"b\\\\ HTTP\/1\.1" \d{3} \d+ "http:\/\/x\/" "a\\"b\\\\\\xc3\\xa9"$/);
});

test('the log may be standard output', async t => {
  const server = await startProgram(t, { options: { accessLog: '-' } });
  await ask(server.port, '');
  await server.untilOutput(/"GET \/health-check HTTP\/1\.1" 200 2 "-" "-"\n/);
});

test('settings that cannot work are told in one line', async () => {
  const run = options => runToEnd([...programUnderTest('SC_SERVER', 'socketcluster'), 'start', '-p', '0'],
    { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) } });
  const missing = await run({ workers: 0, accessLog: '/nonexistent/access.log' });
  assert.match(missing.stderr, /cannot write the access log \/nonexistent\/access.log: No such file or directory/);
  assert.equal(missing.status.code, 1);
  assert.match((await run({ proxyProtocol: true })).stderr, /proxyProtocol needs trustedProxies/);
  assert.match((await run({ trustedProxies: ['10.0.0.0/99'] })).stderr, /trustedProxies: "10.0.0.0\/99" is neither/);
  assert.match((await run({ unixSocketMode: '888' })).stderr, /unixSocketMode is "888"/);
});
