// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound beside the video, as it leaves the browser.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { loud, startLoudspeaker, withSound } from '../lib/loudspeaker.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { watch } from '../lib/watch.js';

let loudspeaker;
before(async () => { loudspeaker = await startLoudspeaker(); });
after(() => loudspeaker?.stop());

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    test('is silent until its viewer wants to hear it, and again when he does not', async (t) => {
      const { tab } = await watch(t, browser, { pipeline: withSound('async') });
      await tab.decodes(30);
      assert.equal((await tab.heard()).level, 0);
      await tab.click('.sound');
      await until('the sound', () => tab.heard().then(loud));
      await tab.click('.sound');
      await until('silence', () => tab.heard().then(({ level }) => level === 0));
      assert.equal((await tab.report()).attempt, 1);
      assert.deepEqual(tab.errors, []);
    });

    test('is as late as the picture, in the exact view and live', async (t) => {
      const { tab } = await watch(t, browser, { pipeline: withSound('exact'), set: { runtime: 300 } });
      await tab.click('.sound');
      const asLate = (wanted) => until('the sound as late as the picture', async () => {
        const [heard, { exact }] = [await tab.heard(), await tab.report()];
        return loud(heard) && Math.abs(heard.delay - exact.delay.applied) < 20 && wanted(heard.delay);
      });
      await asLate((delay) => delay > 250);
      await tab.click('[data-mode=async]');
      await asLate((delay) => delay < 1);
    });
  });
