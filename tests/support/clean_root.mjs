// SPDX-License-Identifier: MIT
// A fresh Debian in a folder (debootstrap), with programs run in it as a container engine would: chroot, with a process
// namespace and /proc of its own, and the network of this machine. Each program is the first process of its namespace, so
// all that it starts ends with it, and mounts are gone with the last one.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { buildDir } from './paths.mjs';
import { childrenOf, eventually } from './processes.mjs';
import { ServerProcess } from './server_process.mjs';

const codename = 'bookworm';

// Why there can be no clean root here, or null.
export function whyNoCleanRoot() {
  if (process.getuid() !== 0) return 'only root can make a clean root';
  for (const tool of ['debootstrap', 'dpkg-deb', 'unshare', 'chroot']) {
    if (spawnSync('which', [tool], { env: searchEnv() }).status !== 0) return `${tool} is not installed`;
  }
  const unshared = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], { encoding: 'utf8' });
  return unshared.status === 0 ? null : `no namespaces: ${unshared.stderr.trim()}`;
}

const searchEnv = () => ({ ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` });

// The mirror that this machine installs from.
function mirror() {
  const targets = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(CODENAME) $(COMPONENT)'], { encoding: 'utf8' });
  const found = (targets.stdout ?? '').split('\n').map(line => line.split(' ')).find(([, name, component]) => name === codename && component === 'main');
  return found ? found[0] : 'http://deb.debian.org/debian';
}

// The first test makes an archive of what it has made for all others of this build tree: that is much faster.
const makeScript = `
  if [ -e "$1" ]; then exec tar -C "$2" -xpf "$1"; fi
  debootstrap --variant=minbase "$3" "$2" "$4"
  tar -C "$2" -cf "$1.part" .
  mv "$1.part" "$1"`;

// Both generations of control groups are met: of the first, systemd wants a hierarchy of its own.
const bootScript = `set -e
  root=$1
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t tmpfs tmpfs "$root/run"
  mount --rbind /dev "$root/dev"
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  else
    mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
    mount -t cgroup -o none,name=systemd,xattr cgroup "$root/sys/fs/cgroup/systemd"
  fi
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" /lib/systemd/systemd --system --show-status=false`;

export class CleanRoot {
  // Leaves with the test `t`.
  static make(t) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-root-'));
    fs.chmodSync(folder, 0o755);
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const archive = path.join(buildDir, `clean-root-${codename}.tar`);
    const made = spawnSync('flock', [`${archive}.lock`, 'sh', '-ec', makeScript, 'sh', archive, folder, codename, mirror()],
      { env: searchEnv(), encoding: 'utf8' });
    if (made.status === 0) return new CleanRoot(folder);
    const log = path.join(folder, 'debootstrap/debootstrap.log');
    throw new Error(`debootstrap: ${made.stdout}${made.stderr}${fs.existsSync(log) ? fs.readFileSync(log, 'utf8').slice(-4000) : ''}`);
  }

  constructor(folder) {
    this.folder = folder;
  }

  path(...parts) { return path.join(this.folder, ...parts); }

  // The words that run `command` inside. `env` is all of its environment, `user` "uid:gid", `volumes` {place: folder}.
  // `confined`: as Kubernetes runs who may do nothing: no capabilities, none to be had, and only /tmp can be written.
  command(command, { env = {}, user = '0:0', cwd = '/', volumes = {}, confined = false } = {}) {
    const script = ['set -e', 'root=$1', 'shift', 'mount --bind "$root" "$root"'];
    script.push('mount -t proc proc "$root/proc"');
    for (const [place, folder] of Object.entries(volumes)) {
      script.push(`mkdir -p "$root${place}"`, `mount --bind "${folder}" "$root${place}"`);
    }
    if (confined) script.push('mount -t tmpfs tmpfs "$root/tmp"', 'mount -o remount,bind,ro "$root"');
    script.push('exec chroot "$root" "$@"');
    const [uid, gid] = user.split(':');
    return ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--', 'sh', '-c', script.join('\n'), 'sh', this.folder,
      'env', '-i', `--chdir=${cwd}`, ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      'setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups',
      ...(confined ? ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'] : []), '--', ...command];
  }

  // Runs it to its end; returns what it printed, and fails when it fails.
  run(command, options) {
    const { status, stdout, stderr } = this.try(command, options);
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
    return stdout;
  }

  // The same; returns {status, stdout, stderr}.
  try(command, options) {
    const [program, ...args] = this.command(command, options);
    return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  }

  // What a program inside needs to reach the npm registry as this machine does.
  npmEnvironment() {
    const env = { npm_config_registry: execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim() };
    for (const [name, value] of Object.entries(process.env)) {
      if (/^(https?|no)_proxy$/i.test(name)) env[name] = value;
    }
    const certificates = '/etc/ssl/certs/ca-certificates.crt';
    if (fs.existsSync(certificates)) {
      fs.copyFileSync(certificates, this.path('srv/certificates.crt'));
      env.npm_config_cafile = '/srv/certificates.crt';
    }
    return env;
  }

  // Boots systemd as a container engine would. Resolves with a function that runs a command in there, like try(), or with
  // the reason why the kernel here does not let it.
  async boot(t) {
    const container = new RootedServer(['unshare', '--mount', '--pid', '--cgroup', '--uts', '--ipc', '--fork', '--kill-child', '--',
      'sh', '-c', bootScript, 'sh', this.folder]);
    t.after(() => container.kill());
    const run = (...command) => spawnSync('nsenter', ['--target', String(container.pid), '--mount', '--pid', '--root', '--wd', '--', ...command],
      { encoding: 'utf8' });
    const isUp = () => ['running', 'degraded'].includes(run('systemctl', 'is-system-running').stdout.trim());
    try {
      await eventually(() => container.status || isUp(), 'systemd to run');
    } catch (error) {
      return { why: `${error.message}: ${container.describe()}` };
    }
    return container.status ? { why: container.describe() } : { run };
  }

  // A server; see server_process.mjs.
  start(command, options) {
    return new RootedServer(this.command(command, options), { env: { PATH: searchEnv().PATH } });
  }

  // Processes that run in this root, from outside.
  processes() {
    return fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).filter(pid => {
      try {
        return fs.readlinkSync(`/proc/${pid}/root`) === this.folder;
      } catch {
        return false;   // has gone
      }
    });
  }
}

// unshare stands between; signals are meant for the program.
class RootedServer extends ServerProcess {
  get pid() { return childrenOf(this.child.pid)[0]; }

  async stop() {
    process.kill(this.pid, 'SIGTERM');
    await this.exited().finally(() => this.child.kill('SIGKILL'));
    if (this.status.code !== 0) throw new Error(`did not end well\n${this.describe()}`);
    this.checkOutput();
  }
}
