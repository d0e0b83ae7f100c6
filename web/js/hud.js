// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures below the picture. What is not known is a dash.

/** @typedef {ReturnType<import('./measurements.js').Measurements['report']>} Report */

const DASH = '—';

/** @param {number|null} value @param {number} digits @param {string} unit */
function figure(value, digits, unit) {
  return value === null ? DASH : `${value.toFixed(digits)} ${unit}`;
}

/** @param {number|null} bitrate */
function bits(bitrate) {
  if (bitrate === null) return DASH;
  return bitrate < 1e6 ? `${(bitrate / 1e3).toFixed(0)} kbit/s` : `${(bitrate / 1e6).toFixed(2)} Mbit/s`;
}

/** @type {{label: string, title: string, text: (report: Report) => string}[]} */
const FIGURES = [
  {
    label: 'Latency',
    title: 'From capture on the server to shown here: median of the last 2 s, and how far it may be off',
    text: ({ latency }) => latency ? `${latency.median.toFixed(0)} ± ${Math.ceil(latency.error)} ms` : DASH,
  },
  { label: 'Frame rate', title: 'Frames decoded a second', text: ({ frames }) => figure(frames.perSecond, 1, 'fps') },
  { label: 'Bit rate', title: 'Received video', text: ({ bitrate }) => bits(bitrate) },
  {
    label: 'Resolution', title: 'Of the received video',
    text: ({ width, height }) => width ? `${width} × ${height}` : DASH,
  },
  {
    label: 'Model time', title: 'How long the last inference took',
    text: ({ results }) => figure(results.ms, 1, 'ms'),
  },
  {
    label: 'Result lag', title: 'From the capture of a frame to the arrival of its result: median of the last 2 s',
    text: ({ results }) => figure(results.lag, 0, 'ms'),
  },
  {
    label: 'Results', title: 'Results received a second',
    text: ({ results }) => results.received ? figure(results.perSecond, 1, '/s') : DASH,
  },
  {
    label: 'Dropped · lost', title: 'Frames that were decoded too late to be shown · network packets that never came',
    text: ({ frames, packetsLost }) => `${frames.dropped} · ${packetsLost}`,
  },
];

export class Hud {
  /** @type {{shown: string, node: HTMLElement, text: (report: Report) => string}[]} */
  #cells;

  /** @param {HTMLElement} list a <dl> to fill */
  constructor(list) {
    this.#cells = FIGURES.map(({ label, title, text }) => {
      const cell = document.createElement('div');
      const name = document.createElement('dt');
      const node = document.createElement('dd');
      cell.title = title;
      name.textContent = label;
      node.textContent = DASH;
      cell.append(name, node);
      list.append(cell);
      return { shown: DASH, node, text };
    });
  }

  /** @param {Report|null} report */
  update(report) {
    for (const cell of this.#cells) {
      const text = report ? cell.text(report) : DASH;
      if (text !== cell.shown) cell.node.textContent = cell.shown = text;
    }
  }
}
