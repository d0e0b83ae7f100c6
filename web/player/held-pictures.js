// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds pictures of a video that comes live, because other players of the page show it too, and hands each on when it is due. (A video of one
// player is held before it is decoded, which costs less: VideoDelay.)
import { pageTime } from '../core/clock.js';
import { PlayoutBuffer } from '../core/playout-buffer.js';

/** Together they take no more bytes than this: a second and a half of 1080p at 60 fps. What does not fit is left out. */
const MOST_BYTES = 256e6;

/** @template {{size: number, close: () => void}} T `size`: bytes that it takes */
export class HeldPictures {
  #store;
  #show;
  /** @type {PlayoutBuffer<T>} */
  #buffer = new PlayoutBuffer();
  #bytes = 0;
  #repaint = 0;
  #stopListening;

  /** @param {import('../core/store.js').Store} store @param {(picture: T) => void} show is given each picture when it is due, and closes it */
  constructor(store, show) {
    this.#store = store;
    this.#show = show;
    this.#stopListening = store.on(['wantedDelay'], ({ wantedDelay }) => {
      this.#buffer.delay = wantedDelay;
      // nobody looks, and a hidden page is not repainted
      if (wantedDelay === null) for (const picture of this.#take()) picture.close();
    });
    this.#buffer.delay = store.facts.wantedDelay;
  }

  close() {
    this.#stopListening();
    cancelAnimationFrame(this.#repaint);
    this.#buffer.delay = null;
    this.#take().forEach((picture) => picture.close());
  }

  /** @param {T} picture which it takes over @param {number} rtp its RTP timestamp @param {number} now */
  add(picture, rtp, now) {
    if (this.#bytes + picture.size > MOST_BYTES) return picture.close();
    this.#bytes += picture.size;
    this.#buffer.add(picture, rtp, now);
    this.#askForRepaint();
  }

  #askForRepaint() {
    this.#repaint ||= requestAnimationFrame(() => this.#onRepaint());
  }

  /** The viewer must be given time to see this frame. @param {number} rtp */
  want(rtp) {
    this.#buffer.want(rtp);
  }

  /** @param {number} rtp */
  seen(rtp) {
    this.#buffer.seen(rtp);
  }

  /** Of several that are due one is seen. One that the viewer must see is the last of them. */
  #onRepaint() {
    this.#repaint = 0;
    if (this.#store.facts.paused) return;  // until more come
    const due = this.#take();
    const picture = due.pop();
    for (const missed of due) missed.close();
    if (picture) this.#show(picture);
    this.#store.set({ heldDelay: Math.round(this.#buffer.applied) });
    if (this.#bytes > 0) this.#askForRepaint();
  }

  #take() {
    const due = this.#buffer.take(pageTime());
    for (const { size } of due) this.#bytes -= size;
    return due;
  }
}
