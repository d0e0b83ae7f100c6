// SPDX-License-Identifier: LGPL-2.1-or-later
// What the peer of the page's tests is built on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { faultOf, messagesOf } from '../lib/peer/contract.js';
import { pageHeaders } from '../lib/peer/server.js';
import { stampCells } from '../lib/peer/stamp.js';

const contract = readFileSync(join(root, 'launcher/PROTOCOL.md'), 'utf8');
const signals = messagesOf(contract, 1, 'viewer → server');
const controls = messagesOf(contract, 4, 'viewer → server');

test('knows every message that PROTOCOL.md has in its tables', () => {
  assert.deepEqual([...signals.keys()], ['token', 'answer', 'candidate', 'transport']);
  assert.deepEqual([...controls.keys()], ['ping', 'results', 'playout', 'video', 'set', 'keyframe']);
  assert.deepEqual([...messagesOf(contract, 1, 'server → viewer').keys()], ['offer', 'locked', 'access', 'candidate', 'error']);
  assert.deepEqual([...messagesOf(contract, 4, 'server → viewer').keys()], ['pong', 'link', 'property']);
});

test('finds what is wrong with a message', () => {
  for (const [messages, good, ...bad] of [
    [signals, { type: 'answer', sdp: 'v=0' }, { type: 'answer' }, { type: 'answer', sdp: 1 }, { type: 'offer', sdp: '', stamped: true }],
    [signals, { type: 'candidate', candidate: '', sdpMLineIndex: 0 }, { type: 'candidate', candidate: '', sdpMLineIndex: 0.5 }],
    [signals, { type: 'transport', transport: 'socket' }, { type: 'transport', transport: 'webrtc' }, { type: 'transport' }],
    [controls, { type: 'ping', t: 1.5 }, { type: 'ping', t: null }, { type: 'ping', t: 1, now: 2 }, { type: 'pin', t: 1 }],
    [controls, { type: 'results', repeats: 3 }, { type: 'results', repeats: 4 }, { type: 'results', repeats: -1 }],
    [controls, { type: 'playout', max: 40950 }, { type: 'playout', max: 40951 }],
    [controls, { type: 'video', wanted: false, maxBitrate: null }, { type: 'video', wanted: 1, maxBitrate: null }, { type: 'video', wanted: true, maxBitrate: 0 }],
    [controls, { type: 'video', wanted: true, maxBitrate: 300000 }, { type: 'video', wanted: true, maxBitrate: 0.5 }, { type: 'video', wanted: true }],
    [controls, { type: 'set', name: 'a.b', value: true }, { type: 'set', name: 'a.b', value: null }, { type: 'set', value: 1 }],
    [messagesOf(contract, 4, 'server → viewer'), { type: 'pong', t: 1, now: 2, encoded: null, sent: 3.5 }, { type: 'pong', t: 1, now: 2, encoded: null }],
  ]) {
    assert.equal(faultOf(messages, JSON.stringify(good)), null);
    for (const message of bad) assert.notEqual(faultOf(messages, JSON.stringify(message)), null, JSON.stringify(message));
  }
});

test('writes the stamps of the examples', () => {
  const examples = JSON.parse(readFileSync(join(root, 'tests/core/stamp_vectors.json'), 'utf8'));
  assert.ok(examples.length > 3);
  for (const { id, cells } of examples) assert.equal(stampCells(id), cells);
});

test("serves the page with cv-launch's own headers", () => {
  assert.match(pageHeaders()['Content-Security-Policy'], /^default-src 'none'; script-src 'self'; .*base-uri 'none'$/);
});
