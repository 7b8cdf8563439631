// SPDX-License-Identifier: MIT
// Subscribers and publishers that keep books: what was published and acknowledged when, what arrived where, and when each
// subscriber was really there. From that follows what must have arrived.
import assert from 'node:assert/strict';

import { connectClient } from '../interop/clients.mjs';
import { Condition } from '../support/wait.mjs';

// A message that was acknowledged this long before a subscriber's connection ended must have reached it: the news that
// a connection is closed takes its time, too.
const noticeMs = 500;

// Times are those of performance.now(): in one millisecond of Date.now(), a message may begin and a subscription follow.

class Subscriber {
  sessions = [];   // {from, to}: subscribed to everything, on one connection
  arrived = [];    // {key, at}
  #open = new Set();

  constructor(client, channels, condition) {
    this.client = client;
    for (const channel of channels) {
      const inbox = client.subscribe(channel);
      inbox.push = message => { this.arrived.push({ ...message, at: performance.now() }); condition.notify(); };
    }
    client.subscribes.push = name => {
      this.#open.add(name);
      if (this.#open.size === channels.length) this.sessions.push({ from: performance.now(), to: Infinity });
      condition.notify();
    };
    client.disconnects.push = () => {
      if (this.isSubscribed) this.sessions.at(-1).to = performance.now();
      this.#open.clear();
      condition.notify();
    };
  }

  get isSubscribed() { return this.sessions.length > 0 && this.sessions.at(-1).to === Infinity; }

  mustHave({ begun, acknowledged }) {
    return acknowledged < Infinity && this.sessions.some(({ from, to }) => from < begun && acknowledged + noticeMs <= to);
  }
}

export class Audience {
  published = [];     // {key, publisher, channel, number, begun, acknowledged, error}
  #condition = new Condition(() => this.describe());
  #isPublishing = false;
  #publishing = [];

  static async open(t, port, { subscribers, publishers, channels, versions = ['20.0.2'] }) {
    const audience = new Audience();
    audience.channels = Array.from({ length: channels }, (_, index) => `channel ${index}`);
    const version = index => versions[index % versions.length];
    audience.subscribers = await Promise.all(Array.from({ length: subscribers }, async (_, index) =>
      new Subscriber(await connectClient(t, version(index), port), audience.channels, audience.#condition)));
    audience.publishers = await Promise.all(Array.from({ length: publishers }, (_, index) => connectClient(t, version(index), port)));
    await audience.everybodySubscribed();
    return audience;
  }

  describe() {
    const failed = this.published.filter(message => message.error);
    return `${this.subscribers.filter(each => each.isSubscribed).length} of ${this.subscribers.length} are subscribed; ` +
      `${this.published.length} published, ${failed.length} failed ${failed.slice(0, 3).map(each => each.error)}`;
  }

  everybodySubscribed() {
    return this.#condition.until(() => this.subscribers.every(each => each.isSubscribed), 'everybody to be subscribed');
  }

  // Every publisher publishes, each message with an acknowledgement, some at a time.
  startPublishing(depth = 4) {
    this.#isPublishing = true;
    this.publishers.forEach((client, publisher) => {
      let number = 0;
      const next = () => this.#publish(client, publisher, this.channels[number % this.channels.length], number++);
      const loop = async () => { while (this.#isPublishing) await next(); };
      for (let i = 0; i < depth; i++) this.#publishing.push(loop());
    });
  }

  async stopPublishing() {
    this.#isPublishing = false;
    await Promise.all(this.#publishing.splice(0));
  }

  async #publish(client, publisher, channel, number) {
    const message = { key: `${publisher}:${number}`, publisher, channel, number, begun: performance.now(), acknowledged: Infinity };
    this.published.push(message);
    try {
      await client.publish(channel, { key: message.key, publisher, channel, number });
      message.acknowledged = performance.now();
    } catch (error) {
      message.error = error;
      await new Promise(resolve => setTimeout(resolve, 5));   // a publisher that is told of trouble takes a breath
    }
    this.#condition.notify();
  }

  // Resolves when `count` more publishes have been acknowledged, all of them begun after this call.
  acknowledged(count) {
    const from = this.published.length;
    const enough = () => {
      let found = 0;
      for (let i = from; i < this.published.length && found < count; i++) if (this.published[i].acknowledged < Infinity) found++;
      return found >= count;
    };
    return this.#condition.until(enough, `${count} acknowledgements`);
  }

  // Publishes a last message on each channel and waits until it is everywhere, so that nothing is still under way.
  async settle() {
    await this.stopPublishing();
    await this.everybodySubscribed();
    const first = this.published.length;
    for (const channel of this.channels) await this.#publish(this.publishers[0], 'last', channel, this.published.length);
    const last = this.published.slice(first);
    for (const message of last) assert.ifError(message.error);
    const hasAll = ({ arrived }) => last.every(({ key }) => arrived.some(message => message.key === key));
    await this.#condition.until(() => this.subscribers.every(hasAll), 'the last messages everywhere');
  }

  // Nothing that was acknowledged is missing where it had to arrive, nothing came twice or out of order.
  check() {
    for (const [index, subscriber] of this.subscribers.entries()) {
      const keys = subscriber.arrived.map(message => message.key);
      const arrived = new Set(keys);
      assert.equal(arrived.size, keys.length, `subscriber ${index} got a message twice`);
      const missing = this.published.filter(message => subscriber.mustHave(message) && !arrived.has(message.key));
      assert.deepEqual(missing, [], `subscriber ${index} misses messages; its sessions: ${JSON.stringify(subscriber.sessions)}`);
      this.#checkOrder(index, subscriber.arrived);
    }
  }

  #checkOrder(index, arrived) {
    const latest = new Map();
    for (const { publisher, channel, number } of arrived) {
      const line = `${publisher} on ${channel}`;
      assert.ok(!(latest.get(line) >= number), `subscriber ${index}: ${line}: ${number} came behind ${latest.get(line)}`);
      latest.set(line, number);
    }
  }
}
