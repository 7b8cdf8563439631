// SPDX-License-Identifier: MIT
// The chat example: login, private channels, and messages that carry the name of their author.
import assert from 'node:assert/strict';
import test from 'node:test';

import { get } from '../support/http_client.mjs';
import { connect, startExample } from './example.mjs';

const timeout = 120000;
const passwords = { alice: 'rabbit', bob: 'builder' };

async function loggedIn(t, server, username) {
  const client = await connect(t, server);
  assert.deepEqual(await client.invoke('login', { username, password: passwords[username] }), { username });
  return client;
}

async function refused(client, channel) {
  client.subscribe(channel);
  const { error } = await client.subscribeFails.until(fail => fail.channel === channel, `the refusal of ${channel}`);
  return error;
}

test('chat: wrong credentials are refused', { timeout }, async t => {
  const client = await connect(t, await startExample(t, 'chat'));
  for (const data of [{ username: 'alice', password: 'wrong' }, { username: 'nobody', password: 'x' }, {}, null, 'alice',
    { username: 1, password: ['rabbit'] }]) {
    await assert.rejects(client.invoke('login', data), { name: 'AuthenticationError', message: 'Wrong name or password' });
  }
  assert.equal(client.socket.authState, 'unauthenticated');
});

test('chat: a private channel is closed before the login and open after it', { timeout }, async t => {
  const client = await connect(t, await startExample(t, 'chat'));
  const error = await refused(client, 'members');
  assert.equal(error.name, 'NotAllowedError');
  assert.equal(error.message, 'Log in to read members');
  await client.invoke('login', { username: 'alice', password: 'rabbit' });
  await client.subscribed('members');
  await client.subscribed('to/alice');
  assert.equal((await refused(client, 'to/bob')).name, 'NotAllowedError');
});

test('chat: guests read the lobby and write nowhere', { timeout }, async t => {
  const server = await startExample(t, 'chat');
  const guest = await connect(t, server);
  const lobby = await guest.subscribed('lobby');
  await assert.rejects(guest.publish('lobby', { text: 'hi' }), { name: 'NotAllowedError', message: 'Log in to write' });
  const alice = await loggedIn(t, server, 'alice');
  await alice.publish('lobby', { text: 'hello' });
  const [message] = await lobby.count(1);
  assert.equal(message.from, 'alice');
  assert.equal(message.text, 'hello');
});

test('chat: the server says who wrote a message, whatever the client claims', { timeout }, async t => {
  const server = await startExample(t, 'chat');
  const [alice, bob] = [await loggedIn(t, server, 'alice'), await loggedIn(t, server, 'bob')];
  const inboxes = [await alice.subscribed('members'), await bob.subscribed('members')];
  await alice.publish('members', { text: 'one', from: 'bob', time: 0, extra: true });
  await bob.publish('members', { text: 'two' });
  for (const inbox of inboxes) {
    const messages = await inbox.count(2);
    assert.deepEqual(messages.map(({ from, text }) => [from, text]), [['alice', 'one'], ['bob', 'two']]);
    for (const message of messages) {
      assert.deepEqual(Object.keys(message).sort(), ['from', 'text', 'time']);
      assert.ok(message.time > 0);
    }
  }
  const mine = await bob.subscribed('to/bob');
  await alice.publish('to/bob', { text: 'psst' });
  assert.equal((await mine.count(1))[0].from, 'alice');
});

test('chat: messages without a text or with one that is too long are refused', { timeout }, async t => {
  const alice = await loggedIn(t, await startExample(t, 'chat'), 'alice');
  await alice.publish('lobby', { text: 'x'.repeat(500) });
  for (const data of [{ text: 'x'.repeat(501) }, { text: '' }, { text: 5 }, {}, null, 'text', ['text']]) {
    await assert.rejects(alice.publish('lobby', data), { name: 'ValidationError' });
  }
});

test('chat: the logout closes the private channels and leaves the lobby open', { timeout }, async t => {
  const server = await startExample(t, 'chat');
  const [alice, bob] = [await loggedIn(t, server, 'alice'), await loggedIn(t, server, 'bob')];
  const lobby = await alice.subscribed('lobby');
  const members = await alice.subscribed('members');
  const kicked = alice.newInbox('kickOut');
  (async () => { for await (const event of alice.socket.listener('kickOut')) kicked.push(event); })();
  await alice.invoke('logout');
  assert.deepEqual(await kicked.count(1), [{ channel: 'members', message: 'Logged out' }]);
  await bob.publish('members', { text: 'without alice' });
  await bob.publish('lobby', { text: 'end' });
  await lobby.count(1);
  assert.deepEqual(members.items, []);
});

test('chat: the page is served', { timeout }, async t => {
  const server = await startExample(t, 'chat');
  for (const path of ['/', '/chat.js', '/style.css', '/socketcluster-client.min.js']) {
    assert.equal((await get(server.port, path)).status, 200, path);
  }
});
