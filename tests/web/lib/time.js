// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's time: it passes only when a test lets it. (node:test's own mock timers leave out performance.now().)

/** @type {Map<number, {at: number, every: number|null, callback: () => void}>} */
const timers = new Map();
let now = 0;
let last = 0;

/** @param {() => void} callback @param {number} ms @param {number|null} every */
function add(callback, ms, every) {
  timers.set(++last, { at: now + ms, every, callback });
  return last;
}

/** To be called before any module of the page asks for the time, and for a page that has just been opened. */
export function stopTime() {
  timers.clear();
  now = 10_000;
  const clear = (/** @type {number} */ id) => timers.delete(id);
  Object.assign(globalThis, {
    performance: { now: () => now, timeOrigin: 0, getEntriesByType: () => [] },
    setTimeout: (/** @type {() => void} */ callback, ms = 0) => add(callback, ms, null),
    setInterval: (/** @type {() => void} */ callback, ms = 0) => add(callback, ms, ms),
    clearTimeout: clear,
    clearInterval: clear,
  });
}

/** What promises have made ready happens. */
export const settle = () => new Promise(setImmediate);

/** Lets so many ms pass, with all that falls due on the way, in order. @param {number} ms */
export async function pass(ms) {
  const end = now + ms;
  for (;;) {
    await settle();
    const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
    if (!next) break;
    const [id, timer] = next;
    now = timer.at;
    if (timer.every === null) timers.delete(id);
    else timer.at += timer.every;
    timer.callback();
  }
  now = end;
}

/** How many timers run: none may be left behind. */
export const timersLeft = () => timers.size;
