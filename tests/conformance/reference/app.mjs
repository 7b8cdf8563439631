// SPDX-License-Identifier: MIT
// The conformance application on the original servers: it proves that the tests themselves are right.
//   node app.mjs --generation s14|s20 --scenario 03 --options '{"pingInterval":300}' -p 0
// Same command line as conformance_app (see ../README.md) plus --generation.
import { parseArgs } from 'node:util';

import { startV1 } from './app_v1.mjs';
import { startV2 } from './app_v2.mjs';

const { values } = parseArgs({
  options: {
    generation: { type: 'string' },
    scenario: { type: 'string', default: '00' },
    options: { type: 'string', default: '{}' },
    port: { type: 'string', short: 'p', default: '0' },
  },
});

const start = values.generation === 's14' ? startV1 : startV2;
const options = { authKey: 'transcript-key', ...JSON.parse(values.options) };
start(Number(values.port), options, values.scenario, port => console.log(`Port: ${port}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
