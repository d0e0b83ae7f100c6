// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes beside the video, whichever way that takes, and what the page asks of it.
import { pageTime } from './clock.js';
import { limitOf } from './settings.js';
import { isStills } from './stream-picture.js';

export const STATS_INTERVAL_MS = 500;

/**
 * @typedef {{
 *   track: (stream: MediaStream) => void, result: (result: import('./protocol.js').Result) => void,
 *   model: (state: import('./protocol.js').ModelState) => void,
 *   delays: (delays: import('./control-channel.js').Delays) => void,
 *   stats: (stats: import('./stats.js').VideoStats) => void, ended: (error: import('./signaling.js').SessionError) => void}} SessionEvents
 */

/**
 * @param {ReturnType<import('./protocol.js')['parseResults']>|{type: 'pong'|'link'|'property'|'window'}} message
 * @param {import('./store.js').Store} store @param {SessionEvents} events
 */
export function handOn(message, store, events) {
  if (message.type === 'stream') store.set({ stream: message });
  else if (message.type === 'result') events.result(message);
  else if (message.type === 'model') events.model(message);
  // Worth a line for who writes a server, not worth the picture.
  else if (message.type === 'invalid') console.warn(`cv-player: results: ${message.reason}`);
}

/**
 * @param {{packets: number, decoded: number}|null} stats of the video @param {import('./store.js').Facts} facts
 * @param {number} pongs how many came so far @returns {import('./watchdog.js').Signs}
 */
export const signsOf = (stats, { looking, watched, stream, link }, pongs) => ({
  time: pageTime(), packets: stats?.packets ?? 0, decoded: stats?.decoded ?? 0,
  expected: (looking || watched) && stream?.state !== 'lost' && !isStills(link), pongs,
});

/** Tells the server whether the viewer looks, and what limits its video. */
export class VideoWish {
  /** As a server has it at first: looking, and no limit. */
  #told = 'true,,';

  /**
   * Only of a server that tells of the link: an older one ends viewers that say what it does not know.
   * @param {import('./store.js').Facts} facts @param {Pick<import('./control-channel.js').ControlChannel, 'send'>|null} control
   */
  tell({ link, looking, watched, settings }, control) {
    const wanted = looking || watched;
    const maxBitrate = limitOf(settings['max-bitrate']);
    const maxHeight = limitOf(settings['max-height']) ?? undefined;
    const wish = `${[wanted, maxBitrate, maxHeight]}`;
    if (!link || this.#told === wish) return;
    this.#told = wish;
    control?.send({ type: 'video', wanted, maxBitrate, maxHeight });
  }
}

/** Whether this viewer may set it to that. @param {import('./protocol.js').Property} property @param {import('./protocol.js').Value} value */
export const takes = ({ writable, value: now, min = -Infinity, max = Infinity, whole, choices }, value) =>
  writable && typeof value === typeof now && (typeof value !== 'number' || (value >= min && value <= max && !(whole && value % 1))) &&
  (choices?.some((one) => one.value === value) ?? true);
