// SPDX-License-Identifier: LGPL-2.1-or-later
// A frame's id is its media time on the 90 kHz RTP clock, modulo 2^32 (launcher/PROTOCOL.md §2).

const TICKS_PER_MS = 90;
const WRAP_MS = 2 ** 32 / TICKS_PER_MS;

/**
 * The id of the frame that a viewer's RTP timestamp names; null where either is not known.
 * @param {number|undefined} rtpTimestamp @param {number|null|undefined} rtpOffset of this viewer
 */
export const frameIdOf = (rtpTimestamp, rtpOffset) =>
  rtpOffset === null || rtpOffset === undefined || rtpTimestamp === undefined ? null : (rtpTimestamp - rtpOffset) >>> 0;

/** The RTP timestamp of a frame; null where the offset is not known. @param {number} id @param {number|null|undefined} rtpOffset */
export const rtpOf = (id, rtpOffset) => rtpOffset === null || rtpOffset === undefined ? null : (id + rtpOffset) >>> 0;

/** Whether frame `a` is newer than frame `b`: the shorter way around. @param {number} a @param {number} b */
export const isNewer = (a, b) => ((a - b) | 0) > 0;

/** How long frame `a` is after frame `b`, in ms; negative where it is before. @param {number} a @param {number} b */
export const msBetween = (a, b) => ((a - b) | 0) / TICKS_PER_MS;

/**
 * When the frame was captured: unix ms of the server's clock.
 * @param {number} id
 * @param {number} epoch unix ms of running time 0
 * @param {number} now the server's clock, any time within 6 h of the capture: ids come round again after 13 h
 */
export function captureTime(id, epoch, now) {
  const firstTurn = epoch + id / TICKS_PER_MS;
  return firstTurn + Math.round((now - firstTurn) / WRAP_MS) * WRAP_MS;
}

/** When frames were captured, in ms after the first one that is asked for, also across the wrap. Ids or RTP timestamps will do. */
export class MediaTime {
  /** @type {{ticks: number, ms: number}|null} */
  #last = null;

  /** @param {number} ticks an id or RTP timestamp, within 6 h of the one before */
  of(ticks) {
    const ms = this.#last ? this.#last.ms + msBetween(ticks, this.#last.ticks) : 0;
    this.#last = { ticks, ms };
    return ms;
  }
}
