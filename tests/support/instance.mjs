// SPDX-License-Identifier: MIT
// A running instance of the stock program with several processes, and what `socketcluster status` says of it.
import { randomUUID } from 'node:crypto';

import { startProgram, runProgram } from './program.mjs';
import { eventually } from './processes.mjs';

export class Instance {
  constructor(server, name) {
    this.server = server;
    this.name = name;
  }

  get port() { return this.server.port; }
  get pid() { return this.server.child.pid; }

  // [{role, id, pid, state, restarts, clients, ...}], the master first.
  async processes() {
    const { stdout, stderr } = await runProgram('status', '--json', '-n', this.name);
    if (!stdout) throw new Error(`no status: ${stderr}`);
    return JSON.parse(stdout).processes;
  }

  async workers() { return (await this.processes()).filter(({ role }) => role === 'worker'); }
  async brokers() { return (await this.processes()).filter(({ role }) => role === 'broker'); }

  // Resolves with the process that serves in this place and is not `pid`.
  replaced({ role, id, pid }) {
    return eventually(async () => (await this.processes()).find(process => process.role === role
      && process.id === id && process.pid !== pid && process.state === 'serving'), `${role} ${id} to be replaced`);
  }
}

export async function startInstance(t, { workers = 1, brokers = 1, options = {} } = {}) {
  const name = `test-${randomUUID()}`;
  const server = await startProgram(t, { options: { workers, brokers, appName: name, ...options } });
  return new Instance(server, name);
}
