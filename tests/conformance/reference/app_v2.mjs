// SPDX-License-Identifier: MIT
// The conformance application on socketcluster-server 20 (streams, protocol v2). protocolVersion "auto" is imitated by
// pings of protocol v1 in addition to those of v2, which is enough to keep clients of both kinds alive.
import { requireFrom } from '../../support/npm.mjs';
import { addressesOf, binaryData, codecOption } from './values.mjs';
import { dangerBlocked, failures, namedError, readOnly, subscribeErrors } from './errors.mjs';

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
  '04': socket => {
    forEach(socket.procedure('go'), async request => {
      request.end();
      await socket.invoke('ask', { q: 1 });
      await socket.invoke('askFail', { q: 1 }).catch(() => {});
    });
  },
  '06': socket => answer(socket, 'login', ({ username }) => { socket.setAuthToken({ username }); }),
  '09': socket => answer(socket, 'quiet', () => 'never'),
  '10': socket => {
    answer(socket, 'danger', () => 1);
    answer(socket, 'safe', () => 2);
  },
  '11': socket => {
    answer(socket, 'login', ({ username }) => { socket.setAuthToken({ username, roles: ['a'] }); });
    answer(socket, 'loginAck', ({ username }) =>
      socket.setAuthToken({ username, n: 2 }, { expiresIn: 60, rejectOnFailedDelivery: true }));
    answer(socket, 'logout', () => { socket.deauthenticate(); });
  },
  '15': socket => {
    answer(socket, 'login', () => { socket.setAuthToken({ username: 'eve' }, { expiresIn: 1 }); });
    answer(socket, 'noop', () => 'ok');
  },
  '16': socket => {
    forEach(socket.listener('subscribe'), () => {
      if (socket.subscriptions().length === 3) setTimeout(() => socket.kickOut('a', 'You were kicked'), 10);
    });
  },
  '18': socket => {
    forEach(socket.procedure('bye'), request => {
      request.end();
      request.data.code ? socket.disconnect(request.data.code, request.data.data) : socket.disconnect();
    });
  },
  '28': socket => {
    answer(socket, 'echo', data => data);
    answer(socket, 'bin', binaryData);
  },
  '29': (socket, server) => {
    forEach(socket.listener('subscribe'), () =>
      setTimeout(() => server.exchange.transmitPublish('x', 'from server'), 300));
  },
  '31': socket => {
    answer(socket, 'add', ({ a, b }) => a + b);
    answer(socket, 'fail', () => { throw namedError('NopeError', 'nope'); });
  },
  '32': socket => answer(socket, 'echo', data => data),
  '61': socket => {
    forEach(socket.procedure('login'), request => {
      request.end();
      socket.setAuthToken({ u: 1 }, { expiresIn: 'not-a-duration' }).catch(() => {});
    });
  },
  '62': socket => answer(socket, 'addresses', () => addressesOf(socket)),
  interop: (socket, server) => {
    answer(socket, 'echo', data => data);
    answer(socket, 'refuse', data => { throw namedError('NopeError', 'nope', { hint: data }); });
    forEach(socket.receiver('note'), data => socket.transmit('noted', data));
    answer(socket, 'ask', data => socket.invoke('question', data));
    answer(socket, 'serverPublish', ({ channel, data }) => { server.exchange.transmitPublish(channel, data); });
    answer(socket, 'watch', () => {
      const tell = (event, what) => forEach(server.listener(event), status => {
        if (status.socket !== socket) socket.transmit('noted', what(status));
      });
      tell('subscription', ({ channel }) => `+${channel}`);
      tell('unsubscription', ({ channel }) => `-${channel}`);
      tell('disconnection', () => 'end');
    });
    forEach(socket.procedure('bye'), request => {
      request.end();
      socket.disconnect(request.data.code, request.data.reason);
    });
  },
};

// By scenario: stream -> function(action), which answers what blocks the action: an error, true for silently, nothing.
const middleware = {
  '07': { inbound: ({ type, channel }) => (type === 'subscribe' ? subscribeErrors[channel]?.() : undefined) },
  '08': {
    inbound: ({ type, channel }) => (type === 'publishIn' && channel === 'ro' ? readOnly() : undefined),
    outbound: ({ data }) => (data === 'hide' ? new Error('hidden') : undefined),
  },
  '09': { inbound: ({ channel, procedure, receiver }) => channel === 'q' || [procedure, receiver].includes('quiet') },
  '10': { inbound: ({ procedure, receiver }) => ([procedure, receiver].includes('danger') ? dangerBlocked() : undefined) },
  '16': {
    inbound: ({ type, socket }) => {
      if (type === 'publishIn') setTimeout(() => socket.kickOut(undefined, 'Everyone out'), 30);
    },
  },
  '20': { handshakeSC: () => namedError('Rejected', 'Go away for good', { statusCode: 4500 }) },
  '21': { handshakeSC: () => namedError('Rejected', 'Not today') },
  '22': { handshakeSC: () => true },
  '23': { handshakeWS: () => namedError('Denied', 'Blocked at the HTTP level') },
  '24': { handshakeWS: () => true },
};

function addMiddleware(server, [line, rule]) {
  const type = line.startsWith('handshake') ? 'handshake' : line;
  server.setMiddleware(type, stream => forEach(stream, action => {
    const verdict = type === line || action.type === line ? rule(action) : undefined;
    if (!verdict) return action.allow();
    return verdict === true ? action.block() : action.block(verdict);
  }));
}

export function startV2(port, { protocolVersion, ...options }, scenario, onListening) {
  const { listen } = requireFrom('tests/conformance/reference/s20')('socketcluster-server');
  const auto = protocolVersion === 'auto';
  const server = listen(port, { ...options, ...codecOption(scenario), protocolVersion: auto ? 2 : protocolVersion },
    () => onListening(server.httpServer.address().port));
  forEach(server.listener('warning'), () => {});
  for (const line of Object.entries(middleware[scenario] ?? {})) addMiddleware(server, line);
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
