// SPDX-License-Identifier: MIT
// What a fault in user code leaves behind: a report that names the place, and the right exit status.
import assert from 'node:assert/strict';
import test from 'node:test';

import { crash, startCrashApp } from '../support/crash_app.mjs';

const single = { workers: 0 };

// The sanitizers have reports of their own.
async function startUnlessSanitized(t) {
  const server = await startCrashApp(t, { options: single });
  if (/asan|tsan/.test(server.command[0])) {
    t.skip('built with a sanitizer');
    return null;
  }
  return server;
}

// The compiler may put code that only throws apart from its function, under no exported name.
const ways = {
  segfault: { signal: 'SIGSEGV', says: /crash: worker 0 \(PID \d+\): SIGSEGV at address 0x10\n/, names: /crash_by_writing_somewhere_wrong/ },
  abort: { signal: 'SIGABRT', says: /crash: worker 0 \(PID \d+\): SIGABRT\n/, names: /abort/ },
  throw: { signal: 'SIGABRT', says: /SIGABRT: uncaught exception std::runtime_error: nobody catches this\n/, names: /run_handler/ },
};

for (const [way, { signal, says, names }] of Object.entries(ways)) {
  test(`${way} in a handler is reported with its place`, async t => {
    const server = await startUnlessSanitized(t);
    if (!server) return;
    const client = await crash(server.port, way);
    await server.exited();
    client.destroy();
    assert.deepEqual(server.status, { code: null, signal });
    assert.match(server.stderr, says);
    assert.match(server.stderr, names);
    assert.match(server.stderr, /\*\*\* socketcluster crash: end\n$/);
  });
}

test('a hanging handler is found by SIGABRT', async t => {
  const server = await startUnlessSanitized(t);
  if (!server) return;
  const client = await crash(server.port, 'hang');
  await server.untilOutput(/hanging/);
  server.child.kill('SIGABRT');
  await server.exited();
  client.destroy();
  assert.equal(server.status.signal, 'SIGABRT');
  assert.match(server.stderr, new RegExp(`SIGABRT sent by process ${process.pid}\n`));
  assert.match(server.stderr, /crash_by_hanging/);
});
