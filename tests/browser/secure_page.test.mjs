// SPDX-License-Identifier: MIT
// The sample page over https and wss in a browser that verifies the server's certificate.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { Authority } from '../support/certificates.mjs';
import { programUnderTest, repoRoot } from '../support/paths.mjs';
import { startServer } from '../support/server_process.mjs';
import { openPage, screenshot } from './pages.mjs';

const timeout = 180000;

function startSecureSample(t, identity) {
  return startServer(t, [...programUnderTest('SC_SAMPLE_APP', 'sample_app'), '-p', '0', '--protocol', 'https',
    '--protocol-options', JSON.stringify(identity), '--public', path.join(repoRoot, 'examples', 'sample', 'public')]);
}

// A home in which Chromium finds `authority` among those that its user trusts.
function homeThatTrusts(authority) {
  const home = authority.path('home');
  const database = path.join(home, '.pki', 'nssdb');
  fs.mkdirSync(database, { recursive: true });
  execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${database}`]);
  execFileSync('certutil', ['-A', '-n', 'test', '-t', 'C,,', '-i', authority.file, '-d', `sql:${database}`]);
  return home;
}

test('a browser that trusts the authority gets page and socket over TLS', { timeout }, async t => {
  const authority = new Authority(t);
  const server = await startSecureSample(t, authority.issue('app.test'));
  const home = homeThatTrusts(authority);
  const { page, complaints } = await openPage(t, `https://localhost:${server.port}/`, { env: { ...process.env, HOME: home } });
  await page.waitForSelector('#status[data-state="open"]');
  for (const count of ['1', '2', '3']) {
    await page.click('#press');
    await page.waitForFunction(text => document.getElementById('count').textContent === text, count);
  }
  await page.fill('#text', 'Hello over TLS');
  await page.click('#publish button');
  await page.waitForSelector('#messages li');
  assert.equal(await page.evaluate(() => location.protocol), 'https:');
  assert.equal(await page.evaluate(() => isSecureContext), true);
  await screenshot(page, 'sample-secure.png');
  assert.deepEqual(complaints, []);
});

test('a browser that does not know the authority refuses', { timeout }, async t => {
  const authority = new Authority(t);
  const server = await startSecureSample(t, authority.issue('app.test'));
  await assert.rejects(openPage(t, `https://localhost:${server.port}/`), /ERR_CERT_AUTHORITY_INVALID/);
});
