// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures below the picture. What is not known is a dash.
import { stampOf } from '../core/stream-picture.js';
import { bits } from './bits.js';
import { make, say } from './dom.js';

/**
 * @typedef {ReturnType<import('../core/measurements.js').Measurements['report']>} Report
 * @typedef {ReturnType<typeof import('../core/exact-report.js').exactReport>} ExactReport
 */

const DASH = '—';

/** @param {number|null} value @param {number} digits @param {string} unit */
const figure = (value, digits, unit) => value === null ? null : `${value.toFixed(digits)} ${unit}`;

/** Of the picture. @param {import('../core/protocol.js').Stream|null} stream @param {import('../core/protocol.js').Size} frame */
const sizeOf = (stream, frame) => `${frame.width} × ${frame.height - (stream && stampOf(stream, frame)?.rows || 0)}`;

/** @param {import('../core/protocol.js').Link} link */
const qualityOf = ({ rung, rungs, carries }) =>
  (rung < rungs ? `${rung + 1} of ${rungs}` : 'stills') + (carries === null ? '' : ` · ${bits(carries)}`);

/** Of the exact view only. @param {(exact: ExactReport) => string|null} text @returns {Figure['text']} */
const ofExact = (text) => (_, exact) => exact?.mode === 'exact' ? text(exact) : null;

/**
 * @typedef {object} Figure
 * @property {string} title
 * @property {true} [exact] for stamped video only
 * @property {true} [socket] for frames by WebSocket only
 * @property {true} [wide] in a row of its own
 * @property {(report: Report, exact: ExactReport|null) => string|null} text null: not known
 */

/** @type {Record<string, Figure>} by their labels */
const FIGURES = {
  Latency: {
    title: 'From capture on the server to shown here: median of the last 2 s, and how far it may be off',
    text: ({ latency }) => latency && `${latency.median.toFixed(0)} ± ${Math.ceil(latency.error)} ms`,
  },
  'Frame rate': {
    title: 'Frames decoded a second · painted a second, at most one a repaint of the display',
    text: ({ frames }) => frames.perSecond === null ? null : `${frames.perSecond.toFixed(1)} · ${frames.paintedPerSecond?.toFixed(0) ?? DASH} fps`,
  },
  'Bit rate': { title: 'Received video', text: ({ bitrate }) => bitrate === null ? null : bits(bitrate) },
  Resolution: {
    title: 'Of the picture, without the rows of its stamp',
    text: (report) => report.width ? sizeOf(report.stream, report) : null,
  },
  'Model time': { title: 'How long the last inference took', text: ({ results }) => figure(results.ms, 1, 'ms') },
  'Result lag': {
    title: 'From the capture of a frame to the arrival of its result: median of the last 2 s',
    text: ({ results }) => figure(results.lag, 0, 'ms'),
  },
  'Result delivery': {
    title: 'From the end of an inference to its result here · drawn over live video: medians of the last 5 s',
    text: ({ results: { delivery, drawn } }) => delivery
      && `${[delivery, drawn].flatMap((spread) => spread ? spread.median.toFixed(1) : []).join(' · ')} ms`,
  },
  Results: {
    title: 'Results received a second',
    text: ({ results }) => results.received ? figure(results.perSecond, 1, '/s') : null,
  },
  'Dropped · lost': {
    title: 'Frames decoded too late to be shown · network packets that never came',
    text: ({ frames, packetsLost }) => `${frames.dropped} · ${packetsLost}`,
  },
  'On their frame': {
    exact: true, title: 'Results drawn on their own frame · too late, or of frames that this browser never showed',
    text: ofExact(({ results }) => `${results.onFrame} · ${results.late + results.unseen}`),
  },
  'Wrong frames': {
    exact: true,
    title: 'Frames shown as another one, of those whose stamp was read again · whose RTP timestamp and stamp disagree · whose stamp can’t be read, at first or again. Nothing is drawn on a frame in doubt.',
    text: ofExact(({ frames }) =>
      `${frames.mismatched} of ${frames.readBack} · ${frames.disagreeing} · ${frames.unreadable + frames.notReadBack}`),
  },
  'Held back': {
    exact: true, title: 'How much the video is delayed for its results',
    text: ofExact(({ delay }) => figure(delay.applied, 0, 'ms')),
  },
  'Overlay error': {
    exact: true, title: 'Distance of what is drawn from the truth that the source gives: median of the last 2 s',
    text: (_, exact) => exact && figure(exact.overlayError, 1, 'px'),
  },
  Quality: {
    title: 'Which of the server’s encodings, 1 is the best · what the network carries, if that limits it',
    text: ({ link }) => link && qualityOf(link),
  },
  Transport: {
    socket: true, title: 'How the frames come: this way needs no UDP',
    text: ({ transport }) => transport === 'socket' ? 'WebSocket' : null,
  },
  'Where the latency goes': {
    wide: true, title: 'Medians: capture to encoded · to the network · to here · decoding · waiting for the display',
    text: ({ stages }) => Object.values(stages).every((ms) => ms === null) ? null
      : `${Object.entries(stages).map(([name, ms]) => `${name} ${ms?.toFixed(1) ?? DASH}`).join(' · ')} ms`,
  },
};

export class Hud {
  /** @type {(Pick<Figure, 'exact'|'socket'|'text'> & {value: HTMLElement, cell: HTMLElement})[]} */
  #cells;

  /** @param {HTMLElement} list a <dl> to fill */
  constructor(list) {
    this.#cells = Object.entries(FIGURES).map(([label, { title, exact, socket, wide = false, text }]) => {
      const value = make('dd', DASH);
      const cell = make('div', make('dt', label), value);
      cell.title = title;
      cell.classList.toggle('wide', wide);
      list.append(cell);
      return { value, cell, exact, socket, text };
    });
  }

  /** @param {Report|null} report @param {ExactReport|null} exact */
  update(report, exact) {
    const stamped = exact?.obstacle === '';
    const bySocket = report?.transport === 'socket';
    for (const { value, cell, exact: forStamped, socket, text } of this.#cells) {
      cell.hidden = (!stamped && forStamped === true) || (!bySocket && socket === true);
      say(value, report && text(report, exact) || DASH);
    }
  }
}
