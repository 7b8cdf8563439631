// SPDX-License-Identifier: MIT
// Processes whose loop stands still, and those that never come so far that it turns.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { connectClient } from '../interop/clients.mjs';
import { startInstance, startProcessApp } from '../support/instance.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { eventually } from '../support/processes.mjs';
import { runToEnd } from '../support/server_process.mjs';

const timeout = 120000;
const workerHangTimeout = 2000;   // the shortest; four times that at the start

// A directory in which a file `worker` or `broker` makes such processes hang at their start.
function hangingPlace(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-hang-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  return {
    options: { workerHangTimeout, custom: { hangIn: directory } },
    start: role => fs.writeFileSync(path.join(directory, role), ''),
    stop: role => fs.rmSync(path.join(directory, role)),
  };
}

test('a worker that hangs is killed and started again', { timeout }, async t => {
  const instance = await startInstance(t, { workers: 2, options: { workerHangTimeout } });
  const [victim] = await instance.workers();
  await eventually(async () => (await instance.workers())[0].uptime > 1.5, 'a first sign of life');
  process.kill(victim.pid, 'SIGSTOP');
  await instance.replaced(victim);
  await instance.server.untilOutput(/worker 0 \(PID \d+\) has not moved for \d+ ms and is killed/);
});

// It used to be watched only from its first sign of life on.
for (const role of ['worker', 'broker']) {
  test(`a ${role} that hangs at its start is killed and started again`, { timeout }, async t => {
    const place = hangingPlace(t);
    const instance = await startProcessApp(t, { workers: 2, options: place.options });
    const victim = (await instance.processes()).find(process => process.role === role);
    place.start(role);
    process.kill(victim.pid, 'SIGKILL');
    await instance.server.untilOutput(new RegExp(`error master .*${role} 0 \\(PID \\d+\\) has not come to serve for \\d+ ms and is killed`));
    place.stop(role);
    const successor = await instance.replaced(victim);
    assert.ok(successor.restarts >= 2);
    const client = await connectClient(t, '20.0.2', instance.port);
    const inbox = await client.subscribed('news');
    await client.publish('news', 'after all');
    assert.deepEqual(await inbox.count(1), ['after all']);
  });
}

test('a server whose worker hangs at its start does not start, and says so', { timeout }, async t => {
  const place = hangingPlace(t);
  place.start('worker');
  const command = [...programUnderTest('SC_PROCESS_APP', 'process_app'), 'start', '-p', '0'];
  const { status, stderr } = await runToEnd(command, { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(place.options) } });
  assert.deepEqual(status, { code: 1, signal: null });
  assert.match(stderr, /worker 0 \(PID \d+\) has not come to serve for \d+ ms and is killed/);
  assert.match(stderr, /process_app: worker 0 was killed by SIGABRT before it was ready\n$/);
});
