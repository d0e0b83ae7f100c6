// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures below the picture. What is not known is a dash.
import { stampOf } from '../core/stream-picture.js';

/**
 * @typedef {ReturnType<import('../core/measurements.js').Measurements['report']>} Report
 * @typedef {ReturnType<typeof import('../core/exact-report.js').exactReport>} ExactReport
 */

const DASH = '—';

/** @param {number|null} value @param {number} digits @param {string} unit */
function figure(value, digits, unit) {
  return value === null ? DASH : `${value.toFixed(digits)} ${unit}`;
}

/** @param {number|null} bitrate */
export function bits(bitrate) {
  if (bitrate === null) return DASH;
  return bitrate < 1e6 ? `${(bitrate / 1e3).toFixed(0)} kbit/s` : `${(bitrate / 1e6).toFixed(2)} Mbit/s`;
}

/** Of the picture. @param {import('../core/protocol.js').Stream|null} stream @param {import('../core/protocol.js').Size} frame */
function sizeOf(stream, frame) {
  return `${frame.width} × ${frame.height - (stream && stampOf(stream, frame)?.rows || 0)}`;
}

/** @param {import('../core/protocol.js').Link} link @param {import('../core/protocol.js').Stream|null} stream */
function qualityOf({ rung, rungs, width, height, bitrate, framerate, carries }, stream) {
  const rate = framerate === null ? '' : ` at ${Number(framerate.toFixed(2))} fps`;
  const sent = rung < rungs ? `${rate}, ${bits(bitrate)} · ${rung + 1} of ${rungs}` : ', one a second';
  return sizeOf(stream, { width, height }) + sent + (carries === null ? '' : ` · network ${bits(carries)}`);
}

/**
 * `exact`: of the exact view, for stamped video only. `wide`: in a row of its own.
 * @type {{label: string, title: string, exact?: true, wide?: true, text: (report: Report, exact: ExactReport|null) => string}[]}
 */
const FIGURES = [
  {
    label: 'Latency',
    title: 'From capture on the server to shown here: median of the last 2 s, and how far it may be off',
    text: ({ latency }) => latency ? `${latency.median.toFixed(0)} ± ${Math.ceil(latency.error)} ms` : DASH,
  },
  {
    label: 'Frame rate',
    title: 'Frames decoded a second · painted a second: at most as many as the display repaints, the others are replaced before they are seen',
    text: ({ frames }) => frames.perSecond === null ? DASH : `${frames.perSecond.toFixed(1)} · ${frames.paintedPerSecond?.toFixed(0) ?? DASH} fps`,
  },
  { label: 'Bit rate', title: 'Received video', text: ({ bitrate }) => bits(bitrate) },
  {
    label: 'Resolution', title: 'Of the picture, without the rows of its stamp',
    text: ({ width, height, stream }) => width ? sizeOf(stream, { width, height }) : DASH,
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
    label: 'Result delivery', title: 'From the end of an inference to its result here · drawn over the live video: medians of the last 5 s',
    text: ({ results }) => results.delivery === null ? DASH
      : `${[results.delivery, results.drawn].flatMap((spread) => spread ? spread.median.toFixed(1) : []).join(' · ')} ms`,
  },
  {
    label: 'Results', title: 'Results received a second',
    text: ({ results }) => results.received ? figure(results.perSecond, 1, '/s') : DASH,
  },
  {
    label: 'Dropped · lost', title: 'Frames that were decoded too late to be shown · network packets that never came',
    text: ({ frames, packetsLost }) => `${frames.dropped} · ${packetsLost}`,
  },
  {
    label: 'On their frame', exact: true, title: 'Results drawn on their own frame · results that came when it had passed, or of frames that this browser never showed',
    text: (_, exact) => exact?.mode === 'exact' ? `${exact.results.onFrame} · ${exact.results.late + exact.results.unseen}` : DASH,
  },
  {
    label: 'Wrong frames', exact: true, title: 'Frames shown as another one, of those whose stamp was read again, one a second · with an RTP timestamp and a stamp that disagree · with a stamp that can’t be read, at first or again. Where that leaves a doubt nothing is drawn on them.',
    text: (_, exact) => {
      if (exact?.mode !== 'exact') return DASH;
      const { mismatched, readBack, disagreeing, unreadable, notReadBack } = exact.frames;
      return `${mismatched} of ${readBack} · ${disagreeing} · ${unreadable + notReadBack}`;
    },
  },
  {
    label: 'Held back', exact: true, title: 'By how much the video is delayed for its results',
    text: (_, exact) => exact?.mode === 'exact' ? figure(exact.delay.applied, 0, 'ms') : DASH,
  },
  {
    label: 'Overlay error', exact: true, title: 'Distance of what is drawn from the truth that the source gives: median of the last 2 s',
    text: (_, exact) => figure(exact?.overlayError ?? null, 1, 'px'),
  },
  {
    label: 'Quality', wide: true,
    title: 'What the server sends to this viewer, the how-many-th best of how many · what the network carries',
    text: ({ link, stream }) => link ? qualityOf(link, stream) : DASH,
  },
  {
    label: 'Where the latency goes', wide: true,
    title: 'Medians: capture to encoded · to the network · to here · decoding · waiting for the display',
    text: ({ stages }) => Object.values(stages).every((ms) => ms === null) ? DASH
      : `${Object.entries(stages).map(([name, ms]) => `${name} ${ms === null ? DASH : ms.toFixed(1)}`).join(' · ')} ms`,
  },
];

export class Hud {
  /** @type {{shown: string, node: HTMLElement, cell: HTMLElement, exact: boolean, text: (report: Report, exact: ExactReport|null) => string}[]} */
  #cells;

  /** @param {HTMLElement} list a <dl> to fill */
  constructor(list) {
    this.#cells = FIGURES.map(({ label, title, exact = false, wide = false, text }) => {
      const cell = document.createElement('div');
      const name = document.createElement('dt');
      const node = document.createElement('dd');
      cell.title = title;
      cell.classList.toggle('wide', wide);
      name.textContent = label;
      node.textContent = DASH;
      cell.append(name, node);
      list.append(cell);
      return { shown: DASH, node, cell, exact, text };
    });
  }

  /** @param {Report|null} report @param {ExactReport|null} exact */
  update(report, exact) {
    const stamped = exact?.obstacle === '';
    for (const cell of this.#cells) {
      cell.cell.hidden = cell.exact && !stamped;
      const text = report ? cell.text(report, exact) : DASH;
      if (text !== cell.shown) cell.node.textContent = cell.shown = text;
    }
  }
}
