// SPDX-License-Identifier: MIT
// The Debian packages of the build under test, and their installation in a clean root.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { temporaryFolder } from '../cli/controllers.mjs';
import { buildDir, repoRoot } from '../support/paths.mjs';

// Makes them, in a folder that ends with the file: `scope` is {after} of node:test. Each file makes its own, since
// files may run side by side. `context` is a folder that has them in packages/, as the stage of the Dockerfile.
export class Packages {
  constructor(scope) {
    this.context = temporaryFolder(scope);
    this.folder = path.join(this.context, 'packages');
    fs.mkdirSync(this.folder);
    execFileSync('flock', [path.join(buildDir, 'packages.lock'), 'sh', '-ec', '"$1" "$2"; cp "$3"/packages/*.deb "$4"', 'sh',
      path.join(repoRoot, 'scripts/package'), path.basename(buildDir), buildDir, this.folder], { encoding: 'utf8' });
    this.names = fs.readdirSync(this.folder).sort();
  }

  get version() { return /^socketcluster_(.*)-\d+_/.exec(this.match('socketcluster_*.deb'))[1]; }

  path(name) { return path.join(this.folder, name); }

  // The name of the one that `pattern` (with * as in a shell) stands for.
  match(pattern) {
    const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    const found = this.names.filter(name => expression.test(name));
    if (found.length !== 1) throw new Error(`${pattern} is ${found.length} of ${this.names.join(' ')}`);
    return found[0];
  }

  // Copies one into a folder of the root and returns its place in there.
  copyTo(root, folder, pattern) {
    const name = this.match(pattern);
    fs.mkdirSync(root.path(folder), { recursive: true });
    fs.copyFileSync(this.path(name), root.path(folder, name));
    return path.join('/', folder, name);
  }

  // Installs one with what it needs, and Debian's packages `others`.
  install(root, pattern, ...others) {
    apt(root, 'update');
    apt(root, 'install', '--no-install-recommends', this.copyTo(root, 'srv', pattern), ...others);
  }
}

export const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const apt = (root, ...args) => root.run(['apt-get', '-y', ...args], { env: { PATH: searchPath, DEBIAN_FRONTEND: 'noninteractive' } });

export async function freePort() {
  const server = net.createServer();
  await new Promise(resolve => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise(resolve => { server.close(resolve); });
  return port;
}

// A controller and a page in a folder of their own, as somebody would mount them.
export function makeVolume(t) {
  const volume = temporaryFolder(t);
  fs.chmodSync(volume, 0o755);
  fs.mkdirSync(path.join(volume, 'public'));
  fs.writeFileSync(path.join(volume, 'public/index.html'), '<p>from the volume</p>\n');
  execFileSync('c++', ['-std=c++20', '-O0', '-shared', '-fPIC', '-I', path.join(repoRoot, 'include'),
    path.join(repoRoot, 'tests/package/volume_worker.cc'), '-o', path.join(volume, 'worker.so')]);
  return volume;
}
