// SPDX-License-Identifier: MIT
// Places that a server cannot use, each of which ends the start with one line that says what and why.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { programUnderTest } from '../support/paths.mjs';
import { runToEnd } from '../support/server_process.mjs';

const timeout = 60000;
const anybodyMayUsePort80 = Number(fs.readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) <= 80;
const isRoot = process.getuid() === 0;

async function assertRefused(args, says, before = []) {
  const { status, stderr } = await runToEnd([...before, ...programUnderTest('SC_SERVER', 'socketcluster'), 'start', ...args]);
  assert.equal(status.code, 1, stderr);
  assert.match(stderr, says);
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
}

for (const workers of ['0', '1']) {
  const start = ['-p', '0', '-w', workers];

  test(`ports below 1024 need a right, with ${workers} workers`, { timeout, skip: anybodyMayUsePort80 && 'anybody may' }, async () => {
    await assertRefused(['-p', '80', '-w', workers],
      /cannot listen on .*port 80: ports below 1024 need root or the CAP_NET_BIND_SERVICE capability; or choose another port \(-p\)/,
      isRoot ? ['setpriv', '--bounding-set=-net_bind_service'] : []);
  });

  test(`folders that are not there, with ${workers} workers`, { timeout }, async () => {
    await assertRefused([...start, '--public', '/nonexistent'], /cannot serve files from \/nonexistent: No such file or directory/);
    await assertRefused([...start, '--access-log', '/nonexistent/access.log'],
      /cannot write the access log \/nonexistent\/access\.log: No such file or directory/);
    await assertRefused([...start, '--host', '/nonexistent/app.sock'], /cannot listen on \/nonexistent\/app\.sock: its directory does not exist/);
  });

  test(`folders that may not be written, with ${workers} workers`, { timeout }, async t => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-places-'));
    fs.chmodSync(folder, 0o555);
    t.after(() => fs.rmSync(folder, { recursive: true }));
    // Also root needs a right to write there.
    const before = isRoot ? ['setpriv', '--bounding-set=-dac_override'] : [];
    await assertRefused([...start, '--access-log', path.join(folder, 'access.log')], /cannot write the access log .*: Permission denied/, before);
    await assertRefused([...start, '--host', path.join(folder, 'app.sock')], /cannot listen on .*app\.sock: Permission denied/, before);
    if (workers === '1') {
      await assertRefused([...start, '--socket-root', path.join(folder, 'sockets')],
        /cannot make .*sockets: Permission denied \(the option socketRoot chooses another place\)/, before);
    }
  });
}
