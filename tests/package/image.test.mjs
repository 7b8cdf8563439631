// SPDX-License-Identifier: MIT
// The Debian package and the container image without a container engine: the steps of deploy/docker/Dockerfile in a fresh
// Debian, the package installed by apt with its dependencies, the server as an unprivileged user, a client from npm and a
// controller from a volume, the service of systemd, and the package's end.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after } from 'node:test';

import { openClient } from '../interop/clients.mjs';
import { CleanRoot, whyNoCleanRoot } from '../support/clean_root.mjs';
import { readStage } from '../support/dockerfile.mjs';
import { repoRoot } from '../support/paths.mjs';
import { eventually } from '../support/processes.mjs';
import { apt, freePort, makeVolume, Packages } from './packages.mjs';

const packages = new Packages({ after });
const skip = whyNoCleanRoot();
const image = readStage(path.join(repoRoot, 'deploy/docker/Dockerfile'), 'socketcluster');

// What it says is right for Debian's own packages alone, or done on purpose.
const expectedOfLintian = [/package-contains-vcs-control-file .*templates\/app\/.gitignore/, /initial-upload-closes-no-bugs/, /non-standard-file-perm 0600 .*etc\/socketcluster\/environment/, /running with root privileges/];

// The steps of the image's stage, as `docker build` takes them.
function buildImage(root) {
  for (const { run, copy } of image.build) {
    if (run) {
      root.run(['sh', '-c', run], { env: { ...image.env, DEBIAN_FRONTEND: 'noninteractive' } });
      continue;
    }
    assert.equal(copy.from, 'packages');
    packages.copyTo(root, copy.target, path.basename(copy.source));
  }
  fs.mkdirSync(root.path(image.cwd), { recursive: true });
}

// As `docker run` with these variables and volumes.
async function runImage(t, root, { env = {}, volumes = {} } = {}) {
  const port = await freePort();
  const place = { env: { ...image.env, SOCKETCLUSTER_PORT: String(port), ...env }, user: image.user, cwd: image.cwd, volumes };
  const server = root.start(image.command, place);
  t.after(() => server.kill());
  await server.ready();
  return { server, port, health: () => root.try(image.health, place) };
}

test('the packages are made, and Debian has nothing against them', t => {
  assert.deepEqual(packages.names.map(name => name.split('_')[0]), ['socketcluster-dev', 'socketcluster']);
  const depends = execFileSync('dpkg-deb', ['-f', packages.path(packages.names[1]), 'Depends'], { encoding: 'utf8' });
  for (const library of ['libc6', 'libssl3', 'libboost-json1.81.0']) assert.match(depends, new RegExp(`\\b${library}\\b`));
  const lintian = spawnSync('lintian', ['--tag-display-limit', '0', ...packages.names.map(name => packages.path(name))], { encoding: 'utf8' });
  if (lintian.error?.code === 'ENOENT') return t.diagnostic('lintian is not installed');
  const complaints = (lintian.stdout + lintian.stderr).split('\n').filter(line => line && !expectedOfLintian.some(expected => expected.test(line)));
  assert.deepEqual(complaints, []);
});

test('the image: built, run, asked for its health, given a controller, and removed', { skip: skip ?? false }, async t => {
  const root = CleanRoot.make(t);
  buildImage(root);

  await t.test('the server runs as a user without rights', async t => {
    const { server, port, health } = await runImage(t, root);
    const [uid, gid] = image.user.split(':');
    assert.notEqual(uid, '0');
    assert.match(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'), new RegExp(`^Uid:\\s${uid}\\s[^]*^Gid:\\s${gid}\\s`, 'm'));
    assert.match(root.run(['id', 'socketcluster']), new RegExp(`^uid=${uid}.socketcluster. gid=${gid}`));
    const before = health();
    assert.equal(before.status, 0, before.stderr);
    assert.equal(before.stdout, `http://127.0.0.1:${port}/health-check: 200 OK\n`);

    const [publisher, subscriber] = [openClient(t, '20.0.2', port), openClient(t, '14.3.2', port)];
    const news = subscriber.subscribe('news');
    await subscriber.subscribes.until(name => name === 'news', 'the subscription');
    await publisher.publish('news', { number: 1 });
    assert.deepEqual(await news.until(() => true, 'the message'), { number: 1 });

    publisher.disconnect();
    subscriber.disconnect();
    await server.stop();
    assert.deepEqual(root.processes(), []);
    assert.deepEqual(fs.readdirSync(root.path('tmp')).flatMap(name => fs.readdirSync(root.path('tmp', name))), []);
    const after = health();
    assert.equal(after.status, 1);
    assert.match(after.stderr, /Connection refused/);
  });

  await t.test('a volume brings a controller and a page', async t => {
    const { server, port } = await runImage(t, root, {
      env: { SOCKETCLUSTER_WORKER_CONTROLLER: '/usr/src/worker.so', SOCKETCLUSTER_PUBLIC: 'public', SOCKETCLUSTER_WORKERS: '2' },
      volumes: { [image.cwd]: makeVolume(t) },
    });
    const client = openClient(t, '20.0.2', port);
    assert.deepEqual(await client.call('add', { a: 1, b: 2 }), 3);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), '<p>from the volume</p>\n');
    client.disconnect();
    await server.stop();
  });

  await t.test('what is wrong is said in one line', () => {
    const wrong = root.try(image.command, { ...image, env: { ...image.env, SOCKETCLUSTER_WORKERS: 'x' } });
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /^socketcluster: SOCKETCLUSTER_WORKERS[^\n]*\n$/);
  });

  await t.test('the manual, completion and the unit are where Debian has them', () => {
    const files = root.run(['dpkg', '-L', 'socketcluster']).split('\n');
    for (const file of ['/usr/share/man/man1/socketcluster.1.gz', '/usr/share/man/man5/socketcluster-config.5.gz',
      '/usr/share/bash-completion/completions/socketcluster', '/usr/share/zsh/vendor-completions/_socketcluster',
      '/usr/lib/systemd/system/socketcluster.service', '/usr/share/doc/socketcluster/copyright']) assert.ok(files.includes(file), file);
    assert.equal(fs.statSync(root.path('etc/socketcluster/environment')).mode & 0o777, 0o600);
    root.run(['socketcluster', 'config', 'check', '/etc/socketcluster/socketcluster.json'], { user: image.user, env: image.env });
  });

  await t.test('removed it leaves its configuration, purged nothing but its user', () => {
    apt(root, 'remove', 'socketcluster');
    assert.ok(!fs.existsSync(root.path('usr/bin/socketcluster')));
    assert.deepEqual(fs.readdirSync(root.path('etc/socketcluster')).sort(), ['environment', 'socketcluster.json']);
    apt(root, 'purge', 'socketcluster');
    assert.ok(!fs.existsSync(root.path('etc/socketcluster')));
    assert.equal(root.run(['find', '/etc', '/usr', '/var/lib/systemd', '/lib/systemd', '-name', '*socketcluster*']), '');
    assert.match(root.run(['id', 'socketcluster']), /^uid=900/);
    assert.deepEqual(root.processes(), []);
  });

  await t.test('systemd runs it as a service', async t => {
    apt(root, 'update');
    apt(root, 'install', '--no-install-recommends', 'systemd');
    const { run, why } = await root.boot(t);
    if (!run) return t.skip(`systemd does not run here: ${why}`);
    const good = (...command) => {
      const { status, stdout, stderr } = run(...command);
      assert.equal(status, 0, `${command.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    };
    const property = name => good('systemctl', 'show', '--value', '-p', name, 'socketcluster').trim();

    // The port is the one thing that has to be another one here.
    const config = root.path('etc/socketcluster/socketcluster.json');
    const configure = options => {
      fs.mkdirSync(path.dirname(config), { recursive: true });
      fs.writeFileSync(config, JSON.stringify(options));
    };
    const options = { host: '127.0.0.1', port: await freePort(), workers: 2 };
    const deb = packages.copyTo(root, 'srv', 'socketcluster_*.deb');
    const install = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '--reinstall', '-o', 'Dpkg::Options::=--force-confold', deb];

    configure({ ...options, workers: 'many' });
    const refused = run(...install);
    assert.equal(refused.status, 0, refused.stderr);
    assert.match(refused.stdout + refused.stderr, /workers[^]*the server is not \(re\)started/);
    assert.equal(property('ActiveState'), 'inactive');
    assert.notEqual(run('systemctl', 'start', 'socketcluster').status, 0);
    assert.deepEqual([property('ExecMainStatus'), property('NRestarts'), property('SubState')], ['2', '0', 'failed'], 'it is not tried again');

    configure(options);
    good(...install);
    assert.equal(property('ActiveState'), 'active');
    assert.equal(property('StatusText'), '2 of 2 workers and 1 of 1 brokers serve');
    assert.match(good('cat', `/proc/${property('MainPID')}/status`), new RegExp(`^Uid:\\s${image.user.split(':')[0]}\\s`, 'm'));
    assert.equal(await (await fetch(`http://127.0.0.1:${options.port}/health-check`)).text(), 'OK');

    const main = property('MainPID');
    good('systemctl', 'reload', 'socketcluster');
    await eventually(() => /all workers are replaced/.test(good('journalctl', '-u', 'socketcluster')), 'the workers to be replaced');
    await eventually(() => property('ActiveState') === 'active', 'the end of the reload');
    assert.equal(property('MainPID'), main);

    configure({ ...options, workers: 'many' });
    good(...install);
    assert.deepEqual([property('ActiveState'), property('MainPID')], ['active', main], 'an upgrade leaves it alone');

    good('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'purge', '-y', 'socketcluster');
    assert.doesNotMatch(good('sh', '-c', 'cat /proc/[0-9]*/comm'), /socketcluster/);
    assert.ok(!fs.existsSync(root.path('var/lib/socketcluster')));
  });
});
