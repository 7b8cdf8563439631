// SPDX-License-Identifier: MIT
// Recorded transcripts: reading, normalising what varies from run to run, and applying deliberate differences.
//
// A transcript becomes a list of steps per connection:
//   {side: 'open', request, headers, answer}      answer: normalised HTTP response
//   {side: 'c', text | bytes | close}              what the client does
//   {side: 's', item, tokens}                      what the server does; item is a string, comparable as it is
// All have `t`, the time of the recording in milliseconds. A step of the client that came when the token was over has
// `afterExpiry`.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { decodeChunked } from '../support/http_client.mjs';
import { describeTokens, timesOf, tokensIn } from './tokens.mjs';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'transcripts');

// [{directory, scenario, name, file}], sorted.
export function listTranscripts() {
  return fs.readdirSync(folder).sort().flatMap(directory =>
    fs.readdirSync(path.join(folder, directory)).filter(name => name.endsWith('.jsonl')).sort().map(name => ({
      directory,
      scenario: name.slice(0, 2),
      name: name.replace('.jsonl', ''),
      file: path.join(folder, directory, name),
    })));
}

// Replaces what varies: the socket id, which the first handshake response of a connection tells, tokens, and the
// expiry of the last one.
export class Normaliser {
  id = null;
  exp = null;

  message(text) {
    const found = /"data":\{"id":"([A-Za-z0-9_-]{20})"/.exec(text);
    if (found) this.id ??= found[1];
    const stable = this.id ? text.replaceAll(this.id, '<id>') : text;
    for (const token of tokensIn(stable)) this.exp = timesOf(token).exp;
    return `message ${describeTokens(stable).replace(`"expiry":${this.exp}`, '"expiry":<exp>')}`;
  }

  // A message of sc-codec-min-bin, readable where it is text.
  binary(bytes) {
    const text = bytes.toString('latin1');
    this.id ??= /\xa2id\xb4([A-Za-z0-9_-]{20})/.exec(text)?.[1];
    return `binary ${JSON.stringify(this.id ? text.replaceAll(this.id, '<id>') : text)}`;
  }

  close(code, reason, first) {
    return `close ${code} ${JSON.stringify(reason)} ${first ? 'by the server' : 'in answer'}`;
  }
}

// Of a response, what was recorded: the status line, some headers, and the body unless it is an upgrade.
export function normaliseAnswer({ statusLine, headers, body }) {
  const names = ['content-type', 'content-length', 'connection', 'sec-websocket-protocol', 'sec-websocket-extensions'];
  const kept = names.filter(name => name in headers).map(name => `${name}: ${headers[name].toLowerCase()}`);
  const text = statusLine.includes(' 101 ') ? [] : [`body: ${body}`];
  return [`answer ${statusLine}`, ...kept, ...text].join('\n');
}

function recordedAnswer({ response, responseHeaders, body = '' }) {
  const chunked = /^[0-9a-f]+\r\n/i.test(body) ? decodeChunked(Buffer.from(body)) : null;
  return normaliseAnswer({ statusLine: response, headers: responseHeaders, body: chunked?.body ?? body });
}

// The steps of each connection, in order: Map of connection number -> steps.
export function loadTranscript(file) {
  const connections = new Map();
  const normalisers = new Map();
  for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(text => JSON.parse(text))) {
    if (!connections.has(line.conn)) {
      connections.set(line.conn, []);
      normalisers.set(line.conn, new Normaliser());
    }
    const steps = stepsOf(line, normalisers.get(line.conn), connections.get(line.conn));
    connections.get(line.conn).push(...steps.map(step => ({ ...step, t: line.t })));
  }
  for (const [conn, steps] of connections) {
    if (steps.length === 0) connections.delete(conn);  // a note only: the recorder saw no answer to the request
    else markExpiries(steps);
  }
  return connections;
}

// The recorded client waited until its token was over.
function markExpiries(steps) {
  let over = Infinity;
  for (const step of steps) {
    for (const token of step.tokens ?? []) over = step.t + 1000 * (timesOf(token).exp - timesOf(token).iat);
    if (step.side === 'c' && step.t > over) step.afterExpiry = true;
  }
}

function stepsOf(line, normaliser, earlier) {
  const bytes = line.binary ? Buffer.from(line.data, 'base64') : null;
  switch (line.dir) {
    case 'open':
      return [{ side: 'open', request: line.data.request, headers: line.data.headers },
        { side: 's', item: recordedAnswer(line.data) }];
    case 'c->s':
      return [bytes ? { side: 'c', bytes } : { side: 'c', text: line.data }];
    case 's->c':
      return [bytes ? { side: 's', item: normaliser.binary(bytes) }
        : { side: 's', item: normaliser.message(line.data), tokens: tokensIn(line.data) }];
    case 'close': {
      if (line.from === 'c') return [{ side: 'c', close: { code: line.code, reason: line.data } }];
      const first = !earlier.some(step => step.close);
      return [{ side: 's', item: normaliser.close(line.code, line.data, first) }];
    }
    case 'note': {  // the server's pings are there, even if the proxy of the recording swallowed them
      const dropped = /^proxy dropped s->c (".*")$/.exec(line.data);
      return dropped ? [{ side: 's', item: normaliser.message(JSON.parse(dropped[1])) }] : [];
    }
    default:
      throw new Error(`unknown direction ${line.dir}`);
  }
}

// Applies the listed differences that concern one transcript: in connection `conn`, the consecutive server items
// `recorded` become `ours`. Fails when an entry does not fit the recording, so that no entry can outlive its reason.
export function applyDifferences(connections, differences) {
  for (const difference of differences) {
    const steps = connections.get(difference.conn);
    const at = steps ? findItems(steps, difference.recorded, difference.after) : -1;
    if (at < 0) throw new Error(`listed difference does not fit the recording: ${JSON.stringify(difference)}`);
    let removed = 0;
    for (let index = at; removed < difference.recorded.length; removed++) {
      while (steps[index].side !== 's') index++;
      steps.splice(index, 1);
    }
    steps.splice(at, 0, ...difference.ours.map(item => ({ side: 's', item })));
    renumberAnswers(steps, difference);
  }
}

// The client answers what it is asked: where our server numbers an event differently, the answer has that number, and
// where it wants no answer, there is none.
function renumberAnswers(steps, { recorded, ours }) {
  const asked = items => items.map(item => /^message \{"event":"([^"]+)".*,"cid":(\d+)\}$/.exec(item)).filter(Boolean);
  const left = asked(ours);
  for (const [, event, cid] of asked(recorded)) {
    const at = left.findIndex(([, name]) => name === event);
    const [ask] = at < 0 ? [] : left.splice(at, 1);
    const start = `{"rid":${cid}`;
    const index = steps.findIndex(({ text, isRenumbered }) =>
      !isRenumbered && (text === `${start}}` || text?.startsWith(`${start},`)));
    if (index < 0) continue;
    const text = ask && steps[index].text.replace(start, `{"rid":${ask[2]}`);
    steps.splice(index, 1, ...(ask ? [{ ...steps[index], text, isRenumbered: true }] : []));
  }
}

// Position of the run of server items, or for an empty run the position after the client text `after`.
function findItems(steps, items, after) {
  const start = after === undefined ? 0 : steps.findIndex(step => (step.close ? '<close>' : step.text) === after) + 1;
  if (after !== undefined && start === 0) return -1;
  if (items.length === 0) return start;
  const server = steps.map((step, index) => ({ ...step, index })).filter(step => step.side === 's' && step.index >= start);
  const found = server.findIndex((_, offset) => items.every((item, k) => server[offset + k]?.item === item));
  return found < 0 ? -1 : server[found].index;
}
