// SPDX-License-Identifier: MIT
// Connects again and again until it is told to stop: call what it returns, which resolves with the number of connects. A
// refused one rejects.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';

import { within } from './wait.mjs';

export function keepConnecting(port) {
  let isOver = false;
  const loop = (async () => {
    let count = 0;
    while (!isOver) {
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write('GET /health-check HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      const [answer] = await within(once(socket, 'data'), 'the answer of the health check');
      assert.match(answer.toString(), /^HTTP\/1.1 200 /);
      socket.destroy();
      count++;
    }
    return count;
  })();
  return () => { isOver = true; return loop; };
}
