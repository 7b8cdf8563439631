// SPDX-License-Identifier: MIT
// What the comparison of tokens sees, and which tokens a replayed client sends.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';

import { TokenBook, describeTokens, renewToken, timesOf, tokensIn } from './tokens.mjs';

function token(claims, { header = { alg: 'HS256', typ: 'JWT' }, key = 'transcript-key' } = {}) {
  const content = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${crypto.createHmac('sha256', key).update(content).digest('base64url')}`;
}

const now = () => Math.floor(Date.now() / 1000);
const quoted = text => JSON.stringify({ token: text });

test('tokens that differ in time only look the same', () => {
  const [early, late] = [1000, 5000].map(iat => describeTokens(quoted(token({ u: 1, iat, exp: iat + 60 }))));
  assert.equal(early, late);
});

test('tokens that differ in claims, their order, life time, header or key look different', () => {
  const base = { u: 1, iat: 1000, exp: 1060 };
  const others = [
    token({ ...base, u: 2 }), token({ iat: 1000, u: 1, exp: 1060 }), token({ ...base, exp: 1061 }),
    token(base, { header: { typ: 'JWT', alg: 'HS256' } }), token(base, { key: 'wrong-key' }),
  ];
  const seen = [token(base), ...others].map(text => describeTokens(quoted(text)));
  assert.equal(new Set(seen).size, seen.length);
});

test('only what stands for itself as a string is a token', () => {
  const text = token({ iat: 1 });
  assert.deepEqual(tokensIn(quoted(text)), [text]);
  assert.deepEqual(tokensIn('{"token":"garbage","name":"a.b"}'), []);
});

test('a token that was valid is made again with the same life time', () => {
  const renewed = renewToken(token({ u: 1, iat: 1000, exp: 1060 }), 7000);
  assert.equal(renewed, token({ u: 1, iat: 7000, exp: 7060 }));
});

test('tokens that were bad stay as they are', () => {
  const bad = [
    token({ iat: 1000, exp: 1060 }, { key: 'wrong-key' }), token({ iat: 1000, exp: 900 }),
    token({ iat: 1000, nbf: 4000000000 }),
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"iat":1,"exp":9}').toString('base64url')}.`,
  ];
  for (const text of bad) assert.equal(renewToken(text), text);
});

test('a recorded token is replaced by the one that was issued in its place', () => {
  const recorded = [1, 2].map(u => token({ u, iat: 1000, exp: 1060 }));
  const book = new TokenBook(new Map([[1, [{ tokens: [recorded[0]] }, {}]], [2, [{ tokens: [recorded[1]] }]]]));
  const issued = [1, 2].map(u => token({ u, iat: now(), exp: now() + 60 }));
  book.add(issued[0]);
  assert.equal(book.translate(quoted(recorded[0])), quoted(issued[0]));
  assert.throws(() => book.translate(quoted(recorded[1])), /not issued token number 2/);
  book.add(issued[1]);
  assert.equal(book.translate(quoted(recorded[1])), quoted(issued[1]));
});

test('a token issued at another time than now is refused', () => {
  const book = new TokenBook(new Map());
  assert.throws(() => book.add(token({ iat: now() - 1000, exp: now() })), /wrong time/);
  assert.throws(() => book.add(token({ iat: now() * 1000 })), /wrong time/);
  book.add(token({ iat: now() }));
  assert.equal(timesOf(book.issued[0]).exp, undefined);
});
