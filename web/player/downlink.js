// SPDX-License-Identifier: LGPL-2.1-or-later
import { carriedBy, measuredDownlink, rememberedDownlink } from '../core/downlink.js';

/** Of a server, as its files have it. @param {string} url of its WebSocket */
const originOf = (url) => new URL(url).origin.replace(/^ws/, 'http');
/** @param {string} url */
const keyOf = (url) => `cv-player downlink ${originOf(url)}`;

/**
 * The address of a server's WebSocket with what is known of the way from there, the newest of it.
 * @param {string} url @param {number} limit that the viewer has set, bit/s
 */
export function withDownlink(url, limit) {
  try {
    const files = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
    const measured = measuredDownlink(files, originOf(url), performance.timeOrigin);
    const remembered = recall(url);
    const known = measured && measured.at > (remembered?.at ?? 0) ? measured : remembered;
    const address = new URL(url);
    const bits = Math.min(known?.bits ?? Infinity, limit);
    if (bits < Infinity) address.searchParams.set('downlink', String(Math.round(bits)));
    return address.href;
  } catch {
    return url;  // who connects to it will find out what is wrong with it
  }
}

/** @param {string} url */
function recall(url) {
  try {
    return rememberedDownlink(localStorage.getItem(keyOf(url)), Date.now());
  } catch {
    return null;  // a browser may refuse to remember anything
  }
}

/** For the next time. @param {string} url of the server's WebSocket @param {import('../core/protocol.js').Link|null} link as it was last */
export function remember(url, link) {
  const bits = link && carriedBy(link);
  try {
    if (bits) localStorage.setItem(keyOf(url), JSON.stringify({ bits, at: Date.now() }));
  } catch {
    // then it begins anew
  }
}
