// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { DEFAULTS } from '../../../web/core/settings.js';
import { test } from '../../lib/test.js';
import { FakeElement } from '../lib/dom.js';

Object.assign(globalThis, { HTMLElement: class {}, customElements: { define() {} } });
let loads = 0;
let page = new EventTarget();

/** The page at this address. @param {string} address */
async function load(address) {
  page = new EventTarget();
  const player = new FakeElement('cv-player');
  const main = new FakeElement('main');
  const details = new FakeElement('details');
  /** @type {string[]} */
  const addresses = [];
  Object.assign(globalThis, {
    document: {
      createElement: (/** @type {string} */ name) => name === 'cv-player' ? player : null,
      querySelector: (/** @type {string} */ name) => name === 'main' ? main : details,
    },
    location: new URL(address),
    addEventListener: (/** @type {string} */ name, /** @type {() => void} */ listener) => page.addEventListener(name, listener),
    history: { replaceState: (/** @type {unknown} */ _, /** @type {string} */ __, /** @type {URL} */ url) => addresses.push(url.href) },
  });
  await import(`../../../web/demo/page.js?${loads++}`);
  assert.deepEqual(main.children, [player, details], 'it is in the page');
  const choose = (/** @type {string} */ name, /** @type {string} */ text) =>
    player.dispatchEvent(Object.assign(new Event('cv-setting'), { detail: { name, text } }));
  return { player, addresses, choose };
}

test('what the address says of the settings is what the player is given, and nothing else of it', async () => {
  const { player } = await load('http://host/?mode=exact&overlay=none&fill=last&hold=250&max-bitrate=300000&max-height=200&transport=socket&src=ws://evil/ws&onclick=x');
  assert.deepEqual(player.attributes, { controls: '', mode: 'exact', overlay: 'none', fill: 'last', hold: '250', 'max-bitrate': '300000', 'max-height': '200', transport: 'socket' });
  assert.deepEqual(Object.keys(player.attributes).sort(), ['controls', ...Object.keys(DEFAULTS)].sort(), 'every setting can be in a link');
  assert.deepEqual((await load('http://host/?mode=')).player.attributes, { controls: '', mode: '' });
});

test('what the viewer chooses is in the address, so that a reload or a link keeps it', async () => {
  const { choose, addresses } = await load('http://host/?hold=100&name=kitchen#top');
  choose('hold', '250');
  assert.deepEqual(addresses, ['http://host/?hold=250&name=kitchen#top'], 'the rest of the address stays');
  const { choose: next, addresses: later } = await load('http://host/?mode=');
  next('fill', 'interpolated');
  assert.deepEqual(later, ['http://host/?mode=&fill=interpolated']);
});

test('the token is what stands behind the address, also when that changes', async () => {
  assert.equal((await load('http://host/?mode=#token=a+b/c==')).player.attributes.token, 'a+b/c==', 'as it is written');
  const { player, addresses, choose } = await load('http://host/?hold=100#token=a%2Bb');
  assert.equal(player.attributes.token, 'a+b');
  choose('hold', '250');
  assert.deepEqual(addresses, ['http://host/?hold=250#token=a%2Bb'], 'it stays there');
  Object.assign(globalThis, { location: new URL('http://host/?mode=#token=another') });
  page.dispatchEvent(new Event('hashchange'));
  assert.equal(player.attributes.token, 'another');
  Object.assign(globalThis, { location: new URL('http://host/?mode=#top') });
  page.dispatchEvent(new Event('hashchange'));
  assert.equal(player.attributes.token, undefined);
  assert.equal((await load('http://host/?mode=&token=query')).player.attributes.token, undefined, 'not of what servers are told');
});
