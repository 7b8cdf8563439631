// SPDX-License-Identifier: MIT
// Plays the client's side of a recording and collects what the server does.
//
// A client step is played as soon as the server has done as much as it had done before that step in the recording,
// and where time itself matters, when as much time has passed.
// Pings come when they come: they are taken out of the comparison and judged by rules of their own (checkPings).
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { HttpClient } from '../support/http_client.mjs';
import { WsClient } from '../support/ws_client.mjs';
import { Opcode } from '../support/ws_frames.mjs';
import { timesOf, tokensIn } from './tokens.mjs';
import { Normaliser, normaliseAnswer } from './transcript.mjs';

const codecPing = '\u00a2#1';
const pings = ['#1', '', codecPing];
const isPingItem = item => ['message #1', 'message ', `binary ${JSON.stringify(codecPing)}`].includes(item);
const isPong = ({ text, bytes }) => text === '#2' || text === '' || bytes?.equals(Buffer.from('a22332', 'hex'));
const textOf = ({ data, binary }) => (binary ? data.toString('latin1') : data);

// Plays one connection; resolves with {items, pings} in which `items` is comparable with the recorded ones.
// `book` is the TokenBook of the recording; `keepsPauses`: where the recorded client paused, it pauses again.
export async function playConnection(port, steps, { book, quirks = {}, keepsPauses = false } = {}) {
  const [open, ...rest] = steps;
  if (quirks.plain) return { items: [await plainRequest(port, open)], pings: [] };
  const client = await WsClient.open(port, {
    requestLine: open.request, headers: { ...open.headers, ...quirks.headers },
  });
  try {
    const played = new PlayedConnection(client, book);
    for (const [index, step] of rest.entries()) {
      if (step.side !== 'c' || !client.upgraded) continue;
      if (keepsPauses && pauseBefore(rest, index) > 0) await setTimeout(pauseBefore(rest, index));
      await played.play(step, rest.slice(0, index));
    }
    await played.finish(rest);
    return { items: played.items(), pings: played.pings() };
  } finally {
    client.destroy();
  }
}

// Milliseconds that the client did nothing although nothing was to come; 0 for what is no pause.
function pauseBefore(steps, index) {
  const pause = index === 0 ? 0 : steps[index].t - steps[index - 1].t;
  return pause > 200 ? pause : 0;
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
  #tokenCount = 0;

  constructor(client, book) {
    this.client = client;
    this.book = book;
  }

  // All that the server has done so far, normalised, without pings.
  items() {
    const normaliser = new Normaliser();
    const answer = this.client.response ? [normaliseAnswer(this.client.response)] : [];
    return [...answer, ...this.client.events.flatMap(event => {
      if (event.type === 'message' && pings.includes(textOf(event))) return [];
      if (event.type === 'message') return [event.binary ? normaliser.binary(event.data) : normaliser.message(event.data)];
      if (event.type === 'close') return [normaliser.close(event.code, event.reason, event.first)];
      return event.type === 'pong' ? [] : [`${event.type} ${event.data}`];
    })];
  }

  pings() {
    return this.client.events.filter(event => event.type === 'message').map(textOf).filter(text => pings.includes(text));
  }

  // Enters the tokens that the server has issued in the meantime.
  #noteTokens() {
    const texts = this.client.messages.filter(data => typeof data === 'string');
    const tokens = texts.flatMap(tokensIn);
    for (const token of tokens.slice(this.#tokenCount)) this.book.add(token);
    this.#tokenCount = tokens.length;
  }

  // As in the recording, the client waits until its token is over. Old clients send their last packet and the close
  // frame together: where there is nothing to wait for, no time must pass.
  async #untilExpired() {
    const left = timesOf(this.book.issued.at(-1)).exp * 1000 - Date.now();
    if (left >= 0) await setTimeout(left + 50);
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
    this.#noteTokens();
    if (step.close) return this.#playClose(step.close);
    if (step.afterExpiry) await this.#untilExpired();
    if (step.bytes) this.client.sendFrame({ opcode: Opcode.binary, payload: step.bytes });
    else this.client.sendText(this.book.translate(step.text));
    // After a pong the server knows the version of its peer: from here on it must send that kind of ping only.
    if (isPong(step)) {
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
