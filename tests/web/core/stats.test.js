// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { StatsMeter, videoStats } from '../../../web/core/stats.js';
import { test } from '../../lib/test.js';

/** @param {object} [change] @returns {import('../../../web/core/stats.js').VideoStats} */
const stats = (change) => ({
  id: 'a', time: 0, packets: 0, packetsLost: 0, nacks: 0, bytes: 0, decoded: 0, dropped: 0, width: 640, height: 360, ...change,
});

test('the received video is found among the other reports', () => {
  const reports = [
    { type: 'transport', id: 't' },
    { type: 'outbound-rtp', kind: 'video', id: 'o' },
    { type: 'inbound-rtp', kind: 'audio', id: 'x' },
    {
      type: 'inbound-rtp', kind: 'video', id: 'v', timestamp: 5, packetsReceived: 7, bytesReceived: 900,
      framesDecoded: 3,
    },
  ];
  const expected = stats({ id: 'v', time: 5, packets: 7, bytes: 900, decoded: 3, width: 0, height: 0 });
  assert.deepEqual(videoStats(reports), expected);
  assert.equal(videoStats(reports.slice(0, 3)), null);
});

test('rates are over the time that really passed, of the last two seconds', () => {
  const meter = new StatsMeter();
  meter.add(stats());
  assert.equal(meter.rates, null);
  meter.add(stats({ time: 730, bytes: 73_000, decoded: 73 }));
  assert.deepEqual(meter.rates, { perSecond: 100, bitrate: 800_000 });
  for (let time = 1000; time <= 5000; time += 500) meter.add(stats({ time, bytes: 100_000, decoded: 73 }));
  assert.deepEqual(meter.rates, { perSecond: 0, bitrate: 0 });
});

test('the same report twice changes nothing', () => {
  const meter = new StatsMeter();
  meter.add(stats());
  meter.add(stats({ time: 1000, decoded: 50 }));
  meter.add(stats({ time: 1000, decoded: 50 }));
  assert.equal(meter.rates?.perSecond, 50);
});

test('counters that start again give no negative rate', () => {
  for (const change of [{ decoded: 5, bytes: 10 }, { id: 'b', decoded: 500, bytes: 9000 }]) {
    const meter = new StatsMeter();
    meter.add(stats());
    meter.add(stats({ time: 1000, decoded: 100, bytes: 1000 }));
    meter.add(stats({ time: 1500, ...change }));
    assert.equal(meter.rates, null);
    assert.equal(meter.last?.decoded, change.decoded);
  }
});
