// SPDX-License-Identifier: MIT
// What systemd is told by the program, with and without worker processes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import { programUnderTest } from '../support/paths.mjs';
import { childrenOf } from '../support/processes.mjs';
import { startServer } from '../support/server_process.mjs';
import { startServiceManager } from '../support/service_manager.mjs';

async function startService(t, options, environment = {}) {
  const systemd = await startServiceManager(t);
  const server = await startServer(t, [...programUnderTest('SC_SERVER', 'socketcluster'), 'start', '-p', '0'], {
    env: { NOTIFY_SOCKET: systemd.path, SOCKETCLUSTER_OPTIONS: JSON.stringify(options), ...environment },
  });
  return { server, told: systemd.told };
}

const has = word => datagram => datagram.includes(word);
const statuses = told => told.items.map(datagram => datagram.find(line => line.startsWith('STATUS=')));

test('ready, reloading, ready again, stopping', async t => {
  const { server, told } = await startService(t, { workers: 2, brokers: 1 });
  await told.until(has('READY=1'), 'READY=1');
  assert.deepEqual(told.items, [['READY=1', 'STATUS=2 of 2 workers and 1 of 1 brokers serve']]);

  server.child.kill('SIGUSR2');
  const reloading = await told.until(has('RELOADING=1'), 'RELOADING=1');
  assert.match(reloading[1], /^MONOTONIC_USEC=\d+$/);
  await told.countOf(has('READY=1'), 2, 'READY=1 after the replacement');
  await server.untilOutput(/all workers are replaced/);

  await server.stop();
  assert.deepEqual(await told.until(has('STOPPING=1'), 'STOPPING=1'), ['STOPPING=1', 'STATUS=stopping']);
});

test('the status tells when a process is missing', async t => {
  const { server, told } = await startService(t, { workers: 2, brokers: 1 });
  const workers = childrenOf(server.child.pid)
    .filter(pid => fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes('SOCKETCLUSTER_PROCESS=worker'));
  assert.equal(workers.length, 2);
  process.kill(workers[0], 'SIGKILL');
  await told.until(has('STATUS=1 of 2 workers and 1 of 1 brokers serve'), 'the loss');
  await told.countOf(has('STATUS=2 of 2 workers and 1 of 1 brokers serve'), 2, 'the recovery');
});

test('signs of life come again and again', async t => {
  const { told } = await startService(t, { workers: 1 }, { WATCHDOG_USEC: '20000' });
  await told.countOf(has('WATCHDOG=1'), 5, 'five signs of life');
  assert.ok(told.items.findIndex(has('WATCHDOG=1')) > told.items.findIndex(has('READY=1')));
});

test('a server of one process does the same', async t => {
  const { server, told } = await startService(t, { workers: 0 }, { WATCHDOG_USEC: '20000' });
  await told.countOf(has('WATCHDOG=1'), 2, 'two signs of life');
  server.child.kill('SIGUSR2');
  await server.untilOutput(/with workers 0 there are none/);
  await server.stop();
  await told.until(has('STOPPING=1'), 'STOPPING=1');
  assert.deepEqual(statuses(told).filter(Boolean), ['STATUS=serving', 'STATUS=stopping']);
});

test('a start that fails says why', async t => {
  const systemd = await startServiceManager(t);
  const server = startServer(t, [...programUnderTest('SC_SERVER', 'socketcluster'), 'start', '-p', '0'], {
    env: {
      NOTIFY_SOCKET: systemd.path,
      SOCKETCLUSTER_OPTIONS: JSON.stringify({ workers: 1, authPrivateKey: 'no key', authPublicKey: 'none either' }),
    },
  });
  await assert.rejects(server, /not started/);
  const [, status] = await systemd.told.until(has('STOPPING=1'), 'STOPPING=1');
  assert.match(status, /^STATUS=.*authP/);
});
