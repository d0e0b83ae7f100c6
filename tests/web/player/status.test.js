// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { statusOf } from '../../../web/player/status.js';
import { test } from '../../lib/test.js';

test('each state has words, and a banner unless all is well', () => {
  const gone = { code: 'connection', message: 'no connection to the server' };
  assert.deepEqual(statusOf('playing', null, '', 0, 0), { name: 'playing', words: 'Live', banner: '' });
  assert.deepEqual(statusOf('closed', gone, '', 0, 9000), { name: 'closed', words: 'Stopped', banner: '' });
  assert.equal(statusOf('connecting', null, '', 0, 0).banner, 'Connecting…');
  assert.equal(statusOf('connecting', gone, '', 0, 0).banner, 'Reconnecting…');
  assert.equal(statusOf('lost', null, 'no camera', 0, 0).banner, 'Source lost, retrying: no camera');
  assert.equal(statusOf('waiting', gone, '', 2300, 0).banner, 'No connection to the server: reconnecting in 3 s');
  assert.equal(statusOf('waiting', gone, '', 1, 0).banner, 'No connection to the server: reconnecting in 1 s');
  assert.equal(statusOf('waiting', null, '', 0, 0).banner, 'reconnecting…');
  assert.equal(statusOf('waiting', { code: 'full', message: '8' }, '', 4001, 0).banner,
    'The server is full: reconnecting in 5 s');
  assert.equal(statusOf('waiting', { code: 'shutdown', message: '' }, '', 0, 0).banner,
    'The server has ended: reconnecting…');
  assert.equal(statusOf('waiting', { code: 'malformed', message: 'not JSON' }, '', 15_000, 0).banner,
    'Error (malformed): not JSON; reconnecting in 15 s');
});

test('a browser that can’t play is told what it lacks, and no new attempt is promised', () => {
  assert.deepEqual(statusOf('failed', { code: 'browser', message: 'this browser has no WebRTC' }, '', 0, 0),
    { name: 'failed', words: 'No video', banner: 'This browser has no WebRTC' });
});

test('what there is to say of the network follows the state, as long as the video plays', () => {
  assert.deepEqual(statusOf('playing', null, '', 0, 0, 'Limited'), { name: 'playing', words: 'Live. Limited', banner: '' });
  assert.equal(statusOf('playing', null, '', 0, 2100, 'Limited').words, 'Waiting for video');
  assert.equal(statusOf('lost', null, 'no camera', 0, 0, 'Limited').words, 'Source lost');
});

test('a picture that stands still is not called live', () => {
  assert.equal(statusOf('playing', null, '', 0, 1900).words, 'Live');
  assert.equal(statusOf('playing', null, '', 0, 2100).banner, 'Waiting for video…');
  assert.equal(statusOf('lost', null, 'no camera', 0, 9000).words, 'Source lost');
});

test('where the browser waits for its user, that is said', () => {
  for (const state of /** @type {const} */ (['connecting', 'playing']))
    assert.deepEqual(statusOf(state, null, '', 0, 9000, '', false, true), { name: 'paused', words: 'Press Play', banner: 'Your browser plays no video unasked: press Play' });
  assert.equal(statusOf('waiting', null, '', 0, 0, '', false, true).words, 'Disconnected');
});

test('one that was paused is called so, however still it stands', () => {
  assert.deepEqual(statusOf('playing', null, '', 0, 9000, 'Limited', true), { name: 'paused', words: 'Paused', banner: '' });
  assert.equal(statusOf('closed', null, '', 0, 0, '', true).words, 'Paused');
  assert.equal(statusOf('lost', null, 'no camera', 0, 0, '', true).words, 'Source lost');
});
