// SPDX-License-Identifier: MIT
// The replay is only as good as its comparison: normalising and differences.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Normaliser, applyDifferences, normaliseAnswer } from './transcript.mjs';

const steps = () => new Map([[1, [
  { side: 'open', request: 'GET / HTTP/1.1', headers: {} },
  { side: 's', item: 'a' }, { side: 'c', text: 'x' }, { side: 's', item: 'b' }, { side: 'c', text: 'y' }, { side: 's', item: 'c' },
]]]);
const serverItems = connections => connections.get(1).filter(step => step.side === 's').map(step => step.item);

test('the socket id is normalised after the handshake told it', () => {
  const normaliser = new Normaliser();
  const id = 'abcdefghij-_ABCDEF01';
  assert.equal(normaliser.message(`{"rid":1,"data":{"id":"${id}"}}`), 'message {"rid":1,"data":{"id":"<id>"}}');
  assert.equal(normaliser.message(`Socket ${id} failed`), 'message Socket <id> failed');
});

test('a socket id of another length is no socket id', () => {
  assert.equal(new Normaliser().message('{"rid":1,"data":{"id":"short"}}'), 'message {"rid":1,"data":{"id":"short"}}');
});

test('a difference replaces consecutive server items', () => {
  const connections = steps();
  applyDifferences(connections, [{ conn: 1, recorded: ['a', 'b'], ours: ['n'] }]);
  assert.deepEqual(serverItems(connections), ['n', 'c']);
});

test('a difference adds an item after a client message', () => {
  const connections = steps();
  applyDifferences(connections, [{ conn: 1, recorded: [], after: 'x', ours: ['n'] }]);
  assert.deepEqual(serverItems(connections), ['a', 'n', 'b', 'c']);
});

test('a difference adds an item after the close frame of the client', () => {
  const connections = new Map([[1, [{ side: 'c', text: 'x' }, { side: 'c', close: { code: 1000, reason: '' } }]]]);
  applyDifferences(connections, [{ conn: 1, recorded: [], after: '<close>', ours: ['n'] }]);
  assert.equal(connections.get(1)[2].item, 'n');
});

test('the client answers the events of the server under its numbers', () => {
  const event = (name, cid) => `message {"event":"${name}","data":[]${cid ? `,"cid":${cid}` : ''}}`;
  const connections = new Map([[1, [
    { side: 's', item: event('quiet', 1) }, { side: 'c', text: '{"rid":1}' },
    { side: 's', item: event('ask', 2) }, { side: 'c', text: '{"rid":2,"data":2}' },
    { side: 's', item: event('ask', 3) }, { side: 'c', text: '{"rid":3,"data":3}' },
  ]]]);
  applyDifferences(connections, [
    { conn: 1, recorded: [event('ask', 2), event('ask', 3)], ours: [event('ask', 1), event('ask', 2)] },
    { conn: 1, recorded: [event('quiet', 1)], ours: [event('quiet')] },
  ]);
  assert.deepEqual(connections.get(1).filter(step => step.side === 'c').map(step => step.text),
    ['{"rid":1,"data":2}', '{"rid":2,"data":3}']);
});

test('a difference that does not fit the recording fails', () => {
  assert.throws(() => applyDifferences(steps(), [{ conn: 1, recorded: ['z'], ours: [] }]), /does not fit/);
  assert.throws(() => applyDifferences(steps(), [{ conn: 1, recorded: ['a', 'c'], ours: [] }]), /does not fit/);
  assert.throws(() => applyDifferences(steps(), [{ conn: 2, recorded: ['a'], ours: [] }]), /does not fit/);
  assert.throws(() => applyDifferences(steps(), [{ conn: 1, recorded: [], after: 'z', ours: ['n'] }]), /does not fit/);
});

test('an answer is compared with its body and the headers that clients see', () => {
  const headers = { connection: 'Close', date: 'today', 'content-length': '2' };
  assert.equal(normaliseAnswer({ statusLine: 'HTTP/1.1 400 Bad Request', headers, body: 'no' }),
    'answer HTTP/1.1 400 Bad Request\ncontent-length: 2\nconnection: close\nbody: no');
});

test('the socket id of a binary handshake response is normalised', () => {
  const normaliser = new Normaliser();
  const id = 'abcdefghij-_ABCDEF01';
  assert.equal(normaliser.binary(Buffer.from(`\xa2id\xb4${id}\xc2`, 'latin1')), 'binary "¢id´<id>Â"');
  assert.equal(normaliser.binary(Buffer.from(`\xb4${id}`, 'latin1')), 'binary "´<id>"');
});

test('the expiry of the last token is normalised, another number is not', () => {
  const normaliser = new Normaliser();
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  normaliser.message(`{"token":"${part({ alg: 'HS256' })}.${part({ iat: 1000, exp: 1060 })}.x"}`);
  assert.equal(normaliser.message('{"expiry":1060}'), 'message {"expiry":<exp>}');
  assert.equal(normaliser.message('{"expiry":1061}'), 'message {"expiry":1061}');
});
