// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { PathProbe } from '../../../web/core/path-probe.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';

Object.assign(globalThis, { WebSocket: FakeSocket, RTCPeerConnection: FakePeerConnection });

/** What it told. @type {boolean[]} */
let told;
/** @type {PathProbe} */
let probe;

beforeEach(async () => {
  stopTime();
  told = [];
  probe = new PathProbe('ws://host/ws', 'secret', (open) => told.push(open));
  FakeSocket.last.open().deliver('{"type":"offer","sdp":"v=0"}');
  await settle();
});

afterEach(() => {
  assert.deepEqual([FakePeerConnection.last.closed, FakeSocket.last.closes > 0, timersLeft()], [true, true, 0], 'nothing is left behind');
});

/** The server answers a ping by the way that is tried. */
function answer() {
  FakePeerConnection.last.become('connected');
  FakePeerConnection.last.openChannel('control').deliver({ type: 'pong', t: 0, now: 0 });
}

test('a way by which the server answers is open', () => {
  assert.deepEqual([FakeSocket.last.url, FakeSocket.last.sent[0]], ['ws://host/ws', '{"type":"token","token":"secret"}']);
  answer();
  assert.deepEqual(told, [true]);
});

test('a connection without an answer is no way yet', async () => {
  FakePeerConnection.last.become('connected');
  await pass(1000);
  assert.deepEqual(told, []);
  probe.close();
});

/** @type {Record<string, () => unknown>} */
const CLOSED = {
  'where no packet passes': () => pass(2000),
  'where the connection fails': () => FakePeerConnection.last.become('failed'),
  'where the server lets nobody else in': () => FakeSocket.last.deliver('{"type":"error","code":"full","message":"8 viewers"}'),
  'where the server is gone': () => FakeSocket.last.onclose?.({ code: 1006 }),
};
for (const [where, happen] of Object.entries(CLOSED)) {
  test(`${where} no way is open, and that is told once`, async () => {
    await happen();
    assert.deepEqual(told, [false]);
    for (const other of Object.values(CLOSED)) await other();
    answer();
    assert.deepEqual(told, [false]);
  });
}

test('one that is closed before it knows tells nothing', async () => {
  probe.close();
  answer();
  await pass(20_000);
  assert.deepEqual(told, []);
});
