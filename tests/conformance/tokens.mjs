// SPDX-License-Identifier: MIT
// JSON Web Tokens in recordings. Those that the recorded server issued stand for those that the server under test
// issues at the same places; those that the recorded client made itself are made again if they were valid then.
import crypto from 'node:crypto';

const key = 'transcript-key';
const tokens = /(?<=")[\w-]+\.[\w-]{10,}\.[\w-]*(?=")/g;

const sign = content => crypto.createHmac('sha256', key).update(content).digest('base64url');

// The tokens in a message.
export const tokensIn = text => text.match(tokens) ?? [];

function parse(token) {
  const [header, payload, signature] = token.split('.');
  const text = part => Buffer.from(part, 'base64url').toString();
  return { header: text(header), payload: text(payload), isSigned: signature === sign(`${header}.${payload}`) };
}

// {iat, exp} in seconds.
export const timesOf = token => JSON.parse(parse(token).payload);

// A token with what is comparable of it: header and claims as they are written, times as distances from `iat`.
export function describeTokens(text) {
  return text.replace(tokens, token => {
    const { header, payload, isSigned } = parse(token);
    const { iat } = JSON.parse(payload);
    const claims = payload.replace(/"(iat|exp|nbf)":(\d+)/g, (_, name, time) => `'${name}':${name} ${time - iat}`);
    return `<jwt ${isSigned ? 'signed' : 'forged'} ${header} ${claims}>`.replaceAll('"', "'");
  });
}

// Made by a client: one that was valid when it was recorded is valid again, any other one stays as it is.
export function renewToken(token, now = Math.floor(Date.now() / 1000)) {
  const { header, payload, isSigned } = parse(token);
  const { iat, exp } = JSON.parse(payload);
  if (!isSigned || !(exp > iat)) return token;
  const claims = { ...JSON.parse(payload), iat: now, exp: now + (exp - iat) };
  const content = [header, JSON.stringify(claims)].map(part => Buffer.from(part).toString('base64url')).join('.');
  return `${content}.${sign(content)}`;
}

// The tokens of one recording and of its replay.
export class TokenBook {
  issued = [];  // by the server under test, in order
  #recorded;
  #since = Math.floor(Date.now() / 1000);

  // `connections` as loadTranscript() returns them.
  constructor(connections) {
    this.#recorded = [...connections.values()].flat().flatMap(step => step.tokens ?? []);
  }

  add(token) {
    const { iat } = timesOf(token);
    if (iat < this.#since || iat > Date.now() / 1000) throw new Error(`issued at a wrong time: ${parse(token).payload}`);
    this.issued.push(token);
  }

  // What the client sends now in place of what it sent then.
  translate(text) {
    return text.replace(tokens, token => {
      const place = this.#recorded.indexOf(token);
      if (place < 0) return renewToken(token);
      if (place >= this.issued.length) throw new Error(`the server has not issued token number ${place + 1}`);
      return this.issued[place];
    });
  }
}
