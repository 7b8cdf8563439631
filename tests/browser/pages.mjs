// SPDX-License-Identifier: MIT
// Pages in headless Chromium for the tests of this folder; screenshots go to build/artifacts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { requireFrom } from '../support/npm.mjs';
import { artifactsDir } from '../support/paths.mjs';
import { patience } from '../support/wait.mjs';

const browserProgram = process.env.SC_CHROMIUM ?? '/usr/bin/chromium';
const browserFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// A page in a new browser with an empty profile; whatever goes wrong in it is collected in `complaints`.
export async function openPage(t, url, context = {}) {
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

export async function screenshot(page, name) {
  fs.mkdirSync(artifactsDir, { recursive: true });
  const file = path.join(artifactsDir, name);
  await page.screenshot({ path: file });
  assert.ok(fs.statSync(file).size > 1000, 'the screenshot shows something');
}
