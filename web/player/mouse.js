// SPDX-License-Identifier: LGPL-2.1-or-later
// The mouse, a pen or a finger over a program's picture, in that picture's pixels.
import { pixelAt } from './geometry.js';

/**
 * @typedef {import('../core/protocol.js').MouseInput} MouseInput
 * @typedef {import('./geometry.js').Size} Size
 */

/** `WheelEvent.wheelDeltaY` of one notch, in all browsers; standards have only what it scrolls. */
const NOTCH = 120;
/** What one notch scrolls, by `deltaMode`: pixels, lines, pages. */
const SCROLLED = [100, 3, 1];
/** The bit that MouseEvent.buttons has of a MouseEvent.button. */
const BITS = [1, 4, 2];

/**
 * How far a wheel was turned, in notches to the right and away from the user.
 * @param {WheelEvent & {wheelDeltaX?: number, wheelDeltaY?: number}} event @returns {[number, number]}
 */
export function notchesOf({ deltaX, deltaY, deltaMode, wheelDeltaX = 0, wheelDeltaY = 0 }) {
  if (wheelDeltaX || wheelDeltaY) return [0 - wheelDeltaX / NOTCH, wheelDeltaY / NOTCH];
  return [deltaX / SCROLLED[deltaMode], 0 - deltaY / SCROLLED[deltaMode]];
}

export class Mouse {
  #picture;
  #send;
  #wanted;
  /** The pointer that holds a button down, and the buttons that it holds. */
  #held = { id: -1, buttons: 0 };
  /** What is sent with the next picture of the page: the newest of each. @type {{move?: MouseInput, wheel?: MouseInput}} */
  #waiting = {};
  #frame = 0;
  /** Where it was last. @type {MouseInput|null} */
  #last = null;

  /**
   * @param {HTMLElement} stage @param {HTMLElement} picture in it @param {(message: MouseInput) => void} send
   * @param {() => Size|null} wanted the size of the program's picture; null: nobody wants to know of the mouse now
   */
  constructor(stage, picture, send, wanted) {
    this.#picture = picture;
    this.#send = send;
    this.#wanted = wanted;
    /** @param {(event: PointerEvent) => void} listener */
    const first = (listener) => (/** @type {PointerEvent} */ event) => { if (event.isPrimary) listener(event); };
    stage.addEventListener('pointerdown', first((event) => this.#press(event, stage)));
    stage.addEventListener('pointermove', first((event) => this.#move(event)));
    stage.addEventListener('pointerup', first((event) => this.#lift(event)));
    // the browser scrolls or zooms with it, or another program has the screen
    stage.addEventListener('lostpointercapture', ({ pointerId }) => { if (pointerId === this.#held.id) this.release(); });
    stage.addEventListener('mousedown', (event) => this.#onMouseDown(event, stage));
    stage.addEventListener('contextmenu', (event) => { if (this.#wanted()) event.preventDefault(); });
    stage.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
  }

  /** No button is held any more, as far as the program knows. */
  release() {
    const { buttons } = this.#held;
    this.#held = { id: -1, buttons: 0 };
    if (buttons === 0 || !this.#last || !this.#wanted()) return;
    this.#flush();
    let left = buttons;
    BITS.forEach((bit, button) => {
      if (!(buttons & bit)) return;
      left &= ~bit;
      this.#send({ .../** @type {MouseInput} */ (this.#last), event: 'up', button, buttons: left, wheel: [0, 0] });
    });
  }

  /** @param {PointerEvent} event @param {HTMLElement} stage */
  #press(event, stage) {
    const input = this.#input(event, 'down');
    if (!input || ofItsOwn(event) || !(event.button in BITS)) return;
    stage.setPointerCapture(event.pointerId);
    this.#tell(event, input);
  }

  /** A button that is pressed while another one is held comes as a move. @param {PointerEvent} event */
  #move(event) {
    const { button } = event;
    if (button in BITS && this.#held.buttons) {
      const input = this.#input(event, event.buttons & BITS[button] ? 'down' : 'up');
      if (input) this.#tell(event, input);
      return;
    }
    const input = this.#input(event, 'move');
    if (input) this.#wait({ move: input });
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    if (event.pointerId !== this.#held.id || !(event.button in BITS)) return;
    const input = this.#input(event, 'up');
    if (input) this.#tell(event, input);
    this.#held = { id: -1, buttons: 0 };
  }

  /** A click gives the picture the focus, and selects or drags nothing. @param {MouseEvent} event @param {HTMLElement} stage */
  #onMouseDown(event, stage) {
    const input = this.#input(event, 'double');
    if (!input || ofItsOwn(event)) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    // as GTK has it: the second press, and then that it was one
    if (event.detail === 2 && event.button in BITS) this.#now(input);
  }

  /** With Ctrl it zooms. @param {WheelEvent} event */
  #wheel(event) {
    const input = event.ctrlKey ? null : this.#input(event, 'wheel');
    if (!input) return;
    event.preventDefault();
    const [right, away] = notchesOf(event);
    const before = this.#waiting.wheel?.wheel ?? [0, 0];
    this.#wait({ wheel: { ...input, wheel: [before[0] + right, before[1] + away] } });
  }

  /**
   * What there is to say of it; null: nobody wants to know, or it is beside the picture.
   * @param {MouseEvent} event @param {MouseInput['event']} what @returns {MouseInput|null}
   */
  #input(event, what) {
    const size = this.#wanted();
    const at = size && pixelAt(this.#picture.getBoundingClientRect(), size, { x: event.clientX, y: event.clientY });
    if (!at || !(at.inside || this.#held.buttons) || onScrollBar(event)) return null;
    const { button, buttons, shiftKey: shift, ctrlKey: ctrl, altKey: alt } = event;
    return { type: 'mouse', event: what, x: at.x, y: at.y, button: button in BITS ? button : 0, buttons: buttons & 7, shift, ctrl, alt, wheel: [0, 0] };
  }

  /** A button goes down or up. @param {PointerEvent} event @param {MouseInput} input */
  #tell({ pointerId }, input) {
    this.#held = { id: pointerId, buttons: input.buttons };
    this.#now(input);
  }

  /** What came before it goes before it. @param {MouseInput} input */
  #now(input) {
    this.#flush();
    this.#last = input;
    this.#send(input);
  }

  /** @param {{move?: MouseInput, wheel?: MouseInput}} more */
  #wait(more) {
    this.#waiting = { ...this.#waiting, ...more };
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { move, wheel } = this.#waiting;
    this.#waiting = {};
    if (!this.#wanted()) return;
    if (move) this.#send(this.#last = move);
    if (wheel) this.#send(wheel);
  }
}

/** Of the stage, where the picture is larger than that. @param {MouseEvent} event */
const onScrollBar = ({ target, offsetX, offsetY }) => {
  const { dataset, clientWidth, clientHeight } = /** @type {HTMLElement} */ (target);
  return dataset?.zoomed === 'true' && (offsetX >= clientWidth || offsetY >= clientHeight);
};

/** Whether it is for a control in the picture, or for what the page has put there. @param {Event} event */
const ofItsOwn = ({ target }) => /** @type {Element} */ (target).closest('button, [slot]') !== null;
