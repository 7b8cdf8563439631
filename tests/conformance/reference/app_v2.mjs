// SPDX-License-Identifier: MIT
// The conformance application on socketcluster-server 20 (streams, protocol v2). protocolVersion "auto" is imitated by
// pings of protocol v1 in addition to those of v2, which is enough to keep clients of both kinds alive.
import { requireFrom } from '../../support/npm.mjs';
import { failures, namedError } from './errors.mjs';

async function forEach(stream, action) {
  for await (const value of stream) action(value);
}

function answer(socket, event, action) {
  forEach(socket.procedure(event), async request => {
    try {
      request.end(await action(request.data));
    } catch (error) {
      request.error(error);
    }
  });
}

const fail = error => () => { throw error(); };

const scenarios = {
  '02': socket => {
    forEach(socket.receiver('greet'), () => {});
    socket.transmit('welcome', { hello: 'world' });
    socket.transmit('nodata');
  },
  '03': socket => {
    answer(socket, 'add', ({ a, b }) => a + b);
    answer(socket, 'empty', () => undefined);
    answer(socket, 'nullData', () => null);
    for (const [event, error] of Object.entries(failures)) answer(socket, event, fail(error));
  },
  interop: (socket, server) => {
    answer(socket, 'echo', data => data);
    answer(socket, 'refuse', data => { throw namedError('NopeError', 'nope', { hint: data }); });
    forEach(socket.receiver('note'), data => socket.transmit('noted', data));
    answer(socket, 'ask', data => socket.invoke('question', data));
    answer(socket, 'serverPublish', ({ channel, data }) => { server.exchange.transmitPublish(channel, data); });
    forEach(socket.procedure('bye'), request => {
      request.end();
      socket.disconnect(request.data.code, request.data.reason);
    });
  },
};

export function startV2(port, { protocolVersion, ...options }, scenario, onListening) {
  const { listen } = requireFrom('tests/conformance/reference/s20')('socketcluster-server');
  const auto = protocolVersion === 'auto';
  const server = listen(port, { ...options, protocolVersion: auto ? 2 : protocolVersion },
    () => onListening(server.httpServer.address().port));
  forEach(server.listener('warning'), () => {});
  forEach(server.listener('connection'), ({ socket }) => {
    if (auto) pingV1(socket, server.options.pingInterval);
    scenarios[scenario]?.(socket, server);
  });
}

function pingV1(socket, interval) {
  const timer = setInterval(() => {
    if (socket.state === socket.OPEN) socket.send('#1');
    else clearInterval(timer);
  }, interval);
}
