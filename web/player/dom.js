// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * A new element. Text stays text in it.
 * @template {keyof HTMLElementTagNameMap} K @param {K} name @param {...(Node|string)} content
 */
export function make(name, ...content) {
  const element = document.createElement(name);
  element.append(...content);
  return element;
}

/** A screen reader reads every change aloud, so what is there already is not said again. @param {HTMLElement} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLElement} button @param {boolean} pressed */
export const press = (button, pressed) => button.setAttribute('aria-pressed', String(pressed));

/**
 * Gives a canvas another size, which clears it. One that has this size keeps its picture.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 */
export function setSize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
