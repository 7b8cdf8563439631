// SPDX-License-Identifier: MIT
// Starts crash_app: a server whose handler of the event `crash` ends its process in a chosen way.
import { programUnderTest } from './paths.mjs';
import { ServerProcess } from './server_process.mjs';
import { WsClient } from './ws_client.mjs';

// The program is expected to end badly, so only its process is seen to, not how it ends.
export async function startCrashApp(t, { options = {}, args = [] } = {}) {
  const command = [...programUnderTest('SC_CRASH_APP', 'crash_app'), 'start', '-p', '0', ...args];
  const server = new ServerProcess(command, { env: { SOCKETCLUSTER_OPTIONS: JSON.stringify(options) } });
  t.after(() => server.kill());
  await server.ready();
  return server;
}

// Ends the worker that this connection comes to.
export async function crash(port, way) {
  const client = await WsClient.connect(port);
  await client.handshake();
  client.send({ event: 'crash', data: way });
  return client;
}
