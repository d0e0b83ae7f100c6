// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view: shows each frame with its own results, in the order of the frames, tells when they come to the screen, and reads now
// and then what is shown.
import { pageTime } from '../core/clock.js';
import { RecentSamples } from '../core/samples.js';

/**
 * @typedef {import('../core/protocol.js').Stream} Stream
 * @typedef {import('./snapshot.js').Snapshot} Snapshot
 * @typedef {import('../core/matching.js').Match & {rtp: number|undefined, again: boolean, hidden: boolean}} ShownFrame
 *   `rtp`: RTP timestamp of the frame, or of the browser's callback where nobody can tell which frame it is; `again`: it was the last
 *   one too; `hidden`: the viewer sees no results
 * @typedef {{shown: (frame: ShownFrame, now: number) => void, painted: (id: number|null, now: number) => void,
 *   read: (meant: number, actual: number|null) => void}} ComposingEvents
 *   `shown`: a frame is drawn; `painted`: one comes to the screen, null: nobody can tell which; `read`: what is shown was read again: the
 *   frame that was meant, and the one that its pixels name, null: they can't be read
 */

/** How often what is shown is read again: the proof does not rest on what was meant to be drawn. */
const READ_BACK_MS = 1000;

export class Composing {
  #store;
  #picture;
  #matching;
  #events;
  #stopListening;
  #stampMs = new RecentSamples(5000);
  /** Id of the frame that is shown. @type {number|null} */
  #last = null;
  /** Frames that were begun, and the newest of them that was drawn: reading them may take different times. */
  #begun = 0;
  #drawn = 0;
  #readAt = 0;
  #repaint = 0;
  #closed = false;

  /**
   * @param {import('../core/store.js').Store} store @param {import('./composed-picture.js').ComposedPicture} picture
   * @param {import('../core/matching.js').Matching} matching @param {ComposingEvents} events
   */
  constructor(store, picture, matching, events) {
    this.#store = store;
    this.#picture = picture;
    this.#matching = matching;
    this.#events = events;
    this.#stopListening = store.on(['mode'], () => {
      this.#last = null;
      this.#cancelRepaint();
      store.set({ composed: false });
    });
  }

  close() {
    this.#closed = true;
    this.#cancelRepaint();
    this.#stopListening();
  }

  /** How long reading a stamp takes, in ms; null while that is not known. @param {number} now */
  stampMs(now) {
    return this.#stampMs.median(now);
  }

  /**
   * Draws the video's present frame with its own results. In a browser that does not let it, there is no exact view.
   * @param {HTMLVideoElement} video @param {{rtpTimestamp?: number}} callback of requestVideoFrameCallback @param {number} now
   */
  async show(video, callback, now) {
    await this.#take((stream) => this.#picture.take(video, stream), callback, now);
  }

  /** Draws a frame that came by WebSocket, and closes it. @param {VideoFrame} frame @param {number} id @param {number} now */
  async showFrame(frame, id, now) {
    if (!this.#store.facts.stream) frame.close();
    await this.#take((stream) => this.#picture.takeFrame(frame, id, stream), {}, now);
  }

  /** @param {(stream: Stream) => Promise<Snapshot|null>|Snapshot|null} take @param {{rtpTimestamp?: number}} callback @param {number} now */
  async #take(take, callback, now) {
    const { stream } = this.#store.facts;
    if (!stream) return;
    try {
      await this.#show(take, callback, stream, now);
    } catch (error) {
      if (!this.#closed) this.#store.set({ fault: `This browser does not let the page draw the video’s frames (${error}): try another one` });
    }
  }

  /**
   * @param {(stream: Stream) => Promise<Snapshot|null>|Snapshot|null} take @param {{rtpTimestamp?: number}} callback
   * @param {Stream} stream @param {number} now
   */
  async #show(take, callback, stream, now) {
    const number = ++this.#begun;
    const snapshot = await take(stream);
    if (!snapshot) return;
    try {
      const { mode, paused } = this.#store.facts;
      const wanted = number > this.#drawn && mode === 'exact' && !paused && !this.#closed;
      if (wanted) this.#compose(snapshot, callback, { ...stream, stamp: snapshot.stamp }, now);
    } finally {
      snapshot.close();
    }
    this.#drawn = Math.max(this.#drawn, number);
  }

  /**
   * Nothing is waited for in here: another frame's picture must not come between this one and what belongs to it.
   * @param {Snapshot} snapshot @param {{rtpTimestamp?: number}} callback
   * @param {Stream} stream its `stamp` is that of this frame @param {number} now
   */
  #compose(snapshot, callback, stream, now) {
    const { settings, resultsVisible } = this.#store.facts;
    this.#stampMs.add(pageTime(), snapshot.stampMs);
    const match = this.#matching.match(snapshot, stream, settings.fill, now);
    const { id, stampId } = match;
    this.#picture.fit(snapshot);
    snapshot.draw();
    this.#picture.drawResults(match.drawings, id);
    const again = id !== null && id === this.#last;
    this.#last = id;
    this.#store.set({ composed: true });
    const unknown = id === null && stampId === null;
    const rtp = snapshot.rtp ?? (unknown ? callback.rtpTimestamp : undefined);
    this.#events.shown({ ...match, rtp, again, hidden: !resultsVisible }, now);
    // A frame that is replaced before the next repaint is never seen.
    if (!again) this.#repaint ||= requestAnimationFrame(() => this.#onRepaint());
    if (id !== null && stream.stamp && now - this.#readAt > READ_BACK_MS) this.#readBack(id, stream.stamp, now);
  }

  #onRepaint() {
    this.#repaint = 0;
    this.#events.painted(this.#last, pageTime());
  }

  #cancelRepaint() {
    cancelAnimationFrame(this.#repaint);
    this.#repaint = 0;
  }

  /** @param {number} id @param {import('../core/protocol.js').Stamp} stamp @param {number} now */
  async #readBack(id, stamp, now) {
    this.#readAt = now;
    this.#events.read(id, await this.#picture.readBack(stamp).catch(() => null));
  }
}
