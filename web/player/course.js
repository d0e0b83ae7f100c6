// SPDX-License-Identifier: LGPL-2.1-or-later
// What was measured in the last while, for the chart and to be saved. Pure.

/** @typedef {import('./hud.js').Report} Report */

/** For so long a time it is kept, in ms. */
export const COURSE_MS = 60_000;

/**
 * @typedef {object} Moment each figure is of the last seconds then; null: not known
 * @property {number} time of the page, in ms
 * @property {import('../core/ledger.js').Stages} stages in ms
 * @property {number|null} latency in ms, median
 * @property {number|null} framesPerSecond decoded
 * @property {number|null} paintedPerSecond
 * @property {number} dropped frames, so far
 * @property {number} packetsLost so far
 * @property {number|null} bitrate bit/s
 * @property {number|null} carries what the network does, in bit/s, where that limits the video
 * @property {number|null} resultLag in ms
 * @property {number|null} modelMs
 */

export class Course {
  /** @type {Moment[]} */
  moments = [];

  /** @param {Report} report @param {number} now */
  add({ stages, latency, frames, packetsLost, bitrate, link, results }, now) {
    this.moments.push({
      time: now, stages, latency: latency?.median ?? null, framesPerSecond: frames.perSecond, paintedPerSecond: frames.paintedPerSecond,
      dropped: frames.dropped, packetsLost, bitrate, carries: link?.carries ?? null, resultLag: results.lag, modelMs: results.ms,
    });
    while (now - this.moments[0].time > COURSE_MS) this.moments.shift();
  }

  /** In words, and why where it is not known. */
  get words() {
    const known = this.moments.flatMap(({ latency }) => latency ?? []).sort((a, b) => a - b);
    if (known.length === 0) return 'The latency is not known: the server’s clock is not, or no frame tells when it was captured';
    /** @param {number} part */
    const at = (part) => known[Math.min(known.length - 1, Math.floor(part * known.length))].toFixed(0);
    return `Latency by stage, last minute: median ${at(0.5)} ms, 95 % below ${at(0.95)} ms`;
  }

  /** A line each, with a line of names first; what is not known is empty. */
  get csv() {
    const lines = this.moments.map(({ stages, ...rest }) => ({ ...rest, ...stages }));
    const names = Object.keys(lines[0] ?? {});
    return [names, ...lines.map((line) => Object.values(line).map((value) => value ?? ''))].map((cells) => `${cells.join(',')}\n`).join('');
  }
}
