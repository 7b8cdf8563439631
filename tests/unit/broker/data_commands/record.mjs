// SPDX-License-Identifier: MIT
// Writes table.json: what the original's broker answers to the commands of cases.mjs.
//
//   npm install --prefix FOLDER sc-broker@8.0.0
//   node tests/unit/broker/data_commands/record.mjs FOLDER >tests/unit/broker/data_commands/table.json
//
// A step of the table is {request, value?}, as executed at the time `now` of its case, or {now, sweep?}, which moves
// the clock and removes what has expired. `value` is absent where the original answers undefined.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { cases } from './cases.mjs';

const folder = path.resolve(process.argv[2] ?? '.');
const requirePackage = createRequire(path.join(folder, 'package.json'));
const { createServer } = requirePackage('sc-broker');
const { ComSocket } = requirePackage('ncom');

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
const socketPath = path.join(directory, 'broker');
process.env.SC_BROKER_FOLDER = folder;
const server = createServer({
  socketPath,
  brokerControllerPath: path.join(import.meta.dirname, 'controller.cjs'),
  expiryAccuracy: 2 ** 31 - 1,
});
await new Promise((resolve) => server.on('ready', resolve));

const socket = new ComSocket();
const waiting = new Map();
socket.on('message', (response) => waiting.get(response.id)(response));
socket.connect(socketPath);
await new Promise((resolve) => socket.on('connect', resolve));

let lastId = 0;
function execute(command) {
  const id = `n${++lastId}`;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    socket.write({ ...command, id });
  });
}

async function record(step, state) {
  if (step.now !== undefined) {
    state.now = step.now;
    await execute({ action: 'send', value: { now: step.now, sweep: step.sweep } });
    return step;
  }
  const response = await execute(step);
  if (response.error) throw new Error(`${JSON.stringify(step)}: ${response.error.message}`);
  return 'value' in response ? { request: step, value: response.value } : { request: step };
}

await execute({ action: 'init' });
const table = [];
for (const { name, steps } of cases()) {
  const state = { now: 1_600_000_000_000 };
  await execute({ action: 'send', value: { now: state.now, clear: true } });
  const recorded = [];
  for (const step of steps) recorded.push(await record(step, state));
  table.push({ name, steps: recorded });
}
const lines = table.map(({ name, steps }) => {
  const rows = steps.map((step) => `  ${JSON.stringify(step)}`).join(',\n');
  return `{"name":${JSON.stringify(name)},"steps":[\n${rows}]}`;
});
process.stdout.write(`[\n${lines.join(',\n')}\n]\n`);
server.destroy();
socket.end();
fs.rmSync(directory, { recursive: true, force: true });
