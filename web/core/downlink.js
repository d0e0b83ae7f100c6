// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer's network carries, as far as can be known before it plays: the server then begins with a picture that fits. Pure.

/** Smaller files say too little. */
const LEAST_BYTES = 16_000;
/** So many may come all at once, however slow the network is: some let that much through before they count. */
const BURST_BYTES = 10_000;
/** A file that came all at once says no more. */
const MOST = 1e9;
/** After a day a viewer may be anywhere. */
const KEPT_MS = 86_400_000;

/** @typedef {{bits: number, at: number}} Downlink `bits`: a second; `at`: when that was so, in unix ms */

/**
 * By the largest of a server's files that the browser has loaded; null where it loaded none, or has them from its cache.
 * @param {{name: string, transferSize: number, encodedBodySize: number, requestStart: number, responseStart: number, responseEnd: number}[]}
 *   files as PerformanceResourceTiming has them @param {string} origin of the server @param {number} timeOrigin of their times
 * @returns {Downlink|null}
 */
export function measuredDownlink(files, origin, timeOrigin) {
  const [file] = files.filter(({ name, transferSize }) => name.startsWith(`${origin}/`) && transferSize > LEAST_BYTES)
    .sort((one, other) => other.transferSize - one.transferSize);
  if (!file) return null;
  // The body as it was sent, it may be compressed, from its first byte to its last one. On a far way a part of that is a round trip: TCP
  // begins with 14 kB.
  const { encodedBodySize, requestStart, responseStart, responseEnd } = file;
  const time = responseEnd - responseStart;
  const sending = Math.max(time - (responseStart - requestStart), time / 4);
  return { bits: Math.min(MOST, (encodedBodySize - BURST_BYTES) * 8000 / sending), at: timeOrigin + responseEnd };
}

/** What was remembered; null if that is too old, or none. @param {string|null} text @param {number} now unix ms @returns {Downlink|null} */
export function rememberedDownlink(text, now) {
  try {
    const { bits, at } = JSON.parse(text ?? '');
    return bits >= 1 && bits <= MOST && Math.abs(now - at) < KEPT_MS ? { bits, at } : null;
  } catch {
    return null;
  }
}

/**
 * What is worth remembering of a link. On a free one there was room for more; one that was too slow may have been dead.
 * @param {import('./protocol.js').Link} link @returns {number|null} bit/s
 */
export const carriedBy = ({ carries, reason, bitrate }) => reason === 'too-slow' ? null : carries ?? (reason === 'free' ? 2 * bitrate : null);
