// SPDX-License-Identifier: MIT
// Calls the procedures of the RPC service: node client.mjs [PORT]
import { createRequire } from 'node:module';

const { create } = createRequire(import.meta.url)('socketcluster-client');

const socket = create({ hostname: '127.0.0.1', port: Number(process.argv[2] ?? 8000), autoReconnect: false });

async function call(procedure, data) {
  try {
    const answer = await socket.invoke(procedure, data);
    console.log(`${procedure} ${JSON.stringify(data)} -> ${JSON.stringify(answer)}`);
  } catch (error) {
    const where = error.field === undefined ? '' : ` (field ${error.field})`;
    console.log(`${procedure} ${JSON.stringify(data)} -> ${error.name}: ${error.message}${where}`);
  }
}

// All at once; the answers come when they are ready.
await Promise.all([
  call('wait', { seconds: 1 }),
  call('sum', { numbers: [1, 2, 3.5] }),
  call('sum', { numbers: [1, 'two'] }),
  call('divide', { dividend: 17, divisor: 5 }),
  call('divide', { dividend: 17, divisor: 0 }),
  call('shout', { text: 'hello' }),
]);
socket.disconnect();
