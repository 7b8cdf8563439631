// SPDX-License-Identifier: MIT
// The sample application on the original server, for the test of the sample page with SC_REFERENCE=1.
//   node sample.mjs -p 0 --public DIR
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { requireFrom } from '../../support/npm.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', short: 'p', default: '8000' }, public: { type: 'string' } } });
const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

const httpServer = http.createServer((request, response) => {
  const name = request.url === '/' ? 'index.html' : path.basename(request.url);
  const file = path.join(values.public, name);
  if (!fs.existsSync(file)) return response.writeHead(404).end();
  return response.writeHead(200, { 'content-type': types[path.extname(file)] }).end(fs.readFileSync(file));
});
const server = requireFrom('tests/conformance/reference/s20')('socketcluster-server').attach(httpServer);
let count = 0;

(async () => {
  for await (const { socket } of server.listener('connection')) {
    (async () => {
      for await (const data of socket.receiver('sampleClientEvent')) server.exchange.transmitPublish('sample', ++count, data);
    })();
    const timer = setInterval(() => socket.transmit('rand', { rand: Math.floor(Math.random() * 5) }), 1000);
    socket.listener('disconnect').once().then(() => clearInterval(timer));
  }
})();

httpServer.listen(Number(values.port), () => console.log(`Port: ${httpServer.address().port}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
