// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { GRAPHS, rowsOf } from '../../../web/player/graphs.js';
import { test } from '../../lib/test.js';

const stages = { encode: 1, send: null, network: 2.5, decode: 3, display: 4 };
/** @param {object} [but] @returns {any} */
const moment = (but) => ({
  time: 1000, stages, latency: 10, framesPerSecond: 29, paintedPerSecond: 28, dropped: 4, packetsLost: 10, bitrate: 690_000, carries: null,
  resultLag: 118, modelMs: 15, ...but,
});
/** @param {string} title @param {any[]} moments */
const rows = (title, moments) => {
  const graph = GRAPHS.find((one) => one.title === title);
  assert.ok(graph);
  const names = Object.keys(graph.values(moments[0], undefined));
  return rowsOf(graph, moments).map(([time, ...values]) => [time, Object.fromEntries(values.map((value, i) => [names[i], value]))]);
};

test('the newest moment is now, and each value has its name; what is not known is none', () => {
  assert.deepEqual(rows('Latency by stage', [moment(), moment({ time: 1500 })]), [[-0.5, stages], [0, stages]]);
  assert.deepEqual(rows('Bit rate', [moment(), moment({ bitrate: null, carries: 260_000, time: 1400 })]), [
    [-0.4, { video: 690, 'the network carries': null }], [0, { video: null, 'the network carries': 260 }]]);
  assert.deepEqual(rows('Results', [moment()]), [[0, { lag: 118, 'model time': 15 }]]);
});

test('what is counted is drawn a second, and not over a new connection, which begins to count again', () => {
  const counts = [[4, 10], [5, 20], [0, 0], [0, 1]].map(([dropped, packetsLost], i) => moment({ dropped, packetsLost, time: 500 * i }));
  const known = { decoded: 29, painted: 28 };
  assert.deepEqual(rows('Frames and packets a second', counts).map(([, values]) => values), [
    { ...known, dropped: null, 'packets lost': null }, { ...known, dropped: 2, 'packets lost': 20 },
    { ...known, dropped: null, 'packets lost': null }, { ...known, dropped: 0, 'packets lost': 2 }]);
});
