// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * Of the player's custom properties those that a canvas needs: `edge` and `caption` of what is drawn over the picture, `label`: saturation and
 * lightness of an object's colour, and those of the plot.
 * @typedef {Record<'edge'|'caption'|'label'|'live'|'exact'|'quiet'|'line', string>} Colours
 */

const NAMES = /** @type {(keyof Colours)[]} */ (['edge', 'caption', 'label', 'live', 'exact', 'quiet', 'line']);

/** Colours as player.css has them, or the page around the player. A canvas is not told when they change. */
export class Palette {
  colours = /** @type {Colours} */ (Object.fromEntries(NAMES.map((name) => [name, ''])));
  #element;

  /** @param {Element} element that inherits them */
  constructor(element) {
    this.#element = element;
  }

  /** To be called now and then. */
  read() {
    const style = getComputedStyle(this.#element);
    for (const name of NAMES) this.colours[name] = style.getPropertyValue(`--cv-${name}`);
  }
}
