// SPDX-License-Identifier: MIT
// socketcluster-client 5 to 14 (callbacks, protocol v1) behind the interface of clients.mjs.
import { ClientBase } from './client_base.mjs';

export class ClientV1 extends ClientBase {
  ping = '#1';

  constructor(library, options) {
    super();
    const socket = this.socket = library.connect({ ...options, multiplex: false });
    socket.on('connect', status => this.connects.push(status));
    socket.on('disconnect', (code, reason) => this.disconnects.push({ code, reason }));
    socket.on('subscribe', channel => this.subscribes.push(channel));
    socket.on('subscribeFail', (error, channel) => this.subscribeFails.push({ channel, error }));
    socket.on('authenticate', token => this.authenticates.push(token));
    socket.on('deauthenticate', () => this.deauthenticates.push({}));
    socket.on('kickOut', (message, channel) => this.kickOuts.push({ channel, message }));
    socket.on('connectAbort', (code, reason) => this.aborts.push({ code, reason }));
    socket.on('message', text => this.rawMessages.push(text));
    socket.on('error', error => this.errors.push(error));
  }

  get state() { return this.socket.state; }
  get id() { return this.socket.id; }

  transmit(event, data) { this.socket.emit(event, data); }

  call(event, data) {
    return new Promise((resolve, reject) => {
      this.socket.emit(event, data, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  receive(event) {
    const inbox = this.newInbox(event);
    this.socket.on(event, data => inbox.push(data));
    return inbox;
  }

  answer(event, handler) {
    this.socket.on(event, (data, respond) => {
      try {
        respond(null, handler(data));
      } catch (error) {
        respond(error);
      }
    });
  }

  subscribe(name, options) {
    const inbox = this.newInbox(`channel ${name}`);
    this.socket.subscribe(name, options).watch(data => inbox.push(data));
    return inbox;
  }

  unsubscribe(name) {
    this.socket.unsubscribe(name);
    this.socket.channel(name).unwatch();
  }

  callPublish(channel, data) {
    return new Promise((resolve, reject) => {
      this.socket.publish(channel, data, error => (error ? reject(error) : resolve()));
    });
  }

  callAuthenticate(token) {
    return new Promise((resolve, reject) => {
      this.socket.authenticate(token, (error, status) => (error ? reject(error) : resolve(status)));
    });
  }

  deauthenticate() { this.socket.deauthenticate(); }
  disconnect(code, reason) { this.socket.disconnect(code, reason); }
}
