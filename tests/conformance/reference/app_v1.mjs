// SPDX-License-Identifier: MIT
// The conformance application on socketcluster-server 14 (callbacks, protocol v1).
import { requireFrom } from '../../support/npm.mjs';
import { failures, namedError } from './errors.mjs';

const scenarios = {
  '02': socket => {
    socket.on('greet', () => {});
    socket.emit('welcome', { hello: 'world' });
    socket.emit('nodata');
  },
  '03': socket => {
    socket.on('add', ({ a, b }, respond) => respond(null, a + b));
    socket.on('empty', (data, respond) => respond());
    socket.on('nullData', (data, respond) => respond(null, null));
    for (const [event, error] of Object.entries(failures)) socket.on(event, (data, respond) => respond(error()));
  },
  interop: (socket, server) => {
    socket.on('echo', (data, respond) => respond(null, data));
    socket.on('refuse', (data, respond) => respond(namedError('NopeError', 'nope', { hint: data })));
    socket.on('note', data => socket.emit('noted', data));
    socket.on('ask', (data, respond) => socket.emit('question', data, (error, answer) => respond(error, answer)));
    socket.on('serverPublish', ({ channel, data }, respond) => {
      server.exchange.publish(channel, data);
      respond();
    });
    socket.on('bye', ({ code, reason }, respond) => {
      respond();
      socket.disconnect(code, reason);
    });
  },
};

export function startV1(port, { protocolVersion, ...options }, scenario, onListening) {
  const { listen } = requireFrom('tests/conformance/reference/s14')('socketcluster-server');
  const server = listen(port, options, () => onListening(server.httpServer.address().port));
  server.on('warning', () => {});
  server.on('connection', socket => {
    socket.on('error', () => {});
    scenarios[scenario]?.(socket, server);
  });
}
