// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { Ledger } from '../../../web/core/ledger.js';
import { test } from '../../lib/test.js';

const OFFSET = 1_795_000_000_000;
/** @type {import('../../../web/core/protocol.js').Stream} */
const stream = { type: 'stream', clockRate: 90000, rtpOffset: 0, epoch: OFFSET, stamp: null, state: 'live', message: '' };
const latency = { median: 20, error: 1, samples: 50 };

/** A ledger after a second of frames received `received` ms after capture, with a clock known to ± 1 ms. @param {number} received */
function ledgerOf(received) {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + 1, 2);
  const ledger = new Ledger(clock);
  for (let time = 100; time <= 1100; time += 20)
    ledger.add({
      rtpTimestamp: Math.floor((time - received) * 90), receiveTime: time, processingDuration: 0.002, expectedDisplayTime: time + 10,
    }, stream, time);
  return ledger;
}

/** @param {number|null} actual @param {number} expected */
const near = (actual, expected) => assert.ok(actual !== null && Math.abs(actual - expected) < 0.05, `${actual}, not ${expected}`);

test('the stages add up to the latency', () => {
  const ledger = ledgerOf(8);
  ledger.addServer({ encoded: 3, sent: 4.5 }, 1000);
  const { encode, send, network, decode, display } = ledger.report(1100, latency);
  near(encode, 3);
  near(send, 1.5);
  near(network, 3.5);
  near(decode, 2);
  near(display, 10);
  near((encode ?? 0) + (send ?? 0) + (network ?? 0) + (decode ?? 0) + (display ?? 0), latency.median);
});

test('what is not known is null, and the rest is told', () => {
  const nothing = { encode: null, send: null, network: null, decode: null, display: null };
  assert.deepEqual(new Ledger(new ServerClock(0)).report(0, null), nothing);
  const ledger = ledgerOf(8);
  assert.deepEqual(ledger.report(1100, null), { ...nothing, decode: 2 });
  ledger.addServer({ encoded: 3, sent: null }, 1000);
  assert.equal(ledger.report(1100, latency).encode, 3);
  assert.equal(ledger.report(1100, latency).network, null);
});

test('what the server told is forgotten when it tells no more', () => {
  const ledger = ledgerOf(8);
  ledger.addServer({ encoded: 3, sent: 4 }, 1000);
  assert.deepEqual([4000, 4001].map((now) => ledger.report(now, latency).encode), [3, null]);
});

test('decoding is that of the last two seconds', () => {
  const ledger = ledgerOf(8);
  const slow = { expectedDisplayTime: 0, processingDuration: 0.02 };
  for (let time = 1600; time < 1700; time += 20) ledger.add(slow, stream, time);
  near(ledger.report(3000, null).decode, 2);
  near(ledger.report(3150, null).decode, 20);
});

test('an arrival before the sending is none, beyond what the clocks may be wrong by', () => {
  const close = ledgerOf(3.5);
  close.addServer({ encoded: 3, sent: 4 }, 1000);
  assert.equal(close.report(1100, latency).network, 0);
  const wrong = ledgerOf(1);
  wrong.addServer({ encoded: 3, sent: 4 }, 1000);
  assert.equal(wrong.report(1100, latency).network, null);
  assert.equal(wrong.report(1100, latency).display, null);
});

test('a browser that tells neither arrival nor decoding leaves these out', () => {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + 1, 2);
  const ledger = new Ledger(clock);
  ledger.add({ rtpTimestamp: 90, expectedDisplayTime: 20 }, stream, 20);
  ledger.addServer({ encoded: 3, sent: 4 }, 10);
  assert.deepEqual(ledger.report(30, latency), { encode: 3, send: 1, network: null, decode: null, display: null });
});
