// SPDX-License-Identifier: LGPL-2.1-or-later
// --idle=stop: a source that nobody needs is closed, and opened again for who comes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { request } from '../lib/http.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch, startServer } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';

const ending = 'vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle';
const ball = pipelineFile(`ballsrc ! video/x-raw,width=160,height=120,framerate=20/1 ! tee name=t
  t. ! queue ! circledetect ! fakesink name=results
  t. ! queue ! videoconvert ! ${ending}`, 'ball.pipe');

/** @param {import('node:test').TestContext} t @param {{pipeline?: string, args?: string[], env?: object}} [setup] */
async function start(t, { pipeline = ball, args = ['--idle=stop'], env = {} } = {}) {
  const server = await startServer({ pipeline, args, env: { CV_LAUNCH_IDLE_MS: '300', ...env } });
  t.after(() => server.stop());
  const figures = async () => (await request(server, 'GET', '/metrics')).body.toString();
  const figure = async (name) => Number((await figures()).match(new RegExp(`^cv_launch_${name}(?:\\{[^}]*\\})? (\\d+)`, 'm'))?.[1]);
  return {
    server, figure,
    asleep: () => until('sleep', async () => await figure('asleep') === 1),
    watch: (query = '?transport=socket') => {
      const viewer = new SocketViewer(server, query);
      t.after(() => viewer.close());
      return viewer;
    },
  };
}

test('a source that nobody watches is closed; who comes gets a picture of now', async (t) => {
  const { server, figure, asleep, watch } = await start(t);
  for (let i = 0; i < 3; ++i) {
    await asleep();
    const frames = await figure('frames_captured_total');
    assert.deepEqual([await figure('source_up'), (await request(server, 'GET', '/healthz')).status], [0, 200]);
    const came = Date.now();
    const viewer = watch();
    await viewer.hasFrames(10);
    const { epoch } = viewer.of('stream')[0];
    assert.ok(epoch + viewer.frames[0].id / 90 >= came - 1, `${epoch + viewer.frames[0].id / 90 - came} ms after it came`);
    assert.equal(viewer.frames[0].key, true);
    await until('results too', () => viewer.of('result').length > 0);
    assert.equal(await figure('asleep'), 0);
    assert.ok(await figure('frames_captured_total') > frames);
    viewer.close();
  }
  assert.equal(await figure('source_losses_total'), 0);
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
});

test('by itself it goes on, and only its encoders sleep', async (t) => {
  const { figure } = await start(t, { args: [] });
  await until('the encoder asleep', async () => {
    const before = await figure('frames_encoded_total');
    const captured = await figure('frames_captured_total');
    await until('more frames', async () => await figure('frames_captured_total') >= captured + 10);
    return await figure('frames_encoded_total') === before;
  });
  assert.equal(await figure('asleep'), 0);
});

test('who does not look needs no source, and has it again when it looks', async (t) => {
  const { figure, asleep, watch } = await start(t);
  const viewer = watch();
  await viewer.hasFrames(5);
  viewer.send({ type: 'video', wanted: false, maxBitrate: null });
  await asleep();
  const before = viewer.frames.length;
  viewer.send({ type: 'video', wanted: true, maxBitrate: null });
  await viewer.hasFrames(before + 10);
  assert.deepEqual([await figure('asleep'), viewer.of('error')], [0, []]);
});

test('who wants results alone needs it', async (t) => {
  const { server, figure, asleep } = await start(t);
  await asleep();
  const viewer = new SocketViewer(server, '?transport=results');
  t.after(() => viewer.close());
  await viewer.receives('stream');
  await until('results', () => {
    viewer.send({ type: 'ack', number: viewer.messages.length, at: performance.now() });
    return viewer.of('result').length >= 30;
  });
  assert.equal(await figure('asleep'), 0);
  viewer.close();
  await asleep();
});

test('a camera that is gone when somebody comes is lost, as ever, and comes back', async (t) => {
  const socket = join(temporaryFolder(), 'camera');
  const film = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1';
  let camera = await startCamera(socket, film);
  t.after(() => camera.alive && camera.stop());
  const { server, asleep, watch } = await start(t, {
    pipeline: pipelineFile(`shmsrc socket-path=${socket} do-timestamp=true is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1 ! ${ending}`, 'camera.pipe'),
  });
  await asleep();
  await camera.stop();
  const viewer = watch();
  await server.says(/the source is lost, retrying: shmsrc/);
  const health = await request(server, 'GET', '/healthz');
  assert.deepEqual([health.status, /the source is lost: shmsrc/.test(health.body.toString())], [503, true], health.body.toString());
  camera = await startCamera(socket, film);
  await viewer.hasFrames(10);
  viewer.close();
  await asleep();
});

test('of several streams each has its own; which sleeps is told', async (t) => {
  const { server } = await start(t, { pipeline: `door=${ball}`, args: [`--pipeline=yard=${ball}`, '--idle=stop', '--idle=yard=sleep'] });
  const figures = async () => (await request(server, 'GET', '/metrics')).body.toString();
  await until('the door asleep', async () => /^cv_launch_asleep\{pipeline="door"\} 1$/m.test(await figures()));
  await server.says(/yard: live/);
  assert.match(await figures(), /^cv_launch_asleep\{pipeline="yard"\} 0$/m);
});

for (const [what, args, wrong] of [
  ['another word', ['--idle=never'], /--idle=never: there are sleep .* and stop/],
  ['another word for one stream', ['--idle=door=never'], /--idle=door=never: there are sleep/],
  ['a stream that is not there', ['--idle=dor=stop'], /--idle=dor=stop: there is no stream "dor"; there is: door/],
])
  test(`wrong: ${what}`, async () => {
    const { code, stderr } = await runLaunch([`--pipeline=door=${ball}`, ...args]);
    assert.equal(code, 2);
    assert.match(stderr, wrong);
  });
