// SPDX-License-Identifier: MIT
// A browser opens the sample page: the page's client connects, shows live events, and the button counts. The
// screenshots are in build/artifacts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { testsReference } from '../support/conformance_app.mjs';
import { requireFrom } from '../support/npm.mjs';
import { artifactsDir, programUnderTest, repoRoot } from '../support/paths.mjs';
import { startServer } from '../support/server_process.mjs';
import { patience } from '../support/wait.mjs';

const publicDir = path.join(repoRoot, 'examples', 'sample', 'public');
const browserProgram = process.env.SC_CHROMIUM ?? '/usr/bin/chromium';
const browserFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

function startSample(t, port = 0) {
  const reference = [process.execPath, path.join(repoRoot, 'tests/conformance/reference/sample.mjs')];
  const program = testsReference ? reference : programUnderTest('SC_SAMPLE_APP', 'sample_app');
  return startServer(t, [...program, '-p', String(port), '--public', publicDir]);
}

// A page in a new browser with an empty profile; whatever goes wrong in it is collected in `complaints`.
async function openPage(t, url, context = {}) {
  const { chromium } = requireFrom('tests/browser')('playwright-core');
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'socketcluster-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: browserProgram, headless: true, args: browserFlags, viewport: { width: 1000, height: 720 }, ...context,
  });
  t.after(async () => {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const complaints = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('requestfailed', request => complaints.push(`failed: ${request.url()}`));
  t.after(() => complaints.forEach(complaint => t.diagnostic(`browser: ${complaint}`)));
  await page.goto(url);
  return { page, complaints };
}

const untilText = (page, id, text) => page.waitForFunction(([where, what]) =>
  document.getElementById(where).textContent === what, [id, text]);
const untilConnected = page => page.waitForSelector('#status[data-state="open"]');
const untilRands = (page, count) => page.waitForFunction(n => Number(document.getElementById('rand').dataset.count) >= n, count);

async function screenshot(page, name) {
  fs.mkdirSync(artifactsDir, { recursive: true });
  const file = path.join(artifactsDir, name);
  await page.screenshot({ path: file });
  assert.ok(fs.statSync(file).size > 1000, 'the screenshot shows something');
}

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
