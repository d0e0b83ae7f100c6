// SPDX-License-Identifier: LGPL-2.1-or-later
// Lets a viewer point at what was found, with a mouse, a finger or keys.
import { pageTime } from '../core/clock.js';
import { say } from './dom.js';
import { detailsOf, pickAgain, pickAt, pickable } from './pick.js';

/** @typedef {import('./pick.js').Picked} Picked */

/** An object that is not found for a moment is still the one that was selected. */
const GONE_MS = 2000;
/** By how many objects a key goes on. @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Whether it is for a control in the picture, or for what the page has put there. @param {Event} event */
const ofItsOwn = ({ target }) => /** @type {Element} */ (target).closest('button, [slot]') !== null;

export class Picking {
  #stage;
  #details;
  #overlay;
  #selected;
  /** @type {Picked|null} */
  #picked = null;
  #seen = 0;
  /** Where the pointer is, in the picture. @type {{x: number, y: number}|null} */
  #pointer = null;

  /**
   * @param {HTMLElement} stage in which the picture is @param {[name: HTMLElement, figures: HTMLElement]} details to say what the model said of it
   * @param {() => import('./overlay.js').Overlay} overlay that is seen now
   * @param {(picked: Picked|null) => void} selected
   */
  constructor(stage, details, overlay, selected) {
    this.#stage = stage;
    this.#details = details;
    this.#overlay = overlay;
    this.#selected = selected;
    stage.onpointermove = (event) => this.#point(event);
    stage.onpointerleave = () => this.#point(null);
    stage.onclick = (event) => {
      this.#point(event);
      if (ofItsOwn(event)) return;
      stage.focus({ preventScroll: true });  // Firefox does not give it to what is around a video
      this.#select(this.#pointed(this.#overlay().drawings));
      if (/** @type {PointerEvent} */ (event).pointerType === 'touch') this.#point(null);  // a finger points at nothing afterwards
    };
    stage.onkeydown = (event) => this.#onKey(event);
  }

  /** Which of the objects are to stand out. @param {import('./pick.js').Drawing[]} drawings that are drawn next @returns {Set<import('./pick.js').DetectedObject>} */
  emphasized(drawings) {
    this.#follow(drawings);
    const pointed = this.#pointed(drawings);
    this.#stage.style.cursor = pointed ? 'pointer' : '';
    return new Set([this.#picked, pointed].flatMap((one) => one ? [one.object] : []));
  }

  /** To be called now and then. */
  update() {
    this.#follow(this.#overlay().drawings);
    if (this.#picked && pageTime() - this.#seen > GONE_MS) this.#select(null);
    const [name, figures] = this.#details;
    // its name is read aloud once, its figures are for who sees them change
    say(name, this.#picked?.object.label ?? '');
    say(figures, this.#picked ? detailsOf(this.#picked) : '');
  }

  /** @param {import('./pick.js').Drawing[]} drawings */
  #follow(drawings) {
    const again = this.#picked && pickAgain(this.#picked, drawings);
    if (!again) return;
    this.#picked = again;
    this.#seen = pageTime();
  }

  /** @param {import('./pick.js').Drawing[]} drawings */
  #pointed(drawings) {
    return this.#pointer && pickAt(drawings, this.#overlay().place, this.#pointer.x, this.#pointer.y);
  }

  /** What is pointed at stands out at once, also in a picture that stands still. @param {MouseEvent|null} event null: nothing any more */
  #point(event) {
    const overlay = this.#overlay();
    const before = this.#pointed(overlay.drawings)?.object;
    const { left, top } = /** @type {Element} */ (overlay.canvas.parentElement).getBoundingClientRect();
    this.#pointer = event && { x: event.clientX - left, y: event.clientY - top };
    if (this.#pointed(overlay.drawings)?.object !== before) overlay.redraw();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === 'Escape') return this.#select(null);
    const step = STEPS[event.key];
    const all = pickable(this.#overlay().drawings);
    if (!step || all.length === 0 || ofItsOwn(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const now = all.findIndex(({ object }) => object === this.#picked?.object);
    const next = now < 0 && step < 0 ? all.length - 1 : now + step;
    this.#select(all[(next + all.length) % all.length]);
  }

  /** @param {Picked|null} picked */
  #select(picked) {
    const changed = picked !== this.#picked;
    this.#picked = picked;
    this.#seen = pageTime();
    this.update();
    this.#overlay().redraw();
    if (changed) this.#selected(picked);
  }
}
