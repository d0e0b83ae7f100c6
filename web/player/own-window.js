// SPDX-License-Identifier: LGPL-2.1-or-later
// Picture-in-picture with what is drawn over the picture: another player, in a window of its own that stays above others (Document
// Picture-in-Picture; that of a video has the video alone). It has a connection of its own; this one pauses meanwhile, so no more is sent.
import { press } from './dom.js';

/**
 * @typedef {HTMLElement & {src: string, of: string, draw: import('./overlay.js').Draw|null, readonly paused: boolean, pause: () => void,
 *   play: () => void}} CvPlayer what of it is used
 */

/** `src` is to be a whole address there; the rest is of this page, and not of what is shown. */
const NOT_COPIED = ['src', 'controls', 'style', 'class', 'id'];

/** Where the browser can, and only in a page that is in no other one. @type {{requestWindow: (size: object) => Promise<Window & typeof globalThis>}|undefined} */
const pictureInPicture = globalThis.top === globalThis.self ? /** @type {any} */ (globalThis).documentPictureInPicture : undefined;

export class OwnWindow {
  #button;
  #player;
  /** @type {Window|null} */
  #window = null;

  /** @param {HTMLElement} button that opens and closes it @param {CvPlayer} player */
  constructor(button, player) {
    this.#button = button;
    this.#player = player;
    button.hidden = !pictureInPicture || player.of !== '';
    button.onclick = () => {
      if (this.#window) this.#window.close();
      else this.#open().catch((error) => console.warn(`cv-player: no window of its own: ${error.message}`));
    };
  }

  async #open() {
    const player = this.#player;
    const { clientWidth: width, clientHeight: height } = player.shadowRoot?.querySelector('.stage') ?? player;
    const own = await pictureInPicture?.requestWindow({ width, height });
    if (!own) return;
    this.#window = own;
    press(this.#button, true);
    const resume = !player.paused;
    player.pause();
    const copy = /** @type {CvPlayer} */ (own.document.createElement('cv-player'));
    const observer = new MutationObserver(() => this.#copyTo(copy));
    observer.observe(player, { attributes: true });
    own.addEventListener('pagehide', () => {
      observer.disconnect();
      this.#window = null;
      press(this.#button, false);
      if (resume) player.play();
    });
    own.document.title = document.title;
    Object.assign(own.document.body.style, { margin: '0', background: 'black' });
    Object.assign(copy.style, { display: 'block', height: '100vh' });
    this.#copyTo(copy);
    own.document.body.append(copy);
    const script = own.document.createElement('script');
    script.type = 'module';
    script.src = new URL('cv-player.js', import.meta.url).href;
    script.onerror = () => {
      console.warn('cv-player: cv-player.js can’t be loaded: it belongs beside controls.js');
      own.close();
    };
    own.document.head.append(script);
    await own.customElements.whenDefined('cv-player');
    copy.draw = player.draw;
  }

  /** It is shown as this one is. What is so already is left alone: another `src` is another connection. @param {CvPlayer} copy */
  #copyTo(copy) {
    const { attributes, src } = this.#player;
    const wanted = new Map([...attributes].filter(({ name }) => !NOT_COPIED.includes(name)).map(({ name, value }) => [name, value]));
    wanted.set('src', new URL(src || '.', location.href).href);
    for (const name of copy.getAttributeNames()) if (!wanted.has(name) && !NOT_COPIED.includes(name)) copy.removeAttribute(name);
    for (const [name, value] of wanted) if (copy.getAttribute(name) !== value) copy.setAttribute(name, value);
  }
}
