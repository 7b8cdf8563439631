// SPDX-License-Identifier: MIT
// The RPC example: answers, errors with fields, and an answer that comes later.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { repoRoot } from '../support/paths.mjs';
import { runToEnd } from '../support/server_process.mjs';
import { connect, startExample } from './example.mjs';

const timeout = 120000;

async function setUp(t) {
  return connect(t, await startExample(t, 'rpc'));
}

test('rpc: procedures answer', { timeout }, async t => {
  const client = await setUp(t);
  assert.equal(await client.invoke('sum', { numbers: [1, 2.5, -3] }), 0.5);
  assert.equal(await client.invoke('sum', { numbers: [] }), 0);
  assert.deepEqual(await client.invoke('divide', { dividend: 17, divisor: -5 }), { quotient: -3, remainder: 2 });
  assert.equal(await client.invoke('shout', { text: 'hello, w\u00f6rld' }), 'HELLO, W\u00f6RLD');
});

test('rpc: arguments that do not fit are refused with the name of the field', { timeout }, async t => {
  const client = await setUp(t);
  const cases = [
    ['sum', {}, 'numbers'], ['sum', null, 'numbers'], ['sum', { numbers: [1, '2'] }, 'numbers'],
    ['divide', { dividend: 1.5, divisor: 1 }, 'dividend'], ['divide', { dividend: 1, divisor: 'x' }, 'divisor'],
    ['divide', undefined, 'dividend'], ['wait', { seconds: -1 }, 'seconds'], ['wait', { seconds: 61 }, 'seconds'],
  ];
  for (const [procedure, data, field] of cases) {
    await assert.rejects(client.invoke(procedure, data), { name: 'ValidationError', field });
  }
});

test('rpc: the corner cases of a division are errors or numbers, never the end', { timeout }, async t => {
  const client = await setUp(t);
  await assert.rejects(client.invoke('divide', { dividend: 1, divisor: 0 }),
    { name: 'RangeError', message: 'Division by zero' });
  // -2^63 / -1 does not fit into 64 bits.
  assert.deepEqual(await client.invoke('divide', { dividend: -(2 ** 63), divisor: -1 }).catch(error => error.field), 'dividend');
  client.socket.send('{"event":"divide","cid":999999,"data":{"dividend":-9223372036854775808,"divisor":-1}}');
  const answer = await client.rawMessages.until(text => text.includes('"rid":999999'), 'the answer');
  assert.deepEqual(JSON.parse(answer).data, { quotient: 2 ** 63, remainder: 0 });
});

test('rpc: an exception in a procedure is an error for its caller alone', { timeout }, async t => {
  const client = await setUp(t);
  await assert.rejects(client.invoke('shout', { text: 5 }));
  await assert.rejects(client.invoke('shout', null));
  assert.equal(await client.invoke('shout', { text: 'still there' }), 'STILL THERE');
});

test('rpc: a slow answer does not hold up others', { timeout }, async t => {
  const client = await setUp(t);
  const order = [];
  const slow = client.invoke('wait', { seconds: 1 }).then(answer => { order.push('slow'); return answer; });
  assert.equal(await client.invoke('sum', { numbers: [1] }), 1);
  order.push('fast');
  assert.deepEqual(await slow, { waited: 1 });
  assert.deepEqual(order, ['fast', 'slow']);
});

test('rpc: a caller that leaves before its answer does no harm', { timeout }, async t => {
  const server = await startExample(t, 'rpc');
  const client = await connect(t, server);
  const other = await connect(t, server);
  client.socket.transmit('sum', {});
  client.call('wait', { seconds: 0.2 }).catch(() => {});
  assert.equal(await client.invoke('sum', { numbers: [2] }), 2);
  client.disconnect(1000, 'leaving');
  assert.deepEqual(await other.invoke('wait', { seconds: 0.5 }), { waited: 0.5 });
});

test('rpc: the script of the example prints all answers', { timeout }, async t => {
  const server = await startExample(t, 'rpc');
  const { stdout, stderr, status } = await runToEnd([process.execPath, path.join(repoRoot, 'examples/rpc/client.mjs'), String(server.port)]);
  assert.equal(status.code, 0, stderr);
  assert.deepEqual(stdout.trim().split('\n').sort(), [
    'divide {"dividend":17,"divisor":0} -> RangeError: Division by zero',
    'divide {"dividend":17,"divisor":5} -> {"quotient":3,"remainder":2}',
    'shout {"text":"hello"} -> "HELLO"',
    'sum {"numbers":[1,"two"]} -> ValidationError: must be numbers (field numbers)',
    'sum {"numbers":[1,2,3.5]} -> 6.5',
    'wait {"seconds":1} -> {"waited":1}',
  ]);
});
