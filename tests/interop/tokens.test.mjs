// SPDX-License-Identifier: MIT
// Tokens between the published clients and the server: login, reconnects, expiry, and their end from both sides.
import assert from 'node:assert/strict';
import test from 'node:test';

import { connectClient, startApp, versions } from './clients.mjs';

async function setUp(t, version, options) {
  const server = await startApp(t, version, { options });
  return connectClient(t, version, server.port);
}

// Logged in; resolves with the token.
async function logIn(client, data = { claims: { username: 'alice', roles: ['a'] } }) {
  const before = client.authenticates.items.length;
  await client.invoke('login', data);
  const tokens = await client.authenticates.count(before + 1);
  return tokens[before];
}

async function isKnown(client, username) {
  assert.equal((await client.invoke('whoami'))?.username, username);
}

const cases = {
  async 'logs in: both sides know the same token'(t, version) {
    const client = await setUp(t, version);
    assert.equal(client.isAuthenticated, false);
    assert.equal(await client.invoke('whoami'), null);
    const token = await logIn(client);
    assert.equal(client.isAuthenticated, true);
    assert.equal(client.signedAuthToken, token);
    const { username, roles, iat, exp } = client.authToken;
    assert.deepEqual({ username, roles, life: exp - iat }, { username: 'alice', roles: ['a'], life: 86400 });
    assert.deepEqual(await client.invoke('whoami'), { username, roles, iat, exp });
  },

  async 'confirms a token when the server waits for that'(t, version) {
    const client = await setUp(t, version);
    await client.invoke('login', { claims: { username: 'alice' }, confirm: true });
    assert.equal(client.isAuthenticated, true);
    assert.equal(client.authToken.username, 'alice');
  },

  async 'keeps its token over a reconnect'(t, version) {
    const client = await setUp(t, version);
    const token = await logIn(client);
    await client.invoke('bye', { code: 4100, reason: 'again' });
    const [, status] = await client.connected(2);
    assert.equal(status.isAuthenticated, true);
    assert.equal(client.signedAuthToken, token);
    await isKnown(client, 'alice');
  },

  async 'keeps its token over a restart of the server'(t, version) {
    const first = await startApp(t, version);
    const client = await connectClient(t, version, first.port);
    await logIn(client);
    await first.kill();
    await client.disconnects.count(1);
    await startApp(t, version, { port: first.port });
    const [, status] = await client.connected(2);
    assert.equal(status.isAuthenticated, true);
    await isKnown(client, 'alice');
  },

  async 'loses its token over a restart with another key'(t, version) {
    const first = await startApp(t, version);
    const client = await connectClient(t, version, first.port);
    await logIn(client);
    await first.kill();
    await client.disconnects.count(1);
    await startApp(t, version, { port: first.port, options: { authKey: 'another key' } });
    const [, status] = await client.connected(2);
    assert.equal(status.isAuthenticated, false);
    assert.equal(status.authError.name, 'AuthTokenInvalidError');
    assert.equal(status.authError.message, 'invalid signature');
    assert.equal(await client.invoke('whoami'), null);
    assert.equal(client.isAuthenticated, false);
  },

  async 'replaces its token by a second login'(t, version) {
    const client = await setUp(t, version);
    const first = await logIn(client);
    await client.invoke('login', { claims: { username: 'bob' }, confirm: true });
    assert.notEqual(client.signedAuthToken, first);
    assert.equal(client.authToken.username, 'bob');
    await isKnown(client, 'bob');
  },

  async 'gives up its token'(t, version) {
    const client = await setUp(t, version);
    await logIn(client);
    client.deauthenticate();
    assert.equal(await client.invoke('whoami'), null);
    assert.equal(client.isAuthenticated, false);
    await client.invoke('bye', { code: 4100, reason: 'again' });
    const [, status] = await client.connected(2);
    assert.equal(status.isAuthenticated, false);
  },

  async 'is told when the server takes its token away'(t, version) {
    const client = await setUp(t, version);
    await logIn(client);
    await client.invoke('logout');
    await client.deauthenticates.count(1);
    assert.equal(client.isAuthenticated, false);
    assert.equal(client.signedAuthToken, null);
    assert.equal(await client.invoke('whoami'), null);
  },

  async 'is told when its token is over, by the next pong'(t, version) {
    const client = await setUp(t, version, { pingInterval: 100, pingTimeout: 10000 });
    await logIn(client, { claims: { username: 'eve' }, expiresIn: 1 });
    await client.deauthenticates.count(1);
    assert.ok(Date.now() >= 1000 * JSON.parse(Buffer.from(client.authenticates.items[0].split('.')[1], 'base64url')).exp);
    assert.equal(client.isAuthenticated, false);
    assert.equal(await client.invoke('whoami'), null);
  },

  async 'authenticates with a token that it got elsewhere'(t, version) {
    const server = await startApp(t, version);
    const token = await logIn(await connectClient(t, version, server.port));
    const client = await connectClient(t, version, server.port);
    const status = await client.authenticate(token);
    assert.equal(status.isAuthenticated, true);
    await isKnown(client, 'alice');
    assert.equal(client.signedAuthToken, token);
  },

  async 'hears why a token is refused, and loses the one it had'(t, version) {
    const client = await setUp(t, version);
    const token = await logIn(client);
    await assert.rejects(client.authenticate(`${token}x`), error => {
      assert.equal(error.name, 'AuthTokenInvalidError');
      assert.equal(error.message, 'invalid signature');
      return true;
    });
    assert.equal(await client.invoke('whoami'), null);
    assert.equal(client.isAuthenticated, false);
  },

  async 'subscribes to what waits for authentication once it is logged in'(t, version) {
    const client = await setUp(t, version);
    const inbox = client.subscribe('private', { waitForAuth: true });
    assert.deepEqual(await client.invoke('subscriptions'), []);
    await logIn(client);
    await client.subscribes.until(channel => channel === 'private', 'the subscription');
    assert.deepEqual(await client.invoke('subscriptions'), ['private']);
    await client.publish('private', 'now');
    assert.deepEqual(await inbox.count(1), ['now']);
  },
};

for (const version of versions) {
  for (const [name, run] of Object.entries(cases)) {
    test(`client ${version} ${name}`, { timeout: 120000 }, t => run(t, version));
  }
}
