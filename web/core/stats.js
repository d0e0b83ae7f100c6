// SPDX-License-Identifier: LGPL-2.1-or-later
// What getStats() says of the received video, and the rates that follow from its counters.

/**
 * @typedef {{id: string, time: number, packets: number, packetsLost: number, nacks: number, bytes: number, decoded: number,
 *   dropped: number, width: number, height: number}} VideoStats
 * @typedef {{perSecond: number, bitrate: number}} Rates frames and bits a second
 */

const WINDOW_MS = 2000;

/** @param {Iterable<any>} reports the values of an RTCStatsReport @returns {VideoStats|null} */
export function videoStats(reports) {
  for (const r of reports) {
    if (r.type !== 'inbound-rtp' || r.kind !== 'video') continue;
    return {
      id: r.id, time: r.timestamp,
      packets: r.packetsReceived ?? 0, packetsLost: r.packetsLost ?? 0, nacks: r.nackCount ?? 0, bytes: r.bytesReceived ?? 0,
      decoded: r.framesDecoded ?? 0, dropped: r.framesDropped ?? 0,
      width: r.frameWidth ?? 0, height: r.frameHeight ?? 0,
    };
  }
  return null;
}

export class StatsMeter {
  /** @type {VideoStats[]} */
  #history = [];

  /** @param {VideoStats} stats */
  add(stats) {
    const last = this.last;
    // Counters that start again belong to another stream.
    if (last && (last.id !== stats.id || stats.bytes < last.bytes || stats.decoded < last.decoded)) this.#history = [];
    if (last && stats.time <= last.time) return;
    this.#history.push(stats);
    while (this.#history.length > 2 && stats.time - this.#history[1].time >= WINDOW_MS) this.#history.shift();
  }

  get last() {
    return this.#history.at(-1) ?? null;
  }

  /** @returns {Rates|null} */
  get rates() {
    const first = this.#history[0];
    const last = this.last;
    if (!first || !last || last === first) return null;
    const seconds = (last.time - first.time) / 1000;
    return { perSecond: (last.decoded - first.decoded) / seconds, bitrate: (last.bytes - first.bytes) * 8 / seconds };
  }
}
