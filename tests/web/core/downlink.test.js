// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { carriedBy, measuredDownlink, rememberedDownlink } from '../../../web/core/downlink.js';
import { test } from '../../lib/test.js';

const ORIGIN = 'http://camera.local:8080';
/** 20 kB in a second, of which 10 came at once. @param {object} [fields] */
const file = (fields) => ({ name: `${ORIGIN}/page.js`, transferSize: 20_300, encodedBodySize: 20_000, requestStart: 200, responseStart: 200, responseEnd: 1200, ...fields });
/** @param {...ReturnType<typeof file>} files */
const measure = (...files) => measuredDownlink(files, ORIGIN, 1_000_000);

test('a network is as quick as it brought the page, without what may have come at once', () => {
  assert.deepEqual(measure(file()), { bits: 80_000, at: 1_001_200 });
  assert.equal(measure(file({ responseEnd: 2200 }))?.bits, 40_000);
  assert.equal(measure(file({ encodedBodySize: 110_000, transferSize: 110_300 }))?.bits, 800_000);
});

test('a round trip of a far way is no time of sending, as long as it is not nearly all', () => {
  assert.equal(measure(file({ requestStart: 0 }))?.bits, 100_000);
  assert.equal(measure(file({ requestStart: 100, responseStart: 200, responseEnd: 300 }))?.bits, 3_200_000);
});

test('the largest file says most', () => {
  const other = file({ name: `${ORIGIN}/big.jpg`, transferSize: 200_300, encodedBodySize: 200_000 });
  for (const files of [[file(), other], [other, file()]]) assert.equal(measure(...files)?.bits, 1_520_000);
});

test('what did not come from that server over the network, or is small, says nothing', () => {
  const none = [
    { transferSize: 0 }, { transferSize: 300 }, { transferSize: 15_000, encodedBodySize: 14_700 }, { name: 'http://camera.local:80801/page.js' },
    { name: 'https://cdn.example/page.js' },
  ];
  for (const fields of none) assert.equal(measure(file(fields)), null, JSON.stringify(fields));
  assert.equal(measure(), null);
});

test('a file that came all at once says no more than a gigabit', () => {
  for (const responseEnd of [200, 200.01]) assert.equal(measure(file({ responseEnd }))?.bits, 1e9);
  assert.equal(measure(file({ responseEnd: 201 }))?.bits, 80_000_000);
});

test('what is remembered counts for a day', () => {
  const at = 1_795_000_000_000;
  const text = JSON.stringify({ bits: 400_000.5, at });
  assert.deepEqual(rememberedDownlink(text, at + 86_399_000), { bits: 400_000.5, at });
  for (const now of [at + 86_400_001, at - 86_400_001]) assert.equal(rememberedDownlink(text, now), null, 'also where the clock was set back');
});

test('what can’t be understood is as good as forgotten', () => {
  const bad = [null, '', '{', 'null', '3', '[]', '{"bits":0,"at":5}', '{"bits":-1,"at":5}', '{"bits":"x","at":5}', '{"bits":1e10,"at":5}', '{"bits":5}', '{"bits":5,"at":"x"}'];
  for (const text of bad) assert.equal(rememberedDownlink(text, 6), null, String(text));
  assert.deepEqual(rememberedDownlink('{"bits":5,"at":5}', 6), { bits: 5, at: 5 });
});

test('a link is remembered as what it carried, and a free one as twice what went through it', () => {
  /** @type {import('../../../web/core/protocol.js').Link} */
  const link = { type: 'link', rung: 0, rungs: 3, width: 640, height: 384, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };
  assert.equal(carriedBy(link), 1_380_000);
  assert.equal(carriedBy({ ...link, carries: 900_000 }), 900_000);
  assert.equal(carriedBy({ ...link, carries: 5000, reason: 'too-slow' }), null);
  for (const reason of ['start', 'network', 'limit', 'hidden']) assert.equal(carriedBy({ ...link, reason }), null, reason);
});
