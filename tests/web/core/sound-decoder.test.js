// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { SoundDecoder } from '../../../web/core/sound-decoder.js';
import { beforeEach, test } from '../../lib/test.js';
import { FakeAudioDecoder, decoders } from '../lib/decoder.js';

const OPUS = { codec: 'opus', rate: 48000, channels: 2 };
/** @type {unknown[]} */
let heard;
/** @type {SoundDecoder} */
let sound;

beforeEach(() => {
  decoders();
  heard = [];
  sound = new SoundDecoder((data) => heard.push(data));
});

/** @param {number} n */
const add = (n) => sound.add({ kind: 'audio', id: n, key: false, data: new Uint8Array([n]) });
const given = () => FakeAudioDecoder.all.map(({ taken }) => taken.map(({ data: [n] }) => n));

test('sound is decoded as the server says that it is, each piece for itself', () => {
  sound.format = OPUS;
  add(1);
  add(2);
  const [decoder] = FakeAudioDecoder.all;
  decoder.finish(({ type, data: [n] }) => `${type} ${n}`);
  assert.deepEqual([decoder.config, heard], [{ codec: 'opus', sampleRate: 48000, numberOfChannels: 2 }, ['key 1', 'key 2']]);
});

test('where there is no sound, or none any more, nothing is decoded', () => {
  add(1);
  sound.format = OPUS;
  add(2);
  sound.format = null;
  add(3);
  assert.deepEqual([given(), FakeAudioDecoder.all[0].state], [[[2]], 'closed']);
});

test('another format has another decoder', () => {
  sound.format = OPUS;
  add(1);
  sound.format = { ...OPUS, channels: 1 };
  add(2);
  const [first, second] = FakeAudioDecoder.all;
  assert.deepEqual([given(), first.state, second.config], [[[1], [2]], 'closed', { codec: 'opus', sampleRate: 48000, numberOfChannels: 1 }]);
});

test('a decoder that the browser takes away is replaced', () => {
  sound.format = OPUS;
  add(1);
  FakeAudioDecoder.all[0].fail('QuotaExceededError');
  add(2);
  assert.deepEqual(given(), [[1], [2]]);
  FakeAudioDecoder.all[1].fail('QuotaExceededError');
  sound.close();
});
