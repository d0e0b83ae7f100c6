// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view: shows each frame with its own results, in the order of the frames, tells when they come to the screen, and reads now
// and then what is shown.
import { pageTime } from '../core/clock.js';
import { rtpOf } from '../core/frame-id.js';
import { RecentSamples } from '../core/samples.js';
import { HeldPictures } from './held-pictures.js';

/**
 * @typedef {import('../core/protocol.js').Stream} Stream
 * @typedef {import('./snapshot.js').Snapshot} Snapshot
 * @typedef {import('../core/matching.js').Match & {rtp: number|undefined, again: boolean, hidden: boolean}} ShownFrame
 *   `rtp`: RTP timestamp of the frame, or of the browser's callback where nobody can tell which frame it is; `again`: it was the last
 *   one too; `hidden`: the viewer sees no results
 * @typedef {{snapshot: Snapshot, callback: {rtpTimestamp?: number}, stream: Stream, size: number, close: () => void}} Taken a snapshot, and what
 *   was known when it was taken: the `stamp` of its stream is that of this frame
 * @typedef {{shown: (frame: ShownFrame, now: number) => void, painted: (id: number|null, now: number) => void,
 *   read: (meant: number, actual: number|null) => void, again: (match: import('../core/matching.js').Match) => void}} ComposingEvents
 *   `shown`: a frame is drawn; `painted`: one comes to the screen, null: nobody can tell which; `read`: what is shown was read again: the
 *   frame that was meant, and the one that its pixels name, null: they can't be read; `again`: the viewer went back to a frame
 */

/** How often what is shown is read again: the proof does not rest on what was meant to be drawn. */
const READ_BACK_MS = 1000;

export class Composing {
  #store;
  #picture;
  #matching;
  #events;
  #stopListening;
  /** @type {HeldPictures<Taken>|null} */
  #held = null;
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
    const stopMode = store.on(['mode'], () => {
      picture.history?.clear();
      this.#last = null;
      this.#cancelRepaint();
      store.set({ composed: false });
    });
    const stopShared = store.on(['shared', 'mode'], () => this.#hold());
    this.#stopListening = () => {
      stopMode();
      stopShared();
    };
    this.#hold();
  }

  close() {
    this.#closed = true;
    this.#cancelRepaint();
    this.#stopListening();
    this.#held?.close();
    this.#picture.history?.clear();
  }

  /** Pictures of a video that others show live. */
  #hold() {
    const { shared, mode } = this.#store.facts;
    const wanted = shared && mode === 'exact';
    if (wanted === (this.#held !== null)) return;
    this.#held?.close();
    this.#held = wanted ? new HeldPictures(this.#store, (taken) => this.#guard(() => this.#compose(taken, pageTime()))) : null;
    this.#store.set({ heldDelay: 0 });
  }

  /** The viewer must be given time to see this frame. @param {number} rtp */
  want(rtp) {
    this.#held?.want(rtp);
  }

  /** @param {number} rtp */
  seen(rtp) {
    this.#held?.seen(rtp);
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
    await this.#take((stream) => this.#keeps ? this.#picture.takeCopy(video, stream) : this.#picture.take(video, stream), callback, now);
  }

  /** Draws a frame that came by WebSocket, and closes it. @param {VideoFrame} frame @param {number} id @param {number} now */
  async showFrame(frame, id, now) {
    if (!this.#store.facts.stream) frame.close();
    await this.#take((stream) => this.#keeps ? this.#picture.takeFrameCopy(frame, id, stream) : this.#picture.takeFrame(frame, id, stream), {}, now);
  }

  /** Whether a frame is kept for longer than it takes to draw it. */
  get #keeps() {
    return this.#held !== null || this.#picture.history !== null;
  }

  /** @param {(stream: Stream) => Promise<Snapshot|null>|Snapshot|null} take @param {{rtpTimestamp?: number}} callback @param {number} now */
  async #take(take, callback, now) {
    const { stream } = this.#store.facts;
    if (stream) await this.#guard(() => this.#show(take, callback, stream, now));
  }

  /** @param {() => Promise<void>|void} work which may find that the browser does not let it */
  async #guard(work) {
    try {
      await work();
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
    const { mode, paused } = this.#store.facts;
    const wanted = number > this.#drawn && mode === 'exact' && !paused && !this.#closed;
    this.#drawn = Math.max(this.#drawn, number);
    const taken = { snapshot, callback, stream: { ...stream, stamp: snapshot.stamp }, size: snapshot.size, close: () => snapshot.close() };
    if (!wanted) taken.close();
    else if (this.#held) this.#holdBack(this.#held, taken, now);
    else this.#compose(taken, now);
  }

  /** @param {HeldPictures<Taken>} held @param {Taken} taken @param {number} now */
  #holdBack(held, taken, now) {
    const { snapshot, callback, stream: { rtpOffset } } = taken;
    const stamped = snapshot.stampId === null ? null : rtpOf(snapshot.stampId, rtpOffset);
    const rtp = stamped ?? snapshot.rtp ?? callback.rtpTimestamp;
    if (rtp === undefined) taken.close();  // nobody can tell when it is due
    else held.add(taken, rtp, now);
  }

  /**
   * Nothing is waited for in here: another frame's picture must not come between this one and what belongs to it.
   * @param {Taken} taken which it takes over @param {number} now
   */
  #compose({ snapshot, callback, stream, size, close }, now) {
    const { settings, resultsVisible } = this.#store.facts;
    const { history } = this.#picture;
    this.#stampMs.add(pageTime(), snapshot.stampMs);
    const match = this.#matching.match(snapshot, stream, settings.fill, now);
    const { id, stampId } = match;
    const draw = () => {
      this.#picture.fit(snapshot);
      snapshot.draw();
      this.#picture.drawResults(match.drawings, id);
    };
    try {
      draw();
    } catch (error) {
      close();
      throw error;
    }
    const again = id !== null && id === this.#last;
    this.#last = id;
    if (!history || again) close();
    else {
      history.add({
        size, time: now, close,
        show: () => {
          draw();
          this.#events.again(match);
        },
      });
    }
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
