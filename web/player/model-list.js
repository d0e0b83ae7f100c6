// SPDX-License-Identifier: LGPL-2.1-or-later
// The models, in a list below the picture, each with its figures. A model that failed says why.
import { make } from './dom.js';

/** @typedef {import('../core/models.js').ModelReport} ModelReport */

/** @type {Record<string, string>} */
const WORDS = { starting: 'starting…', failed: 'failed', silent: 'no results now' };

export class ModelList {
  #list;
  #shown = '';

  /** @param {HTMLElement} list a <ul> to fill */
  constructor(list) {
    this.#list = list;
  }

  /** @param {ModelReport[]} models */
  update(models) {
    const sorted = [...models].sort((a, b) => a.model < b.model ? -1 : 1);
    const shown = JSON.stringify(sorted.map((model) => [model.model, model.state, model.message, figures(model)]));
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.hidden = sorted.length === 0;
    this.#list.replaceChildren(...sorted.map(itemOf));
  }
}

/** @param {ModelReport} model */
function figures({ ms, perSecond, lag }) {
  const parts = [];
  if (ms !== null) parts.push(`${ms.toFixed(ms < 10 ? 1 : 0)} ms`);
  if (perSecond > 0) parts.push(`${perSecond.toFixed(1)} /s`);
  if (lag !== null) parts.push(`${lag.toFixed(0)} ms behind`);
  return parts.join(' · ');
}

/** @param {ModelReport} model */
function itemOf(model) {
  const state = model.state ?? 'running';
  const item = make('li', make('b', model.model), ` ${WORDS[state] ?? figures(model)}`);
  if (state === 'failed') item.append(make('pre', model.message));
  item.dataset.state = state;
  return item;
}
