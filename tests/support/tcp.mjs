// SPDX-License-Identifier: MIT
// A TCP client that keeps every byte it gets and every way in which a connection can end.
import net from 'node:net';
import { once } from 'node:events';

import { Condition, within } from './wait.mjs';

export class TcpClient {
  received = Buffer.alloc(0);  // not yet taken by a parser
  ended = false;               // the peer sent FIN
  error = null;                // e.g. ECONNRESET
  closed = false;              // nothing more will come

  constructor(socket) {
    this.socket = socket;
    this.condition = new Condition(() => this.describe());
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#parse();
    });
    socket.on('end', () => { this.ended = true; this.#parse(); });
    socket.on('error', error => { this.error = error; this.condition.notify(); });
    socket.on('close', () => { this.closed = true; this.condition.notify(); });
  }

  static async connect(port, host = '127.0.0.1') {
    const socket = net.connect({ port, host, allowHalfOpen: true });
    await within(once(socket, 'connect'), `connection to ${host}:${port}`);
    return new this(socket);
  }

  // For derived classes: called when `received` has grown or the peer has ended. May throw on a violation by the peer.
  onBytes() {}

  #parse() {
    try {
      this.onBytes();
    } catch (error) {
      this.socket.destroy(error);
    }
    this.condition.notify();
  }

  describe() {
    return `connection: ended=${this.ended} closed=${this.closed} error=${this.error?.message ?? 'none'} ` +
      `unparsed=${JSON.stringify(this.received.subarray(0, 200).toString('latin1'))}`;
  }

  write(bytes) { this.socket.write(bytes); }

  // Resolves when the peer has ended the connection, in whatever way.
  untilEnded(what = 'the server to end the connection') {
    return this.condition.until(() => this.ended || this.closed || this.error, what);
  }

  // Stops or resumes reading: a peer that does not read fills the buffers of the kernel and then ours.
  pause() { this.socket.pause(); }
  resume() { this.socket.resume(); }

  // FIN: no more bytes from here, still reading.
  finish() { this.socket.end(); }

  // RST.
  reset() { this.socket.resetAndDestroy(); }

  destroy() { this.socket.destroy(); }
}
