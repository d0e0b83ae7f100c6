// SPDX-License-Identifier: LGPL-2.1-or-later
// An RTSP camera that goes away and comes back, as a viewer sees it.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startProxy } from '../lib/proxy.js';
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
    const proxy = await startProxy();
    t.after(() => proxy.stop());
    let camera;
    const plugIn = async () => {
      camera = await startRtsp(access);
      proxy.to(camera.port);
    };
    await plugIn();
    t.after(() => camera.alive && camera.stop());
    const server = await startServer({ pipeline: 'rtsp', set: { location: `rtsp://joanna:secret@127.0.0.1:${proxy.port}/ball` } });
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
      const { frames, exact } = await tab.report();
      await plugIn();
      const report = await tab.reports('more video, and a frame read again', (later) => later.state === 'playing' && later.frames.decoded > frames.decoded + 20
        && later.exact.frames.readBack > exact.frames.readBack);
      assert.equal(report.attempt, 1, 'one connection');
      assert.equal(report.exact.frames.mismatched, 0);
      await until('no banner', async () => await banner(tab) === '');
    }
  });
