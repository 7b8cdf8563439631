// SPDX-License-Identifier: MIT
// The conformance application on socketcluster-server 14 (callbacks, protocol v1).
import { requireFrom } from '../../support/npm.mjs';
import { addressesOf, binaryData, codecOption } from './values.mjs';
import { dangerBlocked, failures, namedError, readOnly, subscribeErrors } from './errors.mjs';

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
  '04': socket => socket.on('go', (data, respond) => {
    respond();
    socket.emit('ask', { q: 1 }, () => socket.emit('askFail', { q: 1 }, () => {}));
  }),
  '06': socket => socket.on('login', ({ username }, respond) => {
    socket.setAuthToken({ username });
    respond();
  }),
  '09': socket => socket.on('quiet', (data, respond) => respond(null, 'never')),
  '10': socket => {
    socket.on('danger', (data, respond) => respond(null, 1));
    socket.on('safe', (data, respond) => respond(null, 2));
  },
  '11': socket => {
    socket.on('login', ({ username }, respond) => {
      socket.setAuthToken({ username, roles: ['a'] });
      respond();
    });
    socket.on('loginAck', ({ username }, respond) =>
      socket.setAuthToken({ username, n: 2 }, { expiresIn: 60 }, error => respond(error)));
    socket.on('logout', (data, respond) => {
      socket.deauthenticate();
      respond();
    });
  },
  '15': socket => {
    socket.on('login', (data, respond) => {
      socket.setAuthToken({ username: 'eve' }, { expiresIn: 1 });
      respond();
    });
    socket.on('noop', (data, respond) => respond(null, 'ok'));
  },
  '16': socket => socket.on('subscribe', () => {
    if (socket.subscriptions().length === 3) setImmediate(() => socket.kickOut('a', 'You were kicked'));
  }),
  '18': socket => socket.on('bye', ({ code, data }, respond) => {
    respond();
    code ? socket.disconnect(code, data) : socket.disconnect();
  }),
  '28': socket => {
    socket.on('echo', (data, respond) => respond(null, data));
    socket.on('bin', (data, respond) => respond(null, binaryData()));
  },
  '29': (socket, server) => socket.on('subscribe', () =>
    setTimeout(() => server.exchange.publish('x', 'from server'), 300)),
  '31': socket => {
    socket.on('add', ({ a, b }, respond) => respond(null, a + b));
    socket.on('fail', (data, respond) => respond(namedError('NopeError', 'nope')));
  },
  '61': socket => socket.on('login', (data, respond) => {
    socket.setAuthToken({ u: 1 }, { expiresIn: 'not-a-duration' });
    respond();
  }),
  '62': socket => socket.on('addresses', (data, respond) => respond(null, addressesOf(socket))),
  interop: (socket, server) => {
    socket.on('echo', (data, respond) => respond(null, data));
    socket.on('refuse', (data, respond) => respond(namedError('NopeError', 'nope', { hint: data })));
    socket.on('note', data => socket.emit('noted', data));
    socket.on('ask', (data, respond) => socket.emit('question', data, (error, answer) => respond(error, answer)));
    socket.on('serverPublish', ({ channel, data }, respond) => {
      server.exchange.publish(channel, data);
      respond();
    });
    socket.on('watch', (data, respond) => {
      const tell = what => other => { if (other !== socket) socket.emit('noted', what); };
      server.on('subscription', (other, channel) => tell(`+${channel}`)(other));
      server.on('unsubscription', (other, channel) => tell(`-${channel}`)(other));
      server.on('disconnection', tell('end'));
      respond();
    });
    socket.on('bye', ({ code, reason }, respond) => {
      respond();
      socket.disconnect(code, reason);
    });
  },
};

// By scenario: line -> function; see ../README.md.
const middleware = {
  '07': { subscribe: ({ channel }, next) => next(subscribeErrors[channel]?.()) },
  '08': {
    publishIn: ({ channel }, next) => next(channel === 'ro' ? readOnly() : undefined),
    publishOut: ({ data }, next) => next(data === 'hide' ? new Error('hidden') : undefined),
  },
  '09': {
    subscribe: ({ channel }, next) => next(channel === 'q' || undefined),
    publishIn: ({ channel }, next) => next(channel === 'q' || undefined),
    emit: ({ event }, next) => next(event === 'quiet' || undefined),
  },
  '10': { emit: ({ event }, next) => next(event === 'danger' ? dangerBlocked() : undefined) },
  '16': {
    publishIn: ({ socket }, next) => {
      next();
      setTimeout(() => socket.kickOut(undefined, 'Everyone out'), 30);
    },
  },
  '20': { handshakeSC: (request, next) => next(namedError('Rejected', 'Go away for good'), 4500) },
  '21': { handshakeSC: (request, next) => next(namedError('Rejected', 'Not today')) },
  '22': { handshakeSC: (request, next) => next(true) },
  '23': { handshakeWS: (request, next) => next(namedError('Denied', 'Blocked at the HTTP level')) },
  '24': { handshakeWS: (request, next) => next(true) },
};

export function startV1(port, { protocolVersion, ...options }, scenario, onListening) {
  const { listen } = requireFrom('tests/conformance/reference/s14')('socketcluster-server');
  const server = listen(port, { ...options, ...codecOption(scenario) }, () => onListening(server.httpServer.address().port));
  server.on('warning', () => {});
  for (const [line, rule] of Object.entries(middleware[scenario] ?? {})) server.addMiddleware(line, rule);
  server.on('connection', socket => {
    socket.on('error', () => {});
    scenarios[scenario]?.(socket, server);
  });
}
