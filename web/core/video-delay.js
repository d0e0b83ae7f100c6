// SPDX-License-Identifier: LGPL-2.1-or-later
// Delays a received video by holding its encoded frames: a delay of seconds costs kilobytes, it can be changed smoothly,
// and it is exact, which RTCRtpReceiver.jitterBufferTarget is not (it is approximate, ends at 4 s, and Chromium ignores it
// beside the header extension playout-delay 0/0, which is what makes the live view quick). video-delay-worker.js does it.
//
// In Chromium a transform, once attached, costs every frame up to 16 ms, 8 on average (it is called at 64 Hz), and it can be
// neither attached later nor taken away again. So only stamped streams, which are for the exact view, have one.
//
// Where many frames come out of order it is no use, because a transform may not put them in order. As long as that is so, the
// browser's jitter buffer delays the video, and the server must allow that (control message `playout`).
import { pageTime } from './clock.js';
import { RecentSamples } from './samples.js';

const START_MS = 2000;
/** What the browser's jitter buffer can do (RTCRtpReceiver.jitterBufferTarget). */
const LONGEST_BUFFER_MS = 4000;
/** Its delay is changed in steps, for each is a jump. */
const STEP_INTERVAL_MS = 100;
const STEP_UP_MS = 20;
const STEP_DOWN_MS = 5;
/** Asked of the server: more than any delay here. */
const PLAYOUT_MAX_MS = 10_000;
/** For so long a time it is added up how long the view stood still for frames out of order. */
const WINDOW_MS = 10_000;
/** With more of that the jitter buffer is better: behind it some 6 % of the results come to no frame. */
const MOST_STILL_MS = 500;
/** With no more than this the worker is as good again. */
const CALM_MS = 150;

/** @param {URL} url */
const noWorker = ({ href }) => `The worker ${href} did not start: the page’s policy (CSP worker-src) must allow it, and its server too (--allow-origin)`;

/** A page may have no worker of another origin, but one of its own that imports it. @param {URL} url */
const importing = (url) => URL.createObjectURL(new Blob([`import ${JSON.stringify(url)}`], { type: 'text/javascript' }));

/** @typedef {Pick<Worker, 'postMessage'|'onmessage'|'terminate'>} VideoWorker */

export class VideoDelay {
  #store;
  /** @type {VideoWorker|null} */
  #worker = null;
  /** @type {RTCRtpReceiver|null} */
  #receiver = null;
  #still = new RecentSamples(WINDOW_MS);
  /** Whether the server was asked to let the browser's jitter buffer delay the video, and whether it lets it. */
  #asked = false;
  #allowed = false;
  /** Whether the jitter buffer delays it now. Then the worker does it too only to take over. */
  #buffered = false;
  /** By how much the worker delays it, in ms. */
  #held = 0;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #stepper;
  #stopListening;

  /** @param {import('./store.js').Store} store says which delay is wanted, and is told which one there is */
  constructor(store) {
    this.#store = store;
    this.#stopListening = store.on(['streamDelay'], ({ streamDelay }) => this.#delay(streamDelay));
  }

  /**
   * Starts the worker, which takes some 50 ms. Without it the video is live: that is no reason to fail.
   * @returns {Promise<VideoWorker|void>} which is there then
   */
  async start() {
    if (!('RTCRtpScriptTransform' in globalThis) || this.#worker || this.#store.facts.fault) return;
    const url = new URL('video-delay-worker.js', import.meta.url);
    let worker;
    try {
      worker = new Worker(url.origin === origin ? url : importing(url), { type: 'module' });
    } catch {
      // forbidden by the page's policy; some browsers tell that by an event instead
      this.#store.set({ fault: noWorker(url) });
      return;
    }
    this.#worker = worker;
    const ready = await new Promise((resolve) => {
      worker.onmessage = () => resolve(true);
      worker.onerror = () => resolve(false);
      setTimeout(() => resolve(false), START_MS);
    });
    if (!this.#worker) return;  // it was closed
    if (ready) return this.#listen(worker);
    this.#store.set({ fault: noWorker(url) });
  }

  /** @param {VideoWorker} worker that runs */
  #listen(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data: { applied, still } }) => this.#onWorker(applied, still);
    this.#store.set({ delayable: true });
    return worker;
  }

  /**
   * To be called in `ontrack`: Chromium ignores a transform that comes later.
   * @param {RTCRtpReceiver} receiver @param {VideoWorker} [worker] that it has already
   */
  attach(receiver, worker) {
    if (worker) this.#listen(worker);
    if (!this.#store.facts.delayable || !this.#worker || this.#receiver) return;
    this.#receiver = receiver;
    if (!worker) receiver.transform = new RTCRtpScriptTransform(/** @type {Worker} */ (this.#worker));
  }

  /** @param {number} applied @param {number} [still] for so many ms the view stands still, because a frame came out of order */
  #onWorker(applied, still) {
    this.#held = applied;
    if (still) this.#still.add(pageTime(), still);
    if (!this.#buffered) this.#store.set({ appliedDelay: applied });
  }

  /** @param {number|null} delay */
  #delay(delay) {
    if (delay === null) this.#asked = false;
    if (delay === null && this.#buffered) this.#leaveBuffer();
    if (!this.#buffered) this.#tell({ delay });
  }

  /**
   * To be called now and then.
   * @returns {number} by how much the server must let the browser delay the video, in ms
   */
  check() {
    // Firefox drops all frames for good when they are to be shown at once again (libwebrtc: VideoRenderFrames::AddFrame, "frame
    // scheduled out of order"). Only Chromium has no such queue, and createEncodedStreams.
    const keeps = this.#allowed && !('createEncodedStreams' in RTCRtpReceiver.prototype);
    this.#allowed = this.#useBuffer() || keeps;
    return this.#allowed ? PLAYOUT_MAX_MS : 0;
  }

  /** Whether the jitter buffer is to delay the video. It takes over, or gives back, at the second time. */
  #useBuffer() {
    const { streamDelay, appliedDelay } = this.#store.facts;
    if (streamDelay === null || !('jitterBufferTarget' in RTCRtpReceiver.prototype)) return false;
    const disorder = this.#still.sum(pageTime()) > (this.#buffered ? CALM_MS : MOST_STILL_MS);
    // While the jitter buffer delays the video anyway, nobody sees how the worker's delay grows to the same. Only then it is left.
    if (this.#buffered) this.#tell({ delay: disorder ? null : streamDelay });
    const buffer = disorder || (this.#buffered && this.#held < appliedDelay - STEP_UP_MS);
    // The server is asked first. What it allows is in the packets that come after that.
    if (buffer === this.#asked && buffer !== this.#buffered) {
      if (buffer) this.#enterBuffer();
      else this.#leaveBuffer();
    }
    this.#asked = buffer;
    return buffer;
  }

  /** The frame with this RTP timestamp has a result: the viewer must be given time to see it. @param {number} rtp */
  want(rtp) {
    this.#tell({ want: rtp });
  }

  /** The frame with this RTP timestamp was seen. @param {number} rtp */
  seen(rtp) {
    this.#tell({ seen: rtp });
  }

  close() {
    this.#stopListening();
    clearInterval(this.#stepper);
    this.#worker?.terminate();
    this.#worker = null;
  }

  /** @param {{delay: number|null}|{want: number}|{seen: number}} message */
  #tell(message) {
    this.#worker?.postMessage(message);
  }

  /** The jitter buffer takes over from the worker, with the delay as it is. */
  #enterBuffer() {
    this.#buffered = true;
    this.#setBuffer(Math.min(this.#store.facts.appliedDelay, LONGEST_BUFFER_MS));
    this.#tell({ delay: null });
    this.#stepper = setInterval(() => {
      const { streamDelay, appliedDelay } = this.#store.facts;
      const missing = Math.min(streamDelay ?? 0, LONGEST_BUFFER_MS) - appliedDelay;
      if (missing !== 0) this.#setBuffer(appliedDelay + Math.min(STEP_UP_MS, Math.max(-STEP_DOWN_MS, missing)));
    }, STEP_INTERVAL_MS);
  }

  #leaveBuffer() {
    clearInterval(this.#stepper);
    this.#buffered = false;
    if (this.#receiver) this.#receiver.jitterBufferTarget = null;
    this.#store.set({ appliedDelay: this.#held });
  }

  /** @param {number} ms */
  #setBuffer(ms) {
    this.#store.set({ appliedDelay: ms });
    if (this.#receiver) this.#receiver.jitterBufferTarget = ms;
  }
}
