// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows frames that the page itself has decoded. Live they go into the video element where the browser makes a track of them (Chromium),
// which costs less; else, and in the exact view, they are drawn in the canvas.
import { pageTime } from '../core/clock.js';

/**
 * @typedef {import('../core/measurements.js').ShownFrame} ShownFrame
 * @typedef {{store: import('../core/store.js').Store, view: import('./view.js').View, composing: import('./composing.js').Composing,
 *   measurements: import('../core/measurements.js').Measurements, shownLive: (id: number, now: number) => void}} Parts
 *   `shownLive`: is told of each frame of the live view
 */

const REMEMBERED = 30;
const makesTracks = 'MediaStreamTrackGenerator' in globalThis && 'requestVideoFrameCallback' in HTMLVideoElement.prototype;

export class ReceivedFrames {
  #parts;
  #received = 0;
  /** @type {{track: MediaStreamTrack, writer: WritableStreamDefaultWriter<VideoFrame>}|null} */
  #generator = null;
  /** What is known of frames that went into the track, by their time stamps. @type {Map<number, ShownFrame & {id: number}>} */
  #known = new Map();
  #frameRequest = 0;
  /** What the next repaint is to show. @type {{frame: VideoFrame, id: number}|null} */
  #next = null;
  #repaint = 0;
  #closed = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  close() {
    this.#closed = true;
    cancelAnimationFrame(this.#repaint);
    this.#next?.frame.close();
    this.#next = null;
    this.#parts.view.video.cancelVideoFrameCallback?.(this.#frameRequest);
    this.#generator?.track.stop();
    this.#generator = null;
  }

  /** @param {VideoFrame} frame which it closes @param {import('../core/frame-decoder.js').FrameInfo} info */
  show(frame, { id, received, decodeMs }) {
    const now = pageTime();
    const { store, view, composing, measurements } = this.#parts;
    if (store.facts.paused) return frame.close();
    view.resize({ width: frame.displayWidth, height: frame.displayHeight });
    const known = {
      id, rtpTimestamp: id, receiveTime: received, processingDuration: decodeMs / 1000, presentedFrames: ++this.#received, expectedDisplayTime: now,
    };
    const exact = store.facts.mode === 'exact';
    if (!exact && makesTracks) return this.#write(frame, known);
    measurements.addFrame(known, now);
    if (this.#closed) frame.close();  // by who was told that there is a picture
    else if (exact) composing.showFrame(frame, id, now);
    else this.#drawSoon(frame, id);
  }

  /** @param {VideoFrame} frame @param {ShownFrame & {id: number}} known */
  #write(frame, known) {
    this.#known.set(frame.timestamp, known);
    if (this.#known.size > REMEMBERED) this.#known.delete(/** @type {number} */ (this.#known.keys().next().value));
    this.#generator ??= this.#begin();
    // it closes the frame; a write that fails is of an attempt that has ended
    this.#generator.writer.write(frame).catch(() => {});
  }

  #begin() {
    const { view, store, measurements, shownLive } = this.#parts;
    const track = new /** @type {any} */ (globalThis).MediaStreamTrackGenerator({ kind: 'video' });
    view.play(new MediaStream([track]));
    /** @type {VideoFrameRequestCallback} */
    const onFrame = (now, { mediaTime, presentedFrames, expectedDisplayTime }) => {
      this.#frameRequest = view.video.requestVideoFrameCallback(onFrame);
      const known = this.#known.get(Math.round(mediaTime * 1e6));
      if (!known || store.facts.mode === 'exact') return;
      // On a slow machine Chromium names a moment of before it was given the frame.
      const shown = Math.max(expectedDisplayTime, known.expectedDisplayTime);
      measurements.addFrame({ ...known, presentedFrames, expectedDisplayTime: shown }, now);
      shownLive(known.id, pageTime());
    };
    this.#frameRequest = view.video.requestVideoFrameCallback(onFrame);
    return { track, writer: track.writable.getWriter() };
  }

  /** Drawing takes ms, so only what is seen is drawn. @param {VideoFrame} frame @param {number} id */
  #drawSoon(frame, id) {
    this.#next?.frame.close();
    this.#next = { frame, id };
    this.#repaint ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const { store, view, measurements, shownLive } = this.#parts;
    const now = pageTime();
    const { frame, id } = /** @type {{frame: VideoFrame, id: number}} */ (this.#next);
    this.#repaint = 0;
    this.#next = null;
    if (store.facts.mode !== 'exact') {
      measurements.addPainted(id, now);
      view.composedPicture.draw(frame, store.facts.stream);
      store.set({ drawn: true });
      shownLive(id, now);
    }
    frame.close();
  }
}
