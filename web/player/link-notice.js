// SPDX-License-Identifier: LGPL-2.1-or-later
// What there is to say of the viewer's network, in words.
import { bits } from './bits.js';

/** What is over sooner is not said. */
const LASTING_MS = 2000;

const NO_UDP = 'Over WebSocket: no UDP between you and the server';

export class LinkNotice {
  #state = '';
  #since = -Infinity;
  #words = '';

  /**
   * What is to be said now, '' if nothing. The words stay until another state has lasted, however the figures in them change: a screen
   * reader reads every change aloud.
   * @param {import('../core/store.js').Facts} facts @param {number} now
   */
  words({ link, stream, settings, transport }, now) {
    const state = link ? `${link.reason} ${link.rung} ${settings['max-bitrate']} ${transport}` : '';
    if (state !== this.#state) {
      this.#state = state;
      this.#since = now;
    } else if (now - this.#since >= LASTING_MS) {
      this.#since = Infinity;
      const bySocket = transport === 'socket' && settings.transport === 'auto' ? NO_UDP : '';
      const network = link ? sentenceOf(link, stream?.rungs?.[0]?.width ?? 0, settings['max-bitrate']) : '';
      this.#words = [bySocket, network].filter(Boolean).join('. ');
    }
    return this.#words;
  }
}

/** @param {import('../core/protocol.js').Link} link @param {number} fullWidth of the largest picture @param {number} limit that the viewer has set */
function sentenceOf({ reason, carries, width }, fullWidth, limit) {
  if (reason === 'too-slow') return 'Your network is too slow for video: single pictures';
  if (reason === 'limit' && limit < Infinity) return `Limited to ${bits(limit)} by choice`;
  if (reason !== 'network' || carries === null) return '';
  return `Your network carries about ${bits(Number(carries.toPrecision(2)))}: ${width < fullWidth ? 'smaller picture' : 'lower quality'}`;
}
