// SPDX-License-Identifier: MIT
// Controllers as shared objects, in a folder that stands for a mounted volume: they are loaded, replaced while the server
// runs, and refused with one clear line.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';

import { connectClient } from '../interop/clients.mjs';
import { startInstance } from '../support/instance.mjs';
import { keepConnecting } from '../support/keep_connecting.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { eventually } from '../support/processes.mjs';
import { runToEnd, ServerProcess, startServer } from '../support/server_process.mjs';
import { compile, compileController, headersOfVersion, temporaryFolder } from './controllers.mjs';

const program = programUnderTest('SC_SERVER', 'socketcluster');
const built = temporaryFolder({ after });
const file = name => path.join(built, `${name}.so`);

before(async () => {
  const worker = (name, answer, options = {}) =>
    compileController('worker', file(name), { ...options, flags: [`-DANSWER="${answer}"`, ...(options.flags ?? [])] });
  await Promise.all([worker('first', 'first'), worker('second', 'second'), compileController('broker', file('broker')),
    compileController('init', file('init'))]);
  await Promise.all([
    worker('throws', 'throw'),
    worker('old_strings', 'x', { flags: ['-D_GLIBCXX_USE_CXX11_ABI=0'] }),
    worker('other_version', 'x', { headers: headersOfVersion('9.8.7', path.join(built, 'headers')) }),
    compileController('needs_library', file('needs_library')),
  ]);
}, { timeout: 300000 });

// A volume with these files.
function volumeWith(t, files) {
  const volume = temporaryFolder(t);
  for (const [name, from] of Object.entries(files)) fs.copyFileSync(file(from), path.join(volume, name));
  return volume;
}

const serve = (t, workerController, options = {}) => startInstance(t, { options: { workerController, ...options } });
const ask = async (t, port, event, data) => {
  const client = await connectClient(t, '20.0.2', port);
  return client.invoke(event, data);
};

test('workers and brokers run the controllers of files', { timeout: 180000 }, async t => {
  const volume = volumeWith(t, { 'worker.so': 'first', 'broker.so': 'broker', 'init.so': 'init' });
  const server = await startServer(t, [...program, 'start', '-p', '0', '-w', '2', '--wc', path.join(volume, 'worker.so'),
    '--bc', path.join(volume, 'broker.so'), '--init-controller', path.join(volume, 'init.so'), '--log-level', '3']);
  await server.untilOutput(/the master has its init controller/);
  assert.equal(await ask(t, server.port, 'answer'), 'first');
  assert.equal(await ask(t, server.port, 'init'), 'init');
  assert.equal(await ask(t, server.port, 'askBroker', 21), 42);
});

test('variables name them as well, also relative to the working directory, also for a single process', { timeout: 180000 }, async t => {
  const volume = volumeWith(t, { 'worker.so': 'first' });
  for (const workers of ['0', '1']) {
    const server = await startServer(t, [...program, 'start', '-p', '0', '-w', workers], {
      cwd: volume, env: { SOCKETCLUSTER_WORKER_CONTROLLER: 'worker.so' },
    });
    assert.equal(await ask(t, server.port, 'answer'), 'first');
    await server.stop();
  }
});

// A copy in memory, which is what is loaded, is beside nothing: libraries were looked for nowhere.
test('a library beside the file is found, and its absence told', { timeout: 180000 }, async t => {
  const volume = temporaryFolder(t);
  const library = path.join(volume, 'libshop.so');
  const controller = path.join(volume, 'worker.so');
  await compile(path.join(import.meta.dirname, 'controllers', 'price.cc'), library, '-Wl,-soname,libshop.so');
  await compileController('needs_library', controller, { flags: ['-Wl,--no-as-needed', library, '-Wl,-rpath,/nowhere:$ORIGIN/.'] });
  for (const workers of ['0', '1']) {
    const server = await startServer(t, [...program, 'start', '-p', '0', '-w', workers, '--wc', 'worker.so'], { cwd: volume });
    assert.equal(await ask(t, server.port, 'price'), 3);
    await server.stop();
  }
  fs.writeFileSync(library, 'no library');
  assert.match(await failure(['--wc', controller]), /worker\.so: .*libshop\.so: (file too short|invalid ELF header)/);
  fs.rmSync(library);
  for (const workers of ['0', '1']) {
    assert.match(await failure(['-w', workers, '--wc', controller]),
      /worker\.so: it needs libshop\.so, which is not found; put that beside it, and link it with -Wl,-rpath,'\$ORIGIN'/);
  }
});

test('SIGUSR2 brings the new file, which may have been written over the old one', { timeout: 180000 }, async t => {
  const workerController = path.join(volumeWith(t, { 'worker.so': 'first' }), 'worker.so');
  const instance = await serve(t, workerController);
  const [before] = await instance.workers();
  const client = await connectClient(t, '20.0.2', instance.port);
  assert.equal(await client.invoke('answer'), 'first');
  const stopConnecting = keepConnecting(instance.port);

  // In place: the same inode, as `cp` does it.
  fs.writeFileSync(workerController, fs.readFileSync(file('second')));
  assert.equal(await client.invoke('answer'), 'first');
  process.kill(instance.pid, 'SIGUSR2');
  await instance.replaced(before);
  await client.connected(2);
  assert.equal(await client.invoke('answer'), 'second');
  assert.ok(await stopConnecting() > 0);
});

test('a bad new file is an error in the log, and the workers serve on', { timeout: 180000 }, async t => {
  const workerController = path.join(volumeWith(t, { 'worker.so': 'first' }), 'worker.so');
  const instance = await serve(t, workerController);
  const [before] = await instance.workers();
  const client = await connectClient(t, '20.0.2', instance.port);
  const bytes = fs.readFileSync(file('second'));
  const mistakes = [
    ['cut short', () => fs.writeFileSync(workerController, bytes.subarray(0, bytes.length / 4))],
    ['no shared object', () => fs.writeFileSync(workerController, 'module.exports = {};')],
    ['was built with SocketCluster 9.8.7', () => fs.copyFileSync(file('other_version'), workerController)],
    ['No such file', () => fs.rmSync(workerController)],
    ['the worker controller failed: no database', () => fs.copyFileSync(file('throws'), workerController)],
  ];
  for (const [says, make] of mistakes) {
    make();
    process.kill(instance.pid, 'SIGUSR2');
    await instance.server.untilOutput(new RegExp(`worker 0 \\(PID \\d+\\) exited with code 1: .*${says}`));
    await eventually(async () => (await instance.workers()).length === 1, 'the new worker to have gone');
    assert.equal((await instance.workers())[0].pid, before.pid);
    assert.equal(await client.invoke('answer'), 'first');
  }
  fs.copyFileSync(file('second'), workerController);
  process.kill(instance.pid, 'SIGUSR2');
  await instance.replaced(before);
  await client.connected(2);
  assert.equal(await client.invoke('answer'), 'second');
});

async function failure(args, env = {}) {
  const { status, stderr } = await runToEnd([...program, 'start', '-p', '0', ...args], { env });
  assert.equal(status.code, 1, stderr);
  assert.equal(stderr.trimEnd().split('\n').length, 1, `one line, not:\n${stderr}`);
  return stderr;
}

const mistakes = {
  'a file that is no shared object': { name: 'README.md', says: /: it is no shared object; build it with / },
  'another version': { name: 'other_version.so', says: /was built with SocketCluster 9\.8\.7, this program is .*; build it again/ },
  'another ABI': { name: 'old_strings.so', says: /was built for libstdc\+\+, strings of before C\+\+11, this program for libstdc\+\+; build it again/ },
  'a function that nobody has': { name: 'needs_library.so', says: /it needs shop::price\(char const\*\), which is neither in this program/ },
  'a file for brokers': { name: 'broker.so', says: /it has no such controller; add SOCKETCLUSTER_WORKER_CONTROLLER\(function\)/ },
  'a controller that throws': { name: 'throws.so', says: /the worker controller failed: no database/ },
};
for (const [what, { name, says }] of Object.entries(mistakes)) {
  test(`${what} gives one clear line`, { timeout: 180000 }, async () => {
    fs.writeFileSync(path.join(built, 'README.md'), '# no controller\n');
    for (const workers of ['0', '1']) assert.match(await failure(['-w', workers, '--wc', path.join(built, name)]), says);
  });
}

test('a program and a library that is no controller give one clear line', async () => {
  const link = path.join(built, 'program.so');
  fs.symlinkSync(program.at(-1), link);
  assert.match(await failure(['--init-controller', link]), /initController .*: it is a program, not a shared object/);
  const plain = path.join(built, 'plain.so');
  fs.writeFileSync(path.join(built, 'plain.cc'), 'int answer() { return 42; }\n');
  await compile(path.join(built, 'plain.cc'), plain);
  assert.match(await failure(['--wc', plain]), /it is no controller: its source has none of the macros of socketcluster\/controller\.h/);
});

test('the start waits for the files, but not for ever', { timeout: 180000 }, async t => {
  const volume = temporaryFolder(t);
  const missing = path.join(volume, 'worker.so');
  assert.match(await failure(['--wc', missing, '--log-level', '0'], { SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT: '50' }),
    /Failed to locate a controller file at path .*worker\.so before SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT/);

  const server = new ServerProcess([...program, 'start', '-p', '0', '--wc', missing], { env: { SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT: '60s' } });
  t.after(() => server.stop());
  await server.untilOutput(/workerController .* is not there yet: waiting for it/);
  fs.copyFileSync(file('first'), `${missing}.part`);
  fs.renameSync(`${missing}.part`, missing);
  await server.ready();
  assert.equal(await ask(t, server.port, 'answer'), 'first');
});

test('a start that waits can be ended', { timeout: 180000 }, async t => {
  const server = new ServerProcess([...program, 'start', '-p', '0', '--wc', path.join(temporaryFolder(t), 'worker.so')],
    { env: { SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT: '60s' } });
  t.after(() => server.kill());
  await server.untilOutput(/waiting for it/);
  server.child.kill('SIGTERM');
  await server.exited();
  assert.deepEqual(server.status, { code: 1, signal: null });
});
