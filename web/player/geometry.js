// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the picture is on the screen, and where in it the objects are that the model saw. Pure.

/**
 * @typedef {{width: number, height: number}} Size
 * @typedef {{left: number, top: number, width: number, height: number, videoHeight: number}} Layout in CSS pixels;
 *   `height` is what is seen of the `videoHeight` that the full picture has, the rest is the stamp below
 * @typedef {{kind: 'box', x: number, y: number, w: number, h: number}} Box
 * @typedef {{kind: 'circle', x: number, y: number, rx: number, ry: number}} Circle
 * @typedef {{kind: 'polygon', points: Point[], x: number, y: number, w: number, h: number}} Polygon with the box around it
 * @typedef {{x: number, y: number}} Point
 * @typedef {import('../core/protocol.js').DetectedObject} DetectedObject
 */

/**
 * The picture without its stamp, as large as fits, in the middle.
 * @param {Size} stage @param {Size} video whole picture @param {number} stampRows @returns {Layout}
 */
export function layout(stage, video, stampRows) {
  const rows = Math.min(Math.max(0, stampRows), video.height - 1);
  const scale = Math.min(stage.width / video.width, stage.height / (video.height - rows));
  const width = video.width * scale;
  const height = (video.height - rows) * scale;
  return {
    left: (stage.width - width) / 2, top: (stage.height - height) / 2, width, height, videoHeight: video.height * scale,
  };
}

/** CSS height of a frame with its stamp, where the picture without it is as high as its box. @param {number} height @param {number} rows of them */
export const wholeHeight = (height, rows) => `${100 * height / Math.max(1, height - rows)}%`;

/**
 * Which of its pixels, with fractions, a picture has at a point of the page, whatever size it is shown in. Beside it: the nearest one.
 * @param {{left: number, top: number, width: number, height: number}} shown where it is in the page @param {Size} size in its own pixels @param {Point} point
 * @returns {Point & {inside: boolean}|null} null: there is no picture
 */
export function pixelAt(shown, size, point) {
  if (!(shown.width > 0 && shown.height > 0 && size.width > 0 && size.height > 0)) return null;
  const x = (point.x - shown.left) / shown.width * size.width;
  const y = (point.y - shown.top) / shown.height * size.height;
  const inside = x >= 0 && y >= 0 && x < size.width && y < size.height;
  return { x: clamped(x, size.width), y: clamped(y, size.height), inside };
}

/** Hundredths are enough. @param {number} place @param {number} size */
const clamped = (place, size) => place < 0 ? 0 : place >= size ? size - 1 : Math.floor(place * 100) / 100;

/**
 * The height on the screen of what the model saw: the whole picture, or what is above its stamp, as its result says.
 * @param {Size & {whole?: boolean}} result @param {Layout} place
 */
export const seenHeight = ({ whole = true }, { height, videoHeight }) => whole ? videoHeight : height;

/**
 * An object in the pixels of a canvas over what the model saw.
 * @param {DetectedObject} object @param {Size} seen the picture that the model saw @param {Size} canvas
 * @returns {Box|Circle|Polygon}
 */
export function shapeOf(object, seen, canvas) {
  const sx = canvas.width / seen.width;
  const sy = canvas.height / seen.height;
  const { 'center-x': x, 'center-y': y, radius } = object;
  if (isNumber(x) && isNumber(y) && isNumber(radius)) {
    return { kind: 'circle', x: x * sx, y: y * sy, rx: radius * sx, ry: radius * sy };
  }
  const box = { x: object.x * sx, y: object.y * sy, w: object.w * sx, h: object.h * sy };
  if (object.label === 'circle') {
    const rx = box.w / 2;
    const ry = box.h / 2;
    return { kind: 'circle', x: box.x + rx, y: box.y + ry, rx, ry };
  }
  const points = pointsOf(object.polygon, sx, sy);
  return points.length > 0 ? { kind: 'polygon', points, ...box } : { kind: 'box', ...box };
}

/** @param {DetectedObject} object @param {Size} seen @param {Size} canvas @returns {Point[]} */
export const keypointsOf = (object, seen, canvas) => pointsOf(object.keypoints, canvas.width / seen.width, canvas.height / seen.height);

/** The points of a list of [x, y, …]; none of anything else. @param {unknown} list @param {number} sx @param {number} sy @returns {Point[]} */
function pointsOf(list, sx, sy) {
  if (!Array.isArray(list)) return [];
  return list.flatMap((point) => Array.isArray(point) && isNumber(point[0]) && isNumber(point[1]) ? [{ x: point[0] * sx, y: point[1] * sy }] : []);
}

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => Number.isFinite(value);

/** A label's colour, the same in every frame and on every page. @param {string} label @param {string} tone saturation and lightness */
export function colourOf(label, tone) {
  let hash = 2166136261;
  for (const character of label) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return `hsl(${(hash >>> 0) % 360} ${tone})`;
}

/** @param {DetectedObject} object */
export function captionOf({ label, confidence, text }) {
  const name = typeof text === 'string' && text !== '' ? `${label}: ${text}` : label;
  return confidence === null ? name : `${name} ${Math.round(confidence * 100)}\u2009%`;
}
