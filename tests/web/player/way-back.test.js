// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { WayBack } from '../../../web/player/way-back.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';

const page = new EventTarget();
const network = new EventTarget();
Object.assign(globalThis, { WebSocket: FakeSocket, addEventListener: page.addEventListener.bind(page) });
Object.defineProperty(globalThis, 'navigator', { value: { connection: network }, configurable: true });

let found = 0;
/** @type {WayBack} */
let wayBack;

beforeEach(() => {
  stopTime();
  Object.assign(globalThis, { RTCPeerConnection: FakePeerConnection });
  FakeSocket.last = FakePeerConnection.last = /** @type {any} */ (null);
  found = 0;
  wayBack = new WayBack('ws://host/ws', 'secret', () => found++);
});

afterEach(async () => {
  wayBack.close();
  const { last } = FakeSocket;
  page.dispatchEvent(new Event('online'));
  await pass(1_000_000);
  assert.deepEqual([FakeSocket.last, timersLeft()], [last, 0], 'after it is closed nothing is tried');
});

/** How long it took until it tries, in ms, which then ends without a way. */
async function refused() {
  const start = performance.now();
  const { last } = FakeSocket;
  while (FakeSocket.last === last) await pass(1000);
  FakeSocket.last.onclose?.({ code: 1006 });
  return performance.now() - start;
}

test('it tries after half a minute, and then less and less often, down to once in five minutes', async () => {
  const waits = [];
  for (let i = 0; i < 7; i++) waits.push(await refused() / 1000);
  assert.deepEqual(waits, [30, 30, 60, 120, 240, 300, 300]);
  assert.equal(found, 0);
});

test('a way that is found is told once, and nothing else is tried', async () => {
  await pass(30_000);
  Object.assign(FakeSocket.last, { readyState: 1 }).deliver('{"type":"offer","sdp":"v=0"}');
  await settle();
  FakePeerConnection.last.become('connected');
  const control = FakePeerConnection.last.openChannel('control');
  control.deliver({ type: 'pong', t: 0, now: 0 });
  assert.deepEqual([found, FakeSocket.last.closes > 0, FakePeerConnection.last.closed, timersLeft()], [1, true, true, 0]);
});

for (const [what, where, name] of /** @type {const} */ ([['is online again', page, 'online'], ['has another network', network, 'change']])) {
  test(`a browser that ${what} tries at once, and goes on as before`, async () => {
    await pass(1000);
    assert.equal(FakeSocket.last, null);
    where.dispatchEvent(new Event(name));
    const { last } = FakeSocket;
    assert.equal(last.url, 'ws://host/ws');
    for (const again of [page, network]) again.dispatchEvent(new Event(name));
    assert.equal(FakeSocket.last, last, 'one at a time');
    last.onclose?.({ code: 1006 });
    assert.equal(await refused(), 30_000);
  });
}

test('one that is closed while it tries ends that too', async () => {
  await pass(30_000);
  wayBack.close();
  assert.deepEqual([FakeSocket.last.closes, FakePeerConnection.last.closed, found], [1, true, 0]);
});

test('a browser without WebRTC tries nothing', async () => {
  Reflect.deleteProperty(globalThis, 'RTCPeerConnection');
  await pass(600_000);
  assert.equal(FakeSocket.last, null);
});

test('it has the token with it', async () => {
  page.dispatchEvent(new Event('online'));
  assert.equal(FakeSocket.last.open().sent[0], '{"type":"token","token":"secret"}');
});
