// SPDX-License-Identifier: MIT
// The scripts of `socketcluster completion` in the shells that they are for, and the pages of `socketcluster man` under
// a strict reader where one is installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';

import { runProgram } from '../support/program.mjs';

const bashDriver = `
  eval "$(cat)"
  compopt() { :; }                      # works only while the shell completes at a prompt
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _socketcluster
  printf '%s\\n' "\${COMPREPLY[@]}"`;

function run(command, args, input) {
  const result = spawnSync(command, args, { input, encoding: 'utf8' });
  if (result.error?.code === 'ENOENT') return null;
  assert.equal(result.status, 0, result.stdout + result.stderr);
  assert.equal(result.stderr, '');
  return result.stdout;
}

test('bash completes commands, flags and values', async () => {
  const { stdout: script } = await runProgram('completion', 'bash');
  const complete = (...words) => run('bash', ['-c', bashDriver, 'bash', 'socketcluster', ...words], script).split('\n').filter(Boolean);
  assert.deepEqual(complete('sta'), ['start', 'status']);
  assert.deepEqual(complete('start', '--log-f'), ['--log-format']);
  assert.deepEqual(complete('start', '--log-format', ''), ['text', 'json']);
  assert.deepEqual(complete('start', '--log-format', '=', 'j'), ['json']);
  assert.deepEqual(complete('start', '--log-format', '='), ['text', 'json']);
  assert.deepEqual(complete('start', '-p', ''), []);
  assert.deepEqual(complete('start', '--no-allow'), ['--no-allow-client-publish']);
  assert.deepEqual(complete('start', '--config', 'docs/oper'), ['docs/operations.md']);
  assert.deepEqual(complete('start', '--public', 'tests/sys'), ['tests/system']);
  assert.deepEqual(complete('-p', '1', '--log-f'), ['--log-format'], 'start is implied');
  assert.deepEqual(complete('config', ''), ['check', 'print', 'reference']);
  assert.deepEqual(complete('config', 'check', 'READ'), ['README.md']);
  assert.deepEqual(complete('status', '--j'), ['--json']);
  assert.deepEqual(complete('run', '--wat'), ['--watch']);
  assert.deepEqual(complete('run', '--watch', '--log-f'), ['--log-format'], 'run hands options on');
  assert.deepEqual(complete('completion', 'z'), ['zsh']);
  assert.deepEqual(complete('nonsense', ''), []);
});

test('zsh can read its script', async t => {
  const { stdout: script } = await runProgram('completion', 'zsh');
  assert.match(script, /^#compdef socketcluster\n/);
  if (run('zsh', ['-n', '-s'], script) === null) t.skip('zsh is not installed');
});

test('the pages of the manual have no mistakes', async t => {
  for (const section of ['1', '5']) {
    const { stdout: page } = await runProgram('man', section);
    assert.match(page, /^\.TH SOCKETCLUSTER/);
    // It ends with 0 although it has something to say; the date is left out on purpose.
    const result = spawnSync('mandoc', ['-T', 'lint', '-W', 'style'], { input: page, encoding: 'utf8' });
    if (result.error?.code === 'ENOENT') return t.skip('mandoc is not installed');
    const complaints = result.stdout.split('\n').filter(line => / (WARNING|ERROR|UNSUPP): /.test(line) && !/missing date/.test(line));
    assert.deepEqual(complaints, []);
  }
});
