// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { LiveOverlay } from '../../../web/player/live-overlay.js';
import { test } from '../../lib/test.js';
import { palette } from '../lib/dom.js';
import { FakeCanvas } from '../lib/canvas.js';

/** What waits for the screen to be repainted. @type {Map<number, () => void>} */
const waiting = new Map();
let requests = 0;
Object.assign(globalThis, {
  window: globalThis,
  devicePixelRatio: 1,
  requestAnimationFrame: (/** @type {() => void} */ callback) => {
    waiting.set(++requests, callback);
    return requests;
  },
  cancelAnimationFrame: (/** @type {number} */ request) => waiting.delete(request),
});
/** The screen is repainted. @returns {number} how many drawings waited for it */
function repaint() {
  const callbacks = [...waiting.values()];
  waiting.clear();
  for (const callback of callbacks) callback();
  return callbacks.length;
}

const PLACE = { left: 10, top: 20, width: 641, height: 361, videoHeight: 361 };
/** @param {string} label @returns {import('../../../web/core/protocol.js').Result} */
const result = (label) => ({
  type: 'result', frame: 0, model: label, ms: 1, width: 641, height: 361, objects: [{ label, confidence: null, x: 100, y: 50, w: 40, h: 30 }],
});

function open(ratio = 1) {
  Object.assign(globalThis, { devicePixelRatio: ratio });
  const canvas = new FakeCanvas();
  const overlay = new LiveOverlay(/** @type {any} */ (canvas), palette);
  /** @type {string[]} */
  const drawn = [];
  overlay.drawn = ({ model }) => drawn.push(model);
  overlay.resize(PLACE);
  return { canvas, overlay, drawn, captions: () => canvas.context.captions };
}

test('results are drawn at the next repaint, those of before are gone', () => {
  const { overlay, captions } = open();
  overlay.show([result('dog'), result('cat')]);
  assert.deepEqual(captions(), []);
  repaint();
  assert.deepEqual(captions(), ['dog', 'cat']);
  overlay.show([result('bird')]);
  repaint();
  assert.deepEqual(captions(), ['bird']);
  overlay.show([]);
  repaint();
  assert.deepEqual(captions(), []);
});

test('it is drawn once a repaint at most, and only where something has changed', () => {
  const { overlay } = open();
  const results = [result('dog'), result('cat')];
  overlay.show([results[1]]);
  overlay.show(results);
  assert.equal(repaint(), 1);
  overlay.show([...results]);
  assert.equal(repaint(), 0);
  overlay.show([results[0]]);
  assert.equal(repaint(), 1);
  overlay.show([results[1]]);
  assert.equal(repaint(), 1);
  assert.deepEqual(overlay.results, [results[1]]);
});

for (const [ratio, width, height] of [[1, 641, 361], [2, 1282, 722], [1.5, 962, 542], [0.5, 321, 181]]) {
  test(`where a page’s pixel is ${ratio} of the screen’s, its pixels are the screen’s, and results stand in the same place`, () => {
    const { canvas, overlay } = open(ratio);
    overlay.show([result('dog')]);
    repaint();
    assert.deepEqual([canvas.width, canvas.height], [width, height]);
    assert.deepEqual([canvas.style.width, canvas.style.height], [`${width / ratio}px`, `${height / ratio}px`]);
    const [{ path: [box], transform }] = canvas.context.painted;
    assert.deepEqual(box, ['rect', 100, 50, 40, 30]);
    assert.deepEqual(transform, [ratio, 0, 0, ratio, 0, 0]);
  });
}

test('a picture that gets another size gets its results again, before it is painted', () => {
  const { canvas, overlay, captions } = open();
  overlay.show([result('dog')]);
  repaint();
  overlay.resize({ ...PLACE, width: 1282, height: 722, videoHeight: 722 });
  assert.deepEqual([canvas.width, captions()], [1282, ['dog']]);
  assert.deepEqual(canvas.context.painted[0].path, [['rect', 200, 100, 80, 60]]);
});

test('each result is told once, when it can be seen first', () => {
  const { canvas, overlay, drawn } = open();
  const [dog, cat] = [result('dog'), result('cat')];
  overlay.show([dog]);
  assert.deepEqual(drawn, []);
  repaint();
  overlay.show([dog, cat]);
  repaint();
  assert.deepEqual(drawn, ['dog', 'cat']);
  const bird = result('bird');
  canvas.hidden = true;
  overlay.show([bird]);
  repaint();
  assert.deepEqual([drawn, overlay.results], [['dog', 'cat'], []], 'not while it is hidden: then there are none');
  canvas.hidden = false;
  overlay.show([bird, dog]);
  repaint();
  assert.deepEqual([drawn, overlay.results], [['dog', 'cat', 'bird'], [bird, dog]]);
});

test('after close() nothing is drawn, in no place, until something is shown again', () => {
  const { overlay, captions } = open();
  overlay.show([result('dog')]);
  repaint();
  overlay.show([result('bird')]);
  overlay.close();
  assert.equal(repaint(), 0);
  overlay.resize({ ...PLACE, width: 1282 });
  assert.deepEqual(captions(), []);
  overlay.show([]);
  overlay.show([result('cat')]);
  assert.equal(repaint(), 1);
  assert.deepEqual(captions(), ['cat']);
});
