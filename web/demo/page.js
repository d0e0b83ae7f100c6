// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of cv-launch: the player, with its settings in the page's address, so that a reload or a link keeps them.
import { CvPlayer } from '../player/cv-player.js';

const player = document.createElement('cv-player');

for (const [name, text] of new URLSearchParams(location.search)) if (CvPlayer.settings.includes(name)) player.setAttribute(name, text);
document.querySelector('main')?.append(player);

player.addEventListener('cv-setting', (event) => {
  const { name, text } = /** @type {CustomEvent} */ (event).detail;
  const address = new URL(location.href);
  address.searchParams.set(name, text);
  history.replaceState(null, '', address);
});
