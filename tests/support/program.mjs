// SPDX-License-Identifier: MIT
// Starts the stock program, `socketcluster start`, on any free port.
import { programUnderTest } from './paths.mjs';
import { runToEnd, startServer } from './server_process.mjs';

// Options by their protocol names. `prefix`: words in front of the program, such as a shell that sets limits.
export function startProgram(t, { options = {}, prefix = [], port = 0 } = {}) {
  const command = [...prefix, ...programUnderTest('SC_SERVER', 'socketcluster'), 'start', '-p', String(port)];
  return startServer(t, command, { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) } });
}

// Runs it with these arguments to its end; resolves with {status, stdout, stderr}.
export function runProgram(...args) {
  return runToEnd([...programUnderTest('SC_SERVER', 'socketcluster'), ...args]);
}
