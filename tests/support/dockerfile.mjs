// SPDX-License-Identifier: MIT
// Reads a stage of a Dockerfile, so that a test can take its steps without a container engine. Knows what ours use;
// anything else is an error rather than a step left out.
import fs from 'node:fs';

// The stage's instructions after FROM, in order: [{name, text}].
function instructionsOf(file, stage) {
  const lines = fs.readFileSync(file, 'utf8').replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n').filter(line => line.trim());
  const instructions = lines.map(line => /^(\S+)\s+(.*)$/.exec(line)).map(([, name, text]) => ({ name, text: text.trim() }));
  const start = instructions.findIndex(({ name, text }) => name === 'FROM' && text.endsWith(` AS ${stage}`));
  if (start < 0) throw new Error(`${file} has no stage ${stage}`);
  const end = instructions.findIndex(({ name }, index) => index > start && name === 'FROM');
  return { base: instructions[start].text.split(' ')[0], steps: instructions.slice(start + 1, end < 0 ? undefined : end) };
}

// What the image is: {base, build: [{copy: {from, source, target}} or {run}], env, user, cwd, command, health}.
export function readStage(file, stage) {
  const { base, steps } = instructionsOf(file, stage);
  const image = { base, build: [], env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }, user: '0:0', cwd: '/' };
  for (const { name, text } of steps) {
    if (name === 'RUN') {
      image.build.push({ run: text });
    } else if (name === 'COPY') {
      const [, from, source, target] = /^--from=(\S+) (\S+) (\S+)$/.exec(text);
      image.build.push({ copy: { from, source, target } });
    } else if (name === 'ENV') {
      const [, variable, value] = /^(\w+)=(\S+)$/.exec(text);
      image.env[variable] = value;
    } else if (name === 'USER') {
      image.user = text;
    } else if (name === 'WORKDIR') {
      image.cwd = text;
    } else if (name === 'CMD') {
      image.command = JSON.parse(text);
    } else if (name === 'HEALTHCHECK') {
      image.health = JSON.parse(text.slice(text.indexOf('CMD') + 3));
    } else if (name !== 'EXPOSE') {
      throw new Error(`this test cannot follow ${name} ${text}`);
    }
  }
  return image;
}
