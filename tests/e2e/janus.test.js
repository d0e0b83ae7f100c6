// SPDX-License-Identifier: LGPL-2.1-or-later
// Past one machine: janus.pipe, two Janus, and the player that has its stream from them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { Child } from '../lib/child.js';
import { settled } from '../lib/exact.js';
import { noJanus, startJanus, startJanusWith, startJanusWithRooms } from '../lib/janus.js';
import { limitedLink } from '../lib/link.js';
import { cvLaunch, env, pipe, root } from '../lib/paths.js';
import { startServer } from '../lib/server.js';
import { pageWith } from '../lib/site.js';
import { standsStill } from '../lib/tab.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const options = { skip: noJanus };
/** The page of docs/scale.md, with another script and source, and no more drawn than was measured. @param {string} src */
function pageOf(src) {
  const page = readFileSync(join(root, 'docs/scale.md'), 'utf8').match(/^```html\n([^]*?)^```$/m)?.[1] ?? '';
  const changes = { 'https://camera.example/cv-player.js': '/cv-player.js', 'janus:ws://localhost:8188#stream=1': src, 'mode="exact"': 'mode="exact" fill="none"' };
  for (const from of Object.keys(changes)) assert.ok(page.includes(from), `docs/scale.md has a page with ${from}`);
  return Object.entries(changes).reduce((text, [from, to]) => text.replace(from, to), page);
}

/** Of two networks, which have a link between them: each has a Janus, one of them the source and the other the viewers. */
describe('two Janus', options, () => {
  let [link, far, near, site] = [];
  before(async () => {
    link = await limitedLink();
    far = await startJanus(link.serverPrefix);
    near = await startJanus(link.browserPrefix);
  });
  after(async () => {
    for (const child of [site, near, far]) await child?.stop();
    await link?.stop();
  });
  /** Where a player finds them. */
  const at = () => ({ far: `janus:ws://${link.serverAddress}:8188#stream=1`, near: 'janus:ws://127.0.0.1:8188#stream=1' });
  /** The last is a host that is not there. */
  const nodes = () => `127.0.0.1,${link.browserAddress},10.204.0.77`;

  async function visit(t, browser, src) {
    const [program, ...args] = link.browserPrefix;
    await site?.stop();
    site = new Child(program, [...args, process.execPath, join(root, 'tests/lib/site-program.js'), pageOf(src)], { env });
    const [origin] = await site.says(/http:\S+/);
    const tab = await browser.newTab();
    t.after(() => tab.close());
    await tab.open(origin);
    return tab;
  }

  for (const [name, start] of Object.entries(browsers))
    describe(name, () => {
      let [browser, server] = [];
      before(async () => {
        browser = await start({ prefix: link.browserPrefix });
        server = await startServer({ pipeline: 'janus', set: { nodes: nodes() }, prefix: link.serverPrefix, args: ['--no-auth', `--host=${link.serverAddress}`] });
      });
      after(async () => {
        await browser?.stop();
        await server?.stop();
      });

      for (const node of ['far', 'near'])
        test(`each result is on its frame, from the ${node} one`, async (t) => {
          const tab = await visit(t, browser, at()[node]);
          await tab.playing();
          const { attempt, transport, width, height, stream, exact } = await settled(tab, 60, { most: 12 });
          assert.deepEqual([attempt, transport, width, height], [1, 'webrtc', 640, 384]);
          // learned from the stamps, where the browser tells timestamps
          assert.equal(stream.rtpOffset !== null, name === 'Chromium');
          assert.deepEqual([exact.mode, exact.obstacle, exact.frames.mismatched, exact.frames.disagreeing], ['exact', '', 0, 0]);
          assert.ok(exact.frames.readBack > 0 && exact.overlayError < 2, JSON.stringify(exact));
          assert.deepEqual([tab.errors, tab.complaints], [[], []]);
        });

      test('who comes later has a picture too: Janus asks for a key frame', async (t) => {
        const first = await visit(t, browser, at().far);
        await first.playing();
        const second = await visit(t, browser, at().far);
        await second.playing();
      });

      test('who does not look gets nothing from Janus, and has it again when it looks', async (t) => {
        const tab = await visit(t, browser, at().near);
        await tab.playing();
        const press = (what) => tab.evaluate((how) => document.querySelector('cv-player').shadowRoot.querySelector('video')[how](), what);
        await press('pause');
        await tab.reports('neither frames nor results come', standsStill(20));
        await press('play');
        const { frames } = await tab.reports('the picture', ({ state }) => state === 'playing');
        const last = await tab.reports('30 more frames', (report) => report.frames.decoded >= frames.decoded + 30);
        assert.equal(last.attempt, 1);
      });

      test('a stream that is not there is said in words', async (t) => {
        const tab = await visit(t, browser, at().near.replace('stream=1', 'stream=12'));
        const { error } = await tab.reports('the error', (report) => report.error !== null);
        assert.deepEqual(error, { code: 'unavailable', message: 'Janus: No such mountpoint/stream 12' });
        await until('the words', async () => /^Janus: No such mountpoint\/stream 12: reconnecting/.test(
          await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.banner').textContent)));
      });

      test('a Janus that ends and comes back brings the video back', async (t) => {
        const tab = await visit(t, browser, at().near);
        await tab.playing();
        await near.stop();
        await tab.reports('it is gone', ({ state }) => state === 'waiting');
        near = await startJanus(link.browserPrefix);
        await tab.playing();
      });
    });

  test('gst-launch-1.0 plays it to Janus as it is', async (t) => {
    const [program, ...args] = link.serverPrefix;
    const line = `exec gst-launch-1.0 $('${cvLaunch}' '--pipeline=${pipe('janus')}' '--set=nodes=${nodes()}' --print)`;
    const launch = new Child(program, [...args, 'bash', '-c', line], { env });
    t.after(() => launch.stop());
    const browser = await browsers.Chromium({ prefix: link.browserPrefix });
    t.after(() => browser.stop());
    const tab = await visit(t, browser, at().far);
    await tab.playing();
    const { exact } = await settled(tab, 30, { most: 6 });
    assert.equal(exact.frames.mismatched, 0);
  });
});

describe('a Janus that is published to by WHIP', options, () => {
  let [link, rooms, site, server, origin] = [];
  const src = 'janus:ws://127.0.0.1:8188#stream=1';
  before(async () => {
    link = await limitedLink();
    rooms = await startJanusWithRooms(link.browserPrefix);
    const [program, ...args] = link.browserPrefix;
    const port = 18080;  // the page names the server, and the server the page's site
    const page = pageWith('/cv-player.js', `src="${src}" results="http://${link.serverAddress}:${port}" mode="exact" fill="none" controls`);
    site = new Child(program, [...args, process.execPath, join(root, 'tests/lib/site-program.js'), page], { env });
    [origin] = await site.says(/http:\S+/);
    server = await startServer({ pipeline: 'exact', prefix: link.serverPrefix, env: { CV_LAUNCH_ENDPOINT_MS: '4000' },
      args: ['--no-auth', `--host=${link.serverAddress}`, `--port=${port}`, `--allow-origin=${origin}`, `--publish=http://${link.browserAddress}:${rooms.port}/whip`] });
    await server.says(/publishing to http:\S+\n/);
  });
  after(async () => {
    for (const one of [server, site, rooms, link]) await one?.stop();
  });

  for (const [name, start] of Object.entries(browsers))
    test(`${name}: each result is on its frame, and video comes again from a Janus that has ended and begun again`, async (t) => {
      const browser = await start({ prefix: link.browserPrefix });
      t.after(() => browser.stop());
      const tab = await browser.newTab();
      await tab.open(origin, { front: true });
      await tab.playing();
      const { exact } = await settled(tab, 30, { most: 12 });
      assert.deepEqual([exact.mode, exact.obstacle, exact.frames.mismatched, exact.frames.disagreeing], ['exact', '', 0, 0]);
      await rooms.stop();
      await tab.reports('it is gone', ({ state }) => state === 'waiting');
      rooms = await startJanusWithRooms(link.browserPrefix, rooms.port);
      await tab.playing();
    });
});

test('two cameras and a Janus, as docs/scale.md has them; what happens to one camera, the other does not notice', options, async (t) => {
  const commands = [...readFileSync(join(root, 'docs/scale.md'), 'utf8').matchAll(/^    command: (.*)$/gm)].map(([, command]) => command.split(' '));
  assert.deepEqual(commands.map(([program]) => program), ['janus', 'cv-launch', 'cv-launch']);
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop().stop(); });
  const started = (child) => { stops.push(child); return child; };
  const link = started(await limitedLink());
  const prefix = link.serverPrefix;
  started(await startJanusWith(prefix, (text, name) => {
    if (name !== 'janus.plugin.streaming.jcfg') return text;
    const [stream] = text.match(/^cv: \{[^]*?^\}\n/m);
    return text + stream.replace('cv:', 'yard:').replace('id = 1', 'id = 2').replaceAll(' 500', ' 501').replaceAll('= 500', '= 501');
  }));
  const [program, ...args] = prefix;
  const cameras = commands.slice(1).map(([, ...options]) => started(new Child(program, [...args, cvLaunch, ...options], { env })));
  for (const camera of cameras) await camera.says(/http:\S+/);
  const player = (stream) => `<cv-player id="s${stream}" src="janus:ws://127.0.0.1:8188#stream=${stream}" mode="exact" fill="none"></cv-player>`;
  const page = `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>Two</title>${player(1)}${player(2)}<script type="module" src="/cv-player.js"></script></html>`;
  const site = started(new Child(program, [...args, process.execPath, join(root, 'tests/lib/site-program.js'), page], { env }));
  const [origin] = await site.says(/http:\S+/);
  const tabs = [];
  for (const start of Object.values(browsers)) {
    const browser = started(await start({ prefix }));
    const tab = await browser.newTab();
    await tab.open(origin, { front: true });
    const exact = (stream) => tab.evaluate((id) => document.querySelector(id).report().exact, `#s${stream}`);
    for (const stream of [1, 2]) {
      await until(`results on frames of stream ${stream}`, async () => (await exact(stream))?.results.onFrame >= 30);
      assert.equal((await exact(stream)).frames.mismatched, 0);
    }
    tabs.push({ tab, exact });
  }
  await cameras[0].stop();
  for (const { tab, exact } of tabs) {
    await until('the first is gone', () => tab.evaluate(() => document.querySelector('#s1').report().state !== 'playing'));
    const { results: { onFrame } } = await exact(2);
    await until('the second goes on', async () => (await exact(2)).results.onFrame > onFrame + 30);
  }
});
