// SPDX-License-Identifier: MIT
// The processes of a running instance, as Linux shows them.
import fs from 'node:fs';

import { within } from './wait.mjs';

function statOf(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;   // has gone
  }
}

// Whether a process runs; one that has ended and is not reaped yet does not.
export function isAlive(pid) {
  const stat = statOf(pid);
  return stat !== null && stat.state !== 'Z';
}

// It has ended, and its parent has not asked how.
export function isZombie(pid) {
  return statOf(pid)?.state === 'Z';
}

export function childrenOf(pid) {
  return fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number)
    .filter(child => { const stat = statOf(child); return stat !== null && stat.parent === pid && stat.state !== 'Z'; });
}

// Looks until `condition()` is truthy and resolves with what it returned. Other processes notify nobody.
export function eventually(condition, what) {
  let timer;
  const seen = new Promise((resolve, reject) => {
    const look = async () => {
      try {
        const value = await condition();
        if (value) return resolve(value);
        timer = setTimeout(look, 10);
      } catch (error) {
        reject(error);
      }
    };
    look();
  });
  return within(seen, what).finally(() => clearTimeout(timer));
}
