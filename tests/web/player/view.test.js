// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { withSetting } from '../../../web/core/settings.js';
import { Store } from '../../../web/core/store.js';
import { Controls } from '../../../web/player/controls.js';
import { View } from '../../../web/player/view.js';
import { beforeEach, test } from '../../lib/test.js';
import { fakeDocument, palette } from '../lib/dom.js';
import { FakeRoot } from '../lib/player.js';
import { STREAM } from '../lib/stream.js';
import { settle } from '../lib/time.js';

/** Tells the view that its stage has another size. */
let resized = () => {};
/** @type {Set<unknown>} */
const observed = new Set();
/** What waits for the screen to be repainted. @type {(() => void)[]} */
let repaints = [];
Object.assign(globalThis, {
  window: globalThis,
  devicePixelRatio: 1,
  document: fakeDocument,
  requestAnimationFrame: (/** @type {() => void} */ callback) => repaints.push(callback),
  cancelAnimationFrame: () => { repaints = []; },
  ResizeObserver: class {
    constructor(/** @type {() => void} */ callback) {
      resized = callback;
    }

    observe(/** @type {unknown} */ element) {
      observed.add(element);
    }

    disconnect() {
      observed.clear();
    }
  },
});
const PICTURE = { width: 640, height: 376 };
/** The rows of its stamp hang over the edge. */
const WHOLE = `${100 * 376 / 360}%`;
const EXACT = { stream: STREAM, delayable: true };

beforeEach(() => {
  repaints = [];
  Object.assign(fakeDocument, { fullscreenEnabled: true, fullscreenElement: null });
});

function open() {
  const root = new FakeRoot();
  const store = new Store();
  const choose = (/** @type {string} */ name, /** @type {string} */ text) => store.set({ settings: withSetting(store.facts.settings, name, text) });
  const events = { chosen: choose, selected: () => {}, snapshot: () => Promise.reject(new Error('there is no picture')) };
  const view = new View(/** @type {any} */ (root), store, events);
  new Controls(/** @type {any} */ (root), store, palette, events, view.composedPicture);
  const find = (/** @type {string} */ selector) => root.querySelector(selector);
  const [video, player, stage, cover, overlay, composed, marks, play] =
    ['video', '.player', '.stage', '.cover', '.overlay', '.composed', '.marks', '.play'].map(find);
  Object.assign(stage, { clientWidth: 1280, clientHeight: 800 });
  return { view, store, root, find, video, player, stage, cover, overlay, composed, marks, play };
}

test('the video makes no sound, without which browsers would not play it unasked', () => {
  assert.equal(open().video.muted, true);
});

test('where there is sound a button says that the viewer wants to hear it, or no more', () => {
  const { store, find, video } = open();
  const button = find('.sound');
  assert.equal(button.hidden, true);
  store.set({ hasSound: true });
  assert.equal(button.hidden, false);
  for (const audible of [true, false]) {
    button.onclick();
    assert.deepEqual([store.facts.audible, button.attributes['aria-pressed'], video.muted], [audible, String(audible), true]);
  }
});

test('its style is its own, and not loaded from anywhere', () => {
  const { root } = open();
  assert.deepEqual(/** @type {any} */ (root).adoptedStyleSheets.map((/** @type {{text: string}} */ { text }) => text), ['player.css', 'controls.css']);
  assert.deepEqual(root.children, []);
});

test('the picture is covered until it is known which part of it is for showing', () => {
  const { view, video, player, stage, cover } = open();
  video.present(PICTURE);
  assert.deepEqual([cover.hidden, player.dataset.pictured, stage.style['--aspect']], [false, undefined, undefined]);
  view.reveal(STREAM);
  assert.deepEqual([cover.hidden, player.dataset.pictured, stage.style['--aspect']], [true, '', '640 / 360']);
});

test('the picture fits its stage, its stamp hangs over the edge, and results stand on it; when the stage changes too', () => {
  const { view, video, find, stage, overlay } = open();
  view.reveal(STREAM);
  video.present(PICTURE);
  const { style } = find('.picture');
  assert.deepEqual([style.left, style.top, style.width, style.height, video.style.height], ['0px', '40px', '1280px', '720px', WHOLE]);
  Object.assign(stage, { clientWidth: 320, clientHeight: 180 });
  resized();
  assert.deepEqual([style.left, style.top, style.width, style.height, video.style.height], ['0px', '0px', '320px', '180px', WHOLE]);
  for (const repaint of repaints) repaint();
  assert.deepEqual([overlay.width, overlay.height], [320, 180]);
});

test('a video that becomes smaller in the middle of its stream stays in its box, and results in their place', () => {
  const rungs = [{ width: 854, height: 504, rows: 24, cell: 16 }, { width: 426, height: 256, rows: 16, cell: 8 }];
  const stream = { ...STREAM, stamp: { rows: 24, cell: 16 }, rungs };
  const { view, store, find, video, stage, cover, marks } = open();
  marks.hidden = false;
  view.reveal(stream);
  const { style } = find('.picture');
  /** @param {boolean} whole what the model saw */
  const boxOf = (whole) => {
    const result = { frame: 1, width: 854, height: whole ? 504 : 480, whole, objects: [{ label: 'dog', confidence: null, x: 0, y: 240, w: 427, h: 120 }] };
    view.composedPicture.drawResults(/** @type {any} */ ([{ kind: 'measured', result }]), 1);
    return marks.context.painted[0].path;
  };
  const seen = rungs.map(({ width, height }) => {
    video.present({ width, height });
    return [stage.style['--aspect'], style.left, style.top, style.width, style.height, boxOf(true), boxOf(false)];
  });
  assert.deepEqual(seen[1], seen[0]);
  assert.deepEqual([seen[0][0], seen[0][5]], ['854 / 480', seen[0][6]]);
  assert.equal(video.style.height, `${100 * 256 / 240}%`, 'its own stamp hangs over the edge');
  view.freeze();
  assert.deepEqual([cover.width, cover.height, cover.style.height], [426, 256, video.style.height], 'in its last picture too');
  view.reveal(stream);
  view.composedPicture.fit({ ...rungs[0], stamp: stream.stamp });
  store.set({ composed: true });
  view.freeze();
  assert.deepEqual([cover.width, cover.height, cover.style.height], [854, 504, `${100 * 504 / 480}%`], 'whichever that is');
});

test('the composed picture is as fine as the video, the results over it are as fine as the screen', () => {
  Object.assign(globalThis, { devicePixelRatio: 2 });
  const { view, video, composed, marks } = open();
  marks.hidden = false;
  view.reveal(STREAM);
  video.present(PICTURE);
  view.composedPicture.fit({ ...PICTURE, stamp: STREAM.stamp });
  Object.assign(globalThis, { devicePixelRatio: 1 });
  assert.deepEqual([composed.width, composed.height, marks.width, marks.height], [640, 376, 2560, 1440]);
});

test('when the stream is gone its last picture stays: the video’s, or the composed one', () => {
  for (const isComposed of [false, true]) {
    const { view, store, video, cover, composed } = open();
    view.reveal(STREAM);
    video.present(PICTURE);
    view.composedPicture.fit({ ...PICTURE, stamp: STREAM.stamp });
    composed.picture = 'composed';
    store.set({ composed: isComposed });
    view.freeze();
    assert.deepEqual([cover.hidden, cover.width, cover.height], [false, 640, 376]);
    assert.deepEqual(cover.context.painted.map(({ place }) => place), isComposed ? [[0, 0], [0, 0, 640, 360]] : [[0, 0, 640, 376]], 'with its results');
    assert.equal(cover.picture, isComposed ? 'composed' : PICTURE);
    view.freeze();
    assert.ok(cover.picture, 'and is not drawn over by one that is gone');
    view.reveal(STREAM);
    assert.equal(cover.hidden, true);
  }
});

test('an attempt that never had a picture does not replace the last one', () => {
  const { view, video, cover } = open();
  view.reveal(STREAM);
  video.present(PICTURE);
  view.freeze();
  video.picture = null;
  view.freeze();
  assert.equal(cover.picture, PICTURE);
});

test('either the composed picture is on top, or the video with its overlay', () => {
  const { store, overlay, composed, marks } = open();
  const hidden = () => [composed, marks, overlay].map((canvas) => canvas.hidden);
  assert.deepEqual(hidden(), [true, true, false]);
  store.set(EXACT);
  assert.deepEqual(hidden(), [true, true, true], 'over a picture that is held back there are no newer results');
  store.set({ composed: true });
  assert.deepEqual(hidden(), [false, false, true]);
  store.set({ composed: false, stream: null });
  assert.deepEqual(hidden(), [true, true, false]);
});

test('results can be hidden and shown again, and stay hidden from one view to the other', () => {
  const { store, find, overlay, composed, marks } = open();
  const button = find('.results');
  button.onclick();
  assert.deepEqual([store.facts.resultsVisible, overlay.hidden, button.attributes['aria-pressed']], [false, true, 'false']);
  store.set({ ...EXACT, composed: true });
  assert.deepEqual([composed.hidden, marks.hidden], [false, true], 'a picture, and nothing over it');
  button.onclick();
  assert.equal(marks.hidden, false);
  button.onclick();
  store.set({ composed: false, stream: null });
  assert.equal(overlay.hidden, true);
  button.onclick();
  assert.deepEqual([store.facts.resultsVisible, overlay.hidden, button.attributes['aria-pressed']], [true, false, 'true']);
});

test('where the browser will not play unasked there is a button, which plays', async () => {
  const { view, video, play } = open();
  video.refusal = Object.assign(new Error('ask'), { name: 'NotAllowedError' });
  const stream = {};
  await view.play(/** @type {any} */ (stream));
  assert.deepEqual([video.srcObject, play.hidden], [stream, false]);
  video.refusal = null;
  play.onclick();
  await settle();
  assert.deepEqual([video.plays, play.hidden], [2, true]);
});

test('another stream that comes meanwhile is no reason to ask', async () => {
  const { view, video, play } = open();
  video.refusal = Object.assign(new Error('new load'), { name: 'AbortError' });
  await view.play(/** @type {any} */ ({}));
  assert.equal(play.hidden, true);
});

test('a video that was paused, by whomever, can be played again; one that is not there can’t', () => {
  const { view, video, play } = open();
  Object.assign(video, { srcObject: {}, paused: true });
  video.onpause();
  assert.equal(play.hidden, false);
  video.paused = false;
  video.onplaying();
  assert.equal(play.hidden, true);
  video.paused = true;
  video.onpause();
  view.stop();
  assert.deepEqual([video.srcObject, play.hidden], [null, true]);
  video.onpause();
  assert.equal(play.hidden, true);
  Object.assign(video, { srcObject: {}, ended: true });
  video.onpause();
  assert.equal(play.hidden, true);
});

test('when it stops, no results are left over the picture', () => {
  const { view } = open();
  view.liveOverlay.show([/** @type {any} */ ({ objects: [] })]);
  view.stop();
  assert.deepEqual(view.liveOverlay.results, []);
});

test('its state has words, and a banner where there is something to say', () => {
  const { view, find, player } = open();
  view.show({ name: 'lost', words: 'Source lost', banner: 'Source lost, retrying: no camera' });
  const [status, banner] = ['.status', '.banner'].map(find);
  assert.deepEqual([player.dataset.state, status.textContent, banner.textContent, banner.hidden],
    ['lost', 'Source lost', 'Source lost, retrying: no camera', false]);
  view.show({ name: 'playing', words: 'Live', banner: '' });
  assert.deepEqual([player.dataset.state, status.textContent, banner.hidden], ['playing', 'Live', true]);
});

test('words that are the same are not said again: a screen reader reads every change aloud', () => {
  const { view, find } = open();
  view.show({ name: 'playing', words: 'Live', banner: 'b' });
  const before = ['.status', '.banner'].map((selector) => find(selector).children);
  view.show({ name: 'playing', words: 'Live', banner: 'b' });
  assert.ok(['.status', '.banner'].every((selector, i) => find(selector).children === before[i]));
});

test('it fills the screen and leaves it again, where the browser can', () => {
  const { find, player } = open();
  const calls = /** @type {string[]} */ ([]);
  Object.assign(player, { requestFullscreen: async () => calls.push('enter') });
  Object.assign(fakeDocument, { exitFullscreen: () => calls.push('leave') });
  const button = find('.full');
  assert.equal(button.hidden, false);
  button.onclick();
  Object.assign(fakeDocument, { fullscreenElement: player });
  button.onclick();
  assert.deepEqual(calls, ['enter', 'leave']);
  Object.assign(fakeDocument, { fullscreenEnabled: false });
  assert.equal(open().find('.full').hidden, true);
});

test('full screen that is refused is no error', async () => {
  const { find, player } = open();
  Object.assign(player, { requestFullscreen: () => Promise.reject(new Error('no')) });
  find('.full').onclick();
  await settle();
});

test('it follows the size of its stage from open() to close(), and draws nothing after it', () => {
  const { view, stage } = open();
  assert.equal(observed.size, 0);
  view.open();
  assert.deepEqual([...observed], [stage]);
  view.liveOverlay.show([/** @type {any} */ ({ objects: [] })]);
  assert.equal(repaints.length, 1);
  view.close();
  assert.deepEqual([observed.size, repaints], [0, []]);
});
