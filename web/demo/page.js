// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of cv-launch. Its address without any setting: Live beside Exact, where the video can be shown exactly. With a setting: one player,
// whose settings are in the page's address, so that a reload or a link keeps them. The server's token is behind "#", which browsers tell nobody.
import { CvPlayer } from '../player/cv-player.js';
import { Beside } from './beside.js';
import { tokenOf } from './token.js';

const main = /** @type {HTMLElement} */ (document.querySelector('main'));
const settings = [...new URLSearchParams(location.search)].filter(([name]) => CvPlayer.settings.includes(name));
/** The player that has the connection. */
const player = settings.length === 0 ? showBeside() : /** @type {CvPlayer} */ (document.createElement('cv-player'));
if (settings.length > 0) {
  for (const [name, text] of settings) player.setAttribute(name, text);
  takeToken();
  showOne();
  main.append(player);
}
showAdjust();
addEventListener('hashchange', takeToken);

function showOne() {
  player.setAttribute('controls', '');
  player.addEventListener('cv-setting', (event) => {
    const { name, text } = /** @type {CustomEvent} */ (event).detail;
    const address = new URL(location.href);
    address.searchParams.set(name, text);
    history.replaceState(null, '', address);
  });
}

function showBeside() {
  const { content } = /** @type {HTMLTemplateElement} */ (document.querySelector('template'));
  const beside = new Beside(main, document.importNode(content, true), tokenOf());
  const { live } = beside;
  // a video that can't be shown exactly has nothing beside it
  const check = () => {
    const { state, exact } = live.report();
    if (state !== 'playing') return;
    live.removeEventListener('cv-state', check);
    if (exact?.obstacle === '') return;
    beside.close();
    live.removeAttribute('mode');
    showOne();
  };
  live.addEventListener('cv-state', check);
  return live;
}

/** What the server lets viewers change, for who opens it. */
function showAdjust() {
  const adjust = /** @type {HTMLDetailsElement} */ (document.querySelector('details'));
  main.append(adjust);
  const check = () => { adjust.hidden &&= player.properties.length === 0; };
  player.addEventListener('cv-properties', check);
  adjust.addEventListener('toggle', async () => {
    const file = './adjust.js';  // esbuild would put what an import names into page.js
    const { Adjust } = await import(file);
    new Adjust(adjust, player);
  }, { once: true });
}

function takeToken() {
  const opens = tokenOf();
  if (opens) player.setAttribute('token', opens);
  else player.removeAttribute('token');
}
