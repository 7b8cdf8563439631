// SPDX-License-Identifier: MIT
// The page of the dashboard: the last minute as an event, each further sample from the channel.
import { create } from './socketcluster-client.min.js';

const shownSamples = 60;
const metrics = { clients: 0, eventsPerSecond: 0, cpuPercent: 1, memoryMiB: 1 };   // digits after the point
const byId = id => document.getElementById(id);

const socket = create({
  autoReconnectOptions: { initialDelay: 500, randomness: 500, multiplier: 1.5, maxDelay: 5000 },
});
let samples = [];

function showState() {
  byId('state').textContent = socket.state;
  byId('status').dataset.state = socket.state;
  byId('work').disabled = socket.state !== 'open';
}

function line(values) {
  const top = Math.max(...values) || 1;
  const x = index => 100 - (values.length - 1 - index) * (100 / (shownSamples - 1));
  return values.map((value, index) => `${x(index).toFixed(1)},${(38 - 36 * value / top).toFixed(1)}`).join(' ');
}

function draw() {
  byId('samples').textContent = samples.length;
  if (samples.length === 0) return;
  for (const [name, digits] of Object.entries(metrics)) {
    byId(name).textContent = samples.at(-1)[name].toFixed(digits);
    byId(`${name}-line`).firstElementChild.setAttribute('points', line(samples.map(sample => sample[name])));
  }
}

async function forEach(stream, action) {
  for await (const value of stream) action(value);
}

for (const event of ['connecting', 'connect', 'connectAbort', 'disconnect']) forEach(socket.listener(event), showState);
forEach(socket.listener('error'), ({ error }) => console.info(error.message));
forEach(socket.receiver('history'), history => { samples = history; draw(); });
forEach(socket.subscribe('metrics'), sample => { samples = [...samples, sample].slice(-shownSamples); draw(); });

byId('work').addEventListener('click', () => { for (let n = 0; n < 100; ++n) socket.transmit('work'); });
showState();
