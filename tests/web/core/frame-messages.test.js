// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { FrameMessages } from '../../../web/core/frame-messages.js';
import { test } from '../../lib/test.js';
import { AUDIO, KEY, MORE, PADDING, VIDEO, frameMessage } from '../lib/frame-message.js';

/** What comes of messages, in order; data as plain numbers. @param {Parameters<typeof frameMessage>} messages */
function read(...messages) {
  const frames = new FrameMessages();
  return messages.map((message) => {
    const frame = frames.add(frameMessage(message));
    return frame && { ...frame, data: [...frame.data] };
  });
}

test('a message says what it carries, of which frame, and whether decoding may begin there', () => {
  assert.deepEqual(read({ id: 0xfffffffe, flags: KEY, data: [7, 8] }), [{ kind: 'video', id: 0xfffffffe, key: true, data: [7, 8] }]);
  assert.deepEqual(read({ id: 258, data: [] }), [{ kind: 'video', id: 258, key: false, data: [] }]);
  assert.deepEqual(read({ kind: AUDIO, id: 5, data: [9] }), [{ kind: 'audio', id: 5, key: false, data: [9] }]);
});

test('a frame in parts is there with its last one, and the next begins anew', () => {
  const parts = [{ id: 3, flags: KEY | MORE, data: [1, 2] }, { id: 3, flags: KEY | MORE, data: [3] }, { id: 3, flags: KEY, data: [4, 5] }];
  assert.deepEqual(read(...parts, { id: 4, data: [6] }), [
    null, null, { kind: 'video', id: 3, key: true, data: [1, 2, 3, 4, 5] }, { kind: 'video', id: 4, key: false, data: [6] },
  ]);
});

test('sound and padding may come between the parts of a frame', () => {
  const [, sound, padding, frame] = read({ id: 3, flags: MORE, data: [1] }, { kind: AUDIO, data: [9] }, { kind: PADDING, data: [0, 0] }, { id: 3, data: [2] });
  assert.deepEqual([sound?.data, padding, frame?.data], [[9], null, [1, 2]]);
});

test('what this page does not know is left out', () => {
  assert.deepEqual(read({ kind: 0 }, { kind: 4, flags: KEY }, { kind: 255 }), [null, null, null]);
  for (const length of [0, 1, 5]) assert.equal(new FrameMessages().add(frameMessage({ kind: VIDEO }).slice(0, length)), null, `${length} bytes`);
});
