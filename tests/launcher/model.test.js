// SPDX-License-Identifier: LGPL-2.1-or-later
// A model in a process of its own that goes wrong: the video goes on, viewers are told why, and it comes back.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../lib/child.js';
import { env, root, temporaryFolder } from '../lib/paths.js';
import { processes } from '../lib/proc.js';
import { startServer, variant } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';

const program = join(root, 'tests/models/model.js');
const own = (...args) => [`'${process.execPath}'`, `'${program}'`, ...args.map((arg) => `'${arg}'`)].join(' ');

/** model.pipe with this command, and a viewer. */
async function watch(t, command, { set = {}, more = '' } = {}) {
  const pipeline = variant('model', { 'modelproc name=model': `modelproc name=model timeout=20000 ${more}` });
  const server = await startServer({ pipeline, set: { command, ...set }, env: { CV_MODEL_RETRY_MS: '100' } });
  t.after(() => server.alive && server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  return { server, viewer };
}

const running = ({ models }) => Object.values(models).some(({ state }) => state === 'running');
const failed = ({ models }) => Object.values(models).find(({ state }) => state === 'failed');

/** '' when it is gone. */
const stateOf = (pid) => processes().find((one) => one.pid === pid)?.state ?? '';

test('a model written from the page about the protocol alone finds the ball', async (t) => {
  const { viewer } = await watch(t, own());
  const { lastResults } = await viewer.reports('results', ({ results }) => results > 20);
  const { model, width, height, ms, objects } = lastResults.model;
  assert.deepEqual([model, width, height, objects.length], ['model', 640, 360, 1]);
  assert.ok(ms > 0);
  const [{ label, confidence, x, y }] = objects;
  assert.equal(label, 'bright');
  assert.ok(confidence > 0.85, `${confidence}: of the ball`);
  assert.ok(x > 0 && x < 640 && y >= 0 && y < 360);
});

test('fields that we do not know go to the page untouched, places beyond the picture too', async (t) => {
  const objects = [
    { label: 'dog', confidence: 0.5, x: -20.5, y: 10.25, w: 1000, h: 20, track: 17, seen: true, colour: null, tags: ['a', 1, null], more: { deep: [{}] }, json: 'mine' },
    { 'center-x': 50, 'center-y': 60, radius: 7.5 },
    { label: 'shape', polygon: [[1, 2], [30, 4.5], [5, 60]], text: 'hello' },
    { label: 'pose', keypoints: [[10, 20, 0.5], [30, 40, 1]] },
    { label: 'far', x: 5000, y: -5000, w: 3, h: 4 },
  ];
  const { viewer } = await watch(t, own('objects', JSON.stringify(objects)));
  const { lastResults } = await viewer.reports('results', ({ results }) => results > 2);
  assert.deepEqual(lastResults.model.objects, [
    objects[0],
    { label: 'object', confidence: null, x: 42.5, y: 52.5, w: 15, h: 15, ...objects[1] },
    { confidence: null, x: 1, y: 2, w: 29, h: 58, ...objects[2] },
    { confidence: null, x: 10, y: 20, w: 20, h: 20, ...objects[3] },
    { confidence: null, ...objects[4] },
  ]);
});

const properties = { hang: 'timeout=2000', 'never-ready': 'start-timeout=1000' };

// All that a model can do wrong is in tests/elements/model_faults_test.cpp.
for (const [fault, message] of Object.entries({
  crash: /the model ended with status 3.*It said last:\n.*about to crash\nTypeError: no such thing/s,
  hang: /the model did not answer within 2\.0 s \(property timeout\)/,
  secret: /the model ended with status 5.*cannot open rtsp:\/\/\*\*\*@camera\/x/s,
  'never-ready': /the model did not say that it is ready within 1\.0 s \(property start-timeout\)/,
}))
  test(`a model with the fault ${fault}: the video goes on, viewers and log say what happened, it is started again`, async (t) => {
    const { server, viewer } = await watch(t, own(fault), { more: properties[fault] });
    const report = await viewer.reports('the failure', failed);
    assert.match(failed(report).message, message);
    assert.match(failed(report).message, /trying again in \d\.\d s/);
    assert.ok(server.stderr.includes(`cv-launch: ${failed(report).model}: the model `), server.stderr);
    const before = failed(report).since;
    await goesOn(viewer, 30);
    await viewer.reports('the next failure', (later) => failed(later)?.since > before);
    assert.equal(viewer.report.connection, 'connected');
    assert.equal(viewer.report.source, 'live');
    if (fault !== 'never-ready') assert.ok(viewer.report.results >= 2, 'results of the second one');
    await until('no zombie', () => !processes().some(({ parent, state }) => parent === server.pid && state === 'Z'));
    await server.stop();
    await until('the end of the model', () => !processes().some(({ command }) => command.includes(`${program} ${fault}`)));
  });

test('a command that is none is an error at once', async () => {
  await assert.rejects(startServer({ pipeline: 'model', set: { command: 'python3 "x' } }), /command names no program.*quot/is);
  await assert.rejects(startServer({ pipeline: 'model', set: { command: '' } }), /command names no program.*empty.*command="python3 my_model.py"/is);
});

test('objects without a place are left out, and said so; the others count', async (t) => {
  const { server, viewer } = await watch(t, own('placeless', 'always'));
  const { lastResults } = await viewer.reports('results', ({ results }) => results > 2);
  assert.deepEqual(lastResults.model.objects, [{ label: 'object', confidence: null, x: 1, y: 2, w: 3, h: 4 }]);
  await server.says(/warning: modelproc "model": model: left out of the results: object 0 has no place/);
});

test('the model, and what it started, ends with cv-launch, killed or not', async (t) => {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const { server, viewer } = await watch(t, own('child'));
    await viewer.reports('results', ({ results }) => results > 2);
    const model = Number((await server.says(/\[\S+\] model (\d+)/))[1]);
    const child = Number((await server.says(/\[\S+\] child (\d+)/))[1]);
    assert.ok(stateOf(model) !== '' && stateOf(child) !== '');
    server.signal(signal);
    await server.exited;
    // whoever inherits it may not ask how it ended
    const ended = (pid) => ['', 'Z'].includes(stateOf(pid));
    await until(`the end of the model after ${signal}`, () => ended(model));
    if (signal === 'SIGTERM') assert.ok(ended(child), 'its child is ended too');
    else await until('the end of its child', () => ended(child));
    await viewer.stop();
  }
});

test('a model runs unchanged on a still picture, in its own format', async () => {
  const picture = join(temporaryFolder(), 'red.png');
  const made = await run('gst-launch-1.0', ['-q', 'videotestsrc', 'num-buffers=1', 'pattern=red', '!', 'video/x-raw,format=RGB,width=255,height=255', '!', 'pngenc', '!', 'filesink', `location=${picture}`]);
  assert.equal(made.code, 0, made.stderr);
  for (const [format, pixel] of [['bgr', /^0-0-25\d$/], ['rgb', /^25\d-0-0$/], ['gray', /^\d\d$/]]) {
    const { code, stdout, stderr } = await run('python3', [join(root, 'tests/models/first_pixel.py'), format, picture], { env });
    assert.equal(code, 0, stderr);
    assert.match(JSON.parse(stdout).label, pixel);
  }
  const { code, stderr } = await run('python3', [join(root, 'models/brightest.py'), '/no/such.jpg'], { env });
  assert.notEqual(code, 0);
  assert.match(stderr, /\/no\/such\.jpg: no such picture/);
});

test('a viewer that comes later is told too', async (t) => {
  const { server, viewer } = await watch(t, own());
  await viewer.reports('a model that runs', running);
  const second = await startWatching(server);
  t.after(() => second.stop());
  const { models } = await second.reports('the model', running);
  assert.deepEqual(Object.keys(models), ['model']);
});
