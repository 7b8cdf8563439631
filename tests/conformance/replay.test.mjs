// SPDX-License-Identifier: MIT
// Replays the recorded transcripts: the client's side is played, the server's side must be the recorded one, but for
// the deliberate differences in differences.json, which are shown with their reasons.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import { startConformanceApp, testsReference } from '../support/conformance_app.mjs';
import { checkPings, playConnection, recordedItems } from './replayer.mjs';
import { isReplayedInAuto, pausingScenarios, pingText, requestQuirks, serverOptions } from './scenarios.mjs';
import { TokenBook } from './tokens.mjs';
import { applyDifferences, listTranscripts, loadTranscript } from './transcript.mjs';

const differences = testsReference ? [] : JSON.parse(fs.readFileSync(new URL('differences.json', import.meta.url), 'utf8'));

// Entries for one transcript; `directories` and `modes` are lists, a trailing * in a directory stands for anything.
function differencesFor(transcript, mode) {
  const matches = pattern => pattern === transcript.directory ||
    (pattern.endsWith('*') && transcript.directory.startsWith(pattern.slice(0, -1)));
  return differences.filter(entry => entry.scenario === transcript.scenario &&
    entry.directories.some(matches) && (entry.modes ?? ['fixed', 'auto']).includes(mode));
}

async function replay(t, transcript, mode) {
  const { directory, scenario, file } = transcript;
  const listed = differencesFor(transcript, mode);
  for (const { conn, reason } of listed) t.diagnostic(`difference in connection ${conn}: ${reason}`);
  const connections = loadTranscript(file);
  const book = new TokenBook(connections);
  applyDifferences(connections, listed);
  const server = await startConformanceApp(t, {
    scenario, generation: directory.slice(0, 3), options: serverOptions(directory, scenario, mode),
  });
  for (const [conn, steps] of connections) {
    const played = await playConnection(server.port, steps, {
      book, quirks: requestQuirks[scenario]?.[conn], keepsPauses: pausingScenarios.includes(scenario),
    });
    assert.deepEqual(played.items, recordedItems(steps), `connection ${conn}`);
    checkPings(played, steps, { ping: pingText(directory, scenario), auto: mode === 'auto' });
  }
}

const transcripts = listTranscripts();

test('every listed difference belongs to a transcript', () => {
  for (const entry of differences) {
    assert.ok(entry.reason, 'a difference has a reason');
    const found = transcripts.some(transcript => ['fixed', 'auto'].some(mode =>
      differencesFor(transcript, mode).includes(entry)));
    assert.ok(found, `no transcript for ${JSON.stringify(entry)}`);
  }
});

for (const transcript of transcripts) {
  test(`replays ${transcript.directory}/${transcript.name}`, t => replay(t, transcript, 'fixed'));
}

for (const transcript of transcripts) {
  if (testsReference || !isReplayedInAuto(transcript.directory, transcript.scenario)) continue;
  test(`replays ${transcript.directory}/${transcript.name} while the version is detected`,
    t => replay(t, transcript, 'auto'));
}
