// SPDX-License-Identifier: LGPL-2.1-or-later
// The two ways to tell which frame is shown that come to mind first. Both name the wrong frame now and then: bench/sync.js measures
// how often. `compare` runs in cv-launch's page.
import { frameIdOf } from '../../web/core/frame-id.js';
import { STAMP_ROWS, readStamp, stampTop } from '../../web/core/stamp.js';

/** Frames over which the frame rate is learnt. */
const LEARNT_OVER = 60;
/** More results than any delay makes wait. */
const REMEMBERED = 1000;

/** How far apart two ids are, in ticks. @param {number} a @param {number} b */
const distance = (a, b) => Math.abs((a - b) | 0);

/** By counting: the n-th frame that the browser presents is the n-th that was sent, at an even frame rate. */
export class CountedFrames {
  /** @type {{id: number, count: number}|null} */
  #first = null;
  #period = 0;

  /** @param {number|null} id by the callback's RTP timestamp: only the start and the frame rate are learnt from it @param {number} count */
  of(id, count) {
    if (id === null) return null;
    if (!this.#first || count < this.#first.count) this.#first = { id, count };
    const frames = count - this.#first.count;
    if (frames > 0 && (frames <= LEARNT_OVER || this.#period === 0)) {
      this.#period = ((id - this.#first.id) >>> 0) / frames;
    }
    return (this.#first.id + Math.round(frames * this.#period)) >>> 0;
  }

  /** An id this many ticks off is still the same frame. */
  get tolerance() {
    return this.#period / 2;
  }

  /**
   * The frame that it is taken for: one with a result, or the one that it is, if that is not half a frame off.
   * @param {number|null} id @param {number} count @param {number|null} stampId @param {number[]} results ids of frames that have one
   */
  claim(id, count, stampId, results) {
    const counted = this.of(id, count);
    if (counted === null) return null;
    const near = results.filter((frame) => distance(frame, counted) <= this.tolerance);
    if (near.length > 0) return near.reduce((best, frame) => distance(frame, counted) < distance(best, counted) ? frame : best);
    return stampId !== null && distance(counted, stampId) <= this.tolerance ? stampId : counted;
  }
}

/**
 * Draws the video at every callback, as a page would, and compares what both ways take the frame for with the stamp in what was drawn.
 * @returns {{frames: number, callback: number, count: number}} frames that were drawn; those that each way took for another one
 */
export function compare(player) {
  const { rtpOffset, stamp } = player.report().stream;
  const video = player.shadowRoot.querySelector('video');
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const counted = new CountedFrames();
  const results = [];
  const counts = { frames: 0, callback: 0, count: 0 };
  player.addEventListener('cv-result', ({ detail }) => {
    results.push(detail.frame);
    if (results.length > REMEMBERED) results.shift();
  });
  const onFrame = (_, { rtpTimestamp, presentedFrames }) => {
    video.requestVideoFrameCallback(onFrame);
    const drawn = draw(video, context, stamp);
    const told = frameIdOf(rtpTimestamp, rtpOffset);
    const claims = { callback: told, count: counted.claim(told, presentedFrames, drawn, results) };
    ++counts.frames;
    for (const [way, id] of Object.entries(claims)) if (id !== null && drawn !== null && id !== drawn) ++counts[way];
  };
  video.requestVideoFrameCallback(onFrame);
  return counts;
}

/** The id in the pixels of what drawImage(video) draws; null if none can be read. */
function draw(video, context, { cell }) {
  const { canvas } = context;
  const { videoWidth: width, videoHeight: height } = video;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.drawImage(video, 0, 0, width, height);
  const { data } = context.getImageData(0, stampTop(height), width, STAMP_ROWS);
  return readStamp({ data, offset: 1, stride: 4 * width, step: 4, width }, cell);
}
