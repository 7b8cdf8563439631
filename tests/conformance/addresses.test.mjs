// SPDX-License-Identifier: MIT
// What scenario 62 recorded besides the wire: the addresses of a socket as the application sees them. `X-Forwarded-For`
// gives the part before the first comma, and never the remote address (protocol section 1).
import assert from 'node:assert/strict';
import test from 'node:test';

import { startConformanceApp, testsReference } from '../support/conformance_app.mjs';
import { WsClient } from '../support/ws_client.mjs';

// The reference servers leave this header to the worker process, which is not part of them.
const options = { skip: testsReference };

async function addressesWith(t, headers) {
  const { port } = await startConformanceApp(t, { scenario: '62' });
  const client = await WsClient.connect(port, { headers });
  try {
    await client.handshake();
    return (await client.call('addresses', null, 2)).data;
  } finally {
    client.destroy();
  }
}

const cases = [
  { header: '203.0.113.7, 10.0.0.1', expected: '203.0.113.7' },
  { header: '203.0.113.7 ,10.0.0.1', expected: '203.0.113.7 ' },
  { header: '2001:db8::1', expected: '2001:db8::1' },
  { header: ',10.0.0.1', expected: '' },
  { header: null, expected: '' },
];
for (const { header, expected } of cases) {
  test(`X-Forwarded-For ${JSON.stringify(header)} makes the forwarded address ${JSON.stringify(expected)}`, options, async t => {
    const addresses = await addressesWith(t, { 'x-forwarded-for': header });
    assert.deepEqual(addresses, { remoteAddress: '127.0.0.1', forwardedForAddress: expected });
  });
}
