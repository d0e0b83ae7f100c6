// SPDX-License-Identifier: LGPL-2.1-or-later
import { Looking } from '../core/looking.js';

/** What a video tells when it is paused or not, or has a window of its own or not (picture in picture). */
const EVENTS = ['pause', 'play', 'enterpictureinpicture', 'leavepictureinpicture'];

/** Watches whether the viewer looks. A page that is hidden is not seen, unless its video is elsewhere; a paused video is not either. */
export class Attention {
  #video;
  #looking;
  #elsewhere = false;
  /** @param {Event} [event] */
  #check = (event) => {
    if (event?.type.endsWith('pictureinpicture')) this.#elsewhere = event.type.startsWith('enter');
    // Between two connections there is nothing to pause.
    const paused = this.#video.paused && this.#video.srcObject !== null;
    this.#looking.set((!document.hidden || this.#elsewhere) && !paused);
  };

  /** @param {HTMLVideoElement} video @param {import('../core/store.js').Store} store is told */
  constructor(video, store) {
    this.#video = video;
    this.#looking = new Looking((looking) => store.set({ looking }));
    document.addEventListener('visibilitychange', this.#check);
    for (const name of EVENTS) video.addEventListener(name, this.#check);
    this.#check();
  }

  close() {
    document.removeEventListener('visibilitychange', this.#check);
    for (const name of EVENTS) this.#video.removeEventListener(name, this.#check);
    this.#looking.close();
  }
}
