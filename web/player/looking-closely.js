// SPDX-License-Identifier: LGPL-2.1-or-later
// What is below a window's picture for who looks at it closely: where the mouse is and what is there, how large it is, and a file of it.
import { make, say } from './dom.js';
import { pixelAt } from './geometry.js';
import { StillPicture } from './still-picture.js';
import { READABLE, Zoom } from './zoom.js';

/** So large a pixel is seen as a square; smaller ones would be of different sizes. */
const SQUARE = 2;
/** Of what is found in a picture the lines are thick when it is that large. */
const THICK = 8;

export const ROW = `
  <div class="look" part="look">
    <span class="pixel"></span>
    <button class="smaller" part="button" aria-label="Smaller">−</button>
    <button class="larger" part="button" aria-label="Larger">+</button>
    <button class="fit" part="button">Fit</button>
    <button class="values" part="button">Pixels</button>
    <button class="save" part="button">Save</button>
  </div>`;

/** @param {Iterable<number>} value red, green and blue @param {boolean} grey */
export const valueText = ([red, green, blue], grey) => grey ? `${red}` : `R ${red} G ${green} B ${blue}`;

export class LookingClosely {
  #store;
  #player;
  #stage;
  #picture;
  #still;
  #zoom;
  #text;
  #save;
  #values = make('canvas');
  /** Where the mouse is, in the page. @type {{x: number, y: number}|null} */
  #pointer = null;
  #frame = 0;

  /** @param {ShadowRoot} root of the player @param {import('../core/store.js').Store} store */
  constructor(root, store) {
    this.#store = store;
    /** @param {string} selector */
    const find = (selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.#player = find('.player');
    this.#stage = find('.stage');
    this.#picture = find('.picture');
    this.#text = find('.pixel');
    this.#save = /** @type {HTMLButtonElement} */ (find('.save'));
    Object.assign(this.#values, { className: 'pixel-values' }).setAttribute('aria-hidden', 'true');
    this.#stage.append(this.#values);
    const seen = () => find('.look').checkVisibility();
    this.#still = new StillPicture(/** @type {any} */ (root.host), find('.composed'), store, { seen, changed: () => this.#soon() });
    this.#zoom = new Zoom(this.#stage, this.#picture, () => this.#size, () => {
      this.#still.update();
      this.#soon();
    });
    find('.larger').onclick = () => this.#zoom.by(2);
    find('.smaller').onclick = () => this.#zoom.by(0.5);
    find('.fit').onclick = () => this.#zoom.fit();
    find('.values').onclick = () => this.#zoom.by(READABLE * 1.1 / this.#zoom.pixel);
    this.#save.onclick = () => this.#download();
    this.#stage.addEventListener('pointermove', ({ clientX: x, clientY: y }) => this.#point({ x, y }));
    this.#stage.addEventListener('pointerleave', () => this.#point(null));
    store.on(['window'], () => this.#soon());
    this.#show();
  }

  /** Of the program's picture; null: there is none. */
  get #size() {
    const { window } = this.#store.facts;
    return window && window.width > 0 ? window : null;
  }

  /** @param {{x: number, y: number}|null} at */
  #point(at) {
    this.#pointer = at;
    this.#soon();
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  #show() {
    this.#frame = 0;
    const { pixel } = this.#zoom;
    const { shown } = this.#still;
    this.#player.dataset.exact = String(shown !== null);
    this.#player.dataset.thick = String(pixel >= THICK);
    this.#still.canvas.style.imageRendering = pixel >= SQUARE ? 'pixelated' : '';
    this.#save.disabled = !shown;
    say(this.#text, this.#words());
    this.#showValues(pixel);
  }

  /** What there is to say of the pixel under the mouse. */
  #words() {
    const { shown } = this.#still;
    const size = this.#size;
    const at = size && this.#pointer && pixelAt(this.#picture.getBoundingClientRect(), size, this.#pointer);
    if (!at?.inside) return shown ? 'The very pixels of the program’s picture' : '';
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    return `x ${x}, y ${y}${shown ? `: ${valueText(this.#still.pixels(x, y, 1, 1).data, shown.grey)}` : ''}`;
  }

  /** Writes its value into each pixel, where they are large enough. @param {number} pixel CSS pixels of one */
  #showValues(pixel) {
    const { shown, canvas } = this.#still;
    const there = shown !== null && pixel >= READABLE;
    this.#values.hidden = !there;
    if (!there) return;
    const { clientWidth: width, clientHeight: height, scrollLeft, scrollTop } = this.#stage;
    const ratio = devicePixelRatio;
    Object.assign(this.#values, { width: width * ratio, height: height * ratio });
    Object.assign(this.#values.style, { width: `${width}px`, height: `${height}px`, left: `${scrollLeft}px`, top: `${scrollTop}px` });
    const stage = this.#stage.getBoundingClientRect();
    const at = this.#picture.getBoundingClientRect();
    const [left, top] = [at.left - stage.left, at.top - stage.top];
    const first = { x: Math.max(0, Math.floor(-left / pixel)), y: Math.max(0, Math.floor(-top / pixel)) };
    const columns = Math.min(canvas.width, Math.ceil((width - left) / pixel)) - first.x;
    const rows = Math.min(canvas.height, Math.ceil((height - top) / pixel)) - first.y;
    if (columns <= 0 || rows <= 0) return;
    const { data } = this.#still.pixels(first.x, first.y, columns, rows);
    const context = /** @type {CanvasRenderingContext2D} */ (this.#values.getContext('2d'));
    context.setTransform(ratio, 0, 0, ratio, ratio * (left + first.x * pixel), ratio * (top + first.y * pixel));
    Object.assign(context, { textAlign: 'center', textBaseline: 'middle', font: `${pixel / 3.6}px ui-monospace, monospace`, lineWidth: 1, strokeStyle: 'rgb(128 128 128 / 60%)' });
    for (let row = 0; row < rows; ++row)
      for (let column = 0; column < columns; ++column) {
        const value = data.subarray((row * columns + column) * 4, (row * columns + column) * 4 + 3);
        context.strokeRect(column * pixel, row * pixel, pixel, pixel);
        // of white and black that which is seen (ITU-R BT.601)
        context.fillStyle = value[0] * 0.299 + value[1] * 0.587 + value[2] * 0.114 > 128 ? '#000' : '#fff';
        const lines = shown.grey ? [value[0]] : [...value];
        lines.forEach((one, index) => context.fillText(String(one), (column + 0.5) * pixel, (row + 0.5) * pixel + (index - (lines.length - 1) / 2) * pixel / 3.4));
      }
  }

  #download() {
    const { shown } = this.#still;
    if (!shown) return;
    const link = make('a');
    link.href = URL.createObjectURL(shown.png);
    link.download = `${this.#store.facts.window?.title || 'picture'}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}
