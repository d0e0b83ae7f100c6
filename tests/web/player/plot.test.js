// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Plot } from '../../../web/player/plot.js';
import { test } from '../../lib/test.js';
import { FakeCanvas } from '../lib/canvas.js';
import { FakeElement, palette } from '../lib/dom.js';

Object.assign(globalThis, { window: globalThis });
const NOW = 100_000;

/** @param {{time: number, value: number, mode: string}[]} points @param {{ratio?: number, width?: number}} [screen] */
function draw(points, { ratio = 1, width = 800 } = {}) {
  Object.assign(globalThis, { devicePixelRatio: ratio });
  const canvas = Object.assign(new FakeCanvas(), { clientWidth: width });
  const figure = Object.assign(new FakeElement('figure'), { querySelector: () => canvas });
  const plot = new Plot(/** @type {any} */ (figure), palette);
  plot.draw(points, NOW);
  const { painted } = canvas.context;
  return { figure, canvas, plot, painted, dots: painted.filter(({ what }) => what === 'rect') };
}
/** @param {number} ago @param {number} value */
const point = (ago, value, mode = 'async') => ({ time: NOW - ago, value, mode });
/** The middle of what was painted. @param {import('../lib/canvas.js').Painted} dot */
const middleOf = ({ box: [x, y, width, height] }) => [x + width / 2, y + height / 2];

test('a stream without a truth to compare with has no plot', () => {
  const { figure, canvas, plot, painted } = draw([]);
  assert.deepEqual([figure.hidden, painted], [true, []]);
  plot.draw([point(0, 1)], NOW);
  assert.equal(figure.hidden, false);
  assert.ok(canvas.context.painted.length > 0);
});

test('now is at the right, twenty seconds ago at the left; no error is at the bottom, the largest near the top', () => {
  const { dots } = draw([point(20_000, 0), point(10_000, 5), point(0, 10)]);
  assert.deepEqual(dots.map(middleOf), [[0, 63], [400, 39], [800, 15]]);
});

test('the scale goes up to a round number that all errors fit under, and is written', () => {
  const tops = [[0.4, 1], [1, 1], [1.1, 2], [3, 5], [7, 10], [11, 20], [50, 50], [51, 100], [120, 200], [300, 500], [700, 1000], [1500, 2000],
    [4000, 5000], [9000, 9000]];
  for (const [value, top] of tops) {
    assert.deepEqual(draw([point(0, 0), point(0, value)]).canvas.context.captions, [`${top} px`], `${value}`);
  }
  const { painted } = draw([point(0, 3)]);
  const lines = painted.filter(({ what }) => what === 'stroke').map(({ path }) => path);
  assert.deepEqual(lines, [[['moveTo', 0, 63], ['lineTo', 800, 63]], [['moveTo', 0, 15], ['lineTo', 800, 15]]]);
});

test('live and exact have colours of their own, so that one sees the difference between them', () => {
  const [live, exact] = draw([point(0, 3), point(0, 3, 'exact')]).dots;
  assert.deepEqual([live.style, exact.style], ['live', 'exact']);
});

test('on a screen with small pixels it has as many as the screen, and the same size', () => {
  const { canvas, dots } = draw([point(10_000, 5), point(0, 10)], { ratio: 1.5 });
  assert.deepEqual([canvas.width, canvas.height], [1200, 96]);
  assert.deepEqual(dots.map(({ transform: [x, , , y] }) => [x, y]), [[1.5, 1.5], [1.5, 1.5]]);
  assert.deepEqual(dots.map(middleOf), [[400, 39], [800, 15]]);
});

test('each time it is drawn anew, and not at all where it has no width', () => {
  const { canvas, plot } = draw([point(0, 1)], { ratio: 2 });
  plot.draw([point(0, 1)], NOW);
  assert.equal(canvas.context.painted.filter(({ what }) => what === 'rect').length, 1);
  assert.equal(canvas.context.painted.at(-1)?.transform[0], 2, 'not twice as large each time');
  assert.deepEqual(draw([point(0, 1)], { width: 0 }).painted, []);
});
