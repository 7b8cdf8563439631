// SPDX-License-Identifier: MIT
// A running instance of the stock program with several processes, and what `socketcluster status` says of it.
import { randomUUID } from 'node:crypto';

import { programUnderTest } from './paths.mjs';
import { eventually } from './processes.mjs';
import { runProgram, startProgram } from './program.mjs';
import { startServer } from './server_process.mjs';

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

const newName = () => `test-${randomUUID()}`;

export async function startInstance(t, { workers = 1, brokers = 1, options = {} } = {}) {
  const name = newName();
  const server = await startProgram(t, { options: { workers, brokers, appName: name, ...options } });
  return new Instance(server, name);
}

// The same of process_app, whose clients can reach the master. `prefix`: words in front of the program, `program`: a
// copy of it.
export async function startProcessApp(t, { workers = 1, brokers = 1, options = {}, prefix = [], program } = {}) {
  const name = newName();
  const command = [...prefix, ...(program ? [program] : programUnderTest('SC_PROCESS_APP', 'process_app'))];
  const server = await startServer(t, [...command, 'start', '-p', '0'], {
    env: { SOCKETCLUSTER_OPTIONS: JSON.stringify({ workers, brokers, appName: name, ...options }) },
  });
  return new Instance(server, name);
}
