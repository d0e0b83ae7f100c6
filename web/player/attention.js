// SPDX-License-Identifier: LGPL-2.1-or-later
import { Looking } from '../core/looking.js';

/** What a video tells when it is paused or not, or has a window of its own or not (picture in picture). */
const EVENTS = ['pause', 'play', 'enterpictureinpicture', 'leavepictureinpicture'];

/**
 * Watches whether the viewer looks. A page that is hidden is not seen, unless its video is elsewhere; a paused video is not either.
 * @param {HTMLVideoElement} video @param {import('../core/store.js').Store} store is told
 * @returns {() => void} ends it
 */
export function watchAttention(video, store) {
  const looking = new Looking((now) => store.set({ looking: now }));
  const end = new AbortController();
  const { signal } = end;
  let elsewhere = false;
  /** @param {Event} [event] */
  const check = (event) => {
    if (event?.type.endsWith('pictureinpicture')) elsewhere = event.type.startsWith('enter');
    // Between two connections there is nothing to pause.
    const paused = video.paused && video.srcObject !== null;
    looking.set((!document.hidden || elsewhere) && !paused);
  };
  document.addEventListener('visibilitychange', check, { signal });
  for (const name of EVENTS) video.addEventListener(name, check, { signal });
  check();
  return () => {
    end.abort();
    looking.close();
  };
}
