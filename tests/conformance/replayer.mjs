// SPDX-License-Identifier: MIT
// Plays the client's side of a recording and collects what the server does.
//
// A client step is played as soon as the server has done as much as it had done before that step in the recording.
// Pings come when they come: they are taken out of the comparison and judged by rules of their own (checkPings).
import assert from 'node:assert/strict';

import { HttpClient } from '../support/http_client.mjs';
import { WsClient } from '../support/ws_client.mjs';
import { Normaliser, normaliseAnswer } from './transcript.mjs';

const pings = ['#1', ''];
const isPingItem = item => item === 'message #1' || item === 'message ';
const isPong = text => text === '#2' || text === '';

// Plays one connection; resolves with {items, pings} in which `items` is comparable with the recorded ones.
export async function playConnection(port, steps, { quirks = {} } = {}) {
  const [open, ...rest] = steps;
  if (quirks.plain) return { items: [await plainRequest(port, open)], pings: [] };
  const client = await WsClient.open(port, {
    requestLine: open.request, headers: { ...open.headers, ...quirks.headers },
  });
  try {
    const played = new PlayedConnection(client);
    for (const [index, step] of rest.entries()) {
      if (step.side === 'c') await played.play(step, rest.slice(0, index));
    }
    await played.finish(rest);
    return { items: played.items(), pings: played.pings() };
  } finally {
    client.destroy();
  }
}

async function plainRequest(port, open) {
  const client = await HttpClient.connect(port);
  try {
    client.write(`${open.request}\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n`);
    return normaliseAnswer(await client.response());
  } finally {
    client.destroy();
  }
}

class PlayedConnection {
  constructor(client) {
    this.client = client;
  }

  // All that the server has done so far, normalised, without pings.
  items() {
    const normaliser = new Normaliser();
    const answer = this.client.response ? [normaliseAnswer(this.client.response)] : [];
    return [...answer, ...this.client.events.flatMap(event => {
      if (event.type === 'message') return pings.includes(event.data) ? [] : [normaliser.message(String(event.data))];
      if (event.type === 'close') return [normaliser.close(event.code, event.reason, event.first)];
      return event.type === 'pong' ? [] : [`${event.type} ${event.data}`];
    })];
  }

  pings() {
    return this.client.messages.filter(text => pings.includes(text));
  }

  #untilDone(before, { withPings = true } = {}) {
    const server = before.filter(step => step.side === 's');
    const wantedItems = server.filter(step => !isPingItem(step.item)).length;
    const wantedPings = withPings ? server.length - wantedItems : 0;
    const { client } = this;
    return client.condition.until(() => {
      if (this.items().length >= wantedItems && this.pings().length >= wantedPings) return true;
      if (client.ended || client.closed) throw new Error(`the server ended the connection early\n${client.describe()}`);
      return false;
    }, `what the server did next:\n${server.slice(this.items().length).map(step => step.item).join('\n')}`);
  }

  async play(step, before) {
    await this.#untilDone(before);
    if (step.close) return this.#playClose(step.close);
    this.client.sendText(step.text);
    // After a pong the server knows the version of its peer: from here on it must send that kind of ping only.
    if (isPong(step.text)) {
      await this.client.barrier();
      this.pingsAtFirstPong ??= this.pings().length;
    }
  }

  // 1006: the client went away without a close frame. All answers due before that must be seen first.
  async #playClose({ code, reason }) {
    if (code === 1006) {
      await this.client.barrier();
      this.client.finish();
    } else {
      this.client.sendClose(code === 1005 ? undefined : code, reason);
    }
  }

  // Waits for the rest, then for the end: whatever arrives until then counts.
  async finish(steps) {
    await this.#untilDone(steps, { withPings: false });
    if (this.client.closeEvent?.first && !steps.some(step => step.close)) this.client.sendClose(this.client.closeEvent.code);
    if (this.client.upgraded) await this.client.untilEnded();
  }
}

// Recorded server items without pings.
export function recordedItems(steps) {
  return steps.filter(step => step.side === 's' && !isPingItem(step.item)).map(step => step.item);
}

// Pings: of the peer's version, and of both versions while a server that detects the version cannot know it.
export function checkPings(played, steps, { ping, auto }) {
  const recorded = steps.filter(step => step.side === 's' && isPingItem(step.item)).length;
  if (recorded === 0) return assert.deepEqual(played.pings, [], 'no pings were due');
  assert.ok(played.pings.length > 0, 'pings were due');
  if (!auto) return assert.ok(played.pings.every(text => text === ping), `only ${JSON.stringify(ping)} as ping`);
  assert.deepEqual(played.pings.slice(0, 2).sort(), ['', '#1'], 'both kinds of ping before the first pong');
  const later = played.pings.slice(played.pingsAtFirstPong ?? played.pings.length);
  return assert.ok(later.every(text => text === ping), `only ${JSON.stringify(ping)} after the first pong`);
}
