// SPDX-License-Identifier: MIT
// Runs a server under test as a child process: ready when it prints its port, always ended, and judged by its exit
// status and by what sanitizers and assertions wrote to its standard error.
import { spawn } from 'node:child_process';

import { repoRoot } from './paths.mjs';
import { Condition, patience } from './wait.mjs';

const running = new Set();
const portLine = /^.*\bPort: (\d+)\b/m;
const complaints = /(Address|Leak|Memory|Thread|UndefinedBehavior)Sanitizer|runtime error:|[Aa]ssert(ion)? .*failed|Segmentation/;

// A failing or interrupted test must not leave servers behind.
process.on('exit', () => { for (const child of running) child.kill('SIGKILL'); });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

export class ServerProcess {
  stdout = '';
  stderr = '';
  port = 0;
  status = null;     // {code, signal} once it has ended
  #condition = new Condition(() => this.describe());

  constructor(command, { env = {}, cwd = repoRoot, stdin = 'ignore', uid } = {}) {
    this.command = command;
    this.child = spawn(command[0], command.slice(1), { cwd, uid, env: { ...process.env, ...env }, stdio: [stdin, 'pipe', 'pipe'] });
    running.add(this.child);
    this.child.stdout.on('data', chunk => { this.stdout += chunk; this.#condition.notify(); });
    this.child.stderr.on('data', chunk => { this.stderr += chunk; this.#condition.notify(); });
    this.child.on('error', error => this.#ended(null, error.message));
    this.child.on('close', (code, signal) => this.#ended(code, signal));
  }

  #ended(code, signal) {
    running.delete(this.child);
    this.status ??= { code, signal };
    this.#condition.notify();
  }

  describe() {
    const status = this.status ? `ended with ${this.status.code ?? this.status.signal}` : 'running';
    return `${this.command.join(' ')}: ${status}\nstdout: ${this.stdout.slice(-4000)}\nstderr: ${this.stderr.slice(-8000)}`;
  }

  // Resolves with the port once the program says that it listens.
  async ready() {
    const match = await this.#condition.until(() => {
      if (this.status) throw new Error(`not started\n${this.describe()}`);
      return portLine.exec(this.stdout) ?? portLine.exec(this.stderr);
    }, 'the line with the port');
    this.port = Number(match[1]);
    return this.port;
  }

  untilOutput(pattern, deadline = patience) {
    return this.#condition.until(() => pattern.exec(this.stdout + this.stderr), `output ${pattern}`, deadline);
  }

  exited(deadline = patience) {
    return this.#condition.until(() => this.status, 'the program to end', deadline);
  }

  // Ends it with SIGTERM and fails unless it ends well.
  async stop() {
    if (!this.status) this.child.kill('SIGTERM');
    await this.exited().finally(() => this.child.kill('SIGKILL'));
    if (this.status.code !== 0) throw new Error(`did not end well\n${this.describe()}`);
    this.checkOutput();
  }

  // Ends it without mercy: for tests in which servers die.
  async kill() {
    this.child.kill('SIGKILL');
    await this.exited();
  }

  checkOutput() {
    if (complaints.test(this.stderr)) throw new Error(`the server complained\n${this.describe()}`);
  }
}

// Starts `command` and waits until it listens. It ends with the test `t`, which fails if it does not end well.
export async function startServer(t, command, options) {
  const server = new ServerProcess(command, options);
  t.after(() => (server.status ? server.checkOutput() : server.stop()));
  await server.ready();
  return server;
}

// Runs a program to its end: for command line errors.
export async function runToEnd(command, options) {
  const program = new ServerProcess(command, options);
  try {
    await program.exited();
  } finally {
    program.child.kill('SIGKILL');
  }
  return program;
}
