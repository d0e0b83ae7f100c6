// SPDX-License-Identifier: LGPL-2.1-or-later
// What each model of the pipeline has said, and how quick it is. Pure.
import { keep } from './keep.js';
import { LatestResult } from './results.js';
import { RecentSamples } from './samples.js';

/**
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./protocol.js').ModelState} ModelState
 * @typedef {{model: string, state: ModelState['state']|'silent'|null, message: string, ms: number|null, perSecond: number, lag: number|null}} ModelReport
 *   `state`: null for one that runs inside the pipeline; `silent`: whichever it is, its results have ceased to come
 */

const RATE_MS = 5000;
const LAG_MS = 2000;
/** As long as another one speaks, a model without a state that says nothing for so long is not there any more. */
const GONE_MS = 30_000;
/** More models than this are a mistake: something gives each result another model's name. */
export const MOST_MODELS = 16;

class Model {
  latest = new LatestResult();
  arrivals = new RecentSamples(RATE_MS);
  lags = new RecentSamples(LAG_MS);
  /** @type {ModelState|null} */
  state = null;
  heard = -Infinity;
}

export class Models {
  /** @type {Map<string, Model>} */
  #models = new Map();

  /**
   * Whether it is its model's newest result.
   * @param {Result} result @param {number} now page time
   * @param {number|null} lag page time of its arrival − server time of its frame's capture, in ms
   */
  addResult(result, now, lag) {
    const model = this.#model(result.model);
    model.arrivals.add(now, 0);
    model.heard = now;
    for (const [name, { state, heard }] of this.#models) if (!state && now - heard > GONE_MS) this.#models.delete(name);
    if (lag !== null) model.lags.add(now, lag);
    return model.latest.add(result, now);
  }

  /** States may come in another order than they were sent. @param {ModelState} state */
  addState(state) {
    const model = this.#model(state.model);
    if (!model.state || state.since >= model.state.since) model.state = state;
  }

  /** The newest result of each model, as long as it is worth showing. @param {number} now @returns {Result[]} */
  fresh(now) {
    return [...this.#models.values()].flatMap(({ latest }) => latest.fresh(now) ?? []);
  }

  /**
   * @param {number} now @param {number|null} offset of the server's clock @param {number} [since] when results were to come; Infinity: they are not
   * @returns {ModelReport[]}
   */
  report(now, offset, since = Infinity) {
    return [...this.#models].map(([model, { state, latest, arrivals, lags, heard }]) => {
      const lag = lags.median(now);
      const said = state?.state ?? null;
      const silent = heard > 0 && (said ?? 'running') === 'running' && now - Math.max(heard, since) > RATE_MS;
      return {
        model, state: silent ? 'silent' : said, message: state?.message ?? '', ms: latest.last?.ms ?? null,
        perSecond: arrivals.perSecond(now), lag: lag === null || offset === null ? null : lag + offset,
      };
    });
  }

  /** @param {string} name */
  #model(name) {
    const model = this.#models.get(name) ?? new Model();
    keep(this.#models, name, model, MOST_MODELS);
    return model;
  }
}
