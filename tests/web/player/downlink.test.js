// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { remember, withDownlink } from '../../../web/player/downlink.js';
import { beforeEach, test } from '../../lib/test.js';

const URL_OF = 'ws://camera.local:8080/ws';
/** @type {import('../../../web/core/protocol.js').Link} */
const LINK = { type: 'link', rung: 1, rungs: 3, width: 320, height: 196, bitrate: 170_000, framerate: 30, carries: 260_000.4, reason: 'network' };

/** What the browser remembers. @type {Map<string, string>} */
let stored;
/** @type {object[]} */
let files;
beforeEach(() => {
  stored = new Map();
  files = [];
  Object.assign(globalThis, {
    localStorage: {
      getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => stored.set(key, value),
    },
    performance: { timeOrigin: Date.now(), getEntriesByType: (/** @type {string} */ type) => type === 'resource' ? files : [] },
  });
});
/** The page came at 400 kbit/s. @param {number} ago ms */
const load = (ago) => files.push({ name: 'http://camera.local:8080/page.js', transferSize: 60_300, encodedBodySize: 60_000, requestStart: -1000 - ago, responseStart: -1000 - ago, responseEnd: -ago });

test('a server is told how quickly its page came, in whole bit/s', () => {
  assert.equal(withDownlink(URL_OF, Infinity), URL_OF, 'where that is not known it is told nothing');
  load(0);
  assert.equal(withDownlink(URL_OF, Infinity), `${URL_OF}?downlink=400000`);
  assert.equal(withDownlink(`${URL_OF}?room=1`, Infinity), `${URL_OF}?room=1&downlink=400000`);
  for (const other of ['ws://camera.local/ws', 'wss://camera.local:8080/ws']) assert.equal(withDownlink(other, Infinity), other, 'the way to another one is another');
});

test('or what it said itself the last time', () => {
  remember(URL_OF, LINK);
  assert.equal(withDownlink(URL_OF, Infinity), `${URL_OF}?downlink=260000`);
  assert.equal(withDownlink('ws://other:8080/ws', Infinity), 'ws://other:8080/ws');
  assert.equal(withDownlink('ws://camera.local:8080/other', Infinity), 'ws://camera.local:8080/other?downlink=260000');
});

test('nor more than the viewer wants', () => {
  assert.equal(withDownlink(URL_OF, 300_000), `${URL_OF}?downlink=300000`);
  load(0);
  assert.equal(withDownlink(URL_OF, 300_000), `${URL_OF}?downlink=300000`);
  assert.equal(withDownlink(URL_OF, 500_000), `${URL_OF}?downlink=400000`);
});

test('the newer of the two counts', () => {
  remember(URL_OF, LINK);
  load(60_000);
  assert.match(withDownlink(URL_OF, Infinity), /=260000$/);
  load(-60_000);
  files.shift();
  assert.match(withDownlink(URL_OF, Infinity), /=400000$/);
});

test('a link that says nothing of the network leaves what was known', () => {
  remember(URL_OF, LINK);
  for (const link of [null, { ...LINK, carries: null, reason: 'start' }]) remember(URL_OF, link);
  assert.match(withDownlink(URL_OF, Infinity), /=260000$/);
});

test('a browser that remembers nothing measures all the same', () => {
  const refuse = () => { throw new DOMException('denied', 'SecurityError'); };
  Object.assign(globalThis, { localStorage: { getItem: refuse, setItem: refuse } });
  remember(URL_OF, LINK);
  assert.equal(withDownlink(URL_OF, Infinity), URL_OF);
  load(0);
  assert.equal(withDownlink(URL_OF, Infinity), `${URL_OF}?downlink=400000`);
});

test('an address that is none stays as it is', () => {
  load(0);
  for (const url of ['ws://[', '', 'nonsense']) {
    assert.equal(withDownlink(url, Infinity), url);
    remember(url, LINK);
  }
  assert.equal(stored.size, 0);
});
