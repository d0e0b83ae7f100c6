// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of cv-launch: the player, with its settings in the page's address, so that a reload or a link keeps them. The server's token is
// behind "#", which browsers tell nobody.
import { CvPlayer } from '../player/cv-player.js';

const player = document.createElement('cv-player');
player.setAttribute('controls', '');

for (const [name, text] of new URLSearchParams(location.search)) if (CvPlayer.settings.includes(name)) player.setAttribute(name, text);
takeToken();
document.querySelector('main')?.append(player);
addEventListener('hashchange', takeToken);

player.addEventListener('cv-setting', (event) => {
  const { name, text } = /** @type {CustomEvent} */ (event).detail;
  const address = new URL(location.href);
  address.searchParams.set(name, text);
  history.replaceState(null, '', address);
});

function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B')).get('token');
  if (token) player.setAttribute('token', token);
  else player.removeAttribute('token');
}
