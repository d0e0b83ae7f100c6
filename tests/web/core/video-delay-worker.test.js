// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from '../../lib/test.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';
import { FakePort, ModuleWorker } from '../lib/worker.js';

stopTime();
const PERIOD = 40;
const frame = (/** @type {number} */ n) => ({ timestamp: (2 ** 32 - 9000 + n * PERIOD * 90) >>> 0 });

async function start() {
  const worker = new ModuleWorker(new URL('../../../web/core/video-delay-worker.js', import.meta.url));
  await worker.loaded;
  return worker;
}

test('the page is told when the worker is ready, and then only of delays that have changed', async () => {
  const worker = await start();
  assert.deepEqual(worker.told, [{}]);
  worker.attach();
  for (let n = 0; n < 50; n++) {
    worker.arrive(frame(n));
    await pass(PERIOD);
  }
  assert.deepEqual(worker.told, [{}], 'without a delay there is nothing to tell');
  worker.postMessage({ delay: 100 });
  for (let n = 50; n < 100; n++) {
    worker.arrive(frame(n));
    await pass(PERIOD);
  }
  const applied = worker.told.slice(1).map((message) => /** @type {{applied: number}} */ (message).applied);
  assert.ok(applied.length > 3 && applied.every((ms, i) => i === 0 || ms - applied[i - 1] >= 0.5), `${applied}`);
  assert.equal(applied.at(-1), 100);
});

test('each frame is handed on at its own time, also when no other comes to bring it on', async () => {
  const worker = await start();
  worker.attach();
  worker.postMessage({ delay: 1000 });
  for (let n = 0; n < 100; n++) {
    worker.arrive(frame(n));
    await pass(PERIOD);
  }
  const held = worker.handedOn.length;
  assert.equal(held, 76);
  assert.equal(timersLeft(), 1, 'it waits for one at a time');
  await pass(1000);
  const times = worker.handedOn.slice(held).map(({ at }, i, { [0]: first }) => at - first.at - i * PERIOD);
  assert.deepEqual(times, Array(24).fill(0));
  assert.equal(timersLeft(), 0, 'with nothing left there is nothing to wait for');
});

test('the page is told of each frame that comes after a newer one, and how long the view stands still for it', async () => {
  const worker = await start();
  worker.attach();
  for (const n of [0, 1, 3, 4, 2, 5]) worker.arrive(frame(n));
  await settle();
  assert.deepEqual(worker.told, [{}, { applied: 0, still: 2 * PERIOD }]);
});

test('no delay lets go of all that is held', async () => {
  const worker = await start();
  worker.attach();
  worker.postMessage({ delay: 1000 });
  for (let n = 0; n < 10; n++) worker.arrive(frame(n));
  await settle();
  const held = worker.handedOn.length;
  assert.ok(held < 10);
  worker.postMessage({ delay: null });
  await settle();
  assert.deepEqual(worker.handedOn.map(({ frame: { timestamp } }) => timestamp), Array.from({ length: 10 }, (_, n) => frame(n).timestamp));
});

for (const error of [undefined, new Error('gone')]) {
  test(`a connection that ends ${error ? 'in the middle' : 'in good order'} ends nothing else`, async () => {
    const worker = await start();
    worker.attach();
    worker.broken = true;
    worker.arrive(frame(0));
    worker.arrive(frame(1));
    await settle();
    worker.end(error);
    await pass(1000);
    worker.postMessage({ delay: 10 });
    assert.deepEqual([worker.handedOn, worker.told], [[], [{}]]);
  });
}

test('of several videos each has its own delay, and its page speaks of it by its own port', async () => {
  const worker = await start();
  const ports = [new FakePort(), new FakePort()];
  for (const port of ports) {
    worker.attach({ port });
    if (port === ports[0]) port.onmessage?.({ data: { delay: 100 } });
    for (let n = 0; n < 100; n++) {
      worker.arrive(frame(n));
      await pass(PERIOD);
    }
  }
  await pass(1000);
  assert.deepEqual([ports[0].sent.at(-1), ports[1].sent, worker.told], [{ applied: 100 }, [], [{}]]);
  assert.equal(worker.handedOn.length, 200);
});
