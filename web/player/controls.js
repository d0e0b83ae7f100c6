// SPDX-License-Identifier: LGPL-2.1-or-later
// The player's own controls and figures, below the picture: a file of its own, which only a player with controls loads.
import { DEFAULTS } from '../core/settings.js';
import { BUTTONS, CHOOSERS, Choices } from './choices.js';
import { Course } from './course.js';
import { make, press, say } from './dom.js';
import { History } from './history.js';
import { Hud } from './hud.js';
import { load } from './load.js';
import { ModelList } from './model-list.js';
import { OwnWindow } from './own-window.js';
import { Plot } from './plot.js';

/** How long a file that is being saved is kept for it. */
const SAVED_MS = 10_000;

const BAR = `
  ${BUTTONS}
  <button class="results" part="button">Results</button>
  <button class="sound" part="button" hidden>Sound</button>
  <button class="pause" part="button">Pause</button>
  <span class="steps" role="group" aria-label="Pictures before" hidden>
    <button class="back" part="button" title="The picture before. Key: ,">Back</button>
    <button class="on" part="button" title="The next picture. Key: .">On</button>
    <span class="ago" role="status"></span>
  </span>
  <button class="save-picture" part="button" title="As PNG, with what is drawn over it">Save picture</button>
  <button class="save-results" part="button" title="As JSON, those of the picture that is seen">Save results</button>
  <button class="own-window" part="button" title="Picture in picture: in a window of its own, which stays above others" hidden>Pop out</button>
  <button class="full" part="button">Full screen</button>`;

const BELOW = `
  ${CHOOSERS}
  <div class="measures">
    <dl class="hud" part="figures"></dl>
    <button class="open-chart" part="button" aria-pressed="false">Chart</button>
  </div>
  <figure class="chart" part="chart" hidden>
    <figcaption><span class="course"></span> <span class="legend"></span></figcaption>
    <div class="graphs" aria-hidden="true"></div>
    <button class="save-csv" part="button" title="Twice a second, all figures of the last minute">Save as CSV</button>
    <button class="save-json" part="button" title="Twice a second, all figures of the last minute">Save as JSON</button>
  </figure>
  <ul class="models" part="models" aria-label="Models" hidden></ul>
  <figure class="plot" part="plot" hidden>
    <figcaption>Overlay’s distance from the truth, last 20 s: <b class="live">live</b>, <b class="exact">exact</b></figcaption>
    <canvas aria-hidden="true"></canvas>
  </figure>`;

/**
 * @typedef {object} Measured
 * @property {import('./hud.js').Report|null} report null: there is no connection
 * @property {import('./hud.js').ExactReport|null} exact
 * @property {{time: number, value: number, mode: string}[]} errors the plot's points
 * @typedef {{image: Blob, frame: number|null, results: import('../core/protocol.js').Result[]}} Snapshot see CvPlayer.snapshot()
 * @typedef {{chosen: (name: string, text: string) => void, snapshot: () => Promise<Snapshot>}} ControlEvents `chosen`: see Choices
 */

export class Controls {
  #store;
  #choices;
  #hud;
  #models;
  #plot;
  #palette;
  #picture;
  #course = new Course();
  /** Whether somebody wants to see it. */
  #charted = false;
  /** @type {import('./chart.js').Chart|null} */
  #chart = null;
  /** @type {(selector: string) => HTMLElement} */
  #find;
  /** @type {History<import('./composed-picture.js').Shown>} */
  #history = new History();

  /**
   * @param {ShadowRoot} root @param {import('../core/store.js').Store} store @param {import('./palette.js').Palette} palette
   * @param {ControlEvents} events @param {import('./composed-picture.js').ComposedPicture} picture in which a viewer may go back
   */
  constructor(root, store, palette, { chosen, snapshot }, picture) {
    this.#store = store;
    this.#palette = palette;
    /** @param {string} selector */
    const find = (selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.#find = find;
    const player = find('.player');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(/** @type {any} */ (globalThis).CONTROLS_CSS);  // controls.css, which the build puts in here
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    find('.bar').insertAdjacentHTML('beforeend', BAR);
    player.insertAdjacentHTML('beforeend', BELOW);
    this.#choices = new Choices(root, chosen);
    this.#hud = new Hud(find('.hud'));
    this.#models = new ModelList(find('.models'));
    this.#plot = new Plot(find('.plot'), palette);
    this.#addSwitch(find('.results'), 'resultsVisible', (visible) => chosen('overlay', visible ? DEFAULTS.overlay : 'none'));
    this.#addSwitch(find('.sound'), 'audible', (audible) => store.set({ audible }));
    this.#addSwitch(find('.pause'), 'paused', (paused) => store.set({ paused }));
    for (const what of /** @type {const} */ (['picture', 'results'])) find(`.save-${what}`).onclick = () => saveSnapshot(what, snapshot);
    const chart = find('.open-chart');
    chart.onclick = () => {
      this.#charted = !this.#charted;
      press(chart, this.#charted);
      this.#showChart();
    };
    find('.save-csv').onclick = () => save(this.#course.csv, 'figures.csv', 'text/csv');
    find('.save-json').onclick = () => save(JSON.stringify(this.#course.moments, null, 1), 'figures.json', 'application/json');
    const full = find('.full');
    full.hidden = !document.fullscreenEnabled;
    full.onclick = () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else player.requestFullscreen().catch(() => {});
    };
    new OwnWindow(find('.own-window'), /** @type {import('./own-window.js').CvPlayer} */ (root.host));
    this.#picture = picture;
    this.shown = true;
    this.#addSteps(player, find);
    const showSound = () => { find('.sound').hidden = !store.facts.hasSound; };
    store.on(['hasSound'], showSound);
    showSound();
    store.on(['settings', 'stream', 'mode', 'obstacle'], () => this.#showChoices());
    this.#showChoices();
  }

  /** Pictures are kept for who can go back to them, where the browser can. @param {boolean} shown */
  set shown(shown) {
    this.#history.clear();
    this.#picture.history = shown && 'VideoFrame' in globalThis ? this.#history : null;
  }

  /** @param {Measured} measured @param {number} now */
  update({ report, exact, errors }, now) {
    this.#hud.update(report, exact);
    // a single model inside the pipeline is not listed: its figures are above
    const models = report?.models ?? [];
    this.#models.update(models.length > 1 || models.some(({ state }) => state !== null) ? models : []);
    this.#plot.draw(errors, now);
    if (!report) return;
    this.#course.add(report, now);
    if (this.#charted) this.#showChart();
  }

  async #showChart() {
    const figure = this.#find('.chart');
    const { moments, words } = this.#course;
    figure.hidden = !this.#charted;
    if (!this.#charted || moments.length === 0) {
      this.#chart?.close();
      this.#chart = null;
      return;
    }
    say(this.#find('.course'), words);
    if (this.#chart) return this.#chart.update(moments);
    /** @type {typeof import('./chart.js')|void} */
    const part = await load(new URL('chart.js', import.meta.url)).catch(({ message }) => say(this.#find('.course'), message));
    if (!part) return;
    if (this.#charted) this.#chart ??= new part.Chart(this.#find('.graphs'), this.#find('.legend'), this.#palette, moments);
  }

  /** Whoever has paused goes back and on. @param {HTMLElement} player @param {(selector: string) => HTMLElement} find */
  #addSteps(player, find) {
    const [steps, back, on, ago] = ['.steps', '.back', '.on', '.ago'].map(find);
    const show = () => {
      const { before, after, ms } = this.#history.left;
      // disabled ones would lose the focus
      back.ariaDisabled = String(before === 0);
      on.ariaDisabled = String(after === 0);
      say(ago, after === 0 ? '' : `${(ms / 1000).toFixed(2)} s before`);
    };
    /** @param {number} by */
    const step = (by) => {
      this.#history.step(by)?.show();
      show();
    };
    back.onclick = () => step(-1);
    on.onclick = () => step(1);
    player.addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey, target }) => {
      const ofOthers = /** @type {Element} */ (target).closest('input, textarea, select, [contenteditable], [slot]');
      if (!steps.hidden && !ofOthers && !ctrlKey && !metaKey && !altKey && (key === ',' || key === '.')) step(key === ',' ? -1 : 1);
    });
    this.#store.on(['paused', 'mode'], ({ paused, mode }) => {
      const hidden = !paused || mode !== 'exact' || this.#history.left.before === 0;
      if (hidden && steps.matches(':focus-within')) find('.pause').focus();
      steps.hidden = hidden;
      show();
    });
  }

  /** Before the mode in use is known, the one that was chosen. */
  #showChoices() {
    const { settings, stream, mode, obstacle } = this.#store.facts;
    this.#choices.show(settings, stream ? mode : settings.mode ?? mode, obstacle);
  }

  /** @param {HTMLElement} button @param {'resultsVisible'|'audible'|'paused'} name of the fact that it turns on and off @param {(on: boolean) => void} turn */
  #addSwitch(button, name, turn) {
    const show = () => press(button, this.#store.facts[name]);
    button.onclick = () => turn(!this.#store.facts[name]);
    this.#store.on([name], show);
    show();
  }
}

/** @param {'picture'|'results'} what @param {ControlEvents['snapshot']} snapshot */
async function saveSnapshot(what, snapshot) {
  const taken = await snapshot().catch(() => null);  // there may be no picture just now
  if (!taken) return;
  const { image, frame, results } = taken;
  if (what === 'picture') save(image, `${frame ?? 'live'}.png`, image.type);
  else save(JSON.stringify({ frame, results }, null, 1), `${frame ?? 'live'}.json`, 'application/json');
}

/** As a file of the viewer's, named by the time. @param {Blob|string} content @param {string} name @param {string} type */
function save(content, name, type) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(make('a'), { href, download: `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${name}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), SAVED_MS);
}
