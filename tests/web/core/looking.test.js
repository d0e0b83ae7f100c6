// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Looking } from '../../../web/core/looking.js';
import { beforeEach, test } from '../../lib/test.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

beforeEach(stopTime);

function open() {
  /** @type {boolean[]} */
  const told = [];
  const looking = new Looking((now) => told.push(now));
  return { told, looking };
}

test('who can’t see the picture for two seconds does not look', async () => {
  const { told, looking } = open();
  looking.set(false);
  await pass(1999);
  assert.deepEqual(told, []);
  await pass(1);
  assert.deepEqual(told, [false]);
});

test('who sees it again looks at once', async () => {
  const { told, looking } = open();
  looking.set(false);
  await pass(3000);
  looking.set(true);
  assert.deepEqual(told, [false, true]);
});

test('a glance elsewhere is none, and one does not add to another', async () => {
  const { told, looking } = open();
  for (let i = 0; i < 3; i++) {
    looking.set(false);
    await pass(1500);
    looking.set(true);
  }
  await pass(5000);
  assert.ok(!told.includes(false));
  looking.set(false);
  await pass(2000);
  assert.deepEqual(told.at(-1), false, 'the next look elsewhere counts as the first one did');
});

test('the two seconds count from when it could not be seen, for whatever reasons since', async () => {
  const { told, looking } = open();
  looking.set(false);
  await pass(1500);
  looking.set(false);
  await pass(500);
  assert.deepEqual(told, [false]);
});

test('who sees it again before the two seconds are over looks on, whatever told that it did not', async () => {
  const { told, looking } = open();
  for (let i = 0; i < 2; i++) {
    looking.set(false);
    await pass(800);
  }
  looking.set(true);
  await pass(5000);
  assert.deepEqual(told, [true]);
});

test('after close() nothing is told', async () => {
  const { told, looking } = open();
  looking.set(false);
  looking.close();
  await pass(5000);
  assert.deepEqual([told, timersLeft()], [[], 0]);
});
