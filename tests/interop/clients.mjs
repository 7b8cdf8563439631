// SPDX-License-Identifier: MIT
// The published clients, unmodified, each from an installation of its own, behind one small interface
// (client_base.mjs, client_v1.mjs, client_v2.mjs).
import { startConformanceApp } from '../support/conformance_app.mjs';
import { requireFrom } from '../support/npm.mjs';
import { ClientV1 } from './client_v1.mjs';
import { ClientV2 } from './client_v2.mjs';

export const versions = ['5.0.6', '8.0.2', '14.3.2', '16.1.1', '20.0.2'];

// Server options of these tests. Old clients leave their ping timer behind when they disconnect, which keeps the test
// process for as long: therefore a time-out below the default.
export const appOptions = { protocolVersion: 'auto', pingInterval: 2000, pingTimeout: 10000 };

export const isV1 = version => Number(version.split('.')[0]) < 15;

// The current client needs a package that is an ES module only, which require() takes from Node.js 20.19 on. For older
// ones there is an installation of the same client with an older release of that package (it makes random ids).
const folderOf = version => (version === '20.0.2' && !process.features.require_module ? '20.0.2-node18' : version);

// Opens a client that ends with the test. It reconnects at once rather than after ten seconds,
// and gives up on a connection earlier than by default, because old clients leave that timer behind.
export function openClient(t, version, port, options = {}) {
  const library = requireFrom(`tests/interop/clients/${folderOf(version)}`)('socketcluster-client');
  const Client = isV1(version) ? ClientV1 : ClientV2;
  const client = new Client(library, {
    hostname: '127.0.0.1',
    port,
    connectTimeout: 5000,
    autoReconnectOptions: { initialDelay: 20, randomness: 0, multiplier: 1, maxDelay: 20 },
    ...options,
  });
  t.after(() => client.disconnect());
  return client;
}

// The application of these tests for a client of that version, with one of its scenarios.
export function startApp(t, version, { scenario = 'interop', options = {}, port = 0 } = {}) {
  return startConformanceApp(t, {
    scenario, options: { ...appOptions, ...options }, port, generation: isV1(version) ? 's14' : 's20',
  });
}

// The same, connected.
export async function connectClient(t, version, port, options) {
  const client = openClient(t, version, port, options);
  await client.connected();
  return client;
}
