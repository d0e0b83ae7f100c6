// SPDX-License-Identifier: LGPL-2.1-or-later
// What the model might have seen in a frame that it skipped, from the results before and after it. Pure.

/**
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./protocol.js').DetectedObject} DetectedObject
 */

/**
 * Objects that are in both results, on a straight line between their two places; the others are left out.
 * @param {Result} before @param {Result} after of the same model and size @param {number} frame id between theirs
 * @returns {Result}
 */
export function interpolate(before, after, frame) {
  const part = ((frame - before.frame) >>> 0) / ((after.frame - before.frame) >>> 0);
  /** @type {Map<DetectedObject, DetectedObject>} */
  const partners = new Map();
  const taken = new Set();
  // The nearest two are the same object, in whatever order the detector lists them; then the next nearest.
  for (const { a, b } of pairs(before, after)) {
    if (partners.has(a) || taken.has(b)) continue;
    partners.set(a, b);
    taken.add(b);
  }
  const objects = before.objects.flatMap((object) => {
    const partner = partners.get(object);
    return partner ? [between(object, partner, part)] : [];
  });
  return { ...before, frame, ms: null, objects };
}

/** Objects with the same label that may be the same one: not further apart than they are large together. The nearest first. @param {Result} before @param {Result} after */
function pairs(before, after) {
  const found = [];
  for (const a of before.objects) {
    for (const b of after.objects) {
      const distance = Math.hypot(b.x + b.w / 2 - a.x - a.w / 2, b.y + b.h / 2 - a.y - a.h / 2);
      if (a.label === b.label && distance <= Math.max(a.w, a.h) + Math.max(b.w, b.h)) found.push({ a, b, distance });
    }
  }
  return found.sort((one, other) => one.distance - other.distance);
}

/** @param {DetectedObject} a @param {DetectedObject} b @param {number} part @returns {DetectedObject} */
function between(a, b, part) {
  /** @type {DetectedObject} */
  const object = { ...a };
  for (const [name, value] of Object.entries(a)) {
    object[name] = blend(value, b[name], part);
  }
  return object;
}

/**
 * A number between two numbers, also in lists of the same length; of anything else the first.
 * @param {unknown} a @param {unknown} b @param {number} part @returns {any}
 */
function blend(a, b, part) {
  if (typeof a === 'number' && typeof b === 'number') return a + (b - a) * part;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) return a.map((value, i) => blend(value, b[i], part));
  return a;
}
