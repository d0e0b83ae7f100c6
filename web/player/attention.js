// SPDX-License-Identifier: LGPL-2.1-or-later
import { Looking } from '../core/looking.js';

/**
 * Watches whether the viewer looks. A page that is hidden is not seen; a paused video is not either.
 * @param {HTMLVideoElement} video @param {import('../core/store.js').Store} store is told
 * @returns {() => void} ends it
 */
export function watchAttention(video, store) {
  const looking = new Looking((now) => store.set({ looking: now }));
  const end = new AbortController();
  const { signal } = end;
  const check = () => {
    // Between two connections there is nothing to pause.
    const paused = video.paused && video.srcObject !== null;
    looking.set(!document.hidden && !paused);
  };
  document.addEventListener('visibilitychange', check, { signal });
  for (const name of ['pause', 'play']) video.addEventListener(name, check, { signal });
  check();
  return () => {
    end.abort();
    looking.close();
  };
}
