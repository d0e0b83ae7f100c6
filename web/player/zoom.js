// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture that is looked at closely: larger than its stage, which then scrolls. Whoever asks where it is in the page (getBoundingClientRect) is told
// where it is now, so the mouse is in the picture's pixels at any size.
import { notchesOf } from './mouse.js';

/** CSS pixels of a pixel of the picture, at most. */
const LARGEST = 64;
/** So large each shows its value, as in Qt's windows. */
export const READABLE = 36;
/** So much larger with each notch of a wheel. */
const NOTCH = 1.25;

export class Zoom {
  #stage;
  #picture;
  #size;
  #changed;
  #scale = 1;
  /** What stays where it is: a place in the picture, in parts of its size, and where that is in the stage. */
  #anchor = { u: 0.5, v: 0.5, x: 0, y: 0 };
  /** How far the stage was scrolled for that. */
  #scrolled = { left: 0, top: 0 };

  /**
   * @param {HTMLElement} stage @param {HTMLElement} picture in it @param {() => import('./geometry.js').Size|null} size of the picture, in its own pixels
   * @param {() => void} changed it is seen at another place, or in another size
   */
  constructor(stage, picture, size, changed) {
    this.#stage = stage;
    this.#picture = picture;
    this.#size = size;
    this.#changed = changed;
    // two fingers on a touchpad are a wheel with Ctrl, in all browsers
    stage.addEventListener('wheel', (event) => {
      if (!event.ctrlKey || !size()) return;
      event.preventDefault();
      this.by(NOTCH ** notchesOf(event)[1], event.clientX, event.clientY);
    }, { passive: false });
    stage.addEventListener('scroll', () => {
      const { left, top } = this.#scrolled;
      if (stage.scrollLeft !== left || stage.scrollTop !== top) this.#hold();
      changed();
    });
    // a page that has another size, and scroll bars that come and go, make the picture another one
    new ResizeObserver(() => this.#apply()).observe(stage);
  }

  /** CSS pixels of a pixel of the picture; 0: there is none. */
  get pixel() {
    return this.#picture.getBoundingClientRect().width / (this.#size()?.width || Infinity);
  }

  /** Larger by a factor; what is at this place of the page stays there: the middle, if it is not said. @param {number} factor @param {number} [x] @param {number} [y] */
  by(factor, x, y) {
    const { left, top } = this.#stage.getBoundingClientRect();
    const at = { x: x === undefined ? this.#stage.clientWidth / 2 : x - left, y: y === undefined ? this.#stage.clientHeight / 2 : y - top };
    // what a mouse that stands still has left, for there was no more to scroll, comes back under it
    if (at.x !== this.#anchor.x || at.y !== this.#anchor.y) this.#hold(at.x, at.y);
    const most = this.pixel > 0 ? this.#scale * LARGEST / this.pixel : 1;
    this.#scale = Math.max(1, Math.min(most, this.#scale * factor));
    this.#apply();
  }

  /** As large as the stage. */
  fit() {
    this.by(0);
  }

  /** @param {number} x @param {number} y in the stage */
  #hold(x = this.#stage.clientWidth / 2, y = this.#stage.clientHeight / 2) {
    const stage = this.#stage.getBoundingClientRect();
    const { left, top, width, height } = this.#picture.getBoundingClientRect();
    if (width > 0 && height > 0) this.#anchor = { u: (x + stage.left - left) / width, v: (y + stage.top - top) / height, x, y };
  }

  #apply() {
    const { u, v, x, y } = this.#anchor;
    const [scale, stage, picture] = [this.#scale, this.#stage, this.#picture];
    stage.dataset.zoomed = String(scale > 1);
    // in the middle where there is room beside it, and otherwise from the edge, from which there is to scroll
    const [right, down] = [Math.max(0, (stage.clientWidth - scale * picture.offsetWidth) / 2) - picture.offsetLeft, Math.max(0, (stage.clientHeight - scale * picture.offsetHeight) / 2) - picture.offsetTop];
    picture.style.transform = scale > 1 ? `translate(${right}px, ${down}px) scale(${scale})` : '';
    const from = stage.getBoundingClientRect();
    const { left, top, width, height } = picture.getBoundingClientRect();
    stage.scrollLeft += left + u * width - from.left - x;
    stage.scrollTop += top + v * height - from.top - y;
    this.#scrolled = { left: stage.scrollLeft, top: stage.scrollTop };
    this.#changed();
  }
}
