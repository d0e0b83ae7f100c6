// SPDX-License-Identifier: LGPL-2.1-or-later
// Viewers that get their frames by WebSocket: what PROTOCOL.md §5 promises them, and what becomes of those that break it.
import assert from 'node:assert/strict';
import { resident } from '../lib/proc.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { after, before, describe, test } from '../lib/test.js';
import { goesOn, sameInARow, startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';
import { connectForOffer } from '../lib/websocket.js';

let server;
before(async () => { server = await startServer({ pipeline: 'exact', set: { framerate: 30 } }); });
after(() => server.stop());

async function watch(t, of = server) {
  const viewer = new SocketViewer(of);
  t.after(() => viewer.close());
  await viewer.hasFrames(1);
  return viewer;
}

test('what a decoder must be told comes first, then the stream, then a key frame; ids are the names of frames', async (t) => {
  const viewer = await watch(t);
  const [media, stream] = viewer.messages;
  assert.deepEqual(media, { type: 'media', video: { codec: 'vp8' }, audio: null });
  assert.equal(stream.type, 'stream');
  assert.equal(stream.rtpOffset, 0);
  assert.ok(stream.stamp.rows > 0);
  assert.equal(viewer.frames[0].key, true);
  await viewer.hasFrames(60);
  const steps = viewer.frames.slice(1).map(({ id }, i) => (id - viewer.frames[i].id) | 0);
  assert.ok(steps.every((step) => step > 0), `each once, in order: ${steps}`);
  assert.equal(await viewer.receives('link').then(({ rungs }) => rungs > 1), true);
  const { frame } = await viewer.receives('result');
  await until('the frame of that result', () => viewer.frames.some(({ id }) => id === frame));
});

test('it and a viewer by WebRTC get the same frames', async (t) => {
  for (let tries = 1; ; ++tries) {
    const other = await startWatching(server, ['--list-frames']);
    const viewer = await watch(t);
    await viewer.hasFrames(60);
    const { frameIds } = await other.stop();
    viewer.close();
    const ids = viewer.frames.map(({ id }) => id);
    if (sameInARow(frameIds, ids) >= 20) return;
    assert.ok(tries < 10, `${frameIds} and ${ids}`);
  }
});

test('a viewer whose WebRTC finds no way gets the frames by the same WebSocket', async (t) => {
  const viewer = new SocketViewer(server, '');
  t.after(() => viewer.close());
  await viewer.receives('offer');
  viewer.send({ type: 'transport', transport: 'socket' });
  await viewer.hasFrames(30);
  assert.equal(viewer.frames[0].key, true);
});

test('a ping is answered, with how old frames are when they are encoded and sent', async (t) => {
  const viewer = await watch(t);
  await viewer.hasFrames(10);
  viewer.send({ type: 'ping', t: 5 });
  const { t: back, now, encoded, sent } = await viewer.receives('pong');
  assert.equal(back, 5);
  assert.ok(Math.abs(now - Date.now()) < 60_000);
  assert.ok(encoded > 0 && sent >= encoded, `${encoded}, ${sent}`);
});

test('one that does not look gets nothing, is asked for signs of life, and then gets a key frame first', async (t) => {
  const viewer = await watch(t);
  viewer.send({ type: 'video', wanted: false, maxBitrate: null });
  await until('the last frame', () => viewer.of('link').at(-1)?.reason === 'hidden');
  const { length } = viewer.frames;
  const padding = () => viewer.messages.filter(({ kind, size }) => kind === 3 && size === 0).length;
  const before = padding();
  await until('padding to acknowledge', () => padding() > before);
  assert.ok(viewer.frames.length <= length + 2, `${viewer.frames.length - length} frames`);
  const from = viewer.frames.length;
  viewer.send({ type: 'video', wanted: true, maxBitrate: null });
  await viewer.hasFrames(from + 10);
  assert.equal(viewer.frames[from].key, true);
});

test('a limit of the bit rate is kept', async (t) => {
  const viewer = await watch(t);
  viewer.send({ type: 'video', wanted: true, maxBitrate: 100_000 });
  await until('a smaller encoding', () => viewer.of('link').at(-1)?.reason === 'limit' && viewer.of('link').at(-1).rung > 0);
});

test('a viewer that shows the picture small gets the smallest one that is large enough, and the best again when it is large', async (t) => {
  const viewer = await watch(t);
  await until('the best encoding', () => viewer.of('link').at(-1)?.reason === 'free');
  const heights = viewer.of('stream').at(-1).rungs.map(({ height, rows }) => height - rows);
  const [top, wanted] = [Math.max(...heights), 100];
  const enough = Math.min(...heights.filter((height) => height >= wanted));
  assert.ok(enough < top, `${heights}`);
  viewer.send({ type: 'video', wanted: true, maxBitrate: null, maxHeight: wanted });
  const shown = () => {
    const { width, height } = viewer.of('link').at(-1);
    const { rows } = viewer.of('stream').at(-1).rungs.find((rung) => rung.width === width && rung.height === height);
    return height - rows;
  };
  await until('a smaller picture', () => shown() === enough && viewer.of('link').at(-1).reason === 'limit', { state: () => [heights, viewer.of('link').at(-1)] });
  viewer.send({ type: 'video', wanted: true, maxBitrate: null, maxHeight: null });
  await until('the best again', () => shown() === top, { state: () => viewer.of('link').at(-1) });
});

test('a key frame that is asked for comes', async (t) => {
  const viewer = await watch(t);
  await until('the best encoding', () => viewer.of('link').at(-1)?.reason === 'free');
  const { length } = viewer.frames;
  viewer.send({ type: 'keyframe' });
  await until('a key frame', () => viewer.frames.slice(length).some(({ key }) => key));
});

test('one that acknowledges nothing is sent no more than a moment of video; when it goes on, a key frame comes first', async (t) => {
  const viewer = await watch(t);
  await until('the best encoding', () => viewer.of('link').at(-1)?.reason === 'free');
  viewer.acknowledges = false;
  const { length } = viewer.frames;
  const other = await watch(t);
  await other.hasFrames(90);  // three seconds of another one
  const sent = viewer.frames.length - length;
  assert.ok(sent < 30, `${sent} frames without an acknowledgement`);
  const from = viewer.frames.length;
  viewer.acknowledges = true;
  viewer.acknowledge();
  await viewer.hasFrames(from + 10);
  assert.equal(viewer.frames[from].key, true);
});

test('those that stop reading are dropped, and cost less than 2 MB each until then, on their way too; the others notice nothing', async (t) => {
  // more than that in the time that they have
  const snow = pipelineFile('videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=30/1\n'
    + '  ! vp8enc deadline=1 cpu-used=8 target-bitrate=6000000 keyframe-max-dist=30 ! rtpvp8pay ! webrtcbin name=viewers\n');
  const strict = await startServer({ pipeline: snow, env: { CV_LAUNCH_HEARTBEAT_MS: '10000', G_MESSAGES_DEBUG: 'cv-launch' } });
  t.after(() => strict.stop());
  const other = await startWatching(strict);
  t.after(() => other.stop());
  const viewers = await Promise.all(Array.from({ length: 5 }, () => watch(t, strict)));
  const memory = resident(strict.pid);
  const before = viewers.map(({ bytes }) => bytes);
  for (const viewer of viewers) viewer.pause();
  const dropped = () => (strict.stdout + strict.stderr).match(/a viewer is dropped \(timeout: no ack/g)?.length;
  let most = 0;
  await until('their end', () => {
    most = Math.max(most, resident(strict.pid));
    return dropped() === viewers.length;
  }, { limit: 60_000 });
  // a sanitizer keeps what is freed
  const sanitized = process.env.ASAN_OPTIONS ?? process.env.TSAN_OPTIONS;
  assert.ok(sanitized || most - memory < viewers.length * 2000, `${most - memory} kB`);
  for (const [i, viewer] of viewers.entries()) {
    viewer.resume();
    assert.deepEqual((await viewer.ends()).errors.map(({ code }) => code), ['timeout']);
    assert.ok(viewer.bytes - before[i] < 2_000_000, `${viewer.bytes - before[i]} bytes were under way`);
  }
  await goesOn(other);
});

describe('what a viewer may not say ends it, with a reason', () => {
  const cases = [
    ['an acknowledgement of what was never sent', { type: 'ack', number: 4_000_000, at: 1 }, 'unexpected', /4000000 messages/],
    ['an acknowledgement without a time', { type: 'ack', number: 1 }, 'malformed', /"at" must be a number/],
    ['an acknowledgement of half a message', { type: 'ack', number: 1.5, at: 1 }, 'malformed', /"number" must be an integer/],
    ['an answer', { type: 'answer', sdp: 'v=0' }, 'unknown-type', /answer/],
    ['what only WebRTC has', { type: 'playout', max: 100 }, 'unknown-type', /playout/],
  ];
  for (const [name, message, code, words] of cases)
    test(name, async (t) => {
      const viewer = await watch(t);
      viewer.send(message);
      const { errors } = await viewer.ends();
      assert.deepEqual(errors.map((error) => error.code), [code]);
      assert.match(errors[0].message, words);
    });

  test('a transport that there is not', async () => {
    const { signalling } = await connectForOffer(server);
    signalling.send({ type: 'transport', transport: 'pigeon' });
    const { errors } = await signalling.ends();
    assert.deepEqual(errors.map(({ code, message }) => [code, message]), [['malformed', '"transport" must be "socket"']]);
  });
});

for (const [codec, wanted] of Object.entries({ vp9: /^vp09\./, h264: /^avc1\./ }))
  test(`${codec}: the codec has the name that browsers know`, async (t) => {
    const own = await startServer({ pipeline: 'async', set: { codec } });
    t.after(() => own.stop());
    const viewer = await watch(t, own);
    assert.match(viewer.messages[0].video.codec, wanted);
    await viewer.hasFrames(30);
  });
