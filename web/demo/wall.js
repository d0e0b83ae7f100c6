// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of a cv-launch with several streams: all at once, and one of them large where somebody wants that. Which one is in the page's address, so
// that a reload or a link keeps it, and the browser's Back goes back.
import '../player/cv-player.js';
import { Sharing } from '../core/sharing.js';
import { StreamList } from '../core/stream-list.js';
import { withDownlink } from '../player/downlink.js';
import { ASPECT, layOut, tileAfter } from './columns.js';
import { Tile } from './tile.js';
import { tokenOf } from './token.js';

/** @typedef {import('../core/stream-list.js').StreamState} StreamState */

/** Name, state and the space around them, in px. */
const BELOW = 44;

const wall = /** @type {HTMLElement} */ (document.querySelector('.wall'));
const back = /** @type {HTMLButtonElement} */ (document.querySelector('.back'));
const title = /** @type {HTMLElement} */ (document.querySelector('.top .name'));
const own = /** @type {HTMLAnchorElement} */ (document.querySelector('.own'));
const notice = /** @type {HTMLElement} */ (document.querySelector('.notice'));
const bar = /** @type {HTMLElement} */ (document.querySelector('.top'));

/** Who this page is, for the server that counts people: a number of its own, and no other page's. */
const viewer = crypto.getRandomValues(new Uint32Array(2)).join('');
/** @type {Map<string, Tile>} in the server's order */
let tiles = new Map();
let columns = 1;
/** @type {StreamList|null} */
let list = null;
/** One connection for all that is seen. */
let sharing = newSharing();

const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const tile = tiles.get(/** @type {HTMLElement} */ (target).dataset.stream ?? '');
    if (tile) tile.seen = isIntersecting;
  }
});

/** The one that is large. */
const largeName = () => new URLSearchParams(location.search).get('stream') ?? '';

/** @param {StreamState[]} streams */
function show(streams) {
  sharing.names = streams.filter(({ state }) => state !== 'failed').map(({ name }) => name);
  notice.textContent = streams.length === 0 ? 'There is nothing to show now. What comes appears here by itself: streams of this server, and windows that a program opens.' : '';
  const before = tiles;
  tiles = new Map(streams.map(({ name }) => [name, before.get(name) ?? newTile(name)]));
  for (const [name, tile] of before) {
    if (tiles.has(name)) continue;
    inView.unobserve(tile.root);
    tile.close();
  }
  [...tiles.values()].forEach(({ root }, index) => {
    if (wall.children[index] !== root) wall.insertBefore(root, wall.children[index] ?? null);
  });
  for (const stream of streams) tiles.get(stream.name)?.update(stream);
  place();
  showLarge();
}

/** @param {string} name */
function newTile(name) {
  const tile = new Tile(name, viewer, tokenOf() ?? '', sharing.for(name), () => go(name));
  inView.observe(tile.root);
  return tile;
}

/** @param {string} path in this folder @param {string} [search] */
function socketAddress(path, search = '') {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.search = search;
  url.hash = '';
  return url.href;
}

function newSharing() {
  return new Sharing((names) => withDownlink(socketAddress('ws', `streams=${names}&viewer=${viewer}`), Infinity), tokenOf() ?? '');
}

function place() {
  const { clientWidth, clientHeight } = document.documentElement;
  const laid = layOut(tiles.size, clientWidth, clientHeight, BELOW);
  columns = laid.columns;
  wall.style.setProperty('--columns', String(columns));
  wall.style.setProperty('--tile', `${laid.tile}px`);
  for (const tile of tiles.values()) tile.lines = Math.max(1, Math.round(laid.tile * ASPECT * devicePixelRatio));
}

/** @param {string} name of the stream that is to be large; "": all are small */
function go(name) {
  const address = new URL(location.href);
  if (name) address.searchParams.set('stream', name);
  else address.searchParams.delete('stream');
  history.pushState(null, '', address);
  showLarge();
}

function showLarge() {
  const name = largeName();
  const large = tiles.get(name);
  const was = wall.querySelector('.large');
  for (const tile of tiles.values()) if (tile !== large && tile.root === was) tile.large = false;
  wall.classList.toggle('one', large !== undefined);
  bar.hidden = !large;
  document.title = large ? `${large.title} – cv-launch` : 'cv-launch';
  if (large) title.textContent = large.title;
  if (large && large.root !== was) {
    large.large = true;
    own.href = `${name}/${location.hash}`;
    back.focus();
  } else if (!large && was) {
    tiles.get(/** @type {HTMLElement} */ (was).dataset.stream ?? '')?.focus();
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const names = [...tiles.keys()];
  const large = largeName();
  if (event.key === 'Escape' && large && !document.fullscreenElement) return go('');
  // a player's own controls have keys too
  const here = event.composedPath()[0];
  const inTile = here instanceof Element && wall.contains(here.getRootNode() === document ? here : null) ? here.closest('.tile') : null;
  if (large) {
    if (here !== back && here !== document.body && here !== own) return;
    const next = tileAfter(event.key, names.indexOf(large), names.length, names.length);
    if (next !== null) go(names[next]);
    return;
  }
  const index = names.indexOf(/** @type {HTMLElement|null} */ (inTile)?.dataset.stream ?? '');
  const next = index < 0 ? (event.key.startsWith('Arrow') && names.length > 0 ? 0 : null) : tileAfter(event.key, index, names.length, columns);
  if (next === null) return;
  tiles.get(names[next])?.focus();
  event.preventDefault();
}

function start() {
  list?.close();
  for (const tile of tiles.values()) tile.close();
  tiles.clear();
  sharing = newSharing();
  list = new StreamList(socketAddress('streams'), tokenOf() ?? '', {
    streams: show,
    // the players say it of themselves; who has none yet has to be told
    lost: ({ message }, ms) => { if (tiles.size === 0 || ms === null) notice.textContent = `${message}${ms === null ? '' : ', trying again…'}`; },
  });
}

back.onclick = () => go('');
addEventListener('keydown', onKey);
addEventListener('popstate', showLarge);
addEventListener('resize', place);
addEventListener('hashchange', start);
addEventListener('pagehide', () => list?.close());
addEventListener('pageshow', ({ persisted }) => { if (persisted) start(); });
start();
