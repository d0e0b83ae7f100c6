// SPDX-License-Identifier: LGPL-2.1-or-later
// Decides by how much the video is delayed: just enough for its results, and never by more than the viewer allows.
import { pageTime } from './clock.js';
import { rtpOf } from './frame-id.js';
import { NeededDelay } from './needed-delay.js';

/** The delay follows what is needed in steps of this, so that the worker is not told of every ms. */
const STEP_MS = 2;

export class DelayControl {
  #store;
  #videoDelay;
  #needed = new NeededDelay();
  #stopListening;

  /**
   * @param {import('./store.js').Store} store
   * @param {{want: (rtp: number) => void, seen: (rtp: number, id: number|null) => void}} videoDelay holds the video back; told which frames a viewer must see, and has seen
   */
  constructor(store, videoDelay) {
    this.#store = store;
    this.#videoDelay = videoDelay;
    this.#stopListening = store.on(['settings', 'mode', 'looking'], ({ settings }, before) => {
      if (settings.fill !== before.settings.fill) this.#needed.clear();
      this.#decide(pageTime());
    });
  }

  close() {
    this.#stopListening();
  }

  /** How much later than its frame the slowest result came, in ms; null while that is not known. @param {number} now */
  lag(now) {
    return this.#needed.lag(now);
  }

  /** @param {import('./protocol.js').Result} result @param {number} now */
  addResult(result, now) {
    const { mode, settings, stream, link } = this.#store.facts;
    // Till the server knows what the network carries it leaves results out: frames that wait for the next one would wait long.
    this.#needed.addResult(result, now, settings.fill === 'interpolated' && link?.reason !== 'start');
    const rtp = rtpOf(result.frame, stream?.rtpOffset);
    if (mode === 'exact' && rtp !== null) this.#videoDelay.want(rtp);
    this.#decide(now);
  }

  /** A frame is shown, in either view. @param {number} id @param {number} now */
  addFrame(id, now) {
    this.#needed.addFrame(id, now, this.#store.facts.delay);
  }

  /**
   * The viewer has seen a frame: the next one need not wait for it any more.
   * @param {number|null} id @param {number|undefined} rtp its RTP timestamp, if the browser tells it
   */
  seen(id, rtp) {
    const timestamp = rtp ?? (id === null ? null : rtpOf(id, this.#store.facts.stream?.rtpOffset));
    if (timestamp !== null) this.#videoDelay.seen(timestamp, id);
  }

  /** @param {number} now */
  #decide(now) {
    const { mode, looking, settings: { hold }, wantedDelay: before } = this.#store.facts;
    // When the viewer looks again it is to see a picture at once, as in the beginning.
    const wantedDelay = mode === 'exact' && looking ? this.#needed.target(now, hold, before ?? 0) : null;
    const close = wantedDelay !== null && before !== null && wantedDelay > 0 && Math.abs(wantedDelay - before) < STEP_MS;
    if (!close) this.#store.set({ wantedDelay });
  }
}
