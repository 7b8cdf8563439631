// SPDX-License-Identifier: MIT
// What is replayed, and with which server options. The application logic of each scenario is in the README.

// Options of the recorded servers, by scenario number.
export const scenarioOptions = {
  '17': { socketChannelLimit: 2 },
  '25': { pingInterval: 300, pingTimeout: 1000 },
  '26': { pingInterval: 300, pingTimeout: 1000 },
  '27': { pingInterval: 300, pingTimeout: 1000 },
  '29': { allowClientPublish: false },
  '31': { pingInterval: 300 },
  '32': { pubSubBatchDuration: 50, batchOnHandshake: true, batchOnHandshakeDuration: 200, batchInterval: 50 },
  '50': { handshakeTimeout: 400 },
  '54': { origins: 'good.com:80 anyport.com:* *:4444' },
  '58': { maxPayload: 256 },
  '59': { socketChannelLimit: 2 },
};

// Scenarios recorded with real clients that are also replayed with a server that finds out the version by itself: until
// the first pong it answers in the words of version 14. What is left out here is known to differ in form; that clients of
// both versions understand it is tested with the clients themselves (tests/interop).
const autoScenarios = ['01', '02', '03', '05', '07', '10', '17', '19', '23', '25', '26', '27', '28', '29', '30'];
const autoScenariosV1 = ['04', '06', '08', '09', '11', '12', '13', '14', '15', '16', '24', '32'];

// Recorded with a server that knew only protocol 1.
const isOfOldServer = directory => directory.startsWith('s5') || directory.startsWith('s14');
const isOfV1 = directory => isOfOldServer(directory) || directory.endsWith('_protocolVersion1');

export function isReplayedInAuto(directory, scenario) {
  if (directory.endsWith('_raw')) return false;
  return autoScenarios.includes(scenario) || (isOfOldServer(directory) && autoScenariosV1.includes(scenario));
}

// Scenarios in which the client's pauses decide what the server does.
export const pausingScenarios = ['32'];

// Request headers are recorded in part only; what else was odd about a request, by scenario and connection.
export const requestQuirks = {
  '56': { 1: { plain: true }, 3: { headers: { 'sec-websocket-key': null } } },
};

// The generation of the recorded server decides the defaults that show on the wire.
export function serverOptions(directory, scenario, mode) {
  const pingTimeout = isOfOldServer(directory) ? 20000 : 30000;
  // Which answers come together in one batch shows whether brokers are processes of their own; version 20 has none.
  const workers = scenario === '32' && !isOfV1(directory) ? { workers: 0 } : {};
  return { protocolVersion: mode === 'auto' ? 'auto' : isOfV1(directory) ? 1 : 2, pingTimeout, ...workers, ...scenarioOptions[scenario] };
}

// The text of a ping of the peer's protocol version, as recorded in this directory.
export function pingText(directory, scenario) {
  if (!isOfV1(directory)) return '';
  return scenario === '31' ? '\u00a2#1' : '#1';  // sc-codec-min-bin encodes it
}
