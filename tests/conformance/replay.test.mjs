// SPDX-License-Identifier: MIT
// Replays the recorded transcripts: the client's side is played, the server's side must be the recorded one, but for
// the deliberate differences in differences.json, which are shown with their reasons.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import { brokers, startConformanceApp, testsReference } from '../support/conformance_app.mjs';
import { checkPings, playConnection, recordedItems } from './replayer.mjs';
import { isReplayedInAuto, pausingScenarios, pingText, requestQuirks, serverOptions } from './scenarios.mjs';
import { TokenBook } from './tokens.mjs';
import { applyDifferences, listTranscripts, loadTranscript } from './transcript.mjs';

// An entry may have several `changes` for one reason, and a change may hold at several `places`
// ({scenario: [connection, ...]}): each becomes an entry of its own.
function readDifferences(name) {
  const entries = JSON.parse(fs.readFileSync(new URL(name, import.meta.url), 'utf8'));
  return entries.flatMap(({ changes = [{}], ...entry }) => changes.flatMap(({ places, ...change }) => {
    const whole = { ...entry, ...change };
    if (places === undefined) return [whole];
    return Object.entries(places).flatMap(([scenario, conns]) => conns.map(conn => ({ ...whole, scenario, conn })));
  }));
}

const differences = testsReference ? [] : ['differences.json', 'differences_s5.json'].flatMap(readDifferences);

// Entries for one transcript; `directories` and `modes` are lists, a trailing * in a directory stands for anything.
function differencesFor(transcript, mode) {
  const matches = pattern => pattern === transcript.directory ||
    (pattern.endsWith('*') && transcript.directory.startsWith(pattern.slice(0, -1)));
  return differences.filter(entry => entry.scenario === transcript.scenario &&
    entry.directories.some(matches) && (entry.modes ?? ['fixed', 'auto']).includes(mode));
}

// The recorded connections, and what is expected of the server under test in their place.
function loadExpected(transcript, mode) {
  const connections = loadTranscript(transcript.file);
  const book = new TokenBook(connections);
  applyDifferences(connections, differencesFor(transcript, mode));
  return { connections, book };
}

// Brokers work independently of each other, so what concerns channels of two of them may come in another order: among
// plain answers and publications that follow each other, also inside of one message, only the order of the
// publications of a channel is compared.
function inAnyOrder(items) {
  if (brokers === 1) return items;
  const isFree = ({ rid, event, data, ...rest }) => Object.keys(rest).length === 0 &&
    (event === '#publish' ? rid === undefined : event === undefined && rid !== undefined && data === undefined);
  const place = packet => (packet.rid === undefined ? packet.data.channel : `\uffff${String(packet.rid).padStart(9, '0')}`);
  const byPlace = (a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0);
  const freePackets = item => {
    if (!/^message \[?\{"(?:rid":\d+\}|event":"#publish")/.test(item)) return [];
    const packets = [JSON.parse(item.slice('message '.length))].flat();
    return packets.every(isFree) ? packets : [];
  };
  const sorted = [];
  let run = [];
  const endRun = () => sorted.push(...run.splice(0).sort(byPlace).map(packet => `message ${JSON.stringify(packet)}`));
  for (const item of items) {
    const packets = freePackets(item);
    run.push(...packets);
    if (packets.length > 0) continue;
    endRun();
    sorted.push(item);
  }
  endRun();
  return sorted;
}

async function replay(t, transcript, mode) {
  const { directory, scenario } = transcript;
  for (const { conn, reason } of differencesFor(transcript, mode)) {
    t.diagnostic(`difference in connection ${conn}: ${reason}`);
  }
  const { connections, book } = loadExpected(transcript, mode);
  const server = await startConformanceApp(t, {
    scenario, generation: directory.slice(0, 3), options: serverOptions(directory, scenario, mode),
  });
  for (const [conn, steps] of connections) {
    const played = await playConnection(server.port, steps, {
      book, quirks: requestQuirks[scenario]?.[conn], keepsPauses: pausingScenarios.includes(scenario),
    });
    assert.deepEqual(inAnyOrder(played.items), inAnyOrder(recordedItems(steps)), `connection ${conn}`);
    checkPings(played, steps, { ping: pingText(directory, scenario), auto: mode === 'auto' });
  }
}

// Version 5 cannot be installed any more.
const transcripts = listTranscripts().filter(({ directory }) => !(testsReference && directory.startsWith('s5')));

test('every listed difference belongs to a transcript', () => {
  for (const entry of differences) {
    assert.ok(entry.reason, 'a difference has a reason');
    const found = transcripts.some(transcript => ['fixed', 'auto'].some(mode =>
      differencesFor(transcript, mode).includes(entry)));
    assert.ok(found, `no transcript for ${JSON.stringify(entry)}`);
  }
});

// What is listed as ours in place of version 5 is nothing that we made up: version 14 was recorded in the same scenarios.
const twins = { 's5.1.0_c5.0.6': 's14.7.2_c5.0.6', 's5.1.0_raw': 's14.7.2_raw' };
for (const transcript of transcripts.filter(({ directory }) => directory in twins)) {
  const twin = transcripts.find(({ directory, scenario }) =>
    directory === twins[transcript.directory] && scenario === transcript.scenario);
  if (!twin) continue;
  test(`differs from ${transcript.directory}/${transcript.name} as version 14 does`, () => {
    const ofTwin = loadExpected(twin, 'fixed').connections;
    for (const [conn, steps] of loadExpected(transcript, 'fixed').connections) {
      assert.deepEqual(recordedItems(steps), recordedItems(ofTwin.get(conn)), `connection ${conn}`);
    }
  });
}

for (const transcript of transcripts) {
  test(`replays ${transcript.directory}/${transcript.name}`, t => replay(t, transcript, 'fixed'));
}

for (const transcript of transcripts) {
  if (testsReference || !isReplayedInAuto(transcript.directory, transcript.scenario)) continue;
  test(`replays ${transcript.directory}/${transcript.name} while the version is detected`,
    t => replay(t, transcript, 'auto'));
}
