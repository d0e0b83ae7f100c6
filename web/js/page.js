// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of cv-launch: the player, with its settings in the page's address, so that a reload or a link keeps them.
import './cv-player.js';
import { isSetting } from './settings.js';

const player = /** @type {import('./cv-player.js').CvPlayer} */ (document.querySelector('cv-player'));

for (const [name, text] of new URLSearchParams(location.search)) if (isSetting(name)) player.setAttribute(name, text);

player.addEventListener('cv-setting', (event) => {
  const { name, text } = /** @type {CustomEvent} */ (event).detail;
  const address = new URL(location.href);
  address.searchParams.set(name, text);
  history.replaceState(null, '', address);
});
