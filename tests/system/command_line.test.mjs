// SPDX-License-Identifier: MIT
// What a user meets first: the help page, and one clear line for each mistake.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import test from 'node:test';

import { runProgram, startProgram } from '../support/program.mjs';

test('start --help explains the command', async () => {
  const { status, stdout, stderr } = await runProgram('start', '--help');
  assert.equal(status.code, 0);
  assert.match(stdout, /^Usage: socketcluster start/m);
  for (const flag of ['--port', '--ping-interval', '--ping-timeout', '--origins', '--max-payload', '--public']) {
    assert.ok(stdout.includes(flag), `${flag} is explained`);
  }
  assert.equal(stderr, '');
});

const mistakes = {
  'an unknown flag': { args: ['start', '--no-such-flag'], says: /--no-such-flag/ },
  'an unknown command': { args: ['strat'], says: /strat/ },
  'a port that is no number': { args: ['start', '-p', 'abc'], says: /abc/ },
  'a port out of range': { args: ['start', '-p', '65536'], says: /65536/ },
  'a flag without its value': { args: ['start', '--port'], says: /port/ },
  'a negative time': { args: ['start', '--ping-interval', '-1'], says: /-1/ },
  'a protocol version that does not exist': { args: ['start', '--protocol-version', '3'], says: /3/ },
  'a public directory that does not exist': { args: ['start', '-p', '0', '--public', '/no/such/directory'], says: /\/no\/such\/directory/ },
  'a config file that does not exist': { args: ['start', '-c', '/no/such/file.json'], says: /\/no\/such\/file\.json/ },
};

function assertOneClearLine({ status, stderr }, says) {
  assert.notEqual(status.code, 0);
  assert.equal(status.signal, null);
  assert.match(stderr, says);
  assert.equal(stderr.trimEnd().split('\n').length, 1, `one line, not:\n${stderr}`);
}

for (const [name, { args, says }] of Object.entries(mistakes)) {
  test(`${name} gives one clear line`, async () => {
    assertOneClearLine(await runProgram(...args), says);
  });
}

test('a port in use gives one clear line', async t => {
  const other = net.createServer().listen(0);
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address();
  assertOneClearLine(await runProgram('start', '-p', String(port)), new RegExp(`\\b${port}\\b`));
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends the server in order`, async t => {
    const server = await startProgram(t);
    server.child.kill(signal);
    await server.exited();
    assert.deepEqual(server.status, { code: 0, signal: null });
  });
}

test('its port is free again at once', async t => {
  const first = await startProgram(t);
  await first.stop();
  const second = await startProgram(t, { port: first.port });
  assert.equal(second.port, first.port);
});
