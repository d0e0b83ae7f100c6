// SPDX-License-Identifier: LGPL-2.1-or-later
// Live beside Exact: players that show one connection's video in different ways, and what was measured of them.
import { bandwidthWords, exactWords, liveWords, noticeWords, proofWords } from './words.js';

/** @typedef {import('../player/cv-player.js').CvPlayer} CvPlayer */

/** How often a picture is made a JPEG, to tell how large that is, and its quality: what OpenCV and most servers of MJPEG take is 0.95, some take less. */
const JPEG_MS = 5000;
const JPEG_QUALITY = 0.85;

export class Beside {
  /** Has the connection. */
  live;
  #root;
  #exact;
  /** Bytes of one picture as JPEG. @type {number|null} */
  #jpeg = null;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;

  /** @param {HTMLElement} root @param {DocumentFragment} template what comes into it @param {string|null} token of the server */
  constructor(root, template, token) {
    this.#root = root;
    this.live = /** @type {CvPlayer} */ (template.querySelector('#live'));
    this.#exact = /** @type {CvPlayer} */ (template.querySelector('#exact'));
    if (token) this.live.setAttribute('token', token);
    root.classList.add('beside');
    root.append(template);
    this.live.addEventListener('cv-stats', this.#onStats);
    this.#timer = setInterval(() => this.#measureJpeg(), JPEG_MS);
    const pause = /** @type {HTMLButtonElement} */ (this.#find('.pause'));
    pause.onclick = () => this.#pause(!this.#paused);
    const one = /** @type {HTMLAnchorElement} */ (this.#find('a'));
    one.onclick = () => { one.hash = location.hash; };  // the token goes with it
    for (const box of this.#boxes) box.onchange = () => this.#show(box);
  }

  /** Leaves only the player that has the connection. */
  close() {
    clearInterval(this.#timer);
    this.live.removeEventListener('cv-stats', this.#onStats);
    this.#find('[data-view="live"]').hidden = false;
    this.#root.classList.remove('beside');
    for (const part of this.#root.querySelectorAll('p, h2, .views > div, [data-view]:not([data-view="live"])')) part.remove();
  }

  get #players() {
    return [.../** @type {NodeListOf<CvPlayer>} */ (this.#root.querySelectorAll('cv-player'))];
  }

  /** Each has a button of its own to go on. */
  get #paused() {
    return this.#players.some(({ paused }) => paused);
  }

  /** @param {boolean} paused */
  #pause(paused) {
    for (const player of this.#players) {
      if (paused) player.pause();
      else player.play();
    }
    this.#showPaused();
  }

  #showPaused() {
    this.#find('.pause').ariaPressed = String(this.#paused);
  }

  /** @returns {NodeListOf<HTMLInputElement>} */
  get #boxes() {
    return this.#root.querySelectorAll('.choices input');
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }

  /** One of the views comes or goes. The last stays. @param {HTMLInputElement} box */
  #show(box) {
    if (![...this.#boxes].some(({ checked }) => checked)) box.checked = true;
    const view = this.#find(`[data-view="${box.name}"]`);
    view.hidden = !box.checked;
    if (box.name === 'plain') this.#showPlain(view, box.checked);
  }

  /** @param {HTMLElement} view @param {boolean} shown */
  #showPlain(view, shown) {
    view.querySelector('cv-player')?.remove();
    if (!shown) return;
    this.#pause(false);  // one that is paused has no picture to begin with
    const player = document.createElement('cv-player');
    for (const [name, text] of Object.entries({ of: 'live', mode: 'async', overlay: 'none' })) player.setAttribute(name, text);
    view.append(player);
  }

  #onStats = () => {
    this.#showPaused();
    const live = this.live.report();
    const exact = this.#exact.report();
    this.#say('[data-view="live"] .figures', liveWords(live));
    this.#say('[data-view="exact"] .figures', exactWords(exact, live));
    this.#say('.notice', noticeWords(live));
    this.#say('.proof', proofWords(exact.exact));
    this.#say('.bandwidth', bandwidthWords(live, this.#jpeg));
  };

  /** @param {string} selector @param {string} words */
  #say(selector, words) {
    const place = this.#find(selector);
    if (place.textContent !== words) place.textContent = words;
  }

  async #measureJpeg() {
    if (document.hidden) return;
    const { image } = await this.live.snapshot().catch(() => ({ image: null }));  // there may be no picture just now
    if (!image) return;
    const picture = await createImageBitmap(image);
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    picture.close();
    // of a smaller encoding it is a larger picture, which says nothing of those bits
    this.#jpeg = canvas.width !== this.live.report().width ? null : (await canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY })).size;
  }
}
