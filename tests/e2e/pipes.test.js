// SPDX-License-Identifier: LGPL-2.1-or-later
// Every pipeline plays in both browsers, without a click. Rates and latencies are measured by bench/viewers.js.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { film, filmSize } from '../lib/film.js';
import { startServer, variant } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';
import { watch } from '../lib/watch.js';

const clockRate = 90_000;
const ball = { width: 640, height: 360, framerate: 30 };
const { frames: filmFrames, ...filmSet } = filmSize;

/** Frames that were sent and how many of them a tab presented, between two that it showed. `ids`: of those that were sent. */
async function frames(t, server, tab, count) {
  const viewer = await startWatching(server, ['--list-frames']);
  t.after(() => viewer.stop());
  const { id } = (await tab.framesShown(1))[0];
  const shown = await tab.framesShown(count);
  // it may be slower than the browser
  const { frames: received } = viewer.report;
  await viewer.reports('what the browser has', (report) => report.frames >= received + count);
  const { frameIds, lost } = await viewer.stop();
  assert.equal(lost, 0, 'packets lost by the other viewer');
  const known = shown.filter((frame) => frame.id >= Math.max(id, frameIds[0]) && frame.id <= frameIds.at(-1));
  assert.ok(known.length >= count / 2, `${known.length} frames of the same time at both viewers`);
  for (const frame of known) assert.ok(frameIds.includes(frame.id), `${frame.id} was sent`);
  const [first, last] = [known[0], known.at(-1)];
  const ids = frameIds.filter((one) => one >= first.id && one <= last.id);
  return { ids, sent: ids.length - 1, presented: last.presented - first.presented };
}

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    for (const pipeline of ['plain', 'sync', 'async', 'file'])
      test(`plays ${pipeline}.pipe and presents every frame that is sent${pipeline === 'file' ? ', and the film again at its end' : ''}`, async (t) => {
        const size = pipeline === 'file' ? filmSet : ball;
        const { server, tab } = await watch(t, browser, { pipeline, set: pipeline === 'file' ? { ...size, location: await film() } : size });
        const { sent, presented } = await frames(t, server, tab, 40);
        assert.equal(presented, sent);
        const report = await tab.reports('rates', (now) => now.frames.perSecond > 0 && now.bitrate > 0);
        assert.deepEqual([report.width, report.height], [size.width, size.height]);
        assert.equal(report.packetsLost, 0);
        assert.equal(report.error, null);
        assert.deepEqual(tab.errors, []);
        if (pipeline === 'file') await tab.reports('more frames than the film has', (now) => now.frames.decoded > filmFrames + 25);
      });

    for (const framerate of [100, 120])
      test(`presents every frame of a source of ${framerate} a second`, async (t) => {
        const { server, tab } = await watch(t, browser, { pipeline: 'plain', set: { ...ball, framerate } });
        const { ids, sent, presented } = await frames(t, server, tab, 60);
        assert.equal(presented, sent);
        // an encoder that is too slow skips frames, but those that it takes are of that rate
        const tick = clockRate / framerate;
        const steps = ids.slice(1).map((id, i) => (id - ids[i]) / tick);
        assert.ok(steps.every(Number.isInteger), `${steps}`);
        assert.ok(steps.some((step) => step % 2 === 1), `not of half the rate: ${steps}`);
      });

    test('shows the results of async.pipe', async (t) => {
      const { tab } = await watch(t, browser, { pipeline: 'async' });
      // the lag is a median, the model's time is of the last result alone: that one may have taken longer
      const { results } = await tab.reports('results, later than the model takes',
        ({ results: { received, perSecond, lag, ms } }) => received > 20 && perSecond > 0 && ms > 0 && lag > ms);
      assert.equal(typeof results.last.frame, 'number');
    });

    test('shows how late the picture is and where that comes from: a second before the encoder', async (t) => {
      // 31 frames of a thirtieth and one to spare: frames that a slow source skips make it later, not sooner
      const waits = 'queue min-threshold-buffers=32 max-size-buffers=0 max-size-bytes=0 max-size-time=0';
      const { tab } = await watch(t, browser, { pipeline: variant('async', { 'include ladder': `! ${waits}\ninclude ladder` }) });
      // each is a median of its own frames: a slow machine's first few need not agree
      await tab.reports('stages that add up, the first of more than a second', ({ stages, latency, results }) => {
        const { encode, send, network, decode, display } = stages;
        const { delivery, drawn, lag } = results;
        if (!latency || !delivery || !drawn || Object.values(stages).includes(null)) return false;
        const rest = latency.median - encode;
        return encode >= 1000 && rest > -latency.error && rest < 1000 &&
          [send, network, decode, display].every((stage) => stage < rest + latency.error) && send >= 0 && network >= 0 && decode > 0 &&
          delivery.median > -latency.error && delivery.median < lag && lag < latency.median &&
          delivery.p95 >= delivery.median && drawn.median >= delivery.median && drawn.p95 >= drawn.median;
      });
    });

    // this Firefox has no network to fetch its H.264 decoder by
    for (const codec of name === 'Firefox' ? ['vp8', 'vp9'] : ['vp8', 'vp9', 'h264', 'openh264'])
      test(`plays ${codec}`, async (t) => {
        const { tab } = await watch(t, browser, { pipeline: 'plain', set: { codec } });
        assert.equal((await tab.decodes(30)).lost, 0, 'packets lost');
        const mime = await tab.evaluate(async () => {
          const stats = [...(await window.testPeers.at(-1).getStats()).values()];
          const { codecId } = stats.find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video');
          return stats.find((entry) => entry.id === codecId).mimeType;
        });
        assert.equal(mime.toLowerCase(), `video/${codec.replace('open', '')}`);
      });

    if (name === 'Firefox') test('says what is wrong when it has no decoder', async (t) => {
      const server = await startServer({ pipeline: 'plain', set: { codec: 'openh264' } });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(server.url);
      const { error } = await tab.reports('an error', (now) => now.error);
      assert.match(error.message, /lacks the codec/);
    });
  });
