// SPDX-License-Identifier: LGPL-2.1-or-later
import { Looking } from '../core/looking.js';

/**
 * Watches whether the viewer looks. A page that is hidden is not seen; who has paused the picture needs no other one, nor does a browser
 * that has paused the video.
 * @param {HTMLVideoElement} video @param {import('../core/store.js').Store} store is told
 * @returns {() => void} ends it
 */
export function watchAttention(video, store) {
  const looking = new Looking((now) => store.set({ looking: now }));
  const check = () => {
    // Between two connections there is nothing to pause.
    const paused = store.facts.paused || (video.paused && video.srcObject !== null);
    looking.set(!document.hidden && !paused);
  };
  const stopListening = store.on(['paused'], check);
  // by name, and not by an AbortSignal: Node 20.19, which runs the tests on Debian 13, forgets that one
  const events = /** @type {[EventTarget, string][]} */ ([[document, 'visibilitychange'], [video, 'pause'], [video, 'play']]);
  for (const [target, name] of events) target.addEventListener(name, check);
  check();
  return () => {
    for (const [target, name] of events) target.removeEventListener(name, check);
    stopListening();
    looking.close();
  };
}
