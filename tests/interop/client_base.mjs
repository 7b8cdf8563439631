// SPDX-License-Identifier: MIT
// What both generations of clients have in common: inboxes for everything that they report.
import { Inbox, within } from '../support/wait.mjs';

export class ClientBase {
  connects = new Inbox('connect');
  disconnects = new Inbox('disconnect');        // {code, reason}
  subscribes = new Inbox('subscribe');          // channel names
  subscribeFails = new Inbox('subscribeFail');  // {channel, error}
  authenticates = new Inbox('authenticate');    // signed tokens
  deauthenticates = new Inbox('deauthenticate');
  kickOuts = new Inbox('kickOut');              // {channel, message}
  aborts = new Inbox('connectAbort');           // {code, reason}
  rawMessages = new Inbox('message');           // every message as it came
  errors = new Inbox('error');

  newInbox(name) { return new Inbox(name); }

  // Emits with acknowledgement; resolves with the answer, rejects with its error.
  invoke(event, data) { return within(this.call(event, data), `the answer to ${event}`); }

  // Publishes; resolves when the server has accepted it.
  publish(channel, data) { return within(this.callPublish(channel, data), `the acknowledgement on ${channel}`); }

  get isAuthenticated() { return this.socket.authState === 'authenticated'; }
  get signedAuthToken() { return this.socket.signedAuthToken ?? null; }
  get authToken() { return this.socket.authToken ?? null; }
  get pendingReconnect() { return this.socket.pendingReconnect; }

  // Presents a token; resolves with {isAuthenticated, authError}, rejects with the error of a bad one.
  authenticate(token) { return within(this.callAuthenticate(token), 'the answer to #authenticate'); }

  // Resolves once the socket has shaken hands for the n-th time.
  connected(n = 1) { return this.connects.count(n, `connection number ${n}`); }

  // Subscribes and waits for the acknowledgement; resolves with the inbox of the channel.
  async subscribed(name, options) {
    const inbox = this.subscribe(name, options);
    await this.subscribes.until(channel => channel === name, `the subscription to ${name}`);
    return inbox;
  }

  // Resolves when the server has pinged n times.
  pinged(n) {
    return this.rawMessages.countOf(text => text === this.ping, n, `${n} pings`);
  }
}
