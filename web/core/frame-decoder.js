// SPDX-License-Identifier: LGPL-2.1-or-later
// Encoded frames that the page itself has received: holds each until it is due, and decodes it (WebCodecs).
import { pageTime } from './clock.js';
import { MediaTime } from './frame-id.js';
import { PlayoutBuffer } from './playout-buffer.js';

/** More frames that wait for the decoder would be shown too late. */
const MOST_WAITING = 12;
const REMEMBERED = 100;

/**
 * @typedef {import('./frame-messages.js').EncodedFrame} EncodedFrame
 * @typedef {{codec: string, description?: string}} VideoFormat as `media` has it
 * @typedef {EncodedFrame & {received: number, format: VideoFormat|null}} ReceivedFrame
 * @typedef {{id: number, received: number, decodeMs: number}} FrameInfo `received`: when its last byte came, in page time
 * @typedef {{frame: (frame: VideoFrame, info: FrameInfo) => void, needsKey: () => void, applied: (delay: number) => void,
 *   unsupported: (message: string) => void}} DecoderEvents `frame`: who is told closes it; `applied`: by how much the video is delayed now
 */

export class FrameDecoder {
  #events;
  /** @type {PlayoutBuffer<ReceivedFrame>} */
  #buffer = new PlayoutBuffer();
  #mediaTime = new MediaTime();
  /** @type {VideoDecoder|null} */
  #decoder = null;
  /** Of the frames that come now. @type {VideoFormat|null} */
  #format = null;
  /** Of those that are decoded now. @type {VideoFormat|null} */
  #inUse = null;
  /** Frames in the decoder, by their time stamps. @type {Map<number, {id: number, received: number, begun: number}>} */
  #decoding = new Map();
  #needsKey = true;
  #toldDelay = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  decoded = 0;
  dropped = 0;

  /** @param {DecoderEvents} events */
  constructor(events) {
    this.#events = events;
  }

  /** Of the frames that come from here on; the first is a key frame. @param {VideoFormat} format */
  set format(format) {
    this.#format = format;
  }

  /** See PlayoutBuffer. @param {number|null} delay */
  set delay(delay) {
    this.#buffer.delay = delay;
    this.#run();
  }

  /** @param {number} id */
  want(id) {
    this.#buffer.want(id);
  }

  /** @param {number} id */
  seen(id) {
    this.#buffer.seen(id);
    this.#run();
  }

  /** @param {EncodedFrame} frame */
  add(frame) {
    const received = pageTime();
    this.#buffer.add({ ...frame, received, format: this.#format }, frame.id, received);
    this.#run();
  }

  close() {
    clearTimeout(this.#timer);
    this.#drop();
  }

  #run() {
    clearTimeout(this.#timer);
    const now = pageTime();
    for (const frame of this.#buffer.take(now)) this.#decode(frame);
    const { applied } = this.#buffer;
    if (Math.abs(applied - this.#toldDelay) >= 0.5) this.#events.applied(this.#toldDelay = applied);
    const wait = this.#buffer.wait(now);
    if (wait !== null) this.#timer = setTimeout(() => this.#run(), wait);
  }

  /** @param {ReceivedFrame} frame */
  #decode({ id, key, data, received, format }) {
    if (key && format !== this.#inUse) {
      this.#drop();
      this.#inUse = format;
    }
    if ((this.#decoder?.decodeQueueSize ?? 0) > MOST_WAITING) {
      if (key) this.#drop();
      else this.#miss();
    }
    if (key) this.#needsKey = false;
    if (this.#needsKey || !this.#inUse) {
      this.dropped++;
      return;
    }
    const timestamp = Math.round(this.#mediaTime.of(id) * 1000);
    this.#decoding.set(timestamp, { id, received, begun: pageTime() });
    if (this.#decoding.size > REMEMBERED) this.#decoding.delete(/** @type {number} */ (this.#decoding.keys().next().value));
    try {
      this.#decoder ??= this.#open(this.#inUse);
      this.#decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp, data }));
    } catch {
      this.#miss();  // it has been taken away meanwhile
    }
  }

  /** @param {VideoFormat} format */
  #open({ codec, description }) {
    const decoder = new VideoDecoder({
      output: (frame) => this.#onDecoded(frame),
      error: (error) => { if (decoder === this.#decoder) this.#onError(error); },
    });
    const bytes = description && Uint8Array.from(atob(description), (char) => char.charCodeAt(0));
    decoder.configure({ codec, optimizeForLatency: true, ...bytes && { description: bytes } });
    return decoder;
  }

  /** @param {VideoFrame} frame */
  #onDecoded(frame) {
    const begun = this.#decoding.get(frame.timestamp);
    this.#decoding.delete(frame.timestamp);
    if (!begun) {
      frame.close();
      return;
    }
    this.decoded++;
    this.#events.frame(frame, { id: begun.id, received: begun.received, decodeMs: pageTime() - begun.begun });
  }

  /** Chromium takes the decoders of hidden pages away (w3c/webcodecs#889). @param {Error} error */
  #onError(error) {
    if (error.name === 'NotSupportedError') this.#events.unsupported(`this browser does not decode ${this.#inUse?.codec}`);
    else this.#miss();
  }

  /** Nothing can be shown before the next key frame. */
  #miss() {
    this.#drop();
    this.#events.needsKey();
  }

  #drop() {
    this.#needsKey = true;
    this.#decoding.clear();
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = null;
  }
}
