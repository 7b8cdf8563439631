// SPDX-License-Identifier: MIT
// downgradeToUser: what clients can reach runs without the rights of root, and lives and dies as usual.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { connectClient } from '../interop/clients.mjs';
import { get } from '../support/http_client.mjs';
import { startInstance } from '../support/instance.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { runProgram, startProgram } from '../support/program.mjs';
import { runToEnd } from '../support/server_process.mjs';

const timeout = 120000;
const user = 'nobody';
const [uid, gid] = fs.readFileSync('/etc/passwd', 'utf8').split('\n')
  .map(line => line.split(':')).find(([name]) => name === user).slice(2, 4).map(Number);
const skip = process.getuid() !== 0 && 'needs root';

// Of all kinds: real, effective, saved, of the file system.
function identityOf(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = name => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(status)[1].split(/\s+/);
  return { uids: field('Uid').map(Number), gids: field('Gid').map(Number), rights: field('CapEff')[0] };
}

const nobody = { uids: [uid, uid, uid, uid], gids: [gid, gid, gid, gid], rights: '0000000000000000' };

async function assertIdentities(instance) {
  for (const { role, pid } of await instance.processes()) {
    if (role === 'master') assert.deepEqual(identityOf(pid).uids, [0, 0, 0, 0]);
    else assert.deepEqual(identityOf(pid), nobody, role);
  }
}

for (const layout of [{ workers: 1 }, { workers: 2 }, { workers: 2, schedulingPolicy: 'none' }]) {
  test(`workers and brokers run as ${user}, those that follow them, too: ${JSON.stringify(layout)}`, { timeout, skip }, async t => {
    const instance = await startInstance(t, { workers: layout.workers, options: { ...layout, downgradeToUser: user } });
    await assertIdentities(instance);
    const clients = [await connectClient(t, '20.0.2', instance.port), await connectClient(t, '20.0.2', instance.port)];
    const inboxes = await Promise.all(clients.map(client => client.subscribed('news')));
    const publish = async text => {
      await clients[0].publish('news', text);
      for (const inbox of inboxes) await inbox.until(item => item === text, `'${text}'`);
    };
    await publish('first');

    const [broker] = await instance.brokers();
    process.kill(broker.pid, 'SIGKILL');
    await instance.replaced(broker);
    await publish('with a new broker');

    const before = await instance.workers();
    process.kill(before[0].pid, 'SIGKILL');
    await instance.replaced(before[0]);
    const successors = await instance.workers();
    process.kill(instance.pid, 'SIGUSR2');
    for (const worker of successors) await instance.replaced(worker);
    await assertIdentities(instance);
    assert.equal((await get(instance.port, '/health-check')).status, 200);
    const late = await connectClient(t, '20.0.2', instance.port);
    inboxes.push(await late.subscribed('news'));
    await late.publish('news', 'with new workers');
    await inboxes.at(-1).until(item => item === 'with new workers', 'the message through the new workers');
  });
}

test('the user may be a number', { timeout, skip }, async t => {
  const instance = await startInstance(t, { options: { downgradeToUser: uid } });
  await assertIdentities(instance);
});

test('without workers the one process becomes the user', { timeout, skip }, async t => {
  const server = await startProgram(t, { options: { workers: 0, downgradeToUser: user } });
  assert.deepEqual(identityOf(server.child.pid), nobody);
  assert.equal((await get(server.port, '/health-check')).status, 200);
});

function assertOneLine({ status, stderr }, says) {
  assert.equal(status.code, 1);
  assert.match(stderr, says);
  assert.equal(stderr.trimEnd().split('\n').length, 1, `one line, not:\n${stderr}`);
}

for (const workers of ['0', '1']) {
  test(`a user that does not exist is one clear line, with ${workers} workers`, { timeout }, async () => {
    const program = await runProgram('start', '-p', '0', '-w', workers, '--downgrade-to-user', 'nobody-of-that-name');
    assertOneLine(program, /downgradeToUser: there is no user 'nobody-of-that-name'/);
  });

  test(`only root can change the user, with ${workers} workers`, { timeout, skip }, async t => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-user-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    fs.chmodSync(folder, 0o755);
    const program = path.join(folder, 'socketcluster');   // where it was built may be closed to others
    fs.copyFileSync(programUnderTest('SC_SERVER', 'socketcluster')[0], program);
    const command = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', program, 'start', '-p', '0', '-w', workers,
      '--downgrade-to-user', 'root'];
    assertOneLine(await runToEnd(command, { cwd: folder }),
      new RegExp(`downgradeToUser: only root can start processes as user root; this one runs as user ${uid}`));
  });
}

test('sockets that the user cannot reach are one clear line', { timeout, skip }, async t => {
  const closed = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-user-'));   // mode 0700
  t.after(() => fs.rmSync(closed, { recursive: true }));
  const program = await runProgram('start', '-p', '0', '--downgrade-to-user', user, '--socket-root', closed);
  assertOneLine(program, new RegExp(`downgradeToUser: user ${user} cannot reach the sockets in ${closed}/.*: Permission denied .*socketRoot`));
});
