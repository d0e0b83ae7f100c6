// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { NO_ATTEMPT, Store } from '../../../web/core/store.js';
import { Feed, feedOf } from '../../../web/player/feed.js';
import { test } from '../../lib/test.js';
import { STREAM } from '../lib/stream.js';

Object.assign(globalThis, { VideoFrame: class {} });
/** @typedef {import('../../../web/player/feed.js').FeedEvents} FeedEvents */

/** Who is told, and of what. */
function listener() {
  /** @type {[string, any][]} */
  const told = [];
  const names = /** @type {const} */ (['track', 'model', 'result', 'delays', 'stats', 'frame', 'ended']);
  const events = /** @type {FeedEvents} */ (/** @type {unknown} */ (Object.fromEntries(names.map((name) => [name, (/** @type {any} */ what) => told.push([name, what])]))));
  return { told, events };
}

function open() {
  const player = /** @type {Element} */ (/** @type {unknown} */ ({}));
  const store = new Store();
  const feed = new Feed(player, store);
  const own = listener();
  const clock = new ServerClock(0);
  const follow = () => {
    const follower = { ...listener(), store: new Store() };
    return { ...follower, leave: feed.join(follower.events, follower.store) };
  };
  return { player, store, feed, own, clock, follow, begin: () => feed.begin(clock, own.events) };
}

const state = (/** @type {string} */ model, since = 1) => /** @type {any} */ ({ type: 'model', model, state: 'running', since });

test('what comes to a player comes to those that follow it too, each its own copy of a frame', () => {
  const { player, feed, own, follow, begin } = open();
  assert.equal(feedOf(player), feed);
  const events = begin();
  const [one, other] = [follow(), follow()];
  const said = /** @type {any} */ ({ track: {}, result: {}, delays: {}, stats: {} });
  for (const name of Object.keys(said)) /** @type {any} */ (events)[name](said[name]);
  for (const { told } of [own, one, other]) assert.deepEqual(told, Object.entries(said));
  const frame = /** @type {any} */ ({ copies: 0, clone() { return ++this.copies; } });
  events.frame(frame, /** @type {any} */ ({}));
  assert.deepEqual([one, other].map(({ told }) => told.at(-1)), [['frame', 1], ['frame', 2]]);
  assert.equal(own.told.some(([name]) => name === 'frame'), false, 'who has the connection has it from there');
  one.leave();
  events.result(/** @type {any} */ ({}));
  assert.deepEqual([one, other].map(({ told }) => told.length), [5, 6], 'who has left is told no more');
});

test('who joins later is told what counts still: the video, each model’s state, and what is known', () => {
  const { store, feed, clock, follow, begin } = open();
  const events = begin();
  const track = /** @type {any} */ ({});
  events.track(track);
  for (const one of [state('a'), state('b'), state('a', 2)]) events.model(one);
  store.set({ stream: STREAM, transport: 'webrtc', mayControl: true });
  const late = follow();
  assert.deepEqual(late.told, [['model', state('a', 2)], ['model', state('b')], ['track', track]]);
  const { stream, transport, mayControl } = late.store.facts;
  assert.deepEqual([stream, transport, mayControl, feed.clock], [STREAM, 'webrtc', true, clock]);
  const lost = { ...STREAM, state: /** @type {const} */ ('lost') };
  store.set({ stream: lost });
  assert.equal(late.store.facts.stream, lost, 'and what changes');
});

test('of the connection before nothing counts any more', () => {
  const { store, feed, follow, begin } = open();
  const events = begin();
  const early = follow();
  events.track(/** @type {any} */ ({}));
  events.model(state('a'));
  const error = { code: 'shutdown', message: 'the server has ended' };
  feed.end(error);
  assert.deepEqual(early.told.at(-1), ['ended', error]);
  early.leave();
  store.set(NO_ATTEMPT);
  assert.deepEqual(follow().told, []);
});

test('who follows joins anew at each connection that begins, and where frames come by another way', () => {
  const { store, feed, begin } = open();
  let begun = 0;
  const end = feed.watch(() => { begun++; });
  begin();
  store.set({ transport: 'webrtc' });
  assert.equal(begun, 1);
  store.set({ transport: 'socket' });
  assert.equal(begun, 2);
  end();
  begin();
  assert.equal(begun, 2);
});

test('a video that others show comes live, from the beginning where they are there, and till its connection ends', () => {
  const { store, feed, follow, begin } = open();
  begin();
  assert.equal(store.facts.shared, false);
  const { leave } = follow();
  store.set({ wantedDelay: 100 });
  assert.deepEqual([store.facts.shared, store.facts.streamDelay], [true, null]);
  leave();
  assert.equal(store.facts.shared, true, 'its pictures are held now');
  begin();
  assert.deepEqual([store.facts.shared, store.facts.streamDelay], [false, 100]);
  feed.watch(() => {});
  begin();
  assert.equal(store.facts.shared, true);
});

test('in a browser that can’t keep pictures a video is held back for all', () => {
  const { VideoFrame } = /** @type {any} */ (globalThis);
  Reflect.deleteProperty(globalThis, 'VideoFrame');
  const { store, feed, follow, begin } = open();
  feed.watch(() => {});
  begin();
  follow();
  assert.equal(store.facts.shared, false);
  Object.assign(globalThis, { VideoFrame });
});

test('the server sends video as long as one of them is looked at', () => {
  const { store, follow } = open();
  const [one, other] = [follow(), follow()];
  assert.equal(store.facts.watched, true);
  one.store.set({ looking: false });
  assert.equal(store.facts.watched, true);
  other.store.set({ looking: false });
  assert.equal(store.facts.watched, false);
  other.store.set({ looking: true });
  other.leave();
  assert.equal(store.facts.watched, false, 'who has left does not count');
});
