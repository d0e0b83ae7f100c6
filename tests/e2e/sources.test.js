// SPDX-License-Identifier: LGPL-2.1-or-later
// An RTSP camera that goes away and comes back, as a viewer sees it.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startRtsp } from '../lib/rtsp.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const access = { name: 'joanna', password: 'secret' };

const banner = (tab) => tab.evaluate(() => {
  const element = document.querySelector('cv-player').shadowRoot.querySelector('.banner');
  return element.hidden ? '' : element.textContent;
});

for (const [name, start] of Object.entries(browsers))
  test(`${name}: "source lost" over the last picture, and the picture again, without a reload`, async (t) => {
    let camera = await startRtsp(access);
    t.after(() => camera.alive && camera.stop());
    const { port } = camera;
    const server = await startServer({ pipeline: 'rtsp', set: { location: `rtsp://joanna:secret@127.0.0.1:${port}/ball` } });
    t.after(() => server.stop());
    const browser = await start();
    t.after(() => browser.stop());
    const tab = await browser.newTab();
    await tab.watch(server.url);
    await tab.reports('the camera\'s own size', ({ width }) => width === 320);
    for (let i = 0; i < 2; ++i) {
      camera.signal('SIGKILL');
      await camera.exited;
      const words = await until('the banner', async () => (await banner(tab)).startsWith('Source lost, retrying') && banner(tab));
      assert.doesNotMatch(words, /secret|joanna/);
      const { frames } = await tab.report();
      camera = await startRtsp({ port, ...access });
      const report = await tab.reports('more video', (later) => later.state === 'playing' && later.frames.decoded > frames.decoded + 20);
      assert.equal(report.attempt, 1, 'one connection');
      assert.equal(report.exact.frames.mismatched, 0);
      await until('no banner', async () => await banner(tab) === '');
    }
  });
