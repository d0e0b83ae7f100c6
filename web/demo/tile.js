// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream of a wall.

/** @typedef {import('../core/stream-list.js').StreamState} StreamState */

/** Who looks elsewhere for less is expected back. After that a tile costs nothing. */
const AWAY_MS = 10_000;
/** @type {Record<string, string>} */
const WORDS = { live: 'Live', starting: 'Starting', lost: 'No picture', failed: 'Can’t start', asleep: 'Asleep', closed: 'Closed', ended: 'Ended' };
/** What a program's window says of itself that its stream does not. @type {Record<string, string>} */
const ENDED = { closed: 'closed', ended: 'ended' };

export class Tile {
  root = document.createElement('section');
  name;
  #address;
  #token;
  #player = /** @type {import('../player/cv-player.js').CvPlayer} */ (document.createElement('cv-player'));
  #open = document.createElement('button');
  #title = document.createElement('h2');
  #words = document.createElement('p');
  #why = document.createElement('p');
  #seen = false;
  /** @type {StreamState|null} */
  #stream = null;
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
    this.title = name;
    this.#open.className = 'open';
    this.#open.onclick = open;
    const stage = document.createElement('div');
    stage.className = 'place';
    this.#why.className = 'why';
    stage.append(this.#why, this.#open);
    const below = document.createElement('div');
    below.className = 'below';
    below.append(this.#title, this.#words);
    this.root.append(stage, below);
    this.#player.setAttribute('mode', 'async');
    this.#player.connect = connect;
    this.#player.addEventListener('cv-window', () => {
      this.#show();
      this.#operate();
    });
  }

  /** What it is called. */
  get title() {
    return this.#title.textContent ?? '';
  }

  set title(title) {
    if (this.title === title) return;
    this.#title.textContent = title;
    this.#open.setAttribute('aria-label', `${title}: show it large`);
  }

  /** @param {StreamState} stream */
  update(stream) {
    const { name, state, message, window } = stream;
    this.title = window || name;
    this.#stream = stream;
    this.#show();
    this.#words.title = message;
    this.#why.textContent = state === 'failed' ? message : '';
    this.#runs = state !== 'failed';
    if (this.#runs !== this.#player.isConnected) this.seen = this.#seen;
    this.#operate();
  }

  #show() {
    if (!this.#stream) return;
    const { state, window } = this.#stream;
    // a window that is open is as any stream
    const now = (window !== null && ENDED[this.#player.window?.state ?? '']) || state;
    this.root.dataset.state = now;
    const text = WORDS[now] ?? now;
    if (this.#words.textContent !== text) this.#words.textContent = text;
  }

  /** What is done in a program's window is done where it is large: there it has its own controls and no others. */
  #operate() {
    const large = this.root.classList.contains('large');
    const isWindow = !!this.#stream && this.#stream.window !== null;
    this.#player.inert = isWindow && !large;
    this.#player.controls = !isWindow && large;
    // what a program says is in its picture is shown on that picture
    if (large && (!isWindow || this.#player.window?.objects)) this.#player.removeAttribute('mode');
    else this.#player.setAttribute('mode', 'async');
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
    if (large) this.#player.removeAttribute('max-height');
    else this.lines = this.#lines;
    this.#operate();
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
