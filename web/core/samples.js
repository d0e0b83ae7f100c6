// SPDX-License-Identifier: LGPL-2.1-or-later

/** How much larger the second figure is; null where one of them is not known. @param {number|null} from @param {number|null} to */
export const between = (from, to) => from === null || to === null ? null : to - from;

/** The values of the last while. */
export class RecentSamples {
  /** @type {{time: number, value: number}[]} */
  #samples = [];
  #length;

  /** @param {number} length of the while, in ms */
  constructor(length) {
    this.#length = length;
  }

  /** @param {number} time @param {number} value */
  add(time, value) {
    this.#samples.push({ time, value });
    this.#forget(time);
  }

  clear() {
    this.#samples = [];
  }

  /** @param {number} now */
  count(now) {
    this.#forget(now);
    return this.#samples.length;
  }

  /** Time of the latest, −∞ without one. */
  get latest() {
    return this.#samples.at(-1)?.time ?? -Infinity;
  }

  /** @param {number} now @returns {number|null} */
  median(now) {
    const values = this.#sorted(now);
    const middle = (values.length - 1) / 2;
    return values.length === 0 ? null : (values[Math.floor(middle)] + values[Math.ceil(middle)]) / 2;
  }

  /** The value that `p` of a hundred are not above. @param {number} now @param {number} p @returns {number|null} */
  percentile(now, p) {
    const values = this.#sorted(now);
    return values[Math.max(0, Math.ceil(p / 100 * values.length) - 1)] ?? null;
  }

  /** @param {number} now */
  sum(now) {
    this.#forget(now);
    return this.#samples.reduce((sum, { value }) => sum + value, 0);
  }

  /** @param {number} now @returns {number|null} */
  max(now) {
    this.#forget(now);
    return this.#samples.reduce((most, { value }) => Math.max(most ?? value, value), /** @type {number|null} */ (null));
  }

  /**
   * How many came a second. When the next one is overdue it is less and less.
   * @param {number} now
   */
  perSecond(now) {
    const count = this.count(now);
    if (count < 2) return 0;
    const { time: first } = this.#samples[0];
    const span = Math.max(this.latest - first, (now - first) * (count - 1) / count);
    return span > 0 ? (count - 1) * 1000 / span : 0;
  }

  /** The values, the smallest first. @param {number} now */
  #sorted(now) {
    this.#forget(now);
    return this.#samples.map(({ value }) => value).sort((a, b) => a - b);
  }

  /** @param {number} now */
  #forget(now) {
    while (now - this.#samples[0]?.time > this.#length) this.#samples.shift();
  }
}
