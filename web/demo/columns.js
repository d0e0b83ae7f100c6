// SPDX-License-Identifier: LGPL-2.1-or-later
// How a wall of pictures is laid out. Pure.

/** What a picture of a wall is as high as it is wide. */
export const ASPECT = 9 / 16;
/** Narrower ones show nothing, in px: two beside each other fit a phone. */
const LEAST = 160;

/**
 * In how many columns of what width, in px, the pictures are largest with all of them in sight. Where none would be wide enough they take the whole
 * width, and are scrolled.
 * @param {number} count of pictures @param {number} width @param {number} height of the space for them, in px @param {number} below what each
 *   has below it, in px
 */
export function layOut(count, width, height, below) {
  const most = Math.max(1, Math.min(count, Math.floor(width / LEAST)));
  let best = { columns: most, tile: width / most };
  let largest = LEAST;
  for (let columns = 1; columns <= most; ++columns) {
    const tile = Math.min(width / columns, (height / Math.ceil(count / columns) - below) / ASPECT);
    if (tile > largest) best = { columns, tile: largest = tile };
  }
  return best;
}

/**
 * Which tile an arrow key leads to, or null.
 * @param {string} key @param {number} index from 0 @param {number} count of tiles @param {number} columns
 */
export function tileAfter(key, index, count, columns) {
  const steps = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns });
  const step = steps[key];
  if (step === undefined) return null;
  const next = index + step;
  return next >= 0 && next < count ? next : null;
}
