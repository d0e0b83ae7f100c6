// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { Hud } from '../../../web/player/hud.js';
import { Measurements } from '../../../web/core/measurements.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { FakeElement, fakeDocument } from '../lib/dom.js';

Object.assign(globalThis, { document: fakeDocument });

/** @typedef {import('../../../web/player/hud.js').Report} Report */
/** @typedef {import('../../../web/player/hud.js').ExactReport} ExactReport */

const REPORT = /** @type {Report} */ (/** @type {unknown} */ ({
  latency: { median: 47.6, error: 1.2, samples: 50 },
  frames: { decoded: 900, shown: 890, dropped: 3, perSecond: 29.97, paintedPerSecond: 28.4 },
  packetsLost: 7, bitrate: 2_345_678, width: 1280, height: 720,
  stages: { encode: 3.04, send: 1.5, network: 0.26, decode: 2, display: 10.96 },
  results: { received: 500, perSecond: 14.96, lag: 81.5, ms: 12.34, delivery: { median: 2.26, p95: 5 }, drawn: { median: 9.81, p95: 20 } },
  link: { rung: 1, rungs: 3, width: 320, height: 180, bitrate: 170_000, framerate: 30000 / 1001, carries: 260_123, reason: 'network' },
  transport: 'socket',
}));
const EXACT = /** @type {ExactReport} */ (/** @type {unknown} */ ({
  mode: 'exact', obstacle: '', delay: { applied: 133.4, target: 140, lag: 120 }, results: { onFrame: 300, late: 4, unseen: 5 },
  frames: { mismatched: 1, readBack: 25, disagreeing: 2, unreadable: 3, notReadBack: 4 }, overlayError: 0.449,
}));
const KNOWN = {
  Latency: '48 ± 2 ms',
  'Frame rate': '30.0 · 28 fps',
  'Bit rate': '2.35 Mbit/s',
  Resolution: '1280 × 720',
  'Model time': '12.3 ms',
  'Result lag': '82 ms',
  'Result delivery': '2.3 · 9.8 ms',
  Results: '15.0 /s',
  'Dropped · lost': '3 · 7',
  'On their frame': '300 · 9',
  'Wrong frames': '1 of 25 · 2 · 7',
  'Held back': '133 ms',
  'Overlay error': '0.4 px',
  Quality: '2 of 3 · 260 kbit/s',
  Transport: 'WebSocket',
  'Where the latency goes': 'encode 3.0 · send 1.5 · network 0.3 · decode 2.0 · display 11.0 ms',
};
/** @param {any} cell */
const labelOf = ({ children: [name] }) => name.textContent;
const OF_EXACT = ['On their frame', 'Wrong frames', 'Held back', 'Overlay error'];

function show(/** @type {Report|null} */ report = null, /** @type {ExactReport|null} */ exact = null) {
  const list = new FakeElement('dl');
  const hud = new Hud(/** @type {any} */ (list));
  if (report) hud.update(report, exact);
  const cells = /** @type {FakeElement[]} */ (list.children);
  const texts = () => Object.fromEntries(cells.map((cell) => [labelOf(cell), /** @type {FakeElement} */ (cell.children[1]).textContent]));
  return { hud, cells, texts };
}

test('each figure says exactly what was measured', () => {
  assert.deepEqual(show(REPORT, EXACT).texts(), KNOWN);
});

/** @param {string} label @param {object} change @param {object} [exact] */
const figure = (label, change, exact) => show({ ...REPORT, ...change }, { ...EXACT, ...exact }).texts()[label];

test('the resolution is of the picture that the viewer sees, without the rows of its stamp', () => {
  const stamped = { width: 640, height: 384, stream: { stamp: { rows: 24, cell: 8 } } };
  assert.deepEqual([figure('Resolution', stamped), figure('Resolution', { ...stamped, stream: { stamp: null } })], ['640 × 360', '640 × 384']);
  const rungs = [{ width: 640, height: 384, rows: 24, cell: 8 }, { width: 320, height: 196, rows: 16, cell: 8 }];
  assert.equal(figure('Resolution', { width: 320, height: 196, stream: { stamp: { rows: 24, cell: 8 }, rungs } }), '320 × 180', 'and their number follows its size');
});

test('twice as much is shown as twice as much', () => {
  const { latency, results, stages, frames } = REPORT;
  assert.equal(figure('Latency', { latency: { ...latency, median: 95.2, error: 2.4 } }), '95 ± 3 ms');
  assert.equal(figure('Result lag', { results: { ...results, lag: 163 } }), '163 ms');
  assert.equal(figure('Model time', { results: { ...results, ms: 24.68 } }), '24.7 ms');
  assert.equal(figure('Held back', {}, { delay: { applied: 266.8 } }), '267 ms');
  assert.equal(figure('Frame rate', { frames: { ...frames, perSecond: 59.94, paintedPerSecond: 56.8 } }), '59.9 · 57 fps');
  assert.equal(figure('Where the latency goes', { stages: { ...stages, network: 0.52 } }), 'encode 3.0 · send 1.5 · network 0.5 · decode 2.0 · display 11.0 ms');
});

test('nothing is known of an attempt that has just begun: dashes, not zeros', () => {
  const unknown = Object.fromEntries(Object.keys(KNOWN).map((label) => [label, '—']));
  assert.deepEqual(show().texts(), unknown, 'before the first report');
  assert.deepEqual(show(new Measurements(new Store(), new ServerClock(0), 0).report(0)).texts(), { ...unknown, 'Dropped · lost': '0 · 0' });
  const { hud, texts } = show(REPORT, EXACT);
  hud.update(null, null);
  assert.deepEqual(texts(), unknown, 'an attempt that has ended leaves nothing');
});

test('what is known in part is shown in part', () => {
  const { results, stages } = REPORT;
  assert.equal(figure('Result delivery', { results: { ...results, drawn: null } }), '2.3 ms', 'in exact mode none is drawn over the live video');
  assert.equal(figure('Result delivery', { results: { ...results, delivery: null } }), '—');
  assert.equal(figure('Results', { results: { ...results, received: 1, perSecond: 0 } }), '0.0 /s');
  assert.equal(figure('Model time', { results: { ...results, ms: null } }), '—');
  assert.equal(figure('Where the latency goes', { stages: { ...stages, encode: null, send: null, network: null } }),
    'encode — · send — · network — · decode 2.0 · display 11.0 ms');
});

test('no wrong frame among none that were looked at is no proof, and says so', () => {
  const none = { mismatched: 0, readBack: 0, disagreeing: 0, unreadable: 0, notReadBack: 0 };
  assert.equal(figure('Wrong frames', {}, { frames: none }), '0 of 0 · 0 · 0');
  assert.equal(figure('Wrong frames', {}, { frames: { ...none, notReadBack: 9 } }), '0 of 0 · 0 · 9');
});

test('where the browser does not tell what it paints, that is not known', () => {
  assert.equal(figure('Frame rate', { frames: { ...REPORT.frames, paintedPerSecond: null } }), '30.0 · — fps');
});

test('bits are counted in the unit that fits', () => {
  assert.deepEqual([999_400, 1_000_000, 0, 12_345_678].map((bitrate) => figure('Bit rate', { bitrate })),
    ['999 kbit/s', '1.00 Mbit/s', '0 kbit/s', '12.35 Mbit/s']);
});

test('the error of the latency is never rounded down', () => {
  assert.equal(figure('Latency', { latency: { median: 10, error: 0.01, samples: 1 } }), '10 ± 1 ms');
});

test('the figures of the exact view are for stamped video only, and dashes in the live view', () => {
  const hiddenOf = (/** @type {ExactReport|null} */ exact) => show(REPORT, exact).cells.filter(({ hidden }) => hidden).map(labelOf);
  assert.deepEqual(hiddenOf(EXACT), []);
  assert.deepEqual(hiddenOf(null), OF_EXACT);
  assert.deepEqual(hiddenOf({ ...EXACT, obstacle: 'no stamps' }), OF_EXACT);
  const live = show(REPORT, { ...EXACT, mode: 'async' }).texts();
  assert.deepEqual(OF_EXACT.map((label) => live[label]), ['—', '—', '—', '0.4 px']);
});

test('each figure says what it is, and one has a row of its own', () => {
  const { cells } = show();
  assert.ok(cells.every(({ title }) => title.length > 10));
  assert.deepEqual(cells.filter(({ classes }) => classes.has('wide')).map(labelOf), ['Where the latency goes']);
});

test('the quality is which encoding a viewer gets, and what its network carries where that is known', () => {
  const { link } = REPORT;
  const of = (/** @type {object} */ change) => figure('Quality', { link: { ...link, ...change } });
  assert.equal(of({ rung: 0, rungs: 2, carries: null }), '1 of 2');
  assert.equal(of({ rung: 2, rungs: 2, carries: 21_000 }), 'stills · 21 kbit/s');
});
