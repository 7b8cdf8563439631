// SPDX-License-Identifier: MIT
// What a process does about an exception that leaves a handler: goes on, or with crashWorkerOnError ends behind the answer.
import assert from 'node:assert/strict';
import test from 'node:test';

import { startConformanceApp } from '../support/conformance_app.mjs';
import { WsClient } from '../support/ws_client.mjs';

const fault = '{"event":"throw","data":{"message":"something odd"},"cid":2}';
const answer = '{"rid":2,"error":{"message":"something odd"}}';

async function connect(port) {
  const client = await WsClient.connect(port);
  await client.handshake();
  return client;
}

test('a handler that throws costs its caller an error and nobody else anything', async t => {
  const server = await startConformanceApp(t, { scenario: 'interop' });
  const client = await connect(server.port);
  client.sendText(fault);
  await client.untilMessage(text => text === answer, 'the error');
  client.sendText('{"event":"echo","data":7,"cid":3}');
  await client.untilMessage(text => text === '{"rid":3,"data":7}', 'the echo');
  await server.untilOutput(/handler of 'throw' threw: something odd/);
  client.socket.destroy();
});

test('with crashWorkerOnError the process answers, says why and ends with 1', async t => {
  const server = await startConformanceApp(t, { scenario: 'interop', options: { crashWorkerOnError: true, workers: 0 } });
  const client = await connect(server.port);
  client.sendText(fault);
  await client.untilMessage(text => text === answer, 'the error');
  assert.deepEqual(await server.exited(), { code: 1, signal: null });
  assert.match(server.stderr, /handler of 'throw' threw: something odd/);
  assert.match(server.stderr, /error.*crashWorkerOnError is set: the worker ends/);
  client.socket.destroy();
});
