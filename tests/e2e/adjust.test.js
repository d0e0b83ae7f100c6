// SPDX-License-Identifier: LGPL-2.1-or-later
// What the pipeline file names as adjustable is changed by who may, while it runs, and all who watch see it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { temporaryFolder } from '../lib/paths.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const [token, viewToken] = ['all-0123456789abcdef', 'view-0123456789abcdef'];

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let [browser, server] = [];
    before(async () => {
      browser = await start();
      const file = join(temporaryFolder(), 'token');
      writeFileSync(file, `${token}\nview ${viewToken}\n`, { mode: 0o600 });
      server = await startServer({ pipeline: 'exact', args: [`--token-file=${file}`] });
    });
    after(async () => {
      await browser?.stop();
      await server?.stop();
    });

    /** The page, and in it what can be changed, opened with keys. */
    const open = async (t, address) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(address, { front: true });
      await tab.playing();
      await until('what can be changed', () => tab.evaluate(() => document.querySelector('details')?.hidden === false));
      await press(tab, 'summary', 'Enter');
      await until('its controls', () => tab.evaluate(() => document.querySelectorAll('details input').length === 4), { state: () => tab.errors });
      return tab;
    };
    const press = async (tab, selector, key) => {
      await tab.evaluate((what) => document.querySelector(what).focus(), selector);
      await tab.key(key);
    };
    const slider = '[id="adjust-model.runtime"]';
    const shown = (tab) => tab.evaluate((what) => document.querySelector(`${what} + output`).textContent, slider);
    const shows = (tab, text) => until(`${text} ms`, async () => (await shown(tab)) === text, { state: () => tab.errors });

    for (const transport of ['webrtc', 'socket'])
      test(`the model becomes slow and quick again for all, and who may only watch sees it: by ${transport}`, async (t) => {
        // Firefox shows one of the two tabs, the later one, and a button in the other one takes no keys
        const other = await open(t, `${server.url}#token=${viewToken}`);
        const who = await open(t, `${server.url}?transport=${transport}&mode=async#token=${token}`);
        const [{ name: first, value, min, max, whole, initial, writable }] = await who.evaluate(() => document.querySelector('cv-player').properties);
        assert.deepEqual({ first, value, min, max, whole, initial, writable }, { first: 'source.speed', value: 0.05, min: 0, max: 1, whole: false, initial: 0.05, writable: true });
        assert.equal(await shown(other), '20');
        await press(who, slider, 'End');
        for (const tab of [who, other]) await shows(tab, '500');
        await who.reports('slow results', ({ results }) => results.ms >= 500);
        assert.deepEqual(await other.evaluate(() => [
          document.querySelector('details .note').textContent, [...document.querySelectorAll('details :is(input, button)')].every(({ disabled }) => disabled),
        ]), ['You may watch, but not change it: that takes another token.', true]);
        const refused = (tab, what, to) => tab.evaluate(([property, wanted]) => {
          try {
            document.querySelector('cv-player').setProperty(property, wanted);
          } catch ({ name: kind, message }) {
            return `${kind}: ${message}`;
          }
        }, [what, to]);
        assert.match(await refused(other, 'model.runtime', 30), /^RangeError: the property "model.runtime" can’t be set to 30: .*"writable":false/);
        assert.match(await refused(who, 'model.runtime', 501), /^RangeError: the property "model.runtime" can’t be set to 501: .*"max":500/);
        assert.match(await refused(who, 'model.scale', 1), /^RangeError: the property "model.scale" can’t be set to 1: .*"source.speed"/);
        await press(who, `${slider} ~ button`, 'Enter');
        for (const tab of [who, other]) await shows(tab, '20');
        await who.reports('quick results', ({ results }) => results.ms < 400);
        assert.deepEqual([who.errors, who.complaints, other.errors, other.complaints], [[], [], [], []]);
      });

    test('what was changed is seen by who comes later', async (t) => {
      const who = await open(t, `${server.url}?mode=exact#token=${token}`);
      await press(who, '[id="adjust-source.speed"]', 'Home');
      await until('a ball that stands still', () => who.evaluate(() => document.querySelector('cv-player').properties[0].value === 0));
      const later = await open(t, `${server.url}?mode=exact#token=${viewToken}`);
      assert.deepEqual(await later.evaluate(() => document.querySelector('cv-player').properties.map((one) => [one.name, one.value, one.initial])), [
        ['source.speed', 0, 0.05], ['model.runtime', 20, 20], ['model.runtime-jitter', 0, 0], ['encoder.target-bitrate', 1_000_000, 1_000_000],
      ]);
      assert.deepEqual([later.errors, later.complaints], [[], []]);
    });
  });
