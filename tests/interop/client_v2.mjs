// SPDX-License-Identifier: MIT
// socketcluster-client 15 to 20 (streams, protocol v2) behind the interface of clients.mjs.
import { ClientBase } from './client_base.mjs';

async function pump(stream, action) {
  for await (const value of stream) action(value);
}

export class ClientV2 extends ClientBase {
  ping = '';

  constructor(library, options) {
    super();
    const socket = this.socket = library.create(options);
    const listen = (event, action) => pump(socket.listener(event), action);
    listen('connect', status => this.connects.push(status));
    listen('disconnect', ({ code, reason }) => this.disconnects.push({ code, reason }));
    listen('subscribe', ({ channel }) => this.subscribes.push(channel));
    listen('subscribeFail', ({ channel, error }) => this.subscribeFails.push({ channel, error }));
    listen('authenticate', ({ signedAuthToken }) => this.authenticates.push(signedAuthToken));
    listen('deauthenticate', () => this.deauthenticates.push({}));
    listen('kickOut', event => this.kickOuts.push(event));
    listen('connectAbort', ({ code, reason }) => this.aborts.push({ code, reason }));
    listen('message', ({ message }) => this.rawMessages.push(message));
    listen('error', ({ error }) => this.errors.push(error));
  }

  get state() { return this.socket.state; }
  get id() { return this.socket.id; }

  transmit(event, data) { this.socket.transmit(event, data); }
  call(event, data) { return this.socket.invoke(event, data); }

  receive(event) {
    const inbox = this.newInbox(event);
    pump(this.socket.receiver(event), data => inbox.push(data));
    return inbox;
  }

  answer(event, handler) {
    pump(this.socket.procedure(event), request => {
      try {
        request.end(handler(request.data));
      } catch (error) {
        request.error(error);
      }
    });
  }

  subscribe(name, options) {
    const inbox = this.newInbox(`channel ${name}`);
    pump(this.socket.subscribe(name, options), data => inbox.push(data));
    return inbox;
  }

  unsubscribe(name) { this.socket.unsubscribe(name); }
  callPublish(channel, data) { return this.socket.invokePublish(channel, data); }
  callAuthenticate(token) { return this.socket.authenticate(token); }
  deauthenticate() { this.socket.deauthenticate(); }
  disconnect(code, reason) { this.socket.disconnect(code, reason); }
}
