// SPDX-License-Identifier: MIT
// A browser opens the sample page: the page's client connects, shows live events, and the button counts. The
// screenshots are in build/artifacts.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { testsReference } from '../support/conformance_app.mjs';
import { programUnderTest, repoRoot } from '../support/paths.mjs';
import { startServer } from '../support/server_process.mjs';
import { openPage, screenshot } from './pages.mjs';

const publicDir = path.join(repoRoot, 'examples', 'sample', 'public');

function startSample(t, port = 0) {
  const reference = [process.execPath, path.join(repoRoot, 'tests/conformance/reference/sample.mjs')];
  const program = testsReference ? reference : programUnderTest('SC_SAMPLE_APP', 'sample_app');
  return startServer(t, [...program, '-p', String(port), '--public', publicDir]);
}

const untilText = (page, id, text) => page.waitForFunction(([where, what]) =>
  document.getElementById(where).textContent === what, [id, text]);
const untilConnected = page => page.waitForSelector('#status[data-state="open"]');
const untilRands = (page, count) => page.waitForFunction(n => Number(document.getElementById('rand').dataset.count) >= n, count);

test('the sample page shows live events and counts', { timeout: 180000 }, async t => {
  const server = await startSample(t);
  const { page, complaints } = await openPage(t, `http://127.0.0.1:${server.port}/`);
  await untilConnected(page);
  assert.match(await page.textContent('#socket-id'), /^[A-Za-z0-9_-]{20}$/);
  for (const count of ['1', '2', '3']) {
    await page.click('#press');
    await untilText(page, 'count', count);
  }
  await page.fill('#text', 'Hello from the browser <b>&</b>');
  await page.click('#publish button');
  await page.waitForSelector('#messages li');
  assert.equal(await page.textContent('#messages li'), 'Hello from the browser <b>&</b>');
  await untilRands(page, 3);
  assert.match(await page.textContent('#rand'), /^[0-4]$/);
  await screenshot(page, 'sample.png');
  assert.deepEqual(complaints, []);
});

test('two pages see the same channel, on a small dark screen as well', { timeout: 180000 }, async t => {
  const server = await startSample(t);
  const url = `http://127.0.0.1:${server.port}/`;
  const first = await openPage(t, url);
  const second = await openPage(t, url, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  for (const { page } of [first, second]) {
    await untilConnected(page);
    await untilRands(page, 1);
  }
  await first.page.click('#press');
  await untilText(second.page, 'count', '1');
  await second.page.fill('#text', 'Hello from a small screen');
  await second.page.click('#publish button');
  for (const { page } of [first, second]) await page.waitForSelector('#messages li');
  await screenshot(second.page, 'sample-small.png');
  assert.deepEqual([...first.complaints, ...second.complaints], []);
});

test('the page connects again after a restart of the server', { timeout: 180000 }, async t => {
  const server = await startSample(t);
  const { page } = await openPage(t, `http://127.0.0.1:${server.port}/`);
  await untilConnected(page);
  await server.kill();
  await page.waitForSelector('#status:not([data-state="open"])');
  await startSample(t, server.port);
  await untilText(page, 'connects', '2');
  await page.click('#press');
  await untilText(page, 'count', '1');
});
