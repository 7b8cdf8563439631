// SPDX-License-Identifier: MIT
// What the published clients see of middleware: actions that are blocked, silently blocked or changed, in every line.
// The application's rules go by names: `no-emit`, `quiet-emit`, `new-emit`, and so on (scenario `rules`).
import assert from 'node:assert/strict';
import test from 'node:test';

import { connectClient, openClient, startApp, versions } from './clients.mjs';

const scenario = 'rules';

async function setUp(t, version) {
  const server = await startApp(t, version, { scenario });
  return connectClient(t, version, server.port);
}

const forbidden = (line, hint) => error => {
  assert.equal(error.name, 'ForbiddenError');
  assert.equal(error.message, `Not allowed: ${line}`);
  assert.deepEqual(error.hint, hint);
  return true;
};
const silent = error => {
  assert.equal(error.name, 'SilentMiddlewareBlockedError');
  return true;
};

// A client that is refused at the door: its abort and its errors.
async function refused(t, version, how) {
  const server = await startApp(t, version, { scenario });
  const client = openClient(t, version, server.port, { query: { refuse: how }, autoReconnect: false });
  const [{ code }] = await client.aborts.count(1);
  return { client, code };
}

// Old clients report every rejection by a code of their own, and come back.
const hidesCode = version => ['5.0.6', '8.0.2'].includes(version);
const codeSeenBy = (version, code) => (hidesCode(version) ? 4003 : code);

async function getToken(t, version, port, claims) {
  const client = await connectClient(t, version, port);
  await client.invoke('login', { claims, confirm: true });
  return client.signedAuthToken;
}

const cases = {
  async 'is refused at the upgrade, also silently'(t, version) {
    for (const how of ['ws', 'ws-silent']) assert.equal((await refused(t, version, how)).code, 1006);
  },

  async 'is refused in the handshake'(t, version) {
    const { client, code } = await refused(t, version, 'sc');
    assert.equal(code, codeSeenBy(version, 4008));
    const error = await client.errors.until(({ name }) => name === 'RejectedError', 'the error of the rule');
    assert.equal(error.message, 'No handshake');
    assert.equal(error.hint, 'sc');
  },

  async 'is refused in the handshake with a close code of the application'(t, version) {
    const { client, code } = await refused(t, version, 'sc-4500');
    assert.equal(code, codeSeenBy(version, 4500));
    await client.errors.until(({ name }) => name === 'RejectedError', 'the error of the rule');
  },

  async 'is refused in the handshake silently'(t, version) {
    const { client, code } = await refused(t, version, 'sc-silent');
    assert.equal(code, codeSeenBy(version, 4008));
    await client.errors.until(({ name }) => name === 'SilentMiddlewareBlockedError', 'the error of the silent block');
  },

  async 'comes back after a refusal below 4500, and stays away after one from there on'(t, version) {
    const server = await startApp(t, version, { scenario });
    const open = how => openClient(t, version, server.port, { query: { refuse: how } });
    await open('sc').aborts.count(3);
    const away = open('sc-4500');
    await away.aborts.count(1);
    assert.equal(away.pendingReconnect, hidesCode(version));
  },

  async 'stays unauthenticated with a token that a rule refuses, and keeps it'(t, version) {
    const server = await startApp(t, version, { scenario });
    const token = await getToken(t, version, server.port, { username: 'alice', refuse: 'keep' });
    const client = await connectClient(t, version, server.port);
    const { isAuthenticated, authError } = await client.authenticate(token);
    assert.equal(isAuthenticated, false);
    assert.equal(authError.name, 'UnwelcomeError');
    assert.equal(authError.message, 'This token is not welcome');
    assert.equal(await client.invoke('whoami'), null);
  },

  async 'forgets a token that a rule calls bad'(t, version) {
    const server = await startApp(t, version, { scenario });
    const token = await getToken(t, version, server.port, { username: 'alice', refuse: 'forget' });
    const client = await connectClient(t, version, server.port);
    await assert.rejects(client.authenticate(token), { name: 'UnwelcomeError', message: 'This token is not welcome' });
    assert.equal(await client.invoke('whoami'), null);
    assert.equal(client.isAuthenticated, false);
  },

  async 'stays unauthenticated with a token that is refused silently'(t, version) {
    const server = await startApp(t, version, { scenario });
    const token = await getToken(t, version, server.port, { username: 'alice', refuse: 'silent' });
    const client = await connectClient(t, version, server.port);
    const { isAuthenticated, authError } = await client.authenticate(token);
    assert.equal(isAuthenticated, false);
    assert.equal(authError.name, 'SilentMiddlewareBlockedError');
    assert.equal(await client.invoke('whoami'), null);
  },

  async 'emits what is blocked, silently blocked and changed'(t, version) {
    const client = await setUp(t, version);
    await assert.rejects(client.invoke('no-emit', { a: 1 }), forbidden('emit', { a: 1 }));
    await assert.rejects(client.invoke('quiet-emit', { a: 1 }), silent);
    assert.deepEqual(await client.invoke('new-emit', { a: 1 }), { replaced: { a: 1 } });
    assert.deepEqual(await client.invoke('echo', { a: 1 }), { a: 1 });
  },

  async 'subscribes to what is blocked and silently blocked'(t, version) {
    const client = await setUp(t, version);
    for (const name of ['no-subscribe', 'quiet-subscribe']) client.subscribe(name);
    const errorOf = async name => (await client.subscribeFails.until(({ channel }) => channel === name, name)).error;
    forbidden('subscribe', null)(await errorOf('no-subscribe'));
    silent(await errorOf('quiet-subscribe'));
    assert.deepEqual(await client.invoke('subscriptions'), []);
    await client.subscribed('new-subscribe');
    assert.deepEqual(await client.invoke('subscriptions'), ['new-subscribe']);
  },

  async 'publishes what is blocked, silently blocked and changed on its way in'(t, version) {
    const client = await setUp(t, version);
    const [no, quiet, changed] = await Promise.all(['no', 'quiet', 'new'].map(kind => client.subscribed(`${kind}-publish-in`)));
    await assert.rejects(client.publish('no-publish-in', 1), forbidden('publish-in', 1));
    await assert.rejects(client.publish('quiet-publish-in', 1), silent);
    await client.publish('new-publish-in', 1);
    assert.deepEqual(await changed.count(1), [{ replaced: 1 }]);
    assert.deepEqual([no.items, quiet.items], [[], []]);
  },

  async 'publishes what is blocked, silently blocked and changed on its way out'(t, version) {
    const client = await setUp(t, version);
    const [no, quiet, changed] = await Promise.all(['no', 'quiet', 'new'].map(kind => client.subscribed(`${kind}-publish-out`)));
    for (const kind of ['no', 'quiet', 'new']) await client.publish(`${kind}-publish-out`, 1);
    assert.deepEqual(await changed.count(1), [{ replaced: 1 }]);
    assert.deepEqual([no.items, quiet.items], [[], []]);
  },

  async 'gets no answer that it did not ask for when it is blocked'(t, version) {
    const client = await setUp(t, version);
    client.transmit('no-emit', 1);
    client.transmit('quiet-emit', 1);
    assert.equal(await client.invoke('echo', 'still here'), 'still here');
    assert.deepEqual(client.errors.items, []);
  },

  async 'is kicked out of a channel with a message'(t, version) {
    const client = await setUp(t, version);
    const [gone, kept] = [await client.subscribed('gone'), await client.subscribed('kept')];
    await client.invoke('throwOut', { channel: 'gone', message: 'You were kicked' });
    assert.deepEqual(await client.kickOuts.count(1), [{ channel: 'gone', message: 'You were kicked' }]);
    assert.deepEqual(await client.invoke('subscriptions'), ['kept']);
    await client.publish('gone', 1);
    await client.publish('kept', 2);
    assert.deepEqual(await kept.count(1), [2]);
    assert.deepEqual(gone.items, []);
  },

  async 'is kicked out of all channels and does not subscribe to them when it comes back'(t, version) {
    const client = await setUp(t, version);
    for (const name of ['one', 'two']) await client.subscribed(name);
    await client.invoke('throwOut', { message: 'Everyone out' });
    await client.kickOuts.count(2);
    assert.deepEqual(client.kickOuts.items.map(({ channel }) => channel).sort(), ['one', 'two']);
    assert.ok(client.kickOuts.items.every(({ message }) => message === 'Everyone out'));
    await client.invoke('bye', { code: 4100, reason: 'again' });
    await client.connected(2);
    assert.deepEqual(await client.invoke('subscriptions'), []);
  },

  async 'subscribes again after a kick-out, on its own decision'(t, version) {
    const client = await setUp(t, version);
    await client.subscribed('news');
    await client.invoke('throwOut', { channel: 'news', message: '' });
    await client.kickOuts.count(1);
    client.socket.subscribe('news');
    await client.subscribes.count(2);
    assert.deepEqual(await client.invoke('subscriptions'), ['news']);
  },
};

for (const version of versions) {
  for (const [name, run] of Object.entries(cases)) {
    test(`client ${version} ${name}`, { timeout: 120000 }, t => run(t, version));
  }
}
