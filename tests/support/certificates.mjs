// SPDX-License-Identifier: MIT
// A certificate authority of the tests, made anew by the program openssl in a folder of its own.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const newKeys = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
  rsa: ['-newkey', 'rsa:2048', '-nodes'],
  weak: ['-newkey', 'rsa:1024', '-nodes'],
};

export class Authority {
  constructor(t, name = 'Test CA') {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketcluster-tls-'));
    t.after(() => fs.rmSync(this.folder, { recursive: true, force: true }));
    openssl('req', '-x509', ...newKeys.ec, '-keyout', this.path('ca.key'), '-out', this.path('ca.pem'), '-subj', `/CN=${name}`,
      '-days', '30');
    this.file = this.path('ca.pem');
    this.pem = fs.readFileSync(this.file);
  }

  path(name) { return path.join(this.folder, name); }

  // Makes NAME.key and NAME.pem, valid for localhost too unless it is the certificate of a client.
  // Dates are those of `openssl ca`, for one that has expired.
  issue(name, { commonName = name, names = [`DNS:${name}`, 'DNS:localhost', 'IP:127.0.0.1'], expired = false, key: type = 'ec' } = {}) {
    const [key, request, cert] = ['key', 'csr', 'pem'].map(ending => this.path(`${name}.${ending}`));
    openssl('req', ...newKeys[type], '-keyout', key, '-out', request, '-subj', `/CN=${commonName}`);
    const extensions = this.path(`${name}.ext`);
    fs.writeFileSync(extensions, names.length > 0 ? `subjectAltName=${names.join(',')}\n` : 'basicConstraints=CA:FALSE\n');
    openssl('x509', '-req', '-in', request, '-CA', this.file, '-CAkey', this.path('ca.key'), '-CAcreateserial',
      '-days', expired ? '-1' : '30', '-extfile', extensions, '-out', cert);
    return { key, cert };
  }

  // The key of `identity` encrypted, and both of it as PKCS #12.
  encrypted({ key }, passphrase) {
    const file = `${key}.encrypted`;
    openssl('pkcs8', '-topk8', '-in', key, '-out', file, '-passout', `pass:${passphrase}`);
    return file;
  }
  pfx({ key, cert }, passphrase, { isLegacy = false } = {}) {
    const file = isLegacy ? `${cert}.legacy.pfx` : `${cert}.pfx`;
    openssl('pkcs12', '-export', ...(isLegacy ? ['-legacy'] : []), '-inkey', key, '-in', cert, '-out', file, '-passout', `pass:${passphrase}`);
    return file;
  }
}
