// SPDX-License-Identifier: MIT
// What both generations of clients have in common: inboxes for everything that they report.
import { Inbox, within } from '../support/wait.mjs';

export class ClientBase {
  connects = new Inbox('connect');
  disconnects = new Inbox('disconnect');        // {code, reason}
  subscribes = new Inbox('subscribe');          // channel names
  subscribeFails = new Inbox('subscribeFail');  // {channel, error}
  rawMessages = new Inbox('message');           // every message as it came
  errors = new Inbox('error');

  newInbox(name) { return new Inbox(name); }

  // Emits with acknowledgement; resolves with the answer, rejects with its error.
  invoke(event, data) { return within(this.call(event, data), `the answer to ${event}`); }

  // Publishes; resolves when the server has accepted it.
  publish(channel, data) { return within(this.callPublish(channel, data), `the acknowledgement on ${channel}`); }

  // Resolves once the socket has shaken hands for the n-th time.
  connected(n = 1) { return this.connects.count(n, `connection number ${n}`); }

  // Subscribes and waits for the acknowledgement; resolves with the inbox of the channel.
  async subscribed(name) {
    const inbox = this.subscribe(name);
    await this.subscribes.until(channel => channel === name, `the subscription to ${name}`);
    return inbox;
  }

  // Resolves when the server has pinged n times.
  pinged(n) {
    return this.rawMessages.countOf(text => text === this.ping, n, `${n} pings`);
  }
}
