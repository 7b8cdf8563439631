// SPDX-License-Identifier: MIT
// The port of plain HTTP that sends clients to HTTPS, with clients that follow it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { promisify } from 'node:util';

import { Authority } from '../support/certificates.mjs';
import { startInstance } from '../support/instance.mjs';
import { requireFrom } from '../support/npm.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { startProgram } from '../support/program.mjs';
import { runToEnd } from '../support/server_process.mjs';
import { TcpClient } from '../support/tcp.mjs';
import { get, secure } from '../support/tls.mjs';
import { within } from '../support/wait.mjs';

const WebSocket = requireFrom('tests/system')('ws');
const timeout = 120000;

// One that is free now. On an address of its own, which nobody takes ports of at random.
const host = '127.0.0.7';
async function freePort() {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function start(t, authority, options) {
  const httpRedirectPort = await freePort();
  const all = secure(authority.issue('a.test', { names: ['DNS:localhost', `IP:${host}`] }), { host, httpRedirectPort, ...options });
  return { ...await startProgram(t, { options: all }), plain: httpRedirectPort };
}

// What the server answers to these bytes, until it closes.
async function answerTo(port, bytes) {
  const socket = await TcpClient.connect(port, host);
  socket.socket.write(bytes);
  await socket.condition.until(() => socket.closed || socket.ended, 'the end of the answer');
  socket.socket.destroy();
  return socket.received.toString();
}

const layouts = [{ workers: 0 }, { workers: 1 }, { workers: 2 }, { workers: 2, schedulingPolicy: 'none' }];
for (const layout of layouts) {
  test(`plain HTTP is sent to HTTPS: ${JSON.stringify(layout)}`, { timeout }, async t => {
    const authority = new Authority(t);
    const { port, plain } = await start(t, authority, layout);
    for (let i = 0; i < 4; ++i) {
      const answer = await answerTo(plain, `GET /health-check?x=1 HTTP/1.1\r\nHost: ${host}:${plain}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 301 Moved Permanently\r\n/);
      assert.match(answer, new RegExp(`\r\nLocation: https://${host}:${port}/health-check\\?x=1\r\n`));
      assert.match(answer, /\r\nConnection: close\r\n/);
      assert.match(answer, /\r\nContent-Length: [1-9]\d*\r\n/);
    }
    const [, location] = /Location: (.*)\r/.exec(await answerTo(plain, `GET /health-check HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    assert.equal((await get(new URL(location).port, authority.pem, '/health-check', { host })).body.toString(), 'OK');
    assert.match(await answerTo(plain, 'GET / HTTP/1.1\r\nHost: evil"host\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await answerTo(plain, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });
}

test('fetch and ws follow it, and a POST stays one', { timeout }, async t => {
  const authority = new Authority(t);
  const { plain } = await start(t, authority, { workers: 1 });
  const fetched = async method => {
    const program = `fetch('http://${host}:${plain}/health-check', { method: '${method}' })
      .then(async ({ status, redirected, url }) => console.log(status, redirected, new URL(url).protocol))`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority.file };
    return (await promisify(execFile)(process.execPath, ['-e', program], { env })).stdout.trim();
  };
  assert.equal(await fetched('GET'), '200 true https:');
  assert.equal(await fetched('POST'), '405 true https:');  // only GET is answered there

  const socket = new WebSocket(`ws://${host}:${plain}/socketcluster/`, { followRedirects: true, ca: authority.pem });
  await within(once(socket, 'open'), 'a socket by way of the redirect');
  assert.match(socket.url, /^(wss|https):/);
  socket.terminate();
  const strict = new WebSocket(`ws://${host}:${plain}/socketcluster/`);
  const [error] = await within(once(strict, 'error'), 'the answer to the upgrade');
  assert.match(error.message, /301/);
});

test('the port that clients are sent to may be another one', { timeout }, async t => {
  const { plain } = await start(t, new Authority(t), { workers: 1, httpRedirectTargetPort: 443 });
  assert.match(await answerTo(plain, 'GET /x HTTP/1.1\r\nHost: a.test:80\r\n\r\n'), /\r\nLocation: https:\/\/a\.test\/x\r\n/);
});

test('while workers are killed and replaced nobody is refused', { timeout }, async t => {
  const authority = new Authority(t);
  const httpRedirectPort = await freePort();
  const instance = await startInstance(t, { workers: 2, options: secure(authority.issue('a.test'), { host, httpRedirectPort }) });
  let isOver = false;
  const load = (async () => {
    let count = 0;
    for (; !isOver; ++count) {
      assert.match(await answerTo(httpRedirectPort, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'), /^HTTP\/1\.1 301 /);
    }
    return count;
  })();
  const before = await instance.workers();
  process.kill(instance.pid, 'SIGUSR2');
  await Promise.all(before.map(worker => instance.replaced(worker)));
  isOver = true;
  assert.ok(await load > 0);

  const after = await instance.workers();
  for (const { pid } of after) process.kill(pid, 'SIGKILL');
  assert.match(await answerTo(httpRedirectPort, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'), /^HTTP\/1\.1 301 /);
});

test('every encrypted answer has strictTransportSecurity, and no other', { timeout }, async t => {
  const authority = new Authority(t);
  const strictTransportSecurity = 'max-age=600; includeSubDomains';
  const { port, plain } = await start(t, authority, { workers: 0, strictTransportSecurity });
  for (const [target, status] of [['/health-check', 200], ['/missing', 404], ['/socketcluster/', 501]]) {
    const answer = await get(port, authority.pem, target, { host });
    assert.equal(answer.status, status);
    assert.equal(answer.headers['strict-transport-security'], strictTransportSecurity);
  }
  const redirect = await answerTo(plain, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  assert.match(redirect, /^HTTP\/1\.1 301 /);
  assert.doesNotMatch(redirect, /strict-transport/i);
});

test('each wrong option is one line that names it', { timeout }, async t => {
  const authority = new Authority(t);
  const identity = authority.issue('a.test');
  const taken = net.createServer().listen(0, host);
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address();
  const cases = [
    [{ strictTransportSecurity: 'max-age=600' }, /strictTransportSecurity needs protocol https/],
    [secure(identity, { strictTransportSecurity: '600' }), /strictTransportSecurity must be like max-age=31536000/],
    [{ httpRedirectPort: 8080 }, /httpRedirectPort needs protocol https/],
    [secure(identity, { httpRedirectPort: 8000, port: 8000 }), /httpRedirectPort is 8000, but must be another one than port/],
    [secure(identity, { httpRedirectPort: 8080, host: '/tmp/x.sock' }), /httpRedirectPort cannot be used when host is a UNIX socket/],
    [secure(identity, { httpRedirectPort: 70000 }), /httpRedirectPort is 70000, but must be/],
    [secure(identity, { host, port: 0, httpRedirectPort: port }), /port is in use; .* choose another port \(httpRedirectPort\)/],
    [secure(identity, { host, port: 0, httpRedirectPort: port, workers: 0 }), /port is in use; .* choose another port \(httpRedirectPort\)/],
  ];
  for (const [options, expected] of cases) {
    const { status, stderr } = await runToEnd([...programUnderTest('SC_SERVER', 'socketcluster'), 'start'], {
      env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) },
    });
    assert.ok(status.code > 0, `${JSON.stringify(options)} was accepted`);
    assert.match(stderr, expected);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});

const mayAll = Number(fs.readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) <= 80;
test('a port below 1024 without the right to it is one line with the remedy', { timeout, skip: mayAll }, async t => {
  const options = secure(new Authority(t).issue('a.test'), { host, port: 0, httpRedirectPort: 80 });
  const withoutRight = process.getuid() === 0 ? ['setpriv', '--bounding-set=-net_bind_service'] : [];
  const { status, stderr } = await runToEnd([...withoutRight, ...programUnderTest('SC_SERVER', 'socketcluster'), 'start'], {
    env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) },
  });
  assert.equal(status.code, 1);
  assert.match(stderr, /port 80: ports below 1024 need root or the CAP_NET_BIND_SERVICE capability; .*\(httpRedirectPort\)/);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
});

