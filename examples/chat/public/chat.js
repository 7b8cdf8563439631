// SPDX-License-Identifier: MIT
// The page of the chat. Each room is a channel; the server decides which of them are open to us.
import { create } from './socketcluster-client.min.js';

const shownMessages = 50;
const byId = id => document.getElementById(id);
const rooms = [...document.querySelectorAll('.room')];

const socket = create({
  autoReconnectOptions: { initialDelay: 500, randomness: 500, multiplier: 1.5, maxDelay: 5000 },
});
const username = () => socket.authToken?.username;

function showProblem(text = '') {
  byId('problem').textContent = text;
  byId('problem').hidden = text === '';
}

function showState() {
  byId('state').textContent = socket.state;
  byId('status').dataset.state = socket.state;
  byId('me').textContent = username() ?? '';
  byId('login').hidden = username() !== undefined;
  byId('logout').hidden = username() === undefined;
  for (const button of document.querySelectorAll('button')) button.disabled = socket.state !== 'open';
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function showMessage(room, { from, text, time }) {
  const list = room.querySelector('.messages');
  const line = element('li', from === username() ? 'own' : '', '');
  const clock = new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  line.append(element('span', 'from', from), element('time', '', clock), element('p', 'text', text));
  list.append(line);
  while (list.children.length > shownMessages) list.firstChild.remove();
  list.scrollTop = list.scrollHeight;
}

function showRoom(channel, state, reason = '') {
  const room = rooms.find(({ dataset }) => dataset.channel === channel);
  if (!room) return;
  room.dataset.state = state;
  room.querySelector('.refusal').textContent = reason;
  room.querySelector('.refusal').hidden = reason === '';
}

async function forEach(stream, action) {
  for await (const value of stream) action(value);
}

function openRooms() {
  for (const { dataset } of rooms) socket.subscribe(dataset.channel);
}

async function login(event) {
  event.preventDefault();
  const { username: name, password } = Object.fromEntries(new FormData(byId('login')));
  try {
    await socket.invoke('login', { username: name, password });
    byId('login').reset();
    showProblem();
  } catch (error) {
    showProblem(error.message);
  }
}

async function send(event, room) {
  event.preventDefault();
  const form = event.target;
  try {
    await socket.invokePublish(room.dataset.channel, { text: form.elements.text.value });
    form.reset();
    showProblem();
  } catch (error) {
    showProblem(error.message);
  }
}

for (const event of ['connecting', 'connect', 'connectAbort', 'disconnect']) forEach(socket.listener(event), showState);
forEach(socket.listener('error'), ({ error }) => console.info(error.message));
forEach(socket.listener('authenticate'), () => { showState(); openRooms(); });
forEach(socket.listener('deauthenticate'), showState);
forEach(socket.listener('subscribe'), ({ channel }) => showRoom(channel, 'open'));
forEach(socket.listener('subscribeFail'), ({ channel, error }) => showRoom(channel, 'closed', error.message));
forEach(socket.listener('kickOut'), ({ channel, message }) => {
  rooms.find(({ dataset }) => dataset.channel === channel)?.querySelector('.messages').replaceChildren();
  showRoom(channel, 'closed', message);
});

for (const room of rooms) {
  forEach(socket.channel(room.dataset.channel), message => showMessage(room, message));
  room.querySelector('form').addEventListener('submit', event => send(event, room));
}
byId('login').addEventListener('submit', login);
byId('logout').addEventListener('submit', event => {
  event.preventDefault();
  socket.invoke('logout').catch(error => showProblem(error.message));
});

openRooms();
showState();
