// SPDX-License-Identifier: MIT
// `socketcluster health` against running servers, broken ones and none.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { programUnderTest } from '../support/paths.mjs';
import { runProgram, startProgram } from '../support/program.mjs';
import { runToEnd, ServerProcess } from '../support/server_process.mjs';

// A server that answers every connection with `answer`, or never.
async function startPeer(t, answer) {
  const sockets = new Set();
  const server = net.createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (answer !== undefined) socket.once('data', () => socket.end(answer));
  });
  await new Promise(resolve => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => { for (const socket of sockets) socket.destroy(); server.close(); });
  return String(server.address().port);
}

test('a server that serves is well', async t => {
  const { port } = await startProgram(t, { options: { workers: 1 } });
  for (const args of [['-p', String(port)], ['--url', `http://localhost:${port}`], ['--url', `http://127.0.0.1:${port}/health-check`]]) {
    const { status, stdout, stderr } = await runProgram('health', ...args);
    assert.equal(status.code, 0, stderr);
    assert.match(stdout, new RegExp(`^http://(127\\.0\\.0\\.1|localhost):${port}/health-check: 200 OK\\n$`));
    assert.equal(stderr, '');
  }
});

test('the variables of the server say where it is asked', async t => {
  const { port } = await startProgram(t, { options: { workers: 1, host: '::1' } });
  const { status, stdout, stderr } = await runToEnd([...programUnderTest('SC_SERVER', 'socketcluster'), 'health'],
    { env: { SOCKETCLUSTER_PORT: String(port), SOCKETCLUSTER_HOST: '::' } });
  assert.equal(status.code, 0, stderr);
  assert.equal(stdout, `http://[::1]:${port}/health-check: 200 OK\n`);
});

test('a server on a UNIX socket is asked there', async t => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const host = path.join(folder, 'app.sock');
  const server = new ServerProcess([...programUnderTest('SC_SERVER', 'socketcluster'), 'start'],
    { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify({ workers: 1, host }) } });
  t.after(() => server.kill());
  await server.untilOutput(/Socket: .*app\.sock/);
  const { status, stdout, stderr } = await runProgram('health', '--host', host);
  assert.equal(status.code, 0, stderr);
  assert.equal(stdout, `unix:${host}:/health-check: 200 OK\n`);
  await server.stop();
  const after = await runProgram('health', '--host', `unix:${host}`);
  assert.equal(after.status.code, 1);
  assert.equal(after.stderr, `unix:${host}:/health-check: No such file or directory\n`);
});

test('another path may be asked for', async t => {
  const { port } = await startProgram(t, { options: { workers: 1 } });
  const { status, stderr } = await runProgram('health', '--url', `http://127.0.0.1:${port}/nothing`);
  assert.equal(status.code, 1);
  assert.equal(stderr, `http://127.0.0.1:${port}/nothing: 404 Not Found\n`);
});

for (const [what, answer, said] of [
  ['does not answer', undefined, 'Connection timed out'],
  ['hangs up', '', 'the connection was closed before an answer came'],
  ['is ill', 'HTTP/1.1 503 Service Unavailable\r\n\r\n', '503 Service Unavailable'],
  ['speaks something else', `${'220 smtp '.repeat(300)}\r\n`, 'this is no HTTP server'],
  ['begins like HTTP', 'HTTP/1.\r\n', 'this is no HTTP server'],
]) {
  test(`a server that ${what} is not well`, async t => {
    const port = await startPeer(t, answer);
    const { status, stdout, stderr } = await runProgram('health', '-p', port, '--timeout', answer === undefined ? '100' : '10s');
    assert.equal(status.code, 1);
    assert.equal(stderr, `http://127.0.0.1:${port}/health-check: ${said}\n`);
    assert.equal(stdout, '');
  });
}

test('no server is not well, and a wrong question is a mistake', async t => {
  const { port } = await startProgram(t, { options: { workers: 0 } });
  const free = net.createServer();
  await new Promise(resolve => { free.listen(0, '127.0.0.1', resolve); });
  const unused = free.address().port;
  await new Promise(resolve => { free.close(resolve); });
  const nobody = await runProgram('health', '-p', String(unused));
  assert.equal(nobody.status.code, 1);
  assert.equal(nobody.stderr, `http://127.0.0.1:${unused}/health-check: Connection refused\n`);
  for (const args of [['-p', '0'], ['--url', 'ftp://a'], ['--url', 'http://'], ['--url', `http://a b:${port}`], ['--url', 'http://[::1'],
    ['--url', `http://user@127.0.0.1:${port}`]]) {
    const { status, stderr } = await runProgram('health', ...args);
    assert.equal(status.code, 2, args.join(' '));
    assert.equal(stderr.split('\n').length, 2);
  }
});
