// SPDX-License-Identifier: LGPL-2.1-or-later
// What the model might have seen in a frame that it skipped, from the results before and after it. Pure.

/**
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./protocol.js').DetectedObject} DetectedObject
 */

/** Further apart than this a straight line between two results says nothing any more. */
export const LONGEST_GAP_MS = 1000;

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

/**
 * Objects that may be the same one, the nearest first: those with one `track`, or with the same label and not further apart than they
 * are large together.
 * @param {Result} before @param {Result} after
 */
function pairs(before, after) {
  const found = [];
  for (const a of before.objects) {
    for (const b of after.objects) {
      const distance = Math.hypot(b.x + b.w / 2 - a.x - a.w / 2, b.y + b.h / 2 - a.y - a.h / 2);
      const tracked = (a.track ?? b.track ?? null) !== null;
      const near = distance <= Math.max(a.w, a.h) + Math.max(b.w, b.h);
      if (a.label === b.label && (tracked ? a.track === b.track : near)) found.push({ a, b, distance });
    }
  }
  return found.sort((one, other) => one.distance - other.distance);
}

/** Where an object is. What else a detector says of it (a class, a track, how sure it is) has nothing in between. */
const PLACES = ['x', 'y', 'w', 'h', 'center-x', 'center-y', 'radius'];

/** @param {DetectedObject} a @param {DetectedObject} b @param {number} part @returns {DetectedObject} */
function between(a, b, part) {
  /** @param {unknown} from @param {unknown} to @returns {any} */
  const blend = (from, to) => typeof from === 'number' && typeof to === 'number' ? from + (to - from) * part : from;
  const object = { ...a };
  for (const name of PLACES) if (name in a) object[name] = blend(a[name], b[name]);
  /** What has no partner moves with the box. @param {number[]} point */
  const moved = ([x, y, ...more]) => [
    object.x + (x - a.x) * (a.w > 0 ? object.w / a.w : 1), object.y + (y - a.y) * (a.h > 0 ? object.h / a.h : 1), ...more];
  for (const name of ['polygon', 'keypoints']) {
    const [from, to] = [a[name], b[name]];
    if (!Array.isArray(from)) continue;
    const paired = Array.isArray(to) && to.length === from.length;
    object[name] = from.map((point, i) => !Array.isArray(point) ? point
      : paired ? point.map((value, k) => k < 2 ? blend(value, to[i]?.[k]) : value) : moved(point));
  }
  return object;
}
