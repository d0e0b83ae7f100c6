// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { drawResults } from '../../../web/player/draw-results.js';
import { colourOf } from '../../../web/player/geometry.js';
import { test } from '../../lib/test.js';
import { colours } from '../lib/dom.js';
import { FakeCanvas } from '../lib/canvas.js';

/** Of a picture of 640 × 360 at twice its size. */
const PLACE = { left: 0, top: 0, width: 1280, height: 720, videoHeight: 720 };
/** @param {object} [fields] @returns {import('../../../web/core/protocol.js').DetectedObject} */
const object = (fields) => ({ label: 'dog', confidence: 0.876, x: 100, y: 50, w: 40, h: 30, ...fields });
/** @param {import('../../../web/core/protocol.js').DetectedObject[]} objects @returns {import('../../../web/core/protocol.js').Result} */
const result = (...objects) => ({ type: 'result', frame: 0, model: 'm', ms: 1, width: 640, height: 360, objects });

/** @param {import('../../../web/core/results.js').Drawing[]} drawings @param {{place?: typeof PLACE, ratio?: number}} [where] */
function draw(drawings, { place = PLACE, ratio = 1 } = {}) {
  const { context } = new FakeCanvas();
  drawResults(/** @type {any} */ (context), drawings, place, ratio, colours);
  const { painted } = context;
  return { context, painted, strokes: painted.filter(({ what }) => what === 'stroke'), captions: context.captions };
}
/** @param {import('../../../web/core/protocol.js').DetectedObject[]} objects */
const drawMeasured = (...objects) => draw([{ kind: 'measured', result: result(...objects) }]);

test('a measured object has a solid line in its label’s colour, on a dark edge, and its caption above it', () => {
  const { painted, captions } = drawMeasured(object());
  const outline = [['rect', 200, 100, 80, 60]];
  const [edge, line, plate, text] = painted;
  assert.deepEqual([edge.path, line.path, line.style, line.dash, line.alpha], [outline, outline, colourOf('dog', colours.label), [], 1]);
  assert.ok(edge.line > line.line && edge.style !== line.style, 'it is seen on a picture of its own colour');
  assert.deepEqual(captions, ['dog 88\u2009%']);
  assert.deepEqual([plate.what, plate.path, plate.style], ['fill', [['roundRect', 200, 78, 7 * 8 + 10, 18, 4]], colourOf('dog', colours.label)]);
  assert.notEqual(text.style, plate.style);
  assert.ok(text.x > 200 && text.y > 78 && text.y < 96, 'the text is on its plate');
});

test('what was not measured on this frame is seen to be so: between two results dashed, the last one dotted, both paler and marked', () => {
  const kinds = /** @type {const} */ (['measured', 'interpolated', 'last']);
  const { strokes, captions } = draw(kinds.map((kind) => ({ kind, result: result(object({ confidence: null })) })));
  assert.deepEqual(captions, ['dog', 'dog ≈', 'dog …']);
  assert.deepEqual(strokes.map(({ path }) => path), Array(6).fill([['rect', 200, 100, 80, 60]]), 'the same outline, and only that');
  const [[, measured], [, between], [, last]] = [0, 2, 4].map((i) => strokes.slice(i, i + 2));
  assert.deepEqual([measured.dash, between.dash, last.dash], [[], [7, 5], [2, 5]]);
  assert.ok(measured.alpha === 1 && between.alpha < 1 && last.alpha < between.alpha, 'the less is known the paler');
});

test('dashes and paleness do not stay for what is drawn next', () => {
  const { context } = draw([{ kind: 'last', result: result(object()) }], { ratio: 2 });
  context.beginPath();
  context.stroke();
  const { dash, alpha, transform } = context.painted.at(-1) ?? {};
  assert.deepEqual([dash, alpha, transform], [[], 1, [1, 0, 0, 1, 0, 0]]);
});

test('the truth that a test source gives is not drawn', () => {
  assert.deepEqual(drawMeasured(object({ label: 'truth' })).painted, []);
});

test('a circle is drawn round, a polygon closed, keypoints as dots', () => {
  const [, circle] = drawMeasured(object({ 'center-x': 120, 'center-y': 65, radius: 10 })).strokes;
  assert.deepEqual(circle.path, [['ellipse', 240, 130, 20, 20, 0, 0, 2 * Math.PI]]);
  const [, polygon] = drawMeasured(object({ polygon: [[100, 50], [140, 50], [120, 80]] })).strokes;
  assert.deepEqual(polygon.path, [['lineTo', 200, 100], ['lineTo', 280, 100], ['lineTo', 240, 160], ['closePath']]);
  const [, face] = drawMeasured(object({ keypoints: [[110, 60]] })).strokes;
  assert.deepEqual(face.path.slice(1), [['moveTo', 222, 120], ['arc', 220, 120, 2, 0, 2 * Math.PI]]);
});

/** Where the caption's plate is. @param {object} fields of its object */
function plateOf(fields) {
  const [[, x, y, width, height]] = drawMeasured(object(fields)).painted.filter(({ what }) => what === 'fill')[0].path;
  return { x, y, width, height };
}

test('a caption is below its object where there is no room above, and always inside the picture', () => {
  const below = plateOf({ y: 10 });
  assert.equal(below.y, (10 + 30) * 2 + 4);
  assert.deepEqual([plateOf({ y: 11 }).y, plateOf({ y: 10.5 }).y], [0, (10.5 + 30) * 2 + 4], 'as much room as it just needs');
  assert.equal(plateOf({ y: 0, h: 360 }).y, 720 - 18, 'an object as high as the picture');
  assert.equal(plateOf({ x: -20 }).x, 0);
  const right = plateOf({ x: 630 });
  assert.equal(right.x + right.width, 1280);
  assert.deepEqual([plateOf({ 'center-x': 120, 'center-y': 65, radius: 10 }), plateOf({ 'center-x': 120, 'center-y': 12, radius: 10 })]
    .map(({ x, y }) => [x, y]), [[220, 110 - 22], [220, 44 + 4]], 'a circle’s edge counts, not its middle');
});

test('a small picture is not hidden under its lines', () => {
  const lineAt = (/** @type {number} */ width) => draw([{ kind: 'measured', result: result(object()) }], { place: { ...PLACE, width } }).strokes[1].line;
  assert.deepEqual([320, 800, 4000].map(lineAt), [1.5, 2, 2.5]);
});

test('a canvas with smaller pixels than the page is drawn with that many more of them', () => {
  const { painted } = draw([{ kind: 'measured', result: result(object()) }], { ratio: 1.5 });
  assert.ok(painted.length > 3 && painted.every(({ transform }) => String(transform) === '1.5,0,0,1.5,0,0'));
  assert.deepEqual(painted[0].path, [['rect', 200, 100, 80, 60]]);
});

test('a result of the picture with its stamp is not squeezed into the picture without it, nor the other way', () => {
  const place = { left: 0, top: 0, width: 1280, height: 720, videoHeight: 768 };
  for (const seen of [{ height: 384, whole: true }, { height: 360, whole: false }]) {
    const { strokes: [{ path: [[, , y]] }] } = draw([{ kind: 'measured', result: { ...result(object({ y: 300 })), ...seen } }], { place });
    assert.equal(y, 600);
  }
});
