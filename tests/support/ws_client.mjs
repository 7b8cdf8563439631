// SPDX-License-Identifier: MIT
// A WebSocket client made for tests: it sends any bytes it is told to, does nothing by itself (no pong, no answer to a
// close) and records all that the server does, in order, in `events`:
//   {type: 'message', data, binary}   {type: 'pong', data}   {type: 'ping', data}
//   {type: 'close', code, reason, first}   (1005: no code; first: it came before this side sent its own close)
import crypto from 'node:crypto';

import { parseResponse } from './http_client.mjs';
import { TcpClient } from './tcp.mjs';
import { Opcode, closePayload, decodeFrame, encodeFrame } from './ws_frames.mjs';

const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export class WsClient extends TcpClient {
  upgraded = false;
  response = null;     // the answer to the upgrade request
  events = [];
  #partial = null;     // {opcode, chunks} of a fragmented message
  #sentClose = false;
  #pingCount = 0;

  // Connects and upgrades; fails when the server refuses. Use open() to look at a refusal.
  static async connect(port, options) {
    const client = await WsClient.open(port, options);
    if (!client.upgraded) throw new Error(`upgrade refused: ${client.response?.statusLine ?? 'connection closed'}`);
    return client;
  }

  // Sends an upgrade request and waits for the answer, whatever it is. A header set to null is left out.
  static async open(port, { path = '/socketcluster/', headers = {}, requestLine } = {}) {
    const client = await super.connect(port);
    const key = crypto.randomBytes(16).toString('base64');
    const all = {
      host: `127.0.0.1:${port}`, connection: 'Upgrade', upgrade: 'websocket',
      'sec-websocket-version': '13', 'sec-websocket-key': key, ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`);
    client.write(`${requestLine ?? `GET ${path} HTTP/1.1`}\r\n${lines.join('\r\n')}\r\n\r\n`);
    await client.condition.until(() => client.response || client.#over, 'the answer to the upgrade request');
    if (client.upgraded) checkAccept(client.response, key);
    return client;
  }

  get #over() { return this.ended || this.closed || this.error !== null; }

  onBytes() {
    if (!this.response) {
      this.response = parseResponse(this.received, { ended: this.#over });
      if (!this.response) return;
      this.received = this.received.subarray(this.response.length);
      this.upgraded = this.response.status === 101;
    }
    if (!this.upgraded) return;
    for (let frame; (frame = decodeFrame(this.received)); ) {
      this.received = this.received.subarray(frame.length);
      this.#onFrame(frame);
    }
  }

  #onFrame({ fin, opcode, payload }) {
    switch (opcode) {
      case Opcode.close: {
        const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        this.events.push({ type: 'close', code, reason: payload.subarray(2).toString(), first: !this.#sentClose });
        return;
      }
      case Opcode.ping:
      case Opcode.pong:
        this.events.push({ type: opcode === Opcode.ping ? 'ping' : 'pong', data: payload.toString('latin1') });
        return;
      default:
        this.#onDataFrame(fin, opcode, payload);
    }
  }

  #onDataFrame(fin, opcode, payload) {
    if ((opcode === Opcode.continuation) !== (this.#partial !== null)) throw new Error('bad fragmentation by the server');
    this.#partial ??= { opcode, chunks: [] };
    this.#partial.chunks.push(payload);
    if (!fin) return;
    const { opcode: kind, chunks } = this.#partial;
    this.#partial = null;
    const whole = Buffer.concat(chunks);
    const binary = kind === Opcode.binary;
    this.events.push({ type: 'message', binary, data: binary ? whole : whole.toString() });
  }

  describe() {
    return `${super.describe()}\nresponse: ${this.response?.statusLine}\nevents: ${JSON.stringify(this.events)}`;
  }

  get messages() { return this.events.filter(event => event.type === 'message').map(event => event.data); }
  get closeEvent() { return this.events.find(event => event.type === 'close') ?? null; }

  sendFrame(frame) {
    if (frame.opcode === Opcode.close) this.#sentClose = true;
    this.write(encodeFrame(frame));
  }
  sendText(text) { this.sendFrame({ opcode: Opcode.text, payload: text }); }
  send(packet) { this.sendText(JSON.stringify(packet)); }
  sendClose(code, reason) { this.sendFrame({ opcode: Opcode.close, payload: closePayload(code, reason) }); }

  // Resolves when `count` messages have arrived in all.
  untilMessages(count) {
    return this.condition.until(() => this.messages.length >= count && this.messages, `${count} messages`);
  }

  untilMessage(predicate, what) {
    return this.condition.until(() => {
      const data = this.messages.find(predicate);
      return data === undefined ? undefined : { data };
    }, what).then(found => found.data);
  }

  // Resolves with the server's close frame; fails when the connection ends without one.
  untilClose() {
    return this.condition.until(() => {
      if (!this.closeEvent && this.#over) throw new Error(`ended without a close frame\n${this.describe()}`);
      return this.closeEvent;
    }, 'a close frame');
  }

  // Resolves when the server has handled all that was sent before: it answers a ping in order.
  // Ends early, without failing, when the server closes instead.
  async barrier() {
    const data = `barrier ${++this.#pingCount}`;
    this.sendFrame({ opcode: Opcode.ping, payload: data });
    await this.condition.until(
      () => this.closeEvent || this.#over || this.events.some(event => event.type === 'pong' && event.data === data),
      'the pong of a barrier');
  }

  // #handshake; resolves with the data of its response.
  async handshake(data = { authToken: null }, cid = 1) {
    this.send({ event: '#handshake', data, cid });
    const text = await this.untilMessage(message => message.startsWith(`{"rid":${cid},`), 'the handshake response');
    return JSON.parse(text).data;
  }

  // An event with a cid; resolves with the parsed response.
  async call(event, data, cid) {
    this.send({ event, data, cid });
    const isAnswer = message => message.startsWith(`{"rid":${cid}}`) || message.startsWith(`{"rid":${cid},`);
    return JSON.parse(await this.untilMessage(isAnswer, `the response to ${event} ${cid}`));
  }
}

function checkAccept(response, key) {
  const expected = crypto.createHash('sha1').update(key + acceptGuid).digest('base64');
  if (response.headers['sec-websocket-accept'] !== expected) throw new Error('wrong Sec-WebSocket-Accept');
}
