// SPDX-License-Identifier: LGPL-2.1-or-later
// The video's sound, later by as much as the picture is. The video element itself stays muted: it could delay the sound only by its
// jitter buffer, which takes 10 s to follow a delay of 600 ms and knows none of more than 4 s.

/** More than any delay of the video. */
const LONGEST_S = 10;
/** A delay that changes at once would click. */
const SMOOTH_S = 0.05;

export class Sound {
  #video;
  #store;
  /** Browsers let a page play sound only once its user has done something in it, so this is made when the viewer wants to hear it. @type {DelayNode|null} */
  #delay = null;
  /** @type {MediaStreamAudioSourceNode|null} */
  #source = null;

  /** @param {HTMLVideoElement} video has the stream, which Chromium else would not decode @param {import('../core/store.js').Store} store */
  constructor(video, store) {
    this.#video = video;
    this.#store = store;
    store.on(['audible', 'hasSound'], () => this.#connect());
    store.on(['delay'], ({ delay }) => {
      this.#delay?.delayTime.setTargetAtTime(delay / 1000, this.#delay.context.currentTime, SMOOTH_S);
    });
  }

  /** Where sound goes that comes by no stream; null as long as the viewer wants none. */
  get output() {
    return this.#delay;
  }

  #connect() {
    const { audible, hasSound, delay, transport } = this.#store.facts;
    const stream = /** @type {MediaStream|null} */ (this.#video.srcObject);
    this.#source?.disconnect();
    this.#source = null;
    if (!audible || !hasSound || !(stream || transport === 'socket')) {
      /** @type {AudioContext|undefined} */ (this.#delay?.context)?.suspend();
      return;
    }
    if (!this.#delay) {
      const speakers = new AudioContext();
      this.#delay = speakers.createDelay(LONGEST_S);
      this.#delay.connect(speakers.destination);
    }
    const context = /** @type {AudioContext} */ (this.#delay.context);
    this.#delay.delayTime.value = delay / 1000;
    if (stream && transport !== 'socket') {
      this.#source = context.createMediaStreamSource(stream);
      this.#source.connect(this.#delay);
    }
    context.resume();
  }
}
