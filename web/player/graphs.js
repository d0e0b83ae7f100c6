// SPDX-License-Identifier: LGPL-2.1-or-later
// What of the figures is drawn over time. Pure.

/** @typedef {import('./course.js').Moment} Moment */

/**
 * @typedef {object} Graph
 * @property {string} title
 * @property {string} unit
 * @property {true} [stacked] its values are parts of a whole
 * @property {(moment: Moment, before: Moment|undefined) => Record<string, number|null>} values by their names, which are always the same; null: not known
 */

/** How many more a second. @param {'dropped'|'packetsLost'} what @param {Moment} moment @param {Moment|undefined} before */
function rate(what, moment, before) {
  // a new connection counts from the beginning
  if (!before || moment[what] < before[what]) return null;
  return (moment[what] - before[what]) * 1000 / (moment.time - before.time);
}

/** @param {number|null} bits */
const kilobits = (bits) => bits === null ? null : bits / 1000;

/** @type {Graph[]} */
export const GRAPHS = [
  { title: 'Latency by stage', unit: 'ms', stacked: true, values: ({ stages }) => ({ ...stages }) },
  {
    title: 'Frames and packets a second', unit: '',
    values: (moment, before) => ({
      decoded: moment.framesPerSecond, painted: moment.paintedPerSecond, dropped: rate('dropped', moment, before),
      'packets lost': rate('packetsLost', moment, before),
    }),
  },
  { title: 'Bit rate', unit: 'kbit/s', values: ({ bitrate, carries }) => ({ video: kilobits(bitrate), 'the network carries': kilobits(carries) }) },
  { title: 'Results', unit: 'ms', values: ({ resultLag, modelMs }) => ({ lag: resultLag, 'model time': modelMs }) },
];

/** A row for each moment: when it was, against the newest, in seconds, and its values. @param {Graph} graph @param {Moment[]} moments */
export function rowsOf({ values }, moments) {
  const newest = moments[moments.length - 1].time;
  return moments.map((moment, i) => [(moment.time - newest) / 1000, ...Object.values(values(moment, moments[i - 1]))]);
}
