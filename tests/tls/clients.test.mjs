// SPDX-License-Identifier: MIT
// Every published client that the project keeps up with, over wss, with the server's certificate verified.
import assert from 'node:assert/strict';
import test from 'node:test';

import { connectClient, openClient, startApp, versions } from '../interop/clients.mjs';
import { Authority } from '../support/certificates.mjs';
import { secure } from '../support/tls.mjs';

// Old clients hand all their options to ws, newer ones those in `wsOptions`.
const trusting = ca => ({ secure: true, hostname: 'localhost', ca, wsOptions: { ca } });

for (const version of versions) {
  test(`socketcluster-client ${version} speaks with a server that it can verify`, { timeout: 60000 }, async t => {
    const authority = new Authority(t);
    const { port } = await startApp(t, version, { options: secure(authority.issue('a.test')) });
    const [one, two] = await Promise.all([1, 2].map(() => connectClient(t, version, port, trusting(authority.pem))));
    const inbox = await two.subscribed('news');
    await one.publish('news', { text: 'over TLS' });
    assert.deepEqual(await inbox.count(1), [{ text: 'over TLS' }]);
  });

  test(`socketcluster-client ${version} refuses a server that it cannot verify`, { timeout: 60000 }, async t => {
    const authority = new Authority(t);
    const { port } = await startApp(t, version, { options: secure(authority.issue('a.test')) });
    const client = openClient(t, version, port, trusting(new Authority(t, 'Another CA').pem));
    const [error] = await client.errors.count(1);
    assert.match(JSON.stringify(error, ['name', 'message', 'error']), /certificate|issuer|verify|hung up|1006/);
    assert.deepEqual(client.connects.items, []);
  });
}
