// SPDX-License-Identifier: LGPL-2.1-or-later
// Models in processes of their own, where a viewer sees them: on real pictures, several at once, and when they fail.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { run } from '../lib/child.js';
import { stillFilm } from '../lib/film.js';
import { env, root, temporaryFolder } from '../lib/paths.js';
import { pipelineFile } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { watch } from '../lib/watch.js';

const data = '/usr/share/doc/opencv-doc/examples/data';

/** tests/models/model.js in one of its ways. */
const model = (way = '') => `'${process.execPath}' '${root}/tests/models/model.js' ${way}`.trim();
/** A model that fails is soon there again. */
const soon = { CV_MODEL_RETRY_MS: '200', CV_MODEL_LAST_RETRY_MS: '400' };

/** The details of the player's next `count` events of a kind. */
const events = (tab, type, count) => tab.evaluate(([kind, wanted]) => new Promise((resolve) => {
  const all = [];
  document.querySelector('cv-player').addEventListener(kind, ({ detail }) => {
    all.push(detail);
    if (all.length === wanted) resolve(all);
  });
}), [type, count]);
const results = (tab) => events(tab, 'cv-result', 20);

const list = (tab) => tab.evaluate(() => [...document.querySelector('cv-player').shadowRoot.querySelectorAll('.models:not([hidden]) li')]
  .map(({ dataset, textContent }) => ({ state: dataset.state, text: textContent })));

/** All models' states fit in. */
const size = { width: 1100, height: 1000 };

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    test('people in a street, found in Python, each on its own frame', async (t) => {
      const { tab } = await watch(t, browser, { size, pipeline: 'people' });
      const { exact } = await tab.reports('people on their frames', ({ exact: { mode, results: { onFrame }, frames } }) => mode === 'exact' && onFrame >= 20 && frames.readBack > 0);
      assert.deepEqual([exact.frames.mismatched, exact.frames.disagreeing, exact.frames.unreadable], [0, 0, 0]);
      const people = (await results(tab)).flatMap(({ objects }) => objects);
      assert.ok(people.length >= 20, `${people.length} people in 20 frames`);
      for (const { label, x, y, w, h } of people) {
        assert.equal(label, 'person');
        assert.ok(h > 1.5 * w && x + w > 0 && x < 768 && y + h > 0 && y < 576, `${[x, y, w, h]}`);
      }
      const { text } = await until('the model in the list', async () => (await list(tab)).find((item) => item.text.includes('/s')));
      assert.match(text, /^people \d+(\.\d)? ms · \d+\.\d \/s/);
    });

    test('why a model fails stands on the page and is told around it, over a video that goes on', async (t) => {
      const { tab } = await watch(t, browser, { size, pipeline: 'model', set: { command: model('exit-at-start') }, env: soon });
      const { frames } = await tab.reports('the failure', ({ models }) => models[0]?.state === 'failed');
      const words = /the model ended with status 1; trying again in \d\.\d s\. It said last:\nModuleNotFoundError: no module named torch$/;
      const { text } = await until('its words', async () => (await list(tab)).find(({ state }) => state === 'failed'));
      assert.match(text, new RegExp(`^model failed${words.source}`));
      const told = await events(tab, 'cv-model', 4);
      assert.deepEqual(new Set(told.map(({ state }) => state)), new Set(['starting', 'failed']));
      for (const { state, message, ...rest } of told) {
        assert.deepEqual({ ...rest, since: 0 }, { type: 'model', model: 'model', since: 0 });
        if (state === 'failed') assert.match(message, words);
      }
      await tab.reports('more video', (later) => later.frames.decoded > frames.decoded + 30);
    });

    test('a model that is started again and again: never a wrong frame', async (t) => {
      const { tab } = await watch(t, browser, { size, pipeline: 'model', set: { command: model('crash') }, env: soon });
      const { exact, models: [failed] } = await tab.reports('results on their frames', (report) => report.exact.mode === 'exact' && report.exact.results.onFrame >= 2);
      assert.equal(failed.model, 'model');
      const { exact: { frames } } = await tab.reports('results of two more lives', (report) => report.exact.results.onFrame >= exact.results.onFrame + 3);
      assert.deepEqual([frames.mismatched, frames.disagreeing, frames.unreadable], [0, 0, 0]);
      assert.ok(frames.readBack > 0);
    });

    test('two models are drawn and listed apart', async (t) => {
      const branch = (element) => `frames. ! queue max-size-buffers=1 leaky=downstream ! ${element}`;
      const pipeline = pipelineFile(`ballsrc ! video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! tee name=frames
        frames. ! queue max-size-buffers=1 leaky=downstream ! framestamp ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin
        ${branch('circledetect model-name=circles ! fakesink name=results-circles sync=false async=false')}
        ${branch(`modelproc model-name=spots command="${model()}" ! fakesink name=results-spots sync=false async=false`)}`);
      const { tab } = await watch(t, browser, { size, pipeline });
      const { models } = await tab.reports('both models', (report) => report.models.length === 2 && report.models.every(({ perSecond }) => perSecond > 0));
      assert.deepEqual(models.map((one) => one.model).sort(), ['circles', 'spots']);
      await until('both in the list', async () => {
        const [first, second] = await list(tab);
        return first?.text.startsWith('circles ') && second?.text.startsWith('spots ');
      });
      await tab.evaluate(() => document.querySelector('cv-player').setAttribute('mode', 'async'));
      await tab.reports('the live view', ({ exact }) => exact.mode === 'async');
      assert.deepEqual(new Set((await results(tab)).map((result) => result.model)), new Set(['circles', 'spots']));
    });

    if (name === 'Firefox') return;

    test('faces, found in Python', async (t) => {
      const location = await stillFilm(`filesrc location=${data}/messi5.jpg ! jpegdec`, 20);
      const { tab } = await watch(t, browser, { size, pipeline: 'faces', set: { location } });
      await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame >= 10);
      const found = (await results(tab)).filter(({ objects }) => objects.length > 0);
      assert.ok(found.length >= 15, `${found.length} of 20`);
      const { label, x, y, w } = found[0].objects[0];
      assert.equal(label, 'face');
      // where the footballer's face is in that picture
      assert.ok(Math.abs(x + w / 2 - 245) < 15 && Math.abs(y + w / 2 - 112) < 15, `${[x, y, w]}`);
    });

    for (const [kind, expected] of Object.entries({
      classifier: { label: 'green', x: 0, y: 0, w: 320, h: 240 },
      detector: { label: 'green', x: 80, y: 90, w: 40, h: 60 },
    }))
      test(`an ONNX ${kind}`, async (t) => {
        const folder = temporaryFolder();
        const { code, stderr } = await run('python3', [join(root, 'tests/models/make_onnx.py'), kind, `${folder}/a.onnx`], { env });
        assert.equal(code, 0, stderr);
        writeFileSync(`${folder}/labels.txt`, 'red\ngreen\nblue\n');
        const location = await stillFilm('videotestsrc pattern=green num-buffers=1 ! video/x-raw,format=I420,width=320,height=240', 20);
        const { tab } = await watch(t, browser, { size, pipeline: 'onnx', set: { location, network: `${folder}/a.onnx`, labels: `${folder}/labels.txt` } });
        await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame >= 10);
        const [object] = (await results(tab)).at(-1).objects;
        for (const [field, value] of Object.entries(expected))
          assert.ok(object[field] === value || Math.abs(object[field] - value) < 0.5, `${field}: ${object[field]}`);
        assert.ok(object.confidence > 0.5);
      });
  });
