// SPDX-License-Identifier: MIT
// Two browsers use the chat: login, a private channel that is refused before and open after, messages that both see. The
// screenshots are in build/artifacts.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { programUnderTest, repoRoot } from '../support/paths.mjs';
import { startServer } from '../support/server_process.mjs';
import { openPage, screenshot } from './pages.mjs';

const publicDir = path.join(repoRoot, 'examples', 'chat', 'public');

async function startChat(t) {
  const server = await startServer(t, [...programUnderTest('SC_CHAT', 'example_chat'), 'start', '-p', '0', '--public', publicDir]);
  return `http://127.0.0.1:${server.port}/`;
}

const room = channel => `.room[data-channel="${channel}"]`;
const untilRoom = (page, channel, state) => page.waitForSelector(`${room(channel)}[data-state="${state}"]`);
const texts = (page, channel) => page.locator(`${room(channel)} .messages li`).evaluateAll(lines =>
  lines.map(line => `${line.querySelector('.from').textContent}: ${line.querySelector('.text').textContent}`));

async function login(page, username, password) {
  await page.fill('#username', username);
  await page.fill('#password', password);
  await page.click('#login button');
}

async function write(page, channel, text) {
  await page.fill(`${room(channel)} input`, text);
  await page.click(`${room(channel)} button`);
}

// Waits until the room shows so many messages; returns them.
async function untilMessages(page, channel, count) {
  await page.locator(`${room(channel)} .messages li`).nth(count - 1).waitFor();
  return texts(page, channel);
}

test('two people log in, enter a private channel and see what both write', { timeout: 180000 }, async t => {
  const url = await startChat(t);
  const alice = await openPage(t, url);
  const bob = await openPage(t, url, { viewport: { width: 900, height: 640 } });
  for (const { page } of [alice, bob]) {
    await untilRoom(page, 'lobby', 'open');
    await untilRoom(page, 'members', 'closed');
    assert.equal(await page.textContent(`${room('members')} .refusal`), 'Log in to read members');
  }
  await screenshot(bob.page, 'chat-before-login.png');

  await login(alice.page, 'alice', 'builder');
  await alice.page.waitForSelector('#problem:not([hidden])');
  assert.equal(await alice.page.textContent('#problem'), 'Wrong name or password');
  await login(alice.page, 'alice', 'rabbit');
  await untilRoom(alice.page, 'members', 'open');
  assert.equal(await alice.page.textContent('#me'), 'alice');

  // Bob sees the lobby, and nothing of the members.
  await write(alice.page, 'members', 'Is bob here yet?');
  await write(alice.page, 'lobby', 'Hello, <b>everybody</b>!');
  assert.deepEqual(await untilMessages(bob.page, 'lobby', 1), ['alice: Hello, <b>everybody</b>!']);
  assert.deepEqual(await texts(bob.page, 'members'), []);
  await write(bob.page, 'lobby', 'May I write?');
  await bob.page.waitForSelector('#problem:not([hidden])');
  assert.equal(await bob.page.textContent('#problem'), 'Log in to write');

  await login(bob.page, 'bob', 'builder');
  await untilRoom(bob.page, 'members', 'open');
  await write(bob.page, 'members', 'Now I am, and only members read this.');
  await write(bob.page, 'lobby', 'Hello alice!');
  const members = ['alice: Is bob here yet?', 'bob: Now I am, and only members read this.'];
  const lobby = ['alice: Hello, <b>everybody</b>!', 'bob: Hello alice!'];
  assert.deepEqual(await untilMessages(alice.page, 'members', 2), members);
  assert.deepEqual(await untilMessages(alice.page, 'lobby', 2), lobby);
  assert.deepEqual(await untilMessages(bob.page, 'lobby', 2), lobby);
  assert.deepEqual(await texts(bob.page, 'members'), members.slice(1));
  await screenshot(alice.page, 'chat.png');
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});

test('the login survives a reload and ends with the logout', { timeout: 180000 }, async t => {
  const { page, complaints } = await openPage(t, await startChat(t), { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await untilRoom(page, 'members', 'closed');
  await login(page, 'carol', 'singer');
  await untilRoom(page, 'members', 'open');
  await page.reload();
  await untilRoom(page, 'members', 'open');
  assert.equal(await page.textContent('#me'), 'carol');
  await write(page, 'members', 'Still here after a reload');
  await untilMessages(page, 'members', 1);
  await screenshot(page, 'chat-small.png');
  await page.click('#logout button');
  await untilRoom(page, 'members', 'closed');
  assert.equal(await page.textContent(`${room('members')} .refusal`), 'Logged out');
  await page.reload();
  await untilRoom(page, 'members', 'closed');
  assert.deepEqual(complaints, []);
});
