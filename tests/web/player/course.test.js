// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Course } from '../../../web/player/course.js';
import { test } from '../../lib/test.js';

/** @param {number|null} latency @param {object} [but] @returns {any} */
const report = (latency, but) => ({
  stages: { encode: 1, send: null, network: 2.5, decode: 3, display: 4 }, latency: latency === null ? null : { median: latency },
  frames: { perSecond: 30, paintedPerSecond: 29, dropped: 1 }, packetsLost: 2, bitrate: 690_000, link: { carries: null }, results: { lag: 118, ms: 15 }, ...but,
});

test('keeps what was measured in the last minute', () => {
  const course = new Course();
  for (let n = 0; n <= 130; n++) course.add(report(n), n * 500);
  assert.deepEqual([course.moments.length, course.moments[0].time, course.moments.at(-1)?.latency], [121, 5000, 130]);
});

test('says the median and what most are below, or why they are not known', () => {
  const course = new Course();
  assert.match(course.words, /^The latency is not known: the server’s clock is not/);
  course.add(report(null), 0);
  assert.match(course.words, /^The latency is not known/);
  for (let n = 1; n <= 100; n++) course.add(report(n), n);
  assert.equal(course.words, 'Latency by stage, last minute: median 51 ms, 95 % below 96 ms');
});

test('as CSV: names, then a line for each moment; what is not known is empty', () => {
  const course = new Course();
  assert.equal(course.csv, '\n');
  course.add(report(25), 1000);
  course.add(report(null, { link: null, bitrate: null }), 1500);
  assert.equal(course.csv, [
    'time,latency,framesPerSecond,paintedPerSecond,dropped,packetsLost,bitrate,carries,resultLag,modelMs,encode,send,network,decode,display',
    '1000,25,30,29,1,2,690000,,118,15,1,,2.5,3,4', '1500,,30,29,1,2,,,118,15,1,,2.5,3,4', ''].join('\n'));
});
