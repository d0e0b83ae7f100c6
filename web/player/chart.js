// SPDX-License-Identifier: LGPL-2.1-or-later
// Figures drawn live, where the latency goes first: a file of its own, with the library that draws, which only who opens the chart loads.
import Dygraph from 'dygraphs';
import { make } from './dom.js';
import { GRAPHS, rowsOf } from './graphs.js';

/** @typedef {import('./course.js').Moment} Moment @typedef {import('./graphs.js').Graph} Graph */

// Its legend measures with an inline style, which a strict policy forbids; there is one of ours.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter(({ prototype }) => !/legend/i.test(String(prototype)));

export class Chart {
  #place;
  /** @type {{graph: Graph, drawn: Dygraph}[]} */
  #graphs;

  /**
   * @param {HTMLElement} place of the graphs @param {HTMLElement} legend of the first one, which has its title elsewhere
   * @param {import('./palette.js').Palette} palette @param {Moment[]} moments at least one
   */
  constructor(place, legend, { colours }, moments) {
    this.#place = place;
    this.#graphs = GRAPHS.map((graph, index) => {
      const names = Object.keys(graph.values(moments[0], undefined));
      const tones = names.map((_, i) => `hsl(${(210 + 360 * i / names.length) % 360} ${colours.label})`);
      const marks = names.flatMap((name, i) => {
        const mark = make('i');
        mark.style.background = tones[i];
        return [make('span', mark, name), ' '];
      });
      const canvas = make('div');
      canvas.className = 'graph';
      if (index === 0) {
        legend.replaceChildren(...marks);
      } else {
        const caption = make('p', `${graph.title} `, ...marks);
        caption.className = 'legend';
        place.append(caption);
      }
      place.append(canvas);
      const { unit, stacked = false } = graph;
      const drawn = new Dygraph(canvas, rowsOf(graph, moments), {
        labels: ['seconds', ...names], colors: tones, stackedGraph: stacked, fillAlpha: 0.5, strokeWidth: stacked ? 1 : 2, interactionModel: {},
        highlightCircleSize: 0, showLabelsOnHighlight: false, axisLineColor: colours.line, gridLineColor: colours.line, axisLabelFontSize: 12,
        axes: { x: { axisLabelFormatter: (/** @type {number} */ seconds) => `${seconds} s`, drawGrid: false }, y: { axisLabelFormatter: (/** @type {number} */ value) => `${value} ${unit}`, axisLabelWidth: 80, includeZero: true } },
      });
      return { graph, drawn };
    });
  }

  /** @param {Moment[]} moments */
  update(moments) {
    for (const { graph, drawn } of this.#graphs) drawn.updateOptions({ file: rowsOf(graph, moments) });
  }

  close() {
    for (const { drawn } of this.#graphs) drawn.destroy();
    this.#place.replaceChildren();
  }
}
