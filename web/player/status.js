// SPDX-License-Identifier: LGPL-2.1-or-later
// What the player says about itself, in words.

import { isBug } from '../core/backoff.js';

/**
 * @typedef {import('../core/store.js').PlayerState} PlayerState
 * @typedef {import('../core/signaling.js').SessionError} SessionError
 */

/** When the picture stands still for longer, it is not called live. */
const STALLED_MS = 2000;

/**
 * @param {PlayerState} state @param {SessionError|null} error that ended the last attempt
 * @param {string} message of the stream @param {number} wait ms to the next attempt
 * @param {number} standstill ms since the last frame @param {string} notice what there is to say of the network
 * @param {boolean} paused whether it was told to stand still @param {boolean} asks whether the browser waits for its user
 * @returns {import('./view.js').Status}
 */
export function statusOf(state, error, message, wait, standstill, notice, paused, asks) {
  /** @param {string} words @param {string} banner @param {string} [name] */
  const status = (words, banner, name = state) => ({ name, words, banner });
  // of such a video some browsers show the first frame
  if (asks && (state === 'connecting' || state === 'playing')) return status('Press Play', 'Your browser plays no video unasked: press Play', 'paused');
  switch (state) {
    case 'closed': return status(paused ? 'Paused' : 'Stopped', '');
    case 'playing':
      if (paused) return status('Paused', '', 'paused');
      return standstill > STALLED_MS
      ? status('Waiting for video', 'Waiting for video…', 'stalled')
      : status(notice ? `Live. ${notice}` : 'Live', '');
    case 'failed': return status('No video', sentence(error?.message ?? ''));
    case 'lost': return status('Source lost', `Source lost, retrying: ${message}`);
    case 'connecting': {
      const words = error ? 'Reconnecting' : 'Connecting';
      return status(words, `${words}…`);
    }
    case 'waiting': return status('Disconnected', waiting(error, Math.ceil(wait / 1000)));
  }
}

/** @param {SessionError|null} error @param {number} seconds */
function waiting(error, seconds) {
  const again = seconds > 0 ? `reconnecting in ${seconds} s` : 'reconnecting…';
  if (!error) return again;
  if (error.code === 'full') return `The server is full: ${again}`;
  if (error.code === 'shutdown') return `The server has ended: ${again}`;
  if (isBug(error.code)) return `Error (${error.code}): ${error.message}; ${again}`;
  return `${sentence(error.message)}: ${again}`;
}

/** @param {string} text */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
