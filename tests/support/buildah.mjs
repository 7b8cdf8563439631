// SPDX-License-Identifier: MIT
// Container images without a container engine: Debian's buildah follows a Dockerfile as `docker build` does, in a store of
// the test. Its mounts are in a namespace that ends with each command. An image is run from a copy of its files, see
// clean_root.mjs.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { CleanRoot, whyNoCleanRoot } from './clean_root.mjs';

// Why no images can be made here, or null.
export function whyNoImages() {
  const reason = whyNoCleanRoot();
  if (reason) return reason;
  const { error, status, stderr } = spawnSync('buildah', ['--version'], { encoding: 'utf8' });
  if (error?.code === 'ENOENT') return 'buildah is not installed';
  return status === 0 ? null : `buildah does not run: ${stderr}`;
}

// As Docker's base images have it: apt leaves neither archives nor caches behind.
const aptKeepsNothing = `DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`;

export class ImageStore {
  // Leaves with the test `t`.
  constructor(t) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-images-'));
    this.copies = 0;
    fs.chmodSync(this.folder, 0o755);
    fs.mkdirSync(path.join(this.folder, 'tmp'));
    t.after(() => fs.rmSync(this.folder, { recursive: true, force: true }));
  }

  // Runs a script of the shell in which `buildah` works on this store; returns what it printed.
  #run(script, ...args) {
    const preface = 'set -e\nbuildah() { command buildah --root "$store/root" --runroot "$store/run" "$@"; }\n';
    const { status, stdout, stderr } = spawnSync('unshare', ['--mount', '--', 'sh', '-c', preface + script, 'sh', ...args], {
      encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, store: this.folder, TMPDIR: path.join(this.folder, 'tmp') },
    });
    if (status !== 0) throw new Error(`buildah ended with ${status}\n${stdout}\n${stderr}`);
    return stdout;
  }

  // Makes an image `name` of a fresh root, as it would be pulled.
  importRoot(name, root) {
    fs.writeFileSync(root.path('etc/apt/apt.conf.d/docker-clean'), aptKeepsNothing);
    root.run(['sh', '-c', 'rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin']);
    this.#run(`container=$(buildah from scratch)
      tar -C "$1" -c . -f "$TMPDIR/base.tar"
      buildah add -q "$container" "$TMPDIR/base.tar" /
      rm "$TMPDIR/base.tar"
      buildah commit -q --rm "$container" "$2"`, root.folder, name);
  }

  // `docker build`: options {file, target, name, context, contexts: {name: folder}, volumes: {place: folder}}.
  build({ file, target, name, context, contexts = {}, volumes = {} }) {
    const args = ['--tag', name];
    if (file) args.push('--file', file);
    if (target) args.push('--target', target);
    for (const [other, folder] of Object.entries(contexts)) args.push('--build-context', `${other}=${folder}`);
    for (const [place, folder] of Object.entries(volumes)) args.push('--volume', `${folder}:${place}:ro`);
    this.#run('buildah build --isolation chroot --network host --format docker --pull-never "$@"', ...args, context);
  }

  // The image's files in a root of their own, and how it is run: {root, env, user, cwd, command, health}.
  unpack(name) {
    const root = path.join(this.folder, `root${++this.copies}`);
    fs.mkdirSync(root);
    this.#run(`container=$(buildah from --pull-never "$1")
      cp -a "$(buildah mount "$container")/." "$2"
      buildah rm "$container"`, name, root);
    const { config } = JSON.parse(this.#run('buildah inspect --type image "$1"', name)).Docker;
    return {
      root: new CleanRoot(root),
      env: Object.fromEntries(config.Env.map(entry => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])),
      user: config.User, cwd: config.WorkingDir, command: config.Cmd, health: config.Healthcheck.Test.slice(1),
      ports: Object.keys(config.ExposedPorts),
    };
  }
}
