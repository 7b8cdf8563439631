// SPDX-License-Identifier: MIT
// The page of the sample: one socket, an event from the server, a channel, and two ways to publish.
import { create } from './socketcluster-client.min.js';

const shownValues = 20;
const shownMessages = 8;
const byId = id => document.getElementById(id);

const socket = create({
  autoReconnectOptions: { initialDelay: 500, randomness: 500, multiplier: 1.5, maxDelay: 5000 },
});

function showState() {
  byId('state').textContent = socket.state;
  byId('status').dataset.state = socket.state;
  byId('socket-id').textContent = socket.id ?? '–';
  for (const button of document.querySelectorAll('button')) button.disabled = socket.state !== 'open';
}

function showRand(value) {
  const number = byId('rand');
  number.textContent = value;
  number.dataset.count = Number(number.dataset.count) + 1;
  const bar = document.createElement('li');
  bar.style.height = `${20 + 20 * value}%`;
  bar.title = value;
  byId('bars').append(bar);
  while (byId('bars').children.length > shownValues) byId('bars').firstChild.remove();
}

// The channel carries the server's counter (numbers) and the messages of pages (objects with a text).
function showPublished(data) {
  if (typeof data === 'number') {
    byId('count').textContent = data;
  } else if (typeof data?.text === 'string') {
    const line = document.createElement('li');
    line.textContent = data.text;
    byId('messages').prepend(line);
    while (byId('messages').children.length > shownMessages) byId('messages').lastChild.remove();
  }
}

async function forEach(stream, action) {
  for await (const value of stream) action(value);
}

forEach(socket.listener('connecting'), showState);
forEach(socket.listener('connectAbort'), showState);
forEach(socket.listener('disconnect'), showState);
forEach(socket.listener('connect'), () => {
  byId('connects').textContent = Number(byId('connects').textContent) + 1;
  showState();
});
forEach(socket.listener('error'), ({ error }) => console.warn(error.message));
forEach(socket.receiver('rand'), ({ rand }) => showRand(rand));
forEach(socket.subscribe('sample'), showPublished);

byId('press').addEventListener('click', () => socket.transmit('sampleClientEvent', 0));

byId('publish').addEventListener('submit', async event => {
  event.preventDefault();
  const text = byId('text').value.trim();
  if (text === '') return;
  try {
    await socket.invokePublish('sample', { text });
    byId('publish').reset();
  } catch (error) {
    console.warn(error.message);
  }
});

showState();
