// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the encoded frames of one received video, in a worker between network and decoder (RTCRtpScriptTransform).
import { PlayoutBuffer } from './playout-buffer.js';

/** @typedef {{timestamp: number}} EncodedFrame `timestamp`: of RTP */

/** @type {PlayoutBuffer<EncodedFrame>} */
const buffer = new PlayoutBuffer();
/** @type {WritableStreamDefaultWriter<EncodedFrame>|null} */
let writer = null;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;
let toldDelay = 0;

/** Hands on what is due, and comes back when the next frame is. */
function run() {
  clearTimeout(timer);
  const now = performance.now();
  // A write that fails is of a connection that has ended.
  for (const frame of buffer.take(now)) writer?.write(frame).catch(() => {});
  const { applied } = buffer;
  if (Math.abs(applied - toldDelay) >= 0.5) {
    toldDelay = applied;
    postMessage({ applied });
  }
  const wait = buffer.wait(now);
  if (wait !== null) timer = setTimeout(run, wait);
}

/** @param {ReadableStream<EncodedFrame>} readable */
async function receive(readable) {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const still = buffer.add(value, value.timestamp, performance.now());
    run();
    if (still > 0) postMessage({ applied: buffer.applied, still });
  }
}

addEventListener('rtctransform', (event) => {
  const { readable, writable } = /** @type {any} */ (event).transformer;
  writer = writable.getWriter();
  receive(readable).catch(() => {});
});

/** `delay`: in ms, or null for none; `want`, `seen`: RTP timestamp of a frame that the viewer must see, or has seen. */
addEventListener('message', ({ data: { delay, want, seen } }) => {
  if (delay !== undefined) buffer.delay = delay;
  if (want !== undefined) buffer.want(want);
  if (seen !== undefined) buffer.seen(seen);
  run();
});

postMessage({});  // ready
