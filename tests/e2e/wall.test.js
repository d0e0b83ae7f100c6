// SPDX-License-Identifier: LGPL-2.1-or-later
// Several streams on one page: the wall, and one of them large.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { startCamera } from '../lib/camera.js';
import { request } from '../lib/http.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const socket = join(temporaryFolder(), 'camera');
const film = 'videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=15/1';
const ending = 'videoconvert ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle';
const ball = pipelineFile(`ballsrc ! video/x-raw,width=320,height=180,framerate=15/1 ! framestamp ! tee name=t
  t. ! queue ! circledetect ! fakesink name=results
  t. ! queue ! ${ending}`, 'ball.pipe');
const camera = pipelineFile(`shmsrc socket-path=${socket} do-timestamp=true is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=15/1 ! ${ending}`, 'camera.pipe');
const wrong = pipelineFile('videotestsrc ! nothing-like-this ! webrtcbin\n', 'wrong.pipe');
const names = ['door', 'yard', 'camera', 'wrong'];

/** Runs in the page: each tile, as it is. */
const seen = () => [...document.querySelectorAll('.tile')].map((tile) => {
  const player = tile.querySelector('cv-player');
  const report = player?.report?.();
  return {
    name: tile.querySelector('h2').textContent, words: tile.querySelector('.below p').textContent, why: tile.querySelector('.why').textContent || tile.querySelector('.below p').title, large: tile.classList.contains('large'),
    state: report?.state ?? 'none', mode: player?.mode ?? null, lines: player?.getAttribute('max-height'), height: tile.querySelector('.place').clientHeight, controls: player?.controls ?? false, shown: report?.frames.shown ?? 0, results: report?.results.received ?? 0,
    focused: tile.contains(document.activeElement), visible: tile.checkVisibility(),
  };
});

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let [browser, server, plugged] = [];
    before(async () => {
      browser = await start();
      plugged = await startCamera(socket, film);
      server = await startServer({
        pipeline: `${names[0]}=${ball}`, args: [`--pipeline=yard=${ball}`, `--pipeline=camera=${camera}`, `--pipeline=wrong=${wrong}`],
        env: { G_MESSAGES_DEBUG: 'cv-launch', CV_LAUNCH_TOKEN: 'all-0123456789abcdef' },
      });
    });
    after(async () => {
      await browser?.stop();
      await server?.stop();
      await plugged?.stop();
    });

    const address = (path = '', token = 'all-0123456789abcdef') => `${server.url}${path}#token=${token}`;
    const newTab = async (t, size) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      if (size) await tab.resize(size);
      return tab;
    };
    /** Waits for tiles that satisfy `condition`. */
    const tiles = async (tab, what, condition) => {
      let last;
      return until(what, async () => {
        last = await tab.evaluate(seen);
        return condition(last) ? last : null;
      }, { every: 100, state: () => [last, tab.errors] });
    };
    const playing = (list) => list.filter(({ state, shown }) => state === 'playing' && shown > 0).map((tile) => tile.name);
    /** How many frames of a stream the server has sent, to whomever. */
    const sent = async (stream) => {
      const text = (await request(server, 'GET', '/metrics')).body.toString();
      return [...text.matchAll(new RegExp(`^cv_launch_frames_sent_total\\{pipeline="${stream}",\\S* (\\d+)$`, 'mg'))].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    /** Waits until nothing is sent of `resting` for as long as 20 frames of `other` take; null: nothing of any. */
    const rests = async (resting, other) => {
      let [still, from] = [-1, 0];
      await until(`nothing of ${resting}`, async () => {
        const [now, others] = [await sent(resting), other ? await sent(other) : 0];
        if (now !== still) [still, from] = [now, other ? others : performance.now()];
        return other ? others > from + 20 : performance.now() - from > 1000;
      }, { every: 100 });
    };
    /** The connections that the server made: for how many streams each, of several and of one. */
    const connections = () => ({
      shared: [...server.stderr.matchAll(/connection \d+, from \S+, carries (\d+) streams/g)].map(([, count]) => Number(count)),
      own: [...server.stderr.matchAll(/(\w+): a viewer joins/g)].map(([, stream]) => stream),
    });

    test('shows all at once, with names, states and results', async (t) => {
      const tab = await newTab(t);
      await tab.open(address(), { front: true });
      const all = await tiles(tab, 'three that play, with results', (list) => playing(list).length === 3 && list.slice(0, 2).every(({ results }) => results > 0));
      assert.deepEqual(all.map((tile) => tile.name), names);
      assert.deepEqual(all.map(({ words }) => words), ['Live', 'Live', 'Live', 'Can’t start']);
      assert.match(all[3].why, /nothing-like-this/);
      assert.equal(all[3].state, 'none', 'it is not tried again');
      assert.deepEqual(connections(), { shared: [3], own: [] }, 'all by one connection');
      for (const { lines, height } of all.slice(0, 3)) assert.ok(Math.abs(lines - height) <= 3, `${lines} lines of video for ${height} of the window`);
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('one is large by a click, with all that its page has, and the others cost nothing then; back it goes by Escape', async (t) => {
      const tab = await newTab(t);
      await tab.open(address(), { front: true });
      await tiles(tab, 'pictures', (list) => playing(list).length === 3);
      const { x, y } = await tab.evaluate(() => document.querySelector('[data-stream="yard"]').getBoundingClientRect().toJSON());
      await tab.press(x + 60, y + 60);
      const large = await tiles(tab, 'the large one', (list) => list[1].large && list[1].controls);
      assert.deepEqual(large.map(({ visible }) => visible), [false, true, false, false]);
      assert.deepEqual([large[1].mode, large[1].lines], ['', null], 'exact, where that can be, in all its size');
      assert.equal(await tab.evaluate(() => new URLSearchParams(location.search).get('stream')), 'yard');
      assert.match(await tab.evaluate(() => document.title), /^yard/);
      await rests('door', 'yard');
      const exact = await until('results on their frames', async () => {
        const report = await tab.evaluate(() => document.querySelector('.large cv-player').report().exact);
        return report.results.onFrame > 20 && report.frames.readBack > 0 ? report : null;
      }, { every: 100 });
      assert.deepEqual([exact.mode, exact.frames.mismatched, exact.frames.disagreeing], ['exact', 0, 0]);
      await tab.key('Escape');
      const back = await tiles(tab, 'all again', (list) => playing(list).length === 3);
      assert.deepEqual(back.map((tile) => [tile.large, tile.controls, tile.focused]), [[false, false, false], [false, false, true], [false, false, false], [false, false, false]]);
      assert.equal(await tab.evaluate(() => location.search), '');
      assert.deepEqual(connections().own, [], 'none but the one');
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('keys go from one to the next, open it and go back, as the browser\'s Back does', async (t) => {
      const tab = await newTab(t);
      await tab.open(address(), { front: true });
      await tiles(tab, 'tiles', (list) => list.length === 4);
      const focused = async () => (await tab.evaluate(seen)).find((tile) => tile.focused)?.name;
      const order = [];
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) {
        await tab.key(key);
        order.push(await focused());
      }
      assert.deepEqual(order, ['door', 'yard', 'wrong', 'camera', 'door'], 'in two columns');
      await tab.key('Enter');
      await tiles(tab, 'the large one', (list) => list[0].large);
      await tab.key('ArrowRight');
      await tiles(tab, 'the next one', (list) => list[1].large && !list[0].large);
      await tab.evaluate(() => history.back());
      await tiles(tab, 'the one before', (list) => list[0].large && !list[1].large);
      await tab.evaluate(() => history.back());
      await tiles(tab, 'all', (list) => list.every(({ large }) => !large));
      assert.deepEqual(tab.errors, []);
    });

    test('the large one is in the page\'s address; a stream\'s own page is below its name', async (t) => {
      const tab = await newTab(t);
      await tab.open(address('?stream=yard'), { front: true });
      await tiles(tab, 'the large one', (list) => list[1]?.large && list[1].state === 'playing');
      await tab.watch(address('yard?mode=async'));
      assert.equal(await tab.evaluate(() => location.pathname), '/yard/');
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('only what is in view is sent', async (t) => {
      const tab = await newTab(t, { width: 310, height: 240 });
      for (const stream of ['door', 'yard']) await rests(stream);
      await tab.open(address(), { front: true });
      await tiles(tab, 'the first one', (list) => playing(list).includes('door'));
      const first = await tab.evaluate(seen);
      assert.deepEqual(first.slice(2).map(({ state }) => state), ['none', 'none'], JSON.stringify(first));
      await tab.evaluate(() => document.querySelector('[data-stream="camera"]').scrollIntoView());
      await tiles(tab, 'the third one', (list) => playing(list).includes('camera'));
      await tiles(tab, 'the first one let go', (list) => list[0].state === 'none');
      await tab.evaluate(() => scrollTo(0, 0));
      await tiles(tab, 'the first one again', (list) => playing(list).includes('door'));
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('a camera that goes away says so, and is back when it is there again; the others go on', async (t) => {
      const tab = await newTab(t);
      await tab.open(address(), { front: true });
      await tiles(tab, 'pictures', (list) => playing(list).length === 3);
      await plugged.stop();
      const lost = await tiles(tab, 'its loss', (list) => list[2].words === 'No picture');
      assert.match(lost[2].why, /shmsrc/);
      await tiles(tab, 'the others going on', (list) => [0, 1].every((i) => list[i].shown > lost[i].shown + 10 && list[i].words === 'Live' && list[i].state === 'playing'));
      plugged = await startCamera(socket, film);
      const { shown } = (await tiles(tab, 'its return', (list) => list[2].words === 'Live'))[2];
      await tiles(tab, 'its picture', (list) => list[2].state === 'playing' && list[2].shown > shown + 5);
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('without the token the page says what is missing', async (t) => {
      const tab = await newTab(t);
      await tab.open(server.url, { front: true });
      await until('words', () => tab.evaluate(() => /wants its token/.test(document.querySelector('.notice').textContent)));
      await tab.evaluate((token) => { location.hash = `token=${token}`; }, 'all-0123456789abcdef');
      await tiles(tab, 'tiles', (list) => list.length === 4);
      assert.equal(await tab.evaluate(() => document.querySelector('.notice').textContent), '');
    });
  });
