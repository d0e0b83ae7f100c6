// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream of a wall.

/** @typedef {import('../core/stream-list.js').StreamState} StreamState */

/** Who looks elsewhere for less is expected back. After that a tile costs nothing. */
const AWAY_MS = 10_000;

export class Tile {
  root = document.createElement('section');
  name;
  #address;
  #token;
  #player = /** @type {import('../player/cv-player.js').CvPlayer} */ (document.createElement('cv-player'));
  #open = document.createElement('button');
  #words = document.createElement('p');
  #why = document.createElement('p');
  #seen = false;
  #lines = Infinity;
  /** Whether there is anything to connect to. */
  #runs = true;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #away;

  /**
   * @param {string} name @param {string} viewer who this page is: all its connections are one person's @param {string} token
   * @param {import('../player/cv-player.js').CvPlayer['connect']} connect by which connection @param {() => void} open is called where somebody wants it large
   */
  constructor(name, viewer, token, connect, open) {
    this.name = name;
    this.#address = `${name}/?viewer=${viewer}`;
    this.#token = token;
    this.root.className = 'tile';
    this.root.dataset.stream = name;
    const title = document.createElement('h2');
    title.textContent = name;
    this.#open.className = 'open';
    this.#open.setAttribute('aria-label', `${name}: show it large`);
    this.#open.onclick = open;
    const stage = document.createElement('div');
    stage.className = 'place';
    this.#why.className = 'why';
    stage.append(this.#why, this.#open);
    const below = document.createElement('div');
    below.className = 'below';
    below.append(title, this.#words);
    this.root.append(stage, below);
    this.#player.setAttribute('mode', 'async');
    this.#player.connect = connect;
  }

  /** @param {StreamState} stream */
  update({ state, message }) {
    this.root.dataset.state = state;
    const words = /** @type {Record<string, string>} */ ({ live: 'Live', starting: 'Starting', lost: 'No picture', failed: 'Can’t start', asleep: 'Asleep' });
    const text = words[state] ?? state;
    if (this.#words.textContent === text && this.#words.title === message) return;
    this.#words.textContent = text;
    this.#words.title = message;
    this.#why.textContent = state === 'failed' ? message : '';
    this.#runs = state !== 'failed';
    if (this.#runs !== this.#player.isConnected) this.seen = this.#seen;
  }

  /** @param {boolean} seen whether it is in view */
  set seen(seen) {
    this.#seen = seen;
    clearTimeout(this.#away);
    if (!this.#runs) this.#player.remove();
    else if (seen) this.#connect();
    else this.#away = setTimeout(() => this.#player.remove(), AWAY_MS);
  }

  #connect() {
    if (this.#player.isConnected) return;
    if (this.#token) this.#player.setAttribute('token', this.#token);
    this.#player.setAttribute('src', this.#address);
    this.#open.before(this.#player);
  }

  /** @param {number} lines as high as its picture is, in pixels of the screen */
  set lines(lines) {
    this.#lines = lines;
    if (!this.root.classList.contains('large')) this.#player.maxHeight = lines;
  }

  /** @param {boolean} large whether it takes the whole window: then as its page shows it, with all that it can do */
  set large(large) {
    this.root.classList.toggle('large', large);
    this.#open.hidden = large;
    this.#player.controls = large;
    if (large) for (const name of ['mode', 'max-height']) this.#player.removeAttribute(name);
    else {
      this.#player.setAttribute('mode', 'async');
      this.lines = this.#lines;
    }
  }

  focus() {
    this.#open.focus();
  }

  close() {
    clearTimeout(this.#away);
    this.#player.remove();
    this.root.remove();
  }
}
