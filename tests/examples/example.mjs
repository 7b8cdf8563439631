// SPDX-License-Identifier: MIT
// Starts an example program and connects the current client to it.
import { connectClient } from '../interop/clients.mjs';
import { programUnderTest } from '../support/paths.mjs';
import { startServer } from '../support/server_process.mjs';

export function startExample(t, name, options = {}) {
  const program = programUnderTest(`SC_EXAMPLE_${name.toUpperCase()}`, `example_${name}`);
  return startServer(t, [...program, 'start', '-p', '0'], { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) } });
}

export const connect = (t, server, options) => connectClient(t, '20.0.2', server.port, options);
