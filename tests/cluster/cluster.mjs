// SPDX-License-Identifier: MIT
// A running instance of the stock program: master, workers and brokers, and what `socketcluster status` tells of them.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { programUnderTest, repoRoot } from '../support/paths.mjs';
import { startServer } from '../support/server_process.mjs';
import { patience } from '../support/wait.mjs';

const program = programUnderTest('SC_PROGRAM', 'socketcluster');
const run = promisify(execFile);

export class Cluster {
  static async start(t, { workers, brokers, options = {}, flags = [], command = program } = {}) {
    const cluster = new Cluster();
    cluster.socketRoot = fs.mkdtempSync(path.join(os.tmpdir(), 'sc-cluster-'));
    t.after(() => fs.rmSync(cluster.socketRoot, { recursive: true, force: true }));
    cluster.server = await startServer(t, [...command, 'start', '-p', '0', '-w', String(workers), '-b', String(brokers),
      '--socket-root', cluster.socketRoot, ...flags], { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) }, cwd: repoRoot });
    cluster.port = cluster.server.port;
    return cluster;
  }

  get masterPid() { return this.server.child.pid; }

  // The processes of the instance: [{role, id, pid, ...}].
  async processes(role) {
    const { stdout } = await run(program[0], [...program.slice(1), 'status', '--json', '--socket-root', this.socketRoot]);
    const { processes } = JSON.parse(stdout);
    return processes.filter(process => !role || process.role === role);
  }

  // Resolves with the process that has taken the place of `dead` and is ready.
  successorOf(dead) {
    return this.#serving(dead.role, ({ id, pid }) => id === dead.id && pid !== dead.pid, `a successor of ${dead.role} ${dead.id}`);
  }

  // Resolves with a process that serves. For a while there may be none: one that dies soon after its start comes back
  // only after a delay.
  anyServing(role) {
    return this.#serving(role, () => true, `a ${role} that serves`);
  }

  async #serving(role, isWanted, what) {
    const deadline = Date.now() + patience;
    for (;;) {
      const found = (await this.processes(role)).find(process => process.state === 'serving' && isWanted(process));
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`not in time: ${what}\n${this.server.describe()}`);
    }
  }

  async kill(victim) {
    process.kill(victim.pid, 'SIGKILL');
    return this.successorOf(victim);
  }
}
