// SPDX-License-Identifier: LGPL-2.1-or-later
// What the pictures of a stream are. Their size may change in its middle, from one frame to the next: then only the frame itself says
// what it is. Pure.

/**
 * @typedef {import('./protocol.js').Stream} Stream
 * @typedef {import('./protocol.js').Size} Size
 */

/** Whether the viewer gets single pictures, no video: its network is too slow. @param {import('./protocol.js').Link|null} link */
export const isStills = (link) => link !== null && link.rung >= link.rungs;

/** @param {Stream} stream @param {Size} frame */
const rungOf = ({ rungs }, { width, height }) => rungs?.find((rung) => rung.width === width && rung.height === height);

/** Where the stamp of a frame is; null: it has none. @param {Stream} stream @param {Size} frame @returns {import('./protocol.js').Stamp|null} */
export function stampOf(stream, frame) {
  const stamp = rungOf(stream, frame) ?? stream.stamp;
  return stamp?.rows ? stamp : null;
}

/**
 * The picture whose shape all frames of this stream have, and that results are of: the largest, whatever size this frame has. Smaller
 * ones are rounded, so their own shape is a little off. `rows`: how many of it are stamp.
 * @param {Stream} stream @param {Size} frame @returns {Size & {rows: number}}
 */
export function fullPicture(stream, frame) {
  const { width, height } = rungOf(stream, frame) ? stream.rungs?.[0] ?? frame : frame;
  return { width, height, rows: stampOf(stream, { width, height })?.rows ?? 0 };
}
