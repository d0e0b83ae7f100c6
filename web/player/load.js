// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * A part of the player that is a file of its own, and is loaded where it is needed. Rejects with words for people. Bundlers leave it to the browser.
 * @param {URL} url @returns {Promise<any>}
 */
export const load = ({ href }) => import(/* webpackIgnore: true */ /* @vite-ignore */ href).catch(() => {
  throw new Error(`${href.split('/').pop()} can’t be loaded: it belongs beside the player’s own file`);
});
