// SPDX-License-Identifier: MIT
// Commands for the key-value store: written ones for what the documentation promises and for corners, and random walks
// over a few keys. All stay clear of what docs/differences.md lists; those rows have tests of their own.

const set = (key, value, getValue) => ({ action: 'set', key, value, getValue });
const get = (key) => ({ action: 'get', key });
const getAll = { action: 'getAll' };
const count = (key) => ({ action: 'count', key });
const hasKey = (key) => ({ action: 'hasKey', key });
const add = (key, value) => ({ action: 'add', key, value });
const concat = (key, value, getValue) => ({ action: 'concat', key, value, getValue });
const remove = (key, getValue) => ({ action: 'remove', key, getValue });
const getRange = (key, fromIndex, toIndex) => ({ action: 'getRange', key, fromIndex, toIndex });
const removeRange = (key, fromIndex, toIndex, getValue = 1) => ({ action: 'removeRange', key, fromIndex, toIndex, getValue });
const splice = (key, options) => ({ action: 'splice', key, getValue: 1, ...options });
const pop = (key, getValue = 1) => ({ action: 'pop', key, getValue });
const expire = (keys, value) => ({ action: 'expire', keys, value });
const unexpire = (keys) => ({ action: 'unexpire', keys });
const getExpiry = (key) => ({ action: 'getExpiry', key });

const scalars = [0, 1, -1, 2.5, '', 'text', true, false, null];
const lists = [[], [1], [1, 2, 3, 4, 5], [[1], [2]], [{ a: 1 }, null, false]];
const objects = [{}, { a: 1 }, { b: 1, a: 2, 7: 3, 3: 4 }, { a: { b: { c: [1] } } }, { 0: 'x', 1: 'y' }, { 0: 1, b: 2 }];
const values = [...scalars, ...lists, ...objects];

const written = {
  'set, get, count, hasKey of every kind of value': values.flatMap((value) => [
    set('k', value, 1),
    get('k'),
    count('k'),
    hasKey('k'),
    getAll,
  ]),
  'getValue is wanted when it is truthy': [0, 1, '', 'x', null, false, true, [], {}].flatMap((wanted) => [
    set('k', 'v', wanted),
    concat('l', [1], wanted),
    remove('k', wanted),
  ]),
  'what is not there': [get('k'), count('k'), hasKey('k'), remove('k', 1), get(['a', 'b']), remove(['a', 'b'], 1), pop('k'), splice('k', { index: 0 }), getRange('k', 0), getAll],
  'a value that is missing': [set('k'), hasKey('k'), get('k'), count('k'), getAll, remove('k', 1), set(['l', 0]), count('l'), get('l'), add('l', 1), get('l'), add('m'), get('m'), count('m'), concat('c', undefined, 1), get('c'), splice('c', { items: [1] }), splice('c', { index: 0 })],
  'paths make what they need': [set(['a', 'b', 'c'], 1), getAll, set(['a', 'b'], 2), set(['a', 'b', 'd'], 3), get('a'), set(['a', 'l', 2], 'x'), get(['a', 'l']), count(['a', 'l']), get(['a', 'l', 2]), get(['a', 'l', '2']), get(['a', 'b', 'd', 'e'])],
  'numbers as keys': [set(5, 'five'), get('5'), get(['5']), set([1.5, -1], 'x'), get(['1.5', '-1']), set(['t', 1e21], 1), get(['t', '1e+21']), set([-0], 'zero'), getAll],
  'order: indexes ascending, then names as they came': [set(['o', 'z'], 1), set(['o', 10], 2), set(['o', 'a'], 3), set(['o', 2], 4), set(['o', '007'], 5), set(['o', '4294967294'], 6), set(['o', '4294967295'], 7), get('o'), remove(['o', 'z'], 1), set(['o', 'z'], 8), get('o'), set(['o', 'a'], 9), getAll],
  'lists with holes are objects': [set('l', [1, 2, 3]), remove(['l', 1], 1), get('l'), count('l'), set(['l', 1], 5), get('l'), remove(['l', 2]), get('l'), add('l', 7), get('l'), count('l'), pop('l'), get('l'), pop('l'), get('l'), pop('l'), pop('l'), pop('l'), get('l')],
  'lists with names': [set('l', [1, 2]), set(['l', '007'], 'x'), get('l'), count('l'), set(['l', 'name'], 'y'), get('l'), remove(['l', 'name']), get('l'), get(['l', '007']), removeRange('l', 0, 1), get('l'), count('l'), splice('l', { index: 0 }), count('l')],
  'far indexes': [set(['l', 1000000], 'far'), count('l'), get('l'), add('l', 'next'), get('l'), set('m', [1]), set(['m', 50], 2), splice('m', { index: 1, count: 3, items: ['x', 'y'] }), get('m'), add('m', 3), get('m'), set(['n', 4294967294], 'last'), add('n', 'name'), get('n')],
  add: [null, ...values.filter((value) => value !== null)].flatMap((value) => [set('k', value), add('k', 'x'), add('k', { y: [1] }), get('k'), get(['k', 1, 'y', 0]), get(['k', 2, 'y', 0])]),
  concat: values.flatMap((target) => [[9, [8], { c: 7 }], { a: 9, 5: 8 }, 9, null, [], {}].flatMap((value) => [set('k', target), concat('k', value, 1), get('k'), count('k')])),
  'remove of every kind of value': values.flatMap((value) => [set('k', value), set(['p', 'k'], value), remove('k', 1), remove(['p', 'k'], 1), remove(['p', 'k', 'x'], 1), getAll]),
  'getRange of a list': [set('l', ['a', 'b', 'c', 'd']), ...[0, 1, 3, 4, 9, -2, '1', undefined].flatMap((from) => [undefined, null, 0, 2, 4, 9, -1].map((to) => getRange('l', from, to)))],
  'getRange of an object': [set('o', { c: 1, a: [2], 5: 3, 2: 4, b: { d: 5 } }), ...['c', 'a', 'b', 'x', '2', 2, 5, undefined, null].flatMap((from) => [undefined, null, 'b', 'c', 5, 'x', '2'].map((to) => getRange('o', from, to)))],
  'getRange of a list with holes': [set('l', ['a', 'b', 'c', 'd', 'e']), remove(['l', 2]), getRange('l', 1, 4), getRange('l', 3), getRange('l', 2), getRange('l', 0, 2)],
  'getRange of plain values': [1, true, null, ''].flatMap((value) => [set('k', value), getRange('k', 0), removeRange('k', 0), get('k')]),
  'removeRange of a list': [0, 1, 3, 5, 9, -2, -9, undefined].flatMap((from) => [undefined, null, 2, 5, 9, -1].flatMap((to) => [set('l', ['a', 'b', 'c', 'd', 'e']), removeRange('l', from, to), get('l'), add('l', 'x')])),
  'removeRange without getValue': [set('l', [1, 2, 3]), removeRange('l', 1, 2, 0), get('l')],
  'removeRange of an object': ['c', 'a', 'b', 'x', 2, undefined].flatMap((from) => [undefined, 'b', 5, 'x'].flatMap((to) => [set('o', { c: 1, a: [2], 5: 3, 2: 4, b: { d: 5 } }), removeRange('o', from, to), get('o'), add('o', 'x')])),
  'removeRange of a list with holes': [set('l', [0, 1, 2, 3, 4]), remove(['l', 1]), removeRange('l', 3), get('l'), add('l', 'x'), get('l'), set(['l', 1], 'y'), get('l')],
  'removeRange after the last was removed': [set('l', [0, 1, 2]), remove(['l', 2]), get('l'), removeRange('l', 0, 1), add('l', 'x'), get('l')],
  splice: [{}, { index: 1 }, { index: 1, count: 2 }, { index: -2, count: 1 }, { index: 9, items: ['x'] }, { count: 2 }, { items: ['x', ['y']] }, { index: 1, items: ['x', { y: 1 }] }, { index: 0, count: 9, items: [1, 2, 3, 4, 5, 6, 7] }, { index: 2, count: 0, items: [] }, { index: 2, items: [] }, { index: 1, count: 1, items: 'text' }, { index: 1, count: 1, items: 0 }, { index: 1.9, count: 1.9 }, { index: 1, count: -1 }, { index: null, count: 1 }].flatMap((options) => [set('l', ['a', 'b', 'c', 'd']), splice('l', options), get('l'), set('o', { a: 1, 0: 2, 1: 3 }), splice('o', options), get('o'), add('o', 9)]),
  'splice without getValue': [set('l', [1, 2, 3]), splice('l', { index: 0, count: 1, getValue: 0 }), get('l')],
  'splice moves holes': [set('l', [0, 1, 2, 3, 4, 5]), remove(['l', 2]), splice('l', { index: 0, count: 1 }), get('l'), splice('l', { index: 1, count: 2 }), get('l'), remove(['l', 0]), remove(['l', 2]), splice('l', { index: 0, count: 0, items: ['x'] }), get('l'), splice('l', { index: 0 })],
  'splice of plain values': [set('k', 5), splice('k', { index: 0 }), pop('k'), get('k')],
  'pop of every kind of value': values.flatMap((value) => [set('k', value), pop('k'), get('k'), pop('k', 0)]),
  'a queue': [...Array(40).keys()].flatMap((i) => [add('q', i), add('q', [i]), splice('q', { index: 0, count: 1 }), count('q'), remove(['q', i])]).concat([get('q')]),
  'a queue that is emptied by removal': [...Array(40).keys()].flatMap((i) => [add('q', i), remove(['q', i - 3], 1)]).concat([get('q'), count('q')]),
  'many names': [...Array(30).keys()].map((i) => set(['o', `n${(i * 7) % 30}`], i)).concat([...Array(12).keys()].map((i) => remove(['o', `n${i * 2}`])), [get('o'), set(['o', 'n4'], 'again'), get('o')], [...Array(28).keys()].map((i) => remove(['o', `n${i}`])), [get('o'), set(['o', 'n1'], 1), get('o')]),
  removeAll: [set('a', 1), set(['b', 'c'], [1]), { action: 'removeAll' }, getAll, add('a', 1), getAll],
  'strings of every kind': ['é', '漢字', '😀', '"\\/\b\f\n\r\t', '\u0001', 'x'.repeat(100)].flatMap((text) => [set(text, text, 1), get(text), set(['p', text], { [text]: text }), get('p')]),
  expiry: [set('a', 1), set(['p', 'b'], 2), set('c', 3), expire(['a', ['p', 'b'], 'none'], 10), getExpiry('a'), getExpiry(['p', 'b']), getExpiry('none'), getExpiry('c'), { now: 1_600_000_009_499, sweep: true }, getAll, { now: 1_600_000_009_500, sweep: true }, getAll, getExpiry('a'), getExpiry('none')],
  'expiry is replaced and taken back': [set('a', 1), set('b', 1), expire(['a', 'b'], 10), expire(['a'], 20), getExpiry('a'), unexpire(['b', 'none']), getExpiry('b'), { now: 1_600_000_015_000, sweep: true }, getAll, { now: 1_600_000_020_000, sweep: true }, getAll],
  'the clock is rounded': [{ now: 1_600_000_000_499 }, expire(['a'], 1), getExpiry('a'), { now: 1_600_000_000_500 }, expire(['b'], 1), getExpiry('b'), expire(['c'], 0.5), getExpiry('c'), expire(['d'], -5), getExpiry('d'), expire(['e'], 0), { now: 1_600_000_000_500, sweep: true }, getExpiry('d'), getExpiry('e'), getExpiry('a')],
  'expiry does not follow the value': [set('a', 1), expire(['a'], 5), remove('a'), getExpiry('a'), set('a', 2), { action: 'removeAll' }, getExpiry('a'), set('a', 3), { now: 1_600_000_005_000, sweep: true }, get('a')],
};

// A linear congruential generator, so that the walks are always the same.
function generator(seed) {
  let state = seed;
  const next = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { next, pick: (choices) => choices[next(choices.length)] };
}

const plain = [0, 1, 2.5, true, false, null, ''];

function randomValue({ next, pick }, depth = 0) {
  const kind = next(depth > 2 ? 1 : 3);
  if (kind === 0) return pick(plain);
  const items = Array.from({ length: next(5) }, (_, i) => [pick(['a', 'b', 'c', 'name', i, next(6)]), depth]);
  if (kind === 1) return items.map(() => randomValue({ next, pick }, depth + 1));
  return Object.fromEntries(items.map(([name]) => [name, randomValue({ next, pick }, depth + 1)]));
}

// Of the keys "r...", only plain values are entries: what removeRange does to deeper ones is a listed difference.
function randomStep(random, now) {
  const { next, pick } = random;
  const name = () => pick(['a', 'b', 'c', next(6), next(6), next(25)]);
  const key = () => [pick(['k', 'm']), ...Array.from({ length: next(3) }, name)];
  // Words at both ends of a list are compared as words by the original.
  const range = (k) => {
    const from = pick([name(), next(8), -next(4)]);
    return [k, from, pick([undefined, typeof from === 'string' ? next(25) : name(), next(8), next(8)])];
  };
  const rowKey = pick(['r', ['s', 'r']]);
  const row = () => [].concat(rowKey, pick([next(7), next(7), 'a', 'b', '4']));
  const wanted = next(2);
  const items = () => [pick([1, true, 2.5, [0], { a: 1 }]), ...Array.from({ length: next(3) }, () => randomValue(random))];
  const steps = [
    () => [set(key(), next(20) === 0 ? undefined : randomValue(random), wanted)],
    () => [set(key(), randomValue(random))],
    () => [get(key()), count(key()), hasKey(key())],
    () => [getRange(...range(key()))],
    () => [add(key(), randomValue(random))],
    () => [concat(key(), randomValue(random), wanted)],
    () => [remove(key(), wanted)],
    () => [splice(key(), { index: pick([undefined, next(6), -next(4)]), count: pick([undefined, next(4)]), items: pick([undefined, [], items()]) })],
    () => [pop(key(), wanted)],
    () => [add(rowKey, pick(plain)), removeRange(...range(rowKey), wanted), get(rowKey)],
    () => [set(row(), pick(plain)), concat(rowKey, [pick(plain), pick(plain)]), remove(row(), wanted)],
    () => [set(rowKey, pick([[0, 1, 2, 3, 4, 5], { a: 1, b: 2, 4: 3, c: 4 }]))],
    () => [splice(rowKey, { index: next(5), count: next(4), items: pick([undefined, [1, 2]]) }), getRange(...range(rowKey))],
    () => [expire([key().slice(0, 1)[0], ['k', pick(['a', 'b'])]], next(20)), getExpiry(pick(['k', 'm']))],
    () => [pick([unexpire(['k', 'm']), { now: (now.ms += next(4000)), sweep: true }])],
  ];
  return pick(steps)();
}

function randomWalk(seed, length) {
  const random = generator(seed);
  const now = { ms: 1_600_000_000_000 };
  const steps = [];
  while (steps.length < length) {
    steps.push(...randomStep(random, now));
    if (steps.length % 3 === 0) steps.push(getAll);
  }
  return { name: `random walk ${seed}`, steps };
}

export function cases({ walks = 30, length = 60, firstSeed = 1 } = {}) {
  const fixed = Object.entries(written).map(([name, steps]) => ({ name, steps }));
  return [...fixed, ...Array.from({ length: walks }, (_, i) => randomWalk(firstSeed + i, length))];
}
