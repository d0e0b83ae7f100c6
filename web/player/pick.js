// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the drawn objects a viewer means. Pure.
import { seenHeight, shapeOf } from './geometry.js';

/**
 * @typedef {import('../core/results.js').Drawing} Drawing
 * @typedef {import('../core/protocol.js').Result} Result
 * @typedef {import('../core/protocol.js').DetectedObject} DetectedObject
 * @typedef {{object: DetectedObject, result: Result}} Picked
 */

/** How far beside a small object one may point, in CSS pixels. */
const NEAR = 6;

/** All that can be picked, in the order of the results. @param {Drawing[]} drawings @returns {Picked[]} */
export const pickable = (drawings) =>
  drawings.flatMap(({ result }) => result.objects.filter(({ label }) => label !== 'truth').map((object) => ({ object, result })));

/**
 * The smallest object at a point of the picture: what lies before another one is mostly smaller.
 * @param {Drawing[]} drawings @param {import('./geometry.js').Layout} place @param {number} x @param {number} y
 * @returns {Picked|null}
 */
export function pickAt(drawings, place, x, y) {
  const at = pickable(drawings).map((picked) => ({ picked, ...boxOf(picked, place) }))
    .filter(({ left, top, w, h }) => x >= left - NEAR && x <= left + w + NEAR && y >= top - NEAR && y <= top + h + NEAR);
  return at.sort((a, b) => a.w * a.h - b.w * b.h)[0]?.picked ?? null;
}

/**
 * The object in other results that is this one: of the same model and name, and with the same `id` where the model gives one; else the nearest,
 * where that is not further away than it is large.
 * @param {Picked} picked @param {Drawing[]} drawings @returns {Picked|null}
 */
export function pickAgain({ object, result }, drawings) {
  const same = pickable(drawings).filter((other) => other.result.model === result.model && other.object.label === object.label);
  if (object.id !== undefined) return same.find((other) => other.object.id === object.id) ?? null;
  const [nearest] = same.map((other) => ({ other, off: distance(object, other.object) })).sort((a, b) => a.off - b.off);
  return nearest && nearest.off <= Math.max(object.w, object.h) ? nearest.other : null;
}

/** @param {DetectedObject} a @param {DetectedObject} b */
const distance = (a, b) => Math.hypot(a.x + a.w / 2 - b.x - b.w / 2, a.y + a.h / 2 - b.y - b.h / 2);

/** @param {Picked} picked @param {import('./geometry.js').Layout} place */
function boxOf({ object, result }, place) {
  const shape = shapeOf(object, result, { width: place.width, height: seenHeight(result, place) });
  if (shape.kind === 'circle') return { left: shape.x - shape.rx, top: shape.y - shape.ry, w: 2 * shape.rx, h: 2 * shape.ry };
  return { left: shape.x, top: shape.y, w: shape.w, h: shape.h };
}

/** What else the model said of it than its name, in words. @param {Picked} picked */
export function detailsOf({ object: { label: _, confidence, x, y, w, h, ...more }, result: { model, frame } }) {
  const number = (/** @type {unknown} */ value) => typeof value === 'number' ? String(Math.round(value * 100) / 100) : String(value);
  const others = Object.entries(more).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)).map(([name, value]) => `${name} ${number(value)}`);
  return [
    ...confidence === null ? [] : [`${Math.round(confidence * 100)} %`], `at ${number(x)}, ${number(y)}`, `${number(w)} × ${number(h)} px`, ...others, `by ${model}`, `frame ${frame}`,
  ].join(' · ');
}
