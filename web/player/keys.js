// SPDX-License-Identifier: LGPL-2.1-or-later
// Keys for a program, while the picture has the focus.

/** They type nothing by themselves, or are somebody else's. */
const NOTHING = ['Dead', 'Process', 'Unidentified'];
/** By the first one leaves the picture; the others every page has. */
const OF_THE_BROWSER = ['Tab', 'F5', 'F11', 'F12'];

/**
 * Which key a program is to be told of, as `KeyboardEvent.key` has it; null: the browser keeps it.
 * @param {KeyboardEvent} event
 */
export function keyOf(event) {
  const { key, ctrlKey, altKey, metaKey, isComposing } = event;
  // on some keyboards "@" is Ctrl and Alt with another key
  const shortcut = (ctrlKey || altKey || metaKey) && !event.getModifierState('AltGraph');
  return shortcut || isComposing || NOTHING.includes(key) || OF_THE_BROWSER.includes(key) ? null : key;
}

export class Keys {
  /**
   * @param {HTMLElement} stage that has the focus @param {(message: import('../core/protocol.js').Input) => void} send
   * @param {() => boolean} wanted whether they go to the program now
   */
  constructor(stage, send, wanted) {
    stage.addEventListener('keydown', (event) => {
      const key = event.target === stage && wanted() ? keyOf(event) : null;
      if (key === null) return;
      event.preventDefault();
      send({ type: 'key', key });
    });
  }
}
