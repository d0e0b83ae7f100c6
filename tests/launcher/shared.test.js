// SPDX-License-Identifier: LGPL-2.1-or-later
// Several streams by one connection: PROTOCOL.md, 7.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { request } from '../lib/http.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { backAt, baseOf, startViewer } from '../lib/viewer.js';
import { until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

const small = pipelineFile(`ballsrc name=source ! video/x-raw,width=160,height=120,framerate=20/1 ! framestamp ! tee name=t
  t. ! queue ! circledetect ! fakesink name=results
  t. ! queue ! videoconvert ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle
adjustable source.speed
`, 'small.pipe');
const loud = pipelineFile(`ballsrc ! video/x-raw,width=160,height=120,framerate=20/1 ! videoconvert ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000
  ! rtpvp8pay ! webrtcbin name=w bundle-policy=max-bundle
audiotestsrc is-live=true samplesperbuffer=480 ! audio/x-raw,rate=48000,channels=1 ! opusenc frame-size=10 ! rtpopuspay ! w.
`, 'loud.pipe');
const named = (...streams) => streams.map((stream) => `--pipeline=${stream}`);

/** Where viewers of several streams connect. @param {{url: string}} server @param {string} query */
const all = ({ url, pid }, query) => ({ url, pid, socketUrl: `${url.replace(/^http/, 'ws')}ws?${query}` });

/** One that asks for `names`, and has frames of each of `only` them. */
async function watching(t, server, names, { query = '', args = [], only = names } = {}) {
  const viewer = await startViewer(all(server, `streams=${names}${query}`), args);
  t.after(() => viewer.stop());
  await viewer.reports('frames of each', ({ carried }) => only.every((name) => carried[name]?.frames > 0));
  return viewer;
}

/** Waits until it has so many more frames of each of `names`. */
async function goOn(viewer, names, count = 10) {
  const { carried: then } = viewer.report;
  return viewer.reports(`${count} more frames of ${names}`, ({ carried }) => names.every((name) => carried[name].frames >= then[name].frames + count));
}

const codes = ({ errors }) => errors.map(({ code }) => code);

describe('three streams', () => {
  let server;
  before(async () => {
    server = await startServer({ pipeline: `door=${small}`, args: [...named(`yard=${small}`, `hall=${loud}`), '--max-viewers=2', '--verbose'], env: { CV_LAUNCH_HEARTBEAT_MS: '3000' } });
    for (const name of ['door', 'yard', 'hall']) await server.says(new RegExp(`${name}: live at`));
  });
  after(() => server.stop());

  test('come by one connection, each with its frames and results', async (t) => {
    const viewer = await watching(t, server, ['yard', 'hall', 'door']);
    const { carried, streams } = await viewer.reports('results', ({ carried: { yard, door } }) => yard.results > 5 && door.results > 5);
    assert.deepEqual(Object.keys(carried).sort(), ['door', 'hall', 'yard']);
    assert.equal(carried.hall.results, 0, 'it has no model');
    assert.equal(streams, 4, 'RTP streams: three of video, one of sound');
    const text = (await request(server, 'GET', '/metrics')).body.toString();
    for (const name of ['door', 'yard', 'hall']) assert.match(text, new RegExp(`^cv_launch_viewers\\{pipeline="${name}"\\} 1$`, 'm'));
  });

  test('the offer says which they are, in the order that was asked for, each once', async (t) => {
    const signalling = await connect(all(server, 'streams=hall,door,gone,door,,yard'));
    t.after(() => signalling.close());
    const offer = await signalling.receives('offer');
    assert.deepEqual(offer.streams, [
      { name: 'hall', mids: ['video0', 'audio1'], stamped: false }, { name: 'door', mids: ['video2'], stamped: true }, { name: 'yard', mids: ['video3'], stamped: true }]);
    assert.equal(offer.stamped, true);
    assert.deepEqual(offer.sdp.match(/a=mid:\S+/g), ['a=mid:video0', 'a=mid:audio1', 'a=mid:video2', 'a=mid:video3', 'a=mid:application4']);
  });

  test('one that is not wanted stops and comes back, and the others go on', async (t) => {
    const video = (wanted) => JSON.stringify({ type: 'video', stream: 'yard', wanted, maxBitrate: null });
    const viewer = await watching(t, server, ['door', 'yard'], { args: [`--control=${video(false)}`, `--control=${video(true)}`, '--control-interval=3000'] });
    let rest = 0;
    await viewer.reports('door alone, and then both', ({ carried: { door, yard } }) => {
      if (rest === 0 || yard.frames !== rest.yard) rest = { door: door.frames, yard: yard.frames };
      return door.frames > rest.door + 20;
    });
    await goOn(viewer, ['door', 'yard'], 1);
  });

  test('a ping for any of them keeps all', async (t) => {
    const viewer = await watching(t, server, ['door', 'yard']);
    const { ms } = viewer.report;
    await viewer.reports('three heartbeats later', (report) => report.ms > ms + 9000);
    await goOn(viewer, ['door', 'yard']);
  });

  for (const [what, message] of [['without a stream', '{"type":"ping","t":1}'], ['for one that it does not carry', '{"type":"ping","t":1,"stream":"hall"}'],
    ['for what is no name', '{"type":"ping","t":1,"stream":7}']])
    test(`what a viewer says ${what} ends it`, async () => {
      const viewer = await startViewer(all(server, 'streams=door,yard'), ['--no-ping', `--control=${message}`]);
      assert.equal((await viewer.ended()).code, 'malformed');
    });

  test('they can\'t change over to a WebSocket together', async () => {
    const signalling = await connect(all(server, 'streams=door,yard'));
    await signalling.receives('offer');
    signalling.send({ type: 'transport', transport: 'socket' });
    assert.deepEqual(codes(await signalling.ends()), ['unexpected']);
  });

  test('where none can be carried the connection ends', async () => {
    assert.deepEqual(codes(await (await connect(all(server, 'streams=gone,,%2F'))).ends()), ['no-stream']);
  });

  test('who watches several takes one place, with or without a name', async (t) => {
    await watching(t, server, ['door', 'yard', 'hall']);
    const ann = await watching(t, server, ['door', 'yard'], { query: '&viewer=ann' });
    assert.deepEqual(codes(await (await connect(all(server, 'streams=door,yard&viewer=bob'))).ends()), ['no-stream']);
    assert.deepEqual(codes(await (await connect({ ...server, socketUrl: all(server, '').socketUrl.replace('ws?', 'door/ws') })).ends()), ['full']);
    await goOn(ann, ['door', 'yard']);
  });

  test('names without end cost nothing', async () => {
    const names = Array.from({ length: 8000 }, (_, i) => i.toString(36)).join(',');
    const signalling = await connect(all(server, `streams=${names},door`));
    assert.deepEqual(codes(await signalling.ends()), ['no-stream'], 'only the first ones are looked at');
  });

  test('what it held is given back', async (t) => {
    const base = await baseOf(all(server, 'streams=door,yard,hall'));
    const viewer = await watching(t, server, ['door', 'yard', 'hall']);
    await viewer.stop();
    await backAt(server, base);
  });
});

test('one that loses its source, or is ended, takes none of the others with it', async (t) => {
  const socket = join(temporaryFolder(), 'camera');
  const film = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1';
  const camera = pipelineFile(`shmsrc socket-path=${socket} do-timestamp=true is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1
    ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin`, 'camera.pipe');
  const config = join(temporaryFolder(), 'cameras.ini');
  const both = `[door]\npipeline = ${small}\n[yard]\npipeline = ${camera}\n`;
  writeFileSync(config, both);
  let source = await startCamera(socket, film);
  t.after(() => source.stop());
  const server = await startServer({ pipeline: null, args: [`--config=${config}`] });
  t.after(() => server.stop());
  await server.says(/door: live at/);
  await server.says(/yard: live at/);
  const viewer = await watching(t, server, ['door', 'yard'], { args: ['--list-frames'] });
  await source.stop();
  await server.says(/yard: the source is lost/);
  await goOn(viewer, ['door'], 40);
  source = await startCamera(socket, film);
  await goOn(viewer, ['yard']);
  assert.equal(viewer.report.code, '');

  writeFileSync(config, both.split('[yard]')[0]);
  server.signal('SIGHUP');
  await viewer.reports('the end of one', ({ carried }) => carried.yard.code === 'no-stream');
  await goOn(viewer, ['door'], 40);
  writeFileSync(config, both);
  server.signal('SIGHUP');
  await server.says(/yard: live at[^]*yard: live at/);
  await goOn(viewer, ['door'], 40);
  assert.equal(viewer.report.carried.yard.code, 'no-stream', 'it is another one now, and is not in this connection');
  assert.deepEqual((await connect(all(server, 'streams=door,yard')).then((signalling) => { t.after(() => signalling.close()); return signalling.receives('offer'); })).streams.map(({ name }) => name), ['door', 'yard']);
});

test('with the last of its streams a connection ends; a config may change the only one', async (t) => {
  const config = join(temporaryFolder(), 'cameras.ini');
  writeFileSync(config, `[door]\npipeline = ${small}\n`);
  const server = await startServer({ pipeline: null, args: [`--config=${config}`] });
  t.after(() => server.stop());
  await server.says(/door: live at/);
  const viewer = await watching(t, server, ['door']);
  const early = await connect(all(server, 'streams=door'));
  await early.receives('offer');
  writeFileSync(config, `[door]\npipeline = ${loud}\n`);
  server.signal('SIGHUP');
  const { code, carried } = await viewer.ended();
  assert.deepEqual([code, carried.door.code], ['no-stream', 'no-stream']);
  const { errors, status } = await early.ends();
  assert.deepEqual([errors.map(({ code: one, stream }) => [one, stream]), status], [[['no-stream', 'door'], ['no-stream', undefined]], 1008]);
  await server.says(/door: live at[^]*door: live at/);
  await watching(t, server, ['door']);
});

test('a server that ends says so, before the offer too', async () => {
  const still = pipelineFile('videotestsrc is-live=true ! valve drop=true ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin\n', 'still.pipe');
  const server = await startServer({ pipeline: `door=${small}`, args: named(`still=${still}`) });
  await server.says(/door: live at/);
  const [waits, offered] = [await connect(all(server, 'streams=door,still')), await connect(all(server, 'streams=door'))];
  await offered.receives('offer');
  waits.send({ type: 'candidate', candidate: '', sdpMLineIndex: 0 });
  assert.deepEqual(codes(await waits.ends()), ['unexpected']);
  const stopped = server.stop();
  assert.deepEqual(codes(await offered.ends()), ['shutdown']);
  await stopped;
});

test('those that sleep without a source wake for it; one that has no picture is not waited for long', async (t) => {
  const still = pipelineFile('videotestsrc is-live=true ! valve drop=true ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin\n', 'still.pipe');
  const server = await startServer({ pipeline: `door=${small}`, args: [...named(`yard=${small}`, `still=${still}`), '--idle=stop'], env: { CV_LAUNCH_IDLE_MS: '300' } });
  t.after(() => server.stop());
  const asleep = async () => (await request(server, 'GET', '/metrics')).body.toString().match(/^cv_launch_asleep\{pipeline="(door|yard)"\} 1$/mg)?.length === 2;
  for (let i = 0; i < 2; ++i) {
    await until('sleep', asleep);
    const viewer = await watching(t, server, ['door', 'yard', 'still'].slice(0, 2 + i), { only: ['door', 'yard'] });
    assert.deepEqual(Object.keys(viewer.report.carried), ['door', 'yard']);
    await goOn(viewer, ['door', 'yard']);
    const text = (await request(server, 'GET', '/metrics')).body.toString();
    const figures = ['viewers', 'viewers_waiting'].map((name) => ['door', 'yard', 'still'].map((stream) => Number(text.match(new RegExp(`^cv_launch_${name}\\{pipeline="${stream}"\\} (\\d+)$`, 'm'))?.[1])));
    assert.deepEqual(figures, [[1, 1, 0], [0, 0, 0]], 'it has no place where it gets nothing');
    for (const stream of ['door', 'yard']) assert.match(text, new RegExp(`^cv_launch_joins_total\\{pipeline="${stream}",transport="webrtc"\\} ${i + 1}$`, 'm'));
    await viewer.stop();
  }
});

test('who may watch some streams only gets those of them that it may', async (t) => {
  const [owner, some] = ['all-0123456789abcdef', 'some-0123456789abcdef'];
  const file = join(temporaryFolder(), 'tokens');
  writeFileSync(file, `${owner}\nview ${some} yard\n`, { mode: 0o600 });
  const server = await startServer({ pipeline: `door=${small}`, args: [...named(`yard=${small}`), `--token-file=${file}`] });
  t.after(() => server.stop());
  for (const name of ['door', 'yard']) await server.says(new RegExp(`${name}: live at`));
  for (const [token, names] of [[some, ['yard']], [owner, ['door', 'yard']]]) {
    const signalling = await connect(all(server, 'streams=door,yard'));
    t.after(() => signalling.close());
    signalling.send({ type: 'token', token });
    assert.deepEqual((await signalling.receives('offer')).streams.map(({ name }) => name), names);
  }
});
