// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the encoded frames of one received video, in a worker between network and decoder (RTCRtpScriptTransform).
import { PlayoutBuffer } from './playout-buffer.js';

/** @typedef {{timestamp: number}} EncodedFrame `timestamp`: of RTP */

/** @type {PlayoutBuffer<EncodedFrame>} */
const playout = new PlayoutBuffer();
/** @type {WritableStreamDefaultWriter<EncodedFrame>|null} */
let writer = null;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;
let told = 0;

function run() {
  clearTimeout(timer);
  const now = performance.now();
  // A write that fails is of a connection that has ended.
  for (const frame of playout.take(now)) writer?.write(frame).catch(() => {});
  const { applied } = playout;
  if (Math.abs(applied - told) >= 0.5) {
    told = applied;
    postMessage({ applied });
  }
  const wait = playout.wait(now);
  if (wait !== null) timer = setTimeout(run, wait);
}

/** @param {ReadableStream<EncodedFrame>} readable */
async function receive(readable) {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    playout.add(value, value.timestamp, performance.now());
    run();
  }
}

addEventListener('rtctransform', (event) => {
  const { readable, writable } = /** @type {any} */ (event).transformer;
  writer = writable.getWriter();
  receive(readable).catch(() => {});
});

/** {delay}: ms, or null for none; {want}, {seen}: RTP timestamps. */
addEventListener('message', ({ data: { delay, want, seen } }) => {
  if (delay !== undefined) playout.delay = delay;
  if (want !== undefined) playout.want(want);
  if (seen !== undefined) playout.seen(seen);
  run();
});

postMessage({});  // ready
