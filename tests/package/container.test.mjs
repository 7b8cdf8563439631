// SPDX-License-Identifier: MIT
// The Dockerfiles, built for real by buildah upon a fresh Debian: the two base images of the packages under test, and the
// image of an app that `socketcluster create` has made. They are run as Kubernetes runs them: a user without any rights,
// and a root that cannot be written.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { replaceWorker } from '../cli/app.mjs';
import { temporaryFolder } from '../cli/controllers.mjs';
import { connectClient } from '../interop/clients.mjs';
import { ImageStore, whyNoImages } from '../support/buildah.mjs';
import { CleanRoot } from '../support/clean_root.mjs';
import { keepConnecting } from '../support/keep_connecting.mjs';
import { buildDir, repoRoot } from '../support/paths.mjs';
import { freePort, makeVolume, Packages } from './packages.mjs';

const skip = whyNoImages() ?? false;
const megabytes = root => Number(/^\d+/.exec(execFileSync('du', ['-sm', root.folder], { encoding: 'utf8' }))[0]);

// As `docker run` with these variables and volumes.
async function run(t, image, { env = {}, volumes = {} } = {}) {
  const port = await freePort();
  const place = {
    user: image.user, cwd: image.cwd, env: { ...image.env, SOCKETCLUSTER_PORT: String(port), ...env }, volumes, confined: true,
  };
  const server = image.root.start(image.command, place);
  t.after(() => server.kill());
  assert.equal(await server.ready(), port);
  return { server, port, health: () => image.root.try(image.health, place) };
}

// It runs as the image's user, with no capability, now or ever.
function assertNoRights(image, pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const [uid, gid] = image.user.split(':');
  assert.ok(Number(uid) > 0);
  assert.match(status, new RegExp(`^Uid:\\s${uid}\\s[^]*^Gid:\\s${gid}\\s`, 'm'));
  for (const set of ['CapEff', 'CapPrm', 'CapBnd']) assert.match(status, new RegExp(`^${set}:\\s0+$`, 'm'));
}

async function end(image, server) {
  await server.stop();
  assert.deepEqual(image.root.processes(), []);
}

// What building an app in a container needs to reach the npm registry as this machine does; buildah sees to proxies.
function npmVolumes(t, root) {
  const settings = path.join(temporaryFolder(t), 'npmrc');
  const { npm_config_registry: registry, npm_config_cafile: certificates } = root.npmEnvironment();
  fs.writeFileSync(settings, `registry=${registry}\n${certificates ? `cafile=${certificates}\n` : ''}`);
  return { '/root/.npmrc': settings, ...(certificates ? { [certificates]: root.path(certificates) } : {}) };
}

test('the Dockerfiles make images that serve without rights', { skip }, async t => {
  const packages = new Packages(t);
  const store = new ImageStore(t);
  const base = CleanRoot.make(t);
  const nameOf = target => `${target}:${packages.version}`;
  let plain;

  await t.test('deploy/docker/Dockerfile: an image to run, and one to build with', () => {
    store.importRoot('docker.io/library/debian:12-slim', base);
    for (const target of ['socketcluster', 'socketcluster-build']) {
      store.build({
        file: path.join(repoRoot, 'deploy/docker/Dockerfile'), target, name: nameOf(target), context: repoRoot,
        contexts: { packages: packages.context },
      });
    }
    plain = store.unpack(nameOf('socketcluster'));
    assert.deepEqual(plain.ports, ['8000/tcp']);
    const [size, sizeOfBase] = [megabytes(plain.root), megabytes(base)];
    t.diagnostic(`${size} MB, of which ${sizeOfBase} MB are Debian's`);
    assert.ok(size - sizeOfBase < 20, 'the image is small');
  });

  await t.test('the plain image takes its controller from a volume, and a new one when it is told', async t => {
    const volume = makeVolume(t);
    const { server, port, health } = await run(t, plain, {
      env: { SOCKETCLUSTER_WORKER_CONTROLLER: '/usr/src/worker.so', SOCKETCLUSTER_PUBLIC: 'public' }, volumes: { '/usr/src': volume },
    });
    assertNoRights(plain, server.pid);
    assert.equal(health().stdout, `http://127.0.0.1:${port}/health-check: 200 OK\n`);
    const client = await connectClient(t, '20.0.2', port);
    assert.equal(await client.invoke('add', { a: 1, b: 2 }), 3);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), '<p>from the volume</p>\n');

    const stopConnecting = keepConnecting(port);
    await replaceWorker(server.pid);
    assert.ok(await stopConnecting() > 0);
    await end(plain, server);
    assert.match(health().stderr, /Connection refused/);
  });

  await t.test('the Dockerfile of a new app makes an image with its controllers and its page', { timeout: 600000 }, async t => {
    const folder = temporaryFolder(t);
    execFileSync(path.join(buildDir, 'bin/socketcluster'), ['create', 'myapp'], { cwd: folder, env: { PATH: '/nonexistent' }, stdio: 'pipe' });
    store.build({ name: 'myapp:latest', context: path.join(folder, 'myapp'), volumes: npmVolumes(t, base) });
    const image = store.unpack('myapp:latest');
    const { server, port, health } = await run(t, image);
    assertNoRights(image, server.pid);
    assert.equal(health().status, 0);

    const client = await connectClient(t, '14.3.2', port);
    const counts = await client.subscribed('sample');
    await client.invoke('sampleClientEvent', 0);
    assert.deepEqual(await counts.count(1), [1]);
    assert.equal(typeof (await client.receive('rand').count(1))[0].rand, 'number');
    for (const file of ['', 'sample.js', 'socketcluster-client.min.js']) {
      const answer = await fetch(`http://127.0.0.1:${port}/${file}`);
      assert.equal(answer.status, 200, file);
      await answer.arrayBuffer();
    }
    await end(image, server);
  });
});
