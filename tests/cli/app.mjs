// SPDX-License-Identifier: MIT
// The app that `socketcluster create` makes, used and changed as its owner would: wherever it runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { openPage, screenshot } from '../browser/pages.mjs';
import { connectClient } from '../interop/clients.mjs';
import { childrenOf, eventually, isAlive } from '../support/processes.mjs';

export const buildTime = 240000;   // on a busy machine

// Resolves with the port of the n-th start of `socketcluster run`, which builds first.
export async function started(session, n = 1) {
  await session.untilOutput(new RegExp(`(?:.*?\\bPort: \\d+){${n}}.*?Broker count`, 's'), buildTime);
  session.port = Number([...session.stdout.matchAll(/\bPort: (\d+)/g)][n - 1][1]);
  session.master = Number([...session.stdout.matchAll(/\bMaster PID: (\d+)/g)][n - 1][1]);
  return session.port;
}

// Edits the worker in the folder `app`: it answers `version` with the number.
export function setVersion(app, version) {
  const file = path.join(app, 'worker.cpp');
  const handler = `worker.server().on("version", [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond(${version}); });`;
  const clean = fs.readFileSync(file, 'utf8').replace(/^ *worker\.server\(\)\.on\("version".*\n/m, '');
  fs.writeFileSync(file, clean.replace('worker.http().serve_static', `${handler}\n  worker.http().serve_static`));
}

export const version = async (t, port) => (await connectClient(t, '20.0.2', port)).invoke('version');

// One of those `before` has gone, and a new worker serves with the one broker.
export const replaced = (master, before) => eventually(() => childrenOf(master).length === 2
  && before.some(pid => !isAlive(pid)), 'the worker to be replaced');

export async function replaceWorker(master) {
  const before = childrenOf(master);
  process.kill(master, 'SIGUSR2');
  await replaced(master, before);
}

// Opens the page in Chromium: `rand` comes, and the button makes the channel `sample` count on from `counted`.
export async function usePage(t, port, { counted, picture }) {
  const { page, complaints } = await openPage(t, `http://127.0.0.1:${port}/`);
  await page.waitForSelector('#status[data-state="open"]');
  await page.waitForFunction(() => Number(document.getElementById('rand').dataset.count) >= 3);
  for (const count of [counted + 1, counted + 2]) {
    await page.click('#press');
    await page.waitForFunction(text => document.getElementById('count').textContent === text, String(count));
  }
  await screenshot(page, picture);
  assert.deepEqual(complaints, []);
  await page.close();
}
