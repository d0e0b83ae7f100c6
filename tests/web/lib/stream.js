// SPDX-License-Identifier: LGPL-2.1-or-later
// A stamped stream: its frames, by their number, and what a model saw in them.

/** Between two frames, in ms. */
export const PERIOD = 40;
export const RTP_OFFSET = 1_000_000;

/** The id of the n-th frame: wraps at the tenth. @param {number} n */
export const idOf = (n) => (2 ** 32 + (n - 10) * PERIOD * 90) >>> 0;

/** The RTP timestamp of the n-th frame. @param {number} n */
export const rtpOf = (n) => (idOf(n) + RTP_OFFSET) >>> 0;

/** @type {import('../../../web/core/protocol.js').Stream} */
export const STREAM = {
  type: 'stream', clockRate: 90000, rtpOffset: RTP_OFFSET, epoch: 0, stamp: { rows: 16, cell: 8 }, state: 'live', message: '',
};

/** What a model saw in frame n: its caption says which one it is of. @param {number} n @param {object} [fields] of the object */
export const resultOf = (n, fields, model = 'm') => ({
  type: /** @type {const} */ ('result'), frame: idOf(n), model, ms: 1, width: 640, height: 376,
  objects: [{ label: 'dog', confidence: null, text: `${n}`, x: 100, y: 50, w: 40, h: 30, ...fields }],
});
