// SPDX-License-Identifier: MIT
// Where a server listens: UNIX sockets, with their mode and their end, and address forms, in every layout of processes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { programUnderTest } from '../support/paths.mjs';
import { startProgram } from '../support/program.mjs';
import { ServerProcess, runToEnd } from '../support/server_process.mjs';
import { within } from '../support/wait.mjs';

const layouts = {
  'one process': { workers: 0 },
  'one worker': { workers: 1 },
  'dealt by the master': { workers: 2 },
  'spread by the kernel': { workers: 2, schedulingPolicy: 'none' },
};

const get = where => within(new Promise((resolve, reject) => {
  http.get({ ...where, path: '/health-check', agent: false }, response => {
    response.resume().on('end', () => resolve(response.statusCode));
  }).on('error', reject);
}), 'an answer');

function newFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-listen-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function command(options) {
  return [[...programUnderTest('SC_SERVER', 'socketcluster'), 'start'], { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) } }];
}

for (const [name, layout] of Object.entries(layouts)) {
  test(`a UNIX socket: ${name}`, async t => {
    const file = path.join(newFolder(t), 'app.sock');
    const server = new ServerProcess(...command({ ...layout, host: file, unixSocketMode: '600' }));
    t.after(() => server.kill());
    await server.untilOutput(/Socket: .*app\.sock/);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    for (let i = 0; i < 4; i++) assert.equal(await get({ socketPath: file }), 200);
    const second = await runToEnd(...command({ ...layout, host: file }));
    assert.match(second.stderr, /another program listens there/);
    assert.notEqual(second.status.code, 0);
    assert.equal(await get({ socketPath: file }), 200);
    await server.stop();
    assert.equal(fs.existsSync(file), false);
  });

  test(`a UNIX socket that a killed server left: ${name}`, async t => {
    const file = path.join(newFolder(t), 'app.sock');
    const first = new ServerProcess(...command({ ...layout, host: `unix:${file}` }));
    t.after(() => first.kill());
    await first.untilOutput(/Socket: /);
    await first.kill();
    assert.equal(fs.existsSync(file), true);
    const second = new ServerProcess(...command({ ...layout, host: `unix:${file}` }));
    t.after(() => second.kill());
    await second.untilOutput(/Socket: /);
    assert.equal(await get({ socketPath: file }), 200);
    await second.stop();
  });

  test(`addresses and names: ${name}`, async t => {
    const hosts = { '127.0.0.1': ['127.0.0.1'], localhost: ['localhost'], '': ['127.0.0.1'] };
    if (Object.values(os.networkInterfaces()).flat().some(({ family }) => family === 'IPv6')) {
      Object.assign(hosts, { '::': ['127.0.0.1', '::1'], '::1': ['::1'], '[::1]': ['::1'] });
    }
    for (const [host, clients] of Object.entries(hosts)) {
      const { port } = await startProgram(t, { options: { ...layout, host, tcpSynBacklog: 16 } });
      for (const client of clients) assert.equal(await get({ host: client, port }), 200, `${client} to ${host}`);
    }
  });
}
