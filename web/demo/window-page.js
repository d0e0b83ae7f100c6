// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of one window of a program. The player does all of it; this page gives it a title.
import { CvPlayer } from '../player/cv-player.js';
import { tokenOf } from './token.js';

const player = /** @type {CvPlayer} */ (document.createElement('cv-player'));
const heading = /** @type {HTMLElement} */ (document.querySelector('h1'));
const all = /** @type {HTMLAnchorElement} */ (document.querySelector('a'));

// until the server has said its title: its name in the page's address
show(location.pathname.split('/').at(-2) ?? '');
const asked = new URLSearchParams(location.search);
player.addEventListener('cv-window', () => {
  if (!player.window) return;
  show(player.window.title);
  // what the program says is in a picture is shown on that picture
  if (!asked.has('mode')) player.setAttribute('mode', player.window.objects ? 'exact' : 'async');
});
player.setAttribute('mode', 'async');
for (const [name, text] of asked) if (CvPlayer.settings.includes(name)) player.setAttribute(name, text);
addEventListener('hashchange', takeToken);
takeToken();
document.querySelector('[role="main"]')?.append(player);

/** @param {string} title */
function show(title) {
  if (heading.textContent !== title) heading.textContent = title;
  document.title = `${title || 'A window'} – cv-launch`;
}

function takeToken() {
  const opens = tokenOf();
  if (opens) player.setAttribute('token', opens);
  else player.removeAttribute('token');
  all.href = `../${location.hash}`;
}
