// SPDX-License-Identifier: MIT
// Tokens of the npm package jsonwebtoken, which the original servers and their users' tools make and check, verify here,
// and ours there; both say the same about what they refuse. The keys are made for this run.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';

import { askJwtTool } from '../support/jwt_tool.mjs';
import { requireFrom } from '../support/npm.mjs';

const versions = ['8.5.1', '9.0.3'];
const now = 1700000000;
const secret = crypto.randomBytes(32).toString('hex');
const claims = { user: 'alice', groups: ['staff', 'admin'], deep: { a: [1, -2.5, null, true] }, text: '\u00fc \u{1f600} "\\\n', iat: now };

const pem = { publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } };
const ec = namedCurve => crypto.generateKeyPairSync('ec', { namedCurve, ...pem });
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048, ...pem });
const ed25519 = crypto.generateKeyPairSync('ed25519', pem);
const curves = { ES256: ec('prime256v1'), ES384: ec('secp384r1'), ES512: ec('secp521r1') };

const algorithms = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', ...Object.keys(curves)];
const pairOf = algorithm => curves[algorithm] ?? (algorithm === 'EdDSA' ? ed25519 : rsa);
const isSecret = algorithm => algorithm.startsWith('HS');
const signingKey = algorithm => (isSecret(algorithm) ? secret : pairOf(algorithm).privateKey);
const verifyingKey = algorithm => (isSecret(algorithm) ? secret : pairOf(algorithm).publicKey);

function keysOf(algorithm) {
  if (isSecret(algorithm)) return { authKey: secret, authAlgorithm: algorithm };
  const { privateKey, publicKey } = pairOf(algorithm);
  return { authPrivateKey: privateKey, authPublicKey: publicKey, authAlgorithm: algorithm };
}

const ask = request => askJwtTool([{ now, ...request }])[0];
const ourToken = (algorithm, payload, options = {}) => ask({ keys: keysOf(algorithm), sign: payload, options });
const ourVerdict = (algorithm, token) => ask({ keys: keysOf(algorithm), verify: token });

// What jsonwebtoken says, in the form of our tool.
function theirVerdict(library, algorithm, token, options = {}) {
  try {
    return { claims: library.verify(token, verifyingKey(algorithm), { algorithms: [algorithm], clockTimestamp: now, ...options }) };
  } catch (error) {
    const names = { TokenExpiredError: 'AuthTokenExpiredError', NotBeforeError: 'AuthTokenNotBeforeError', JsonWebTokenError: 'AuthTokenInvalidError' };
    const date = (error.expiredAt ?? error.date)?.toJSON() ?? '';
    return { fault: names[error.name] ?? error.name, message: error.message, date };
  }
}

function theirToken(library, algorithm, payload, options) {
  try {
    return { token: library.sign(payload, signingKey(algorithm), { algorithm, ...options }) };
  } catch (error) {
    return { failure: error.message };
  }
}

const decoded = (token, index) => Buffer.from(token.split('.')[index], 'base64url').toString();

// Any header and claims with a correct HS256 signature.
function handMade(header, payload, key = secret) {
  const input = [header, payload].map(text => Buffer.from(text).toString('base64url')).join('.');
  return `${input}.${crypto.createHmac('sha256', key).update(input).digest('base64url')}`;
}
const hs256 = '{"alg":"HS256","typ":"JWT"}';

for (const version of versions) {
  const library = requireFrom(`tests/interop/jsonwebtoken/${version}`)('jsonwebtoken');
  const name = `jsonwebtoken ${version}`;

  for (const algorithm of algorithms) {
    test(`${name}: its ${algorithm} tokens verify here`, () => {
      const { token } = theirToken(library, algorithm, claims, { expiresIn: '2h', audience: ['a'], issuer: 'us', subject: 's', jwtid: 'j', keyid: 'k' });
      assert.deepEqual(ourVerdict(algorithm, token), { claims: { ...claims, exp: now + 7200, aud: ['a'], iss: 'us', sub: 's', jti: 'j' } });
    });

    test(`${name}: our ${algorithm} tokens verify there`, () => {
      const ours = ourToken(algorithm, claims, { expiresIn: 60 });
      assert.deepEqual(ours.claims, { ...claims, exp: now + 60 });
      assert.deepEqual(theirVerdict(library, algorithm, ours.token), { claims: ours.claims });
      assert.equal(decoded(ours.token, 0), `{"alg":"${algorithm}","typ":"JWT"}`);
    });

    test(`${name}: neither takes a changed ${algorithm} token`, () => {
      const { token } = ourToken(algorithm, { ...claims, exp: now + 60 });
      const [header, , signature] = token.split('.');
      const other = Buffer.from(JSON.stringify({ user: 'admin' })).toString('base64url');
      const changed = `${header}.${other}.${signature}`;
      const refusal = { fault: 'AuthTokenInvalidError', message: 'invalid signature', date: '' };
      assert.deepEqual(theirVerdict(library, algorithm, changed), refusal);
      assert.deepEqual(ourVerdict(algorithm, changed), refusal);
    });
  }

  test(`${name}: the same claims and options make the same bytes`, () => {
    const payload = { user: 'alice', n: 12345678901, nested: { list: ['a/b', ''], no: false }, iat: now };
    for (const algorithm of ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512']) {
      for (const options of [{}, { expiresIn: 60 }, { notBefore: '1d', expiresIn: '2 days' }, { noTimestamp: true, subject: 's' },
        { audience: ['x', 'y'], issuer: 'i', jwtid: 'j', keyid: 'k', header: { x: 1 } }, { audience: 'x', header: { typ: 'at+jwt' } }]) {
        assert.deepEqual(ourToken(algorithm, payload, options).token, theirToken(library, algorithm, payload, options).token);
      }
    }
  });

  test(`${name}: reads spans of time as we do`, () => {
    const spans = [60, 0, -5, '10', '2h', '7 days', '1.5h', '-3 days', '1500', '.5y', '-.5 HRS', '3 w', '1 msec', '100 ', '1y',
      'soon', '', '1.', '1e3', '+1d', ' 1d', '1d ', '1h30m', '0x10', 'Infinity', 1.5, null, true];
    const requests = spans.flatMap(span => ['expiresIn', 'notBefore'].map(option => ({ iat: now, option, span })));
    const ours = askJwtTool(requests.map(({ iat, option, span }) => ({ keys: keysOf('HS256'), now, sign: { iat }, options: { [option]: span } })));
    requests.forEach(({ iat, option, span }, index) => {
      const theirs = theirToken(library, 'HS256', { iat }, { [option]: span });
      const { token, failure } = ours[index];
      assert.deepEqual({ token, failure }, { token: theirs.token, failure: theirs.failure }, `${option} ${span}`);
    });
  });

  test(`${name}: refuses to sign what we refuse, in the same words`, () => {
    const cases = [
      [{ exp: '1' }, {}], [{ exp: null }, {}], [{ nbf: 'x' }, {}], [{ iat: true }, {}], [{ exp: 1 }, { expiresIn: 1 }],
      [{ nbf: 1 }, { notBefore: 1 }], [{ aud: 'a' }, { audience: 'b' }], [{ iss: 'a' }, { issuer: 'b' }], [{ sub: 'a' }, { subject: 'b' }],
      [{ jti: 'a' }, { jwtid: 'b' }], [{}, { audience: 1 }], [{}, { issuer: 1 }], [{}, { subject: null }], [{}, { jwtid: [] }], [{}, { keyid: 1 }],
      [{}, { noTimestamp: 1 }], [{}, { header: 'x' }], [{}, { encoding: 1 }], [{}, { mutatePayload: 1 }], [{}, { expires: 1 }],
    ];
    const ours = askJwtTool(cases.map(([payload, options]) => ({ keys: keysOf('HS256'), now, sign: payload, options })));
    cases.forEach(([payload, options], index) => {
      const theirs = theirToken(library, 'HS256', payload, options);
      assert.ok(theirs.failure, JSON.stringify([payload, options]));
      assert.deepEqual(ours[index], theirs, JSON.stringify([payload, options]));
    });
  });

  test(`${name}: says the same about bad tokens`, () => {
    const good = handMade(hs256, '{"a":1}');
    const [header, payload, signature] = good.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const tokens = [
      '', 'garbage', 'a.b', `${good}.e30`, '..', 'a..c', 'a.b.c', ` ${good}`, `${good}=`, `${good}\n`, `${header}.${payload}.`,
      `${none}.${payload}.`, `${none}.${payload}.${signature}`, `${header}.${payload}.AAAA`, `${header}=.${payload}.${signature}`,
      handMade(hs256, '{"a":1}', 'another secret'), handMade(hs256, '{"a":1}', rsa.publicKey),
      handMade('{"alg":"HS512","typ":"JWT"}', '{}'), handMade('{"alg":"RS256","typ":"JWT"}', '{}'), handMade('{"alg":["HS256"]}', '{}'),
      handMade('{}', '{}'), handMade('null', '{}'), handMade('[]', '{}'), handMade('{', '{}'),
      handMade('{"alg":"none","alg":"HS256","typ":"JWT"}', '{"exp":1,"exp":1800000000}'),
      ...['1', '0', '-1', '1700000000', '1699999999.999', '1700000000.001', '"1800000000"', 'null', '1e300', '-1e300', '8640000000000']
        .flatMap(time => [`{"exp":${time}}`, `{"nbf":${time}}`].map(text => handMade(hs256, text))),
      handMade(hs256, '{"nbf":4000000000,"exp":1}'), handMade(hs256, '{"exp":-8640000000000}'), handMade(hs256, '{"exp":-99999999999.5}'),
    ];
    const ours = askJwtTool(tokens.map(token => ({ keys: keysOf('HS256'), now, verify: token })));
    tokens.forEach((token, index) => assert.deepEqual(ours[index], theirVerdict(library, 'HS256', token), token));
  });
}

test('the algorithms that are accepted without a choice are those of jsonwebtoken', () => {
  const library = requireFrom('tests/interop/jsonwebtoken/9.0.3')('jsonwebtoken');
  for (const algorithm of algorithms) {
    const { token } = theirToken(library, algorithm, claims, {});
    for (const other of algorithms) {
      const { authAlgorithm, ...keys } = keysOf(other);
      const accepted = (() => {
        try { return Boolean(library.verify(token, verifyingKey(other), { clockTimestamp: now })); } catch { return false; }
      })();
      assert.equal('claims' in ask({ keys, verify: token }), accepted, `${algorithm} token, key of ${other}`);
    }
  }
});

test('EdDSA tokens agree with those of node:crypto', () => {
  const input = ['{"alg":"EdDSA","typ":"JWT"}', JSON.stringify(claims)].map(text => Buffer.from(text).toString('base64url')).join('.');
  const token = `${input}.${crypto.sign(null, Buffer.from(input), ed25519.privateKey).toString('base64url')}`;
  assert.deepEqual(ourVerdict('EdDSA', token), { claims });
  const ours = ourToken('EdDSA', claims).token;
  const [header, payload, signature] = ours.split('.');
  assert.ok(crypto.verify(null, Buffer.from(`${header}.${payload}`), ed25519.publicKey, Buffer.from(signature, 'base64url')));
});

test('a public key is read in the forms that Node.js writes', () => {
  const keys = { ...keysOf('RS256'), authPublicKey: rsa.publicKey.replaceAll('PUBLIC KEY', 'CERTIFICATE') };
  assert.match(ask({ keys, sign: {} }).failure, /^The authPublicKey option does not hold a readable public key/);
  const pkcs1 = crypto.createPublicKey(rsa.publicKey).export({ type: 'pkcs1', format: 'pem' });
  assert.match(pkcs1, /BEGIN RSA PUBLIC KEY/);
  assert.ok(ask({ keys: { ...keysOf('RS256'), authPublicKey: pkcs1 }, sign: {} }).token);
});
