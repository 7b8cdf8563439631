// SPDX-License-Identifier: MIT
// Master, workers and brokers: who starts whom, who survives whom, and what is left when they end.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import test from 'node:test';

import { connectClient } from '../interop/clients.mjs';
import { get } from '../support/http_client.mjs';
import { startInstance } from '../support/instance.mjs';
import { childrenOf, eventually, isAlive } from '../support/processes.mjs';
import { startProgram } from '../support/program.mjs';
import { Inbox } from '../support/wait.mjs';

const timeout = 120000;
const version = '20.0.2';

test('an instance has a master, its workers and its brokers', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 3, brokers: 2 });
  const processes = await instance.processes();
  assert.deepEqual(processes.map(({ role, id }) => [role, id]), [
    ['master', undefined], ['worker', 0], ['worker', 1], ['worker', 2], ['broker', 0], ['broker', 1]]);
  assert.equal(processes[0].pid, instance.pid);
  assert.deepEqual(childrenOf(instance.pid).sort(), processes.slice(1).map(({ pid }) => pid).sort());
});

test('without workers one process does everything', { timeout }, async t => {
  const server = await startProgram(t, { options: { workers: 0 } });
  assert.deepEqual(childrenOf(server.child.pid), []);
  assert.equal((await get(server.port, '/health-check')).status, 200);
});

test('SIGTERM leaves no process behind', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2, brokers: 2 });
  const children = childrenOf(instance.pid);
  assert.equal(children.length, 4);
  await instance.server.stop();
  assert.deepEqual(children.filter(isAlive), []);
});

test('SIGTERM to all processes at once is an orderly end, too', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2 });
  const client = await connectClient(t, version, instance.port);
  for (const pid of childrenOf(instance.pid)) process.kill(pid, 'SIGTERM');
  await instance.server.stop();
  assert.equal((await client.disconnects.count(1))[0].code, 1001);
});

for (const workers of [0, 1]) {
  test(`a signal that npm or timeout sends twice is one, with ${workers} workers`, { timeout }, async t => {
    const server = await startProgram(t, { options: { workers } });
    const client = await connectClient(t, version, server.port);
    server.child.kill('SIGINT');
    server.child.kill('SIGTERM');
    await server.exited();
    assert.deepEqual(server.status, { code: 0, signal: null });
    assert.equal((await client.disconnects.count(1))[0].code, 1001);
  });
}

test('nothing outlives a master that is killed', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2, brokers: 1 });
  const children = childrenOf(instance.pid);
  await instance.server.kill();
  await eventually(() => !children.some(isAlive), 'all processes to end');
});

for (const role of ['worker', 'broker']) {
  test(`a ${role} that is killed is started again`, { timeout }, async t => {
    const instance = await startInstance(t, { workers: 2, brokers: 2 });
    const before = (await instance.processes()).find(process => process.role === role && process.id === 1);
    process.kill(before.pid, 'SIGKILL');
    const after = await instance.replaced(before);
    assert.equal(after.restarts, 1);
    await instance.server.untilOutput(new RegExp(`error master .*${role} 1 \\(PID ${before.pid}\\) was killed by SIGKILL`));
  });
}

test('clients of a dead worker come back to another one; those of the others notice nothing', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2 });
  const clients = [await connectClient(t, version, instance.port), await connectClient(t, version, instance.port)];
  const inboxes = await Promise.all(clients.map(client => client.subscribed('news')));
  const [victim] = await instance.workers();
  process.kill(victim.pid, 'SIGKILL');
  await instance.replaced(victim);
  await Promise.any(clients.map(client => client.connected(2)));
  assert.equal(clients.filter(client => client.connects.items.length === 2).length, 1);
  const survivor = clients.find(client => client.connects.items.length === 1);
  assert.deepEqual(survivor.disconnects.items, []);
  await Promise.all(clients.map(client => client.subscribes.count(client.connects.items.length)));
  await survivor.publish('news', 'still here');
  for (const inbox of inboxes) assert.deepEqual(await inbox.count(1), ['still here']);
});

test('connections are dealt out evenly', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 4 });
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => openRaw(instance.port)));
  const counts = await eventually(async () => {
    const pending = (await instance.workers()).map(({ pendingClients }) => pendingClients);
    return pending.reduce((sum, n) => sum + n, 0) === 1000 ? pending : null;
  }, 'all connections to be counted');
  sockets.forEach(socket => socket.destroy());
  assert.deepEqual(counts, [250, 250, 250, 250]);
});

// A WebSocket without a handshake: it is pending.
async function openRaw(port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.write('GET /socketcluster/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 101 /);
  return socket;
}

test('who connects while a worker dies gets another one', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 4 });
  const workers = await instance.workers();
  const silent = await Promise.all(Array.from({ length: 400 }, async () => {
    const socket = net.connect(instance.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }));
  process.kill(workers[2].pid, 'SIGKILL');
  const statuses = await Promise.all(silent.map(async socket => {
    socket.write('GET /health-check HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const [answer] = await once(socket, 'data');
    return Number(String(answer).split(' ')[1]);
  }));
  assert.deepEqual(statuses.filter(status => status !== 200), []);
  await instance.replaced(workers[2]);
});

for (const options of [{ workers: 1 }, { workers: 3 }, { workers: 3, schedulingPolicy: 'none' }]) {
  test(`SIGUSR2 replaces the workers and refuses nobody: ${JSON.stringify(options)}`, { timeout }, async t => {
    const instance = await startInstance(t, { workers: options.workers, options });
    const before = await instance.workers();
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectClient(t, version, instance.port)));
    const inboxes = await Promise.all(clients.map(client => client.subscribed('news')));
    const failures = new Inbox('failures');
    let isOver = false;
    const connecting = (async () => {
      for (let n = 0; !isOver; ++n) {
        const response = await get(instance.port, '/health-check').catch(error => ({ status: error.message }));
        if (response?.status !== 200) failures.push({ n, status: response?.status });
      }
    })();
    process.kill(instance.pid, 'SIGUSR2');
    for (const worker of before) await instance.replaced(worker);
    await eventually(() => !before.some(({ pid }) => isAlive(pid)), 'the old workers to end');
    isOver = true;
    await connecting;
    assert.deepEqual(failures.items, []);
    await Promise.all(clients.map(client => client.connected(2)));
    // The client's own word for a close that it notices when it wants to send is 1005; it comes back at once, too.
    for (const { code } of clients.flatMap(client => client.disconnects.items)) assert.ok([4001, 1005].includes(code), `${code}`);
    // Some met a worker that was replaced after their own.
    await eventually(async () => (await instance.workers()).reduce((sum, worker) => sum + worker.clients, 0) === 10
      && clients.every(client => client.subscribes.items.length === client.connects.items.length
        && client.connects.items.length === client.disconnects.items.length + 1), 'everybody to be back');
    await clients[0].publish('news', 'after');
    for (const inbox of inboxes) await inbox.until(item => item === 'after', 'the message after the replacement');
  });
}

test('a worker that dies again and again ends the instance', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2, options: { restartBudget: 2 } });
  let [victim] = await instance.workers();
  for (let n = 0; n < 2; ++n) {
    process.kill(victim.pid, 'SIGKILL');
    victim = await instance.replaced(victim);
  }
  process.kill(victim.pid, 'SIGKILL');
  await instance.server.exited();
  assert.deepEqual(instance.server.status, { code: 1, signal: null });
  assert.match(instance.server.stderr, /worker 0 has ended more than 2 times within a minute/);
});

test('another SIGTERM ends everything at once', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2, options: { processTermTimeout: 100000, forceKillTimeout: 200000 } });
  const workers = await instance.workers();
  process.kill(workers[0].pid, 'SIGSTOP');   // it will not end by itself
  process.kill(instance.pid, 'SIGTERM');
  await eventually(() => !isAlive(workers[1].pid), 'the other worker to end');
  await eventually(() => !instance.server.child.kill('SIGTERM'), 'the master to end');
  await instance.server.exited();
  assert.deepEqual(instance.server.status, { code: 0, signal: null });
});

test('a worker that does not end is killed after forceKillTimeout', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 1, options: { forceKillTimeout: 100, processTermTimeout: 50 } });
  const [worker] = await instance.workers();
  process.kill(worker.pid, 'SIGSTOP');
  await instance.server.stop();
  assert.match(instance.server.stderr, /worker 0 \(PID \d+\) does not end and gets SIGHUP/);
});
