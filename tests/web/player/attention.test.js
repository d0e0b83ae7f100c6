// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { watchAttention } from '../../../web/player/attention.js';
import { beforeEach, test } from '../../lib/test.js';
import { FakeVideo } from '../lib/player.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

const tab = Object.assign(new EventTarget(), { hidden: false });
Object.assign(globalThis, { document: tab });

beforeEach(() => {
  stopTime();
  tab.hidden = false;
});

function open() {
  const store = new Store();
  const video = Object.assign(new FakeVideo('video'), { srcObject: {} });
  const end = watchAttention(/** @type {any} */ (video), store);
  const tell = (/** @type {string} */ name) => video.dispatchEvent(new Event(name));
  const pause = (/** @type {boolean} */ paused) => {
    Object.assign(video, { paused });
    tell(paused ? 'pause' : 'play');
  };
  /** Whether it looks, after a while. */
  const looks = async () => {
    await pass(3000);
    return store.facts.looking;
  };
  return { store, video, end, tell, pause, looks };
}

/** @param {boolean} hidden */
function turnTab(hidden) {
  tab.hidden = hidden;
  tab.dispatchEvent(new Event('visibilitychange'));
}

test('a viewer whose tab is hidden does not look, and looks at once when it is back', async () => {
  const { store, end, looks } = open();
  assert.equal(await looks(), true);
  turnTab(true);
  assert.equal(store.facts.looking, true, 'not at once');
  assert.equal(await looks(), false);
  turnTab(false);
  assert.equal(store.facts.looking, true);
  end();
});

test('nor does one that has paused the video', async () => {
  const { store, end, pause, looks } = open();
  pause(true);
  assert.equal(await looks(), false);
  turnTab(true);
  turnTab(false);
  assert.equal(store.facts.looking, false, 'whatever it does with its tab');
  pause(false);
  assert.equal(store.facts.looking, true);
  end();
});

test('nor one that is paused by its page, with or without a video', async () => {
  const { store, video, end, looks } = open();
  video.srcObject = /** @type {any} */ (null);
  store.set({ paused: true });
  assert.equal(await looks(), false);
  store.set({ paused: false });
  assert.equal(store.facts.looking, true);
  end();
});

test('a page that is opened behind another one is not looked at', async () => {
  tab.hidden = true;
  const { end, looks } = open();
  assert.equal(await looks(), false);
  end();
});

test('between two connections there is no video that could be paused', async () => {
  const { video, end, looks } = open();
  Object.assign(video, { srcObject: null, paused: true });
  turnTab(false);
  assert.equal(await looks(), true);
  end();
});

test('once it is ended it takes no notice', async () => {
  const { store, end, pause, looks } = open();
  turnTab(true);
  end();
  turnTab(true);
  pause(true);
  store.set({ paused: true });
  assert.deepEqual([await looks(), timersLeft()], [true, 0]);
});
