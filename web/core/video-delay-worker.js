// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the encoded frames of received videos, in a worker between network and decoder (RTCRtpScriptTransform).
import { PlayoutBuffer } from './playout-buffer.js';

/**
 * @typedef {{timestamp: number}} EncodedFrame `timestamp`: of RTP
 * @typedef {{delay?: number|null, want?: number, seen?: number}} Message `delay`: in ms, or null for none; `want`, `seen`: RTP timestamp of a frame that the
 *   viewer must see, or has seen
 */

/** One video. */
class Holder {
  /** @type {PlayoutBuffer<EncodedFrame>} */
  #buffer = new PlayoutBuffer();
  /** @type {WritableStreamDefaultWriter<EncodedFrame>|null} */
  #writer = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #toldDelay = 0;
  #tell;

  /** @param {(message: {applied: number, still?: number}) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** @param {{readable: ReadableStream<EncodedFrame>, writable: WritableStream<EncodedFrame>}} transformer */
  async hold({ readable, writable }) {
    this.#writer = writable.getWriter();
    const reader = readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const still = this.#buffer.add(value, value.timestamp, performance.now());
      this.#run();
      if (still > 0) this.#tell({ applied: this.#buffer.applied, still });
    }
  }

  /** @param {Message} message */
  receive({ delay, want, seen }) {
    if (delay !== undefined) this.#buffer.delay = delay;
    if (want !== undefined) this.#buffer.want(want);
    if (seen !== undefined) this.#buffer.seen(seen);
    this.#run();
  }

  /** Hands on what is due, and comes back when the next frame is. */
  #run() {
    clearTimeout(this.#timer);
    const now = performance.now();
    // A write that fails is of a connection that has ended.
    for (const frame of this.#buffer.take(now)) this.#writer?.write(frame).catch(() => {});
    const { applied } = this.#buffer;
    if (Math.abs(applied - this.#toldDelay) >= 0.5) {
      this.#toldDelay = applied;
      this.#tell({ applied });
    }
    const wait = this.#buffer.wait(now);
    if (wait !== null) this.#timer = setTimeout(() => this.#run(), wait);
  }
}

/** The video of a worker that has one only. */
const own = new Holder((message) => postMessage(message));

addEventListener('rtctransform', (event) => {
  const { transformer } = /** @type {any} */ (event);
  /** @type {MessagePort|undefined} by which its page speaks of this video, where the worker has several */
  const port = transformer.options?.port;
  const holder = port ? new Holder((message) => port.postMessage(message)) : own;
  if (port) port.onmessage = ({ data }) => holder.receive(data);
  holder.hold(transformer).catch(() => {});
});

addEventListener('message', ({ data }) => own.receive(data));

postMessage({});  // ready
