// SPDX-License-Identifier: LGPL-2.1-or-later
// A session of one stream, and what it told.
import { ServerClock } from '../../../web/core/clock.js';
import { Session } from '../../../web/core/session.js';
import { Store } from '../../../web/core/store.js';
import { VideoDelay } from '../../../web/core/video-delay.js';
import { pass, settle } from './time.js';

/** @param {{store?: Store, takeOver?: ((signaling?: import('../../../web/core/signaling.js').Signaling) => void)|null, connect?: import('../../../web/core/session.js').Connect}} [parts] */
export function openSession({ store = new Store(), takeOver = null, connect } = {}) {
  /** What the session told, by the names of its events. @type {Record<string, any[]>} */
  const told = { track: [], result: [], model: [], delays: [], stats: [], ended: [] };
  const events = Object.fromEntries(Object.keys(told).map((name) => [name, (/** @type {any} */ event) => told[name].push(event)]));
  const videoDelay = new VideoDelay(store);
  const session = new Session('ws://host/ws', store, /** @type {any} */ (events), { clock: new ServerClock(0), videoDelay, takeOver, connect });
  return { session, store, told, errors: () => told.ended.map(({ code }) => code) };
}

/**
 * So many checks of half a second each, with what `stats(n)` says of the n-th.
 * @param {{stats: object|null}} of a connection, or one of its receivers @param {number} count @param {(n: number) => object} stats
 */
export async function check(of, count, stats) {
  for (let n = 1; n <= count; n++) {
    of.stats = stats(n);
    await pass(500);
    await settle();
  }
}

export const PLAYING = (/** @type {number} */ n) => ({ packetsReceived: n * 100, framesDecoded: n * 15 });
