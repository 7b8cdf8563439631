// SPDX-License-Identifier: MIT
// `socketcluster create` of an installed program: what it makes, asks and says.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after } from 'node:test';

import { temporaryFolder } from './controllers.mjs';
import { installProgram, Session } from './installation.mjs';

const program = installProgram({ after });
const withoutNpm = { PATH: '/nonexistent' };
const nobody = 65534;

const create = (t, cwd, args, options = {}) => new Session(t, [program, 'create', ...args], { cwd, ...options });

const files = ['.dockerignore', '.gitignore', 'CMakeLists.txt', 'Dockerfile', 'README.md', 'broker.cpp', 'controllers.h',
  'kubernetes/deployment.yaml', 'kubernetes/service.yaml', 'package.json', 'public/icon.svg', 'public/index.html',
  'public/sample.js', 'public/style.css', 'server.cpp', 'worker.cpp'];

function filesIn(folder) {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name))).sort();
}

test('an app is made, and npm brings its client', { timeout: 180000 }, async t => {
  const folder = temporaryFolder(t);
  const session = create(t, folder, ['My_App']);
  assert.equal(await session.ended(), 0, session.describe());
  const app = path.join(fs.realpathSync(folder), 'My_App');
  assert.match(session.stdout, /^Creating app structure\.\.\.\nInstalling app dependencies using npm\. This could take a while\.\.\.\n/);
  assert.ok(session.stdout.includes(`[Success] SocketCluster sample '${app}' was setup successfully.\n`), session.stdout);
  assert.ok(fs.statSync(path.join(app, 'public', 'socketcluster-client.min.js')).size > 10000);
  assert.equal(JSON.parse(fs.readFileSync(path.join(app, 'package.json'))).name, 'my-app');
  for (const file of files) {
    const text = fs.readFileSync(path.join(app, file), 'utf8');
    assert.doesNotMatch(text, /@[A-Z_]+@/, `${file} has no placeholder`);
  }
});

test('without npm there is everything but the client, and a hint', async t => {
  const folder = temporaryFolder(t);
  const session = create(t, folder, ['chat'], { env: withoutNpm });
  assert.equal(await session.ended(), 0, session.describe());
  assert.match(session.stderr, /^\[Warning\] npm is not installed.*install Node\.js with npm, then run 'npm install' in .*\/chat\n$/);
  assert.match(session.stdout, /\[Success\]/);
  assert.deepEqual(filesIn(path.join(folder, 'chat')), files);
});

test('when npm fails, that is an error with a hint', { timeout: 180000 }, async t => {
  const folder = temporaryFolder(t);
  const env = { npm_config_registry: 'http://127.0.0.1:1/', npm_config_fetch_retries: '0', npm_config_cache: path.join(folder, 'cache') };
  const session = create(t, folder, ['chat'], { env });
  assert.equal(await session.ended(), 1, session.describe());
  assert.match(session.stderr, /\[Error\] npm has failed with code \d+, so the page has no client yet\. .*: run 'npm install' in .*\/chat again\.\n$/);
  assert.doesNotMatch(session.stdout, /\[Success\]/);
});

test('it asks before it overwrites, until it gets an answer', async t => {
  const folder = temporaryFolder(t);
  const app = path.join(folder, 'chat');
  fs.mkdirSync(app);
  fs.writeFileSync(path.join(app, 'worker.cpp'), 'old');
  fs.writeFileSync(path.join(app, 'own.cpp'), 'own');
  const question = `There is already a directory at ${fs.realpathSync(app)}. Do you want to overwrite it? (y/n) `;

  const refusing = create(t, folder, ['chat'], { env: withoutNpm });
  await refusing.untilOutput(/\(y\/n\) $/);
  assert.equal(refusing.stdout, question);
  refusing.answer('what?\n');
  await refusing.untilOutput(/\(y\/n\) .*\(y\/n\) $/s);
  refusing.answer('n\n');
  assert.equal(await refusing.ended(), 1);
  assert.match(refusing.stderr, /^\[Error\] The 'create' command was aborted\.\n$/);

  const silent = create(t, folder, ['chat'], { env: withoutNpm });
  assert.equal(await silent.ended(), 1);
  assert.match(silent.stderr, /^\[Error\] Nobody answers; --force overwrites it without asking\.\n$/);
  assert.equal(fs.readFileSync(path.join(app, 'worker.cpp'), 'utf8'), 'old');

  const agreeing = create(t, folder, ['chat'], { env: withoutNpm });
  agreeing.answer('y\n');
  assert.equal(await agreeing.ended(), 0, agreeing.describe());
  assert.match(fs.readFileSync(path.join(app, 'worker.cpp'), 'utf8'), /SOCKETCLUSTER_WORKER_CONTROLLER/);
  assert.equal(fs.readFileSync(path.join(app, 'own.cpp'), 'utf8'), 'own');
});

test('--force does not ask', async t => {
  const folder = temporaryFolder(t);
  fs.mkdirSync(path.join(folder, 'chat'));
  const session = create(t, folder, ['--force', 'chat'], { env: withoutNpm });
  assert.equal(await session.ended(), 0, session.describe());
  assert.doesNotMatch(session.stdout, /overwrite/);
  assert.deepEqual(filesIn(path.join(folder, 'chat')), files);
});

const badNames = [[], [''], ['.'], ['..'], ['../chat'], ['/tmp/chat'], ['a/b'], ['1st'], ['a b'], ['-'], ['x'.repeat(51)]];
for (const args of badNames) {
  test(`create ${JSON.stringify(args)} makes nothing`, async t => {
    const folder = temporaryFolder(t);
    const session = create(t, folder, args, { env: withoutNpm });
    assert.equal(await session.ended(), 2, session.describe());
    assert.match(session.stderr, /^\[Error\] The 'create' command requires a valid <appname> as argument\.\n/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });
}

test('a file in the way, an unknown flag, a second name', async t => {
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, 'chat'), '');
  const cases = [[['chat'], 1, /^\[Error\] There is already a file at .*\/chat; choose another name\.\n$/],
    [['chat', '--no-such'], 2, /^socketcluster: unknown flag '--no-such' \(see 'socketcluster create --help'\)\n$/],
    [['one', 'two'], 2, /^socketcluster: create does not take 'two' \(see 'socketcluster create --help'\)\n$/]];
  for (const [args, code, says] of cases) {
    const session = create(t, folder, args, { env: withoutNpm });
    assert.equal(await session.ended(), code);
    assert.match(session.stderr, says);
  }
  assert.deepEqual(fs.readdirSync(folder), ['chat']);
});

test('a directory that cannot be written is one clear line', async t => {
  const folder = temporaryFolder(t);
  fs.chmodSync(folder, 0o555);
  const session = create(t, folder, ['chat'], { env: withoutNpm, uid: process.getuid() === 0 ? nobody : undefined });
  assert.equal(await session.ended(), 1);
  assert.match(session.stderr, /^\[Error\] Failed to create SocketCluster sample: cannot make .*\/chat: Permission denied\n$/);
});

test('create --help explains the command', async t => {
  const session = new Session(t, [program, 'create', '--help']);
  assert.equal(await session.ended(), 0);
  assert.match(session.stdout, /^Usage: socketcluster create <appname> \[--force\]/);
});
