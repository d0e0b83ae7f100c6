// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the latency goes, drawn live: a file of its own, with the library that draws, which only who opens the chart loads.
import Dygraph from 'dygraphs';
import { make } from './dom.js';

/** @typedef {import('./course.js').Moment} Moment */

// Its legend measures with an inline style, which a strict policy forbids; there is one of ours.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter(({ prototype }) => !/legend/i.test(String(prototype)));

export class Chart {
  #graph;
  /** @type {string[]} */
  #names;

  /**
   * @param {HTMLElement} place @param {HTMLElement} legend @param {import('./palette.js').Palette} palette
   * @param {Moment[]} moments at least one
   */
  constructor(place, legend, { colours }, moments) {
    this.#names = Object.keys(moments[0].stages);
    const tones = this.#names.map((_, i) => `hsl(${(210 + 360 * i / this.#names.length) % 360} ${colours.label})`);
    legend.replaceChildren(...this.#names.flatMap((name, i) => {
      const mark = make('i');
      mark.style.background = tones[i];
      return [make('span', mark, name), ' '];
    }));
    this.#graph = new Dygraph(place, this.#rows(moments), {
      labels: ['seconds', ...this.#names], colors: tones, stackedGraph: true, fillAlpha: 0.5, interactionModel: {},
      highlightCircleSize: 0, showLabelsOnHighlight: false, axisLineColor: colours.line, gridLineColor: colours.line, axisLabelFontSize: 12,
      axes: { x: { axisLabelFormatter: (/** @type {number} */ seconds) => `${seconds} s`, drawGrid: false }, y: { axisLabelFormatter: (/** @type {number} */ ms) => `${ms} ms`, axisLabelWidth: 60, includeZero: true } },
    });
  }

  /** @param {Moment[]} moments */
  update(moments) {
    this.#graph.updateOptions({ file: this.#rows(moments) });
  }

  close() {
    this.#graph.destroy();
  }

  /** Against the newest, in seconds. What is not known leaves a gap. @param {Moment[]} moments */
  #rows(moments) {
    const { time: newest } = moments[moments.length - 1];
    return moments.map(({ time, stages }) => [(time - newest) / 1000, ...Object.values(stages)]);
  }
}
