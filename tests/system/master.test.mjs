// SPDX-License-Identifier: MIT
// What the code in a master, its workers and brokers can tell each other, and make the master do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { connectClient } from '../interop/clients.mjs';
import { get } from '../support/http_client.mjs';
import { startProcessApp } from '../support/instance.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { childrenOf, eventually, isAlive, isZombie } from '../support/processes.mjs';

const timeout = 120000;

const connect = (t, instance) => connectClient(t, '20.0.2', instance.port);
const ask = (client, what, more = {}) => client.invoke('askMaster', { do: what, ...more });
const history = client => ask(client, 'history');

test('a worker and its master answer each other', { timeout }, async t => {
  const instance = await startProcessApp(t, { workers: 2, options: { ipcAckTimeout: 200 } });
  const client = await connect(t, instance);
  assert.deepEqual(await ask(client, 'echo', { text: '\u00fc', list: [1, null] }), { do: 'echo', text: '\u00fc', list: [1, null] });
  await assert.rejects(ask(client, 'refuse'), { name: 'NopeError', message: 'nope', hint: { do: 'refuse' } });
  await assert.rejects(ask(client, 'nothing'), { name: 'TimeoutError', message: 'IPC response timed out' });
  assert.deepEqual(await ask(client, 'toWorker', { id: 1, data: 'hi' }), { worker: 1, data: 'hi' });
  await assert.rejects(ask(client, 'toWorker', { id: 2, data: 'hi' }), { message: 'Worker with id 2 does not exist' });
});

test('a broker and its master answer each other', { timeout }, async t => {
  const instance = await startProcessApp(t, { brokers: 2 });
  const client = await connect(t, instance);
  assert.deepEqual(await ask(client, 'toBroker', { id: 1, data: [2] }), { broker: 1, data: [2] });
  assert.deepEqual(await ask(client, 'toBroker', { id: 0, data: 'ask back' }), { answer: { from: 0, data: 'from a broker' } });
  await assert.rejects(ask(client, 'toBroker', { id: 2, data: 'hi' }), { message: 'Broker with id 2 does not exist' });
});

test('every worker knows which one it is', { timeout }, async t => {
  const instance = await startProcessApp(t, { workers: 2, options: { instanceId: 'this-one' } });
  const clients = [await connect(t, instance), await connect(t, instance)];
  const answers = await Promise.all(clients.map(client => client.invoke('who')));
  const pids = (await instance.workers()).map(({ pid }) => pid);
  assert.deepEqual(answers.sort((a, b) => a.id - b.id), [
    { id: 0, pid: pids[0], isLeader: true, instanceId: 'this-one' },
    { id: 1, pid: pids[1], isLeader: false, instanceId: 'this-one' }]);
});

test('what the master throws does not end it', { timeout }, async t => {
  const instance = await startProcessApp(t);
  const client = await connect(t, instance);
  await assert.rejects(ask(client, 'throw'), { message: 'thrown by the master' });
  await instance.server.untilOutput(/the workerMessage handler threw: thrown by the master/);
  assert.deepEqual(await ask(client, 'echo'), { do: 'echo' });
});

test('the master hears of starts, ends and errors', { timeout }, async t => {
  const instance = await startProcessApp(t, { workers: 2 });
  const [first, second] = await instance.workers();
  const [broker] = await instance.brokers();
  const client = await connect(t, instance);
  const before = await history(client);
  assert.deepEqual(before[0], ['brokerStart', 0, broker.pid, false]);
  assert.deepEqual(before.slice(1, 3).sort(), [['workerStart', 0, first.pid, false], ['workerStart', 1, second.pid, false]]);
  assert.deepEqual(before[3], ['ready']);
  const { id } = await client.invoke('who');
  const victim = id === 0 ? second : first;
  process.kill(victim.pid, 'SIGKILL');
  const successor = await instance.replaced(victim);
  const events = (await history(client)).slice(before.length);
  const has = wanted => assert.ok(events.some(event => JSON.stringify(event) === JSON.stringify(wanted)), `${JSON.stringify(wanted)} in ${JSON.stringify(events)}`);
  has(['workerExit', { id: victim.id, pid: victim.pid, code: null, signal: 9 }]);
  has(['workerStart', victim.id, successor.pid, true]);
  has(['fail', 'master', 0, `worker ${victim.id} (PID ${victim.pid}) was killed by SIGKILL`]);
});

for (const [role, what] of [['worker', 'killWorkers'], ['broker', 'killBrokers']]) {
  for (const more of [{}, { immediately: true }]) {
    test(`${what} ${JSON.stringify(more)} makes new ones take their place`, { timeout }, async t => {
      const instance = await startProcessApp(t, { workers: 2, brokers: 2 });
      const before = (await instance.processes()).filter(process => process.role === role);
      const client = await connect(t, instance);
      client.call('askMaster', { do: what, ...more }).catch(() => {});   // its own worker may go first
      for (const process of before) await instance.replaced(process);
      assert.deepEqual(before.filter(({ pid }) => isAlive(pid)), []);
    });
  }
}

test('the master can end the instance', { timeout }, async t => {
  const instance = await startProcessApp(t);
  const client = await connect(t, instance);
  client.call('askMaster', { do: 'shutdown' }).catch(() => {});
  await instance.server.exited();
  assert.deepEqual(instance.server.status, { code: 0, signal: null });
});

test('a worker with too much memory is replaced, and its successor serves', { timeout }, async t => {
  const instance = await startProcessApp(t, {
    workers: 2, options: { killWorkerMemoryThreshold: 200e6, workerStatusInterval: 50 },
  });
  const client = await connect(t, instance);
  const { id, pid } = await client.invoke('who');
  await client.invoke('eat', 250e6);
  await instance.replaced({ role: 'worker', id, pid });
  await eventually(() => !isAlive(pid), 'the large worker to end');
  await instance.server.untilOutput(/warning worker \d .*ResourceLimitError: worker \d uses \d+ bytes/);
  await client.connected(2);
});

// A copy of the program in a directory of its own.
function copyProgram(t) {
  const [original] = programUnderTest('SC_PROCESS_APP', 'process_app');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-reload-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const program = path.join(folder, 'app');
  fs.copyFileSync(original, program);
  return {
    program,
    replace: write => {
      write(`${program}.new`);
      fs.renameSync(`${program}.new`, program);
    },
    original,
  };
}

test('a replaced worker runs the new executable', { timeout }, async t => {
  const { program, replace, original } = copyProgram(t);
  const instance = await startProcessApp(t, { workers: 2, program });
  const before = await instance.workers();
  replace(file => fs.copyFileSync(original, file));
  process.kill(instance.pid, 'SIGUSR2');
  for (const worker of before) {
    const { pid } = await instance.replaced(worker);
    assert.equal(fs.statSync(`/proc/${pid}/exe`).ino, fs.statSync(program).ino);
  }
  await eventually(() => !before.some(({ pid }) => isAlive(pid)), 'the old workers to end');
});

for (const [name, content] of [['ends at once', '#!/bin/sh\nexit 1\n'], ['cannot be run', 'no program']]) {
  test(`when the new executable ${name}, the old workers go on`, { timeout }, async t => {
    const { program, replace } = copyProgram(t);
    const instance = await startProcessApp(t, { workers: 2, program });
    const before = (await instance.workers()).map(({ pid }) => pid);
    replace(file => fs.writeFileSync(file, content, { mode: 0o755 }));
    process.kill(instance.pid, 'SIGUSR2');
    await instance.server.untilOutput(/the replacement of workers has ended: a new worker does not come to serve/);
    assert.deepEqual((await instance.workers()).map(({ pid }) => pid), before);
    assert.equal((await get(instance.port, '/health-check')).status, 200);
  });
}

const canUnshare = process.getuid() === 0 && fs.existsSync('/usr/bin/unshare');

test('as the first process of a container the master takes orphans', { timeout, skip: !canUnshare && 'needs root' }, async t => {
  const instance = await startProcessApp(t, { prefix: ['unshare', '--pid', '--fork', '--kill-child'] });
  const [master] = childrenOf(instance.pid);   // of unshare
  const client = await connect(t, instance);
  const before = childrenOf(master);
  await client.invoke('orphan');
  const orphan = await eventually(() => childrenOf(master).find(pid => !before.includes(pid)), 'the orphan to come to the master');
  await eventually(() => !isAlive(orphan), 'the orphan to end');
  await eventually(() => !isZombie(orphan), 'the orphan to be taken');
  process.kill(master, 'SIGTERM');   // unshare passes nothing on
  await instance.server.exited();
  assert.deepEqual(instance.server.status, { code: 0, signal: null });
});
