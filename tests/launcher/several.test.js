// SPDX-License-Identifier: LGPL-2.1-or-later
// Several streams of one cv-launch: each has its name, its page, its viewers and its fate.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { handshake, request } from '../lib/http.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch, startServer } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { at, listOf, states } from '../lib/streams.js';
import { after, before, describe, test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

const small = pipelineFile(`ballsrc name=source ! video/x-raw,width=\${width:-160},height=120,framerate=\${framerate:-20}/1 ! framestamp ! tee name=t
  t. ! queue ! circledetect ! fakesink name=results
  t. ! queue ! videoconvert ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle
adjustable source.speed
`, 'small.pipe');

const named = (...streams) => streams.map((stream) => `--pipeline=${stream}`);

const size = (viewer) => viewer.of('stream')[0].rungs.map(({ width, height }) => `${width}x${height}`);

describe('two streams', () => {
  let server;
  before(async () => {
    server = await startServer({ pipeline: `yard=${small}`, args: [...named(`door=${small}`), '--set=yard.width=320', '--set=framerate=15', '--max-viewers=2', '--verbose'] });
    for (const name of ['yard', 'door']) await server.says(new RegExp(`${name}: live at http://127.0.0.1:\\d+/${name}/`));
  });
  after(() => server.stop());

  test('each is watched below its own name, with what --set gives to one and to all', async (t) => {
    for (const [name, wanted] of [['yard', '320x144'], ['door', '160x144']]) {
      const viewer = new SocketViewer(at(server, name));
      t.after(() => viewer.close());
      await viewer.hasFrames(20);
      assert.deepEqual(size(viewer), [wanted]);
      const steps = viewer.frames.slice(1).map(({ id }, i) => id - viewer.frames[i].id);
      assert.ok(steps.includes(90000 / 15), `15 frames a second: ${steps}`);
    }
  });

  test('what a viewer changes of one is not changed in the other', async (t) => {
    const viewers = ['yard', 'door'].map((name) => new SocketViewer(at(server, name)));
    t.after(() => viewers.forEach((viewer) => viewer.close()));
    for (const viewer of viewers) await viewer.receives('property');
    viewers[0].send({ type: 'set', name: 'source.speed', value: 0.5 });
    await until('the new value', () => viewers[0].of('property').at(-1).value === 0.5);
    viewers[1].send({ type: 'set', name: 'source.speed', value: 2 });
    await until('the other one', () => viewers[1].of('property').at(-1).value === 2);
    assert.deepEqual(viewers.map((viewer) => viewer.of('property').map(({ value }) => value).slice(1)), [[0.5], [2]]);
  });

  test('the page is below each name, and all of them at "/"', async () => {
    const wall = await request(server, 'GET', '/');
    const page = await request(server, 'GET', '/door/');
    assert.deepEqual([wall.status, page.status], [200, 200]);
    assert.notEqual(wall.body.toString(), page.body.toString());
    assert.match(page.body.toString(), /src=page\.js/);
    for (const file of ['page.js', 'cv-player.js', 'style.css'])
      assert.deepEqual((await request(server, 'GET', `/door/${file}`)).body, (await request(server, 'GET', `/${file}`)).body, file);
    const moved = await request(server, 'GET', '/door?mode=exact');
    assert.deepEqual([moved.status, moved.headers.location], [307, 'door/?mode=exact']);
  });

  for (const [path, text] of [
    ['/dor', 'there is no stream "dor"; there is: yard, door\n'],
    ['/dor/', 'there is no stream "dor"; there is: yard, door\n'],
    ['/dor/page.js', 'there is no stream "dor"; there is: yard, door\n'],
    ['/door/nothing', 'not found\n'],
    ['/door/metrics', 'not found\n'],
    ['/door/page.js/', 'not found\n'],
    ['/nothing.js', 'not found\n'],
  ])
    test(`${path} is not there`, async () => {
      const reply = await request(server, 'GET', path);
      assert.deepEqual([reply.status, reply.body.toString()], [404, text]);
    });

  test('a viewer of a stream that is not there is told which are', async () => {
    for (const [path, message] of [
      ['/dor/ws', 'there is no stream "dor"; there is: yard, door'],
      ['/ws', 'there are several streams: add the name of one to the address: yard, door']]) {
      const { errors, status } = await (await connect(server, { path })).ends();
      assert.deepEqual(errors, [{ type: 'error', code: 'no-stream', message }]);
      assert.equal(status, 1008);
    }
  });

  test('which streams there are is told in the order of the command line', async (t) => {
    const list = await listOf(server);
    t.after(() => list.signalling.close());
    const streams = await list.reads('both live', () => true);
    assert.deepEqual(streams, [{ name: 'yard', state: 'live', message: '' }, { name: 'door', state: 'live', message: '' }]);
  });

  for (const [what, message, code] of [
    ['no message', 'nonsense', 'malformed'],
    ['another message', { type: 'ping', t: 1 }, 'unexpected'],
    ['of more than was sent', { type: 'ack', number: 2, at: 0 }, 'unexpected'],
  ])
    test(`an acknowledgement that is ${what} ends the list`, async () => {
      const signalling = await connect(server, { path: '/streams' });
      await signalling.receives('streams');
      signalling.send(message);
      assert.deepEqual((await signalling.ends()).errors.map((error) => error.code), [code]);
    });

  test('only the server\'s own page may ask for it', async () => {
    assert.equal((await handshake(server, ['Origin: http://evil.example'], '/streams')).status, 403);
    assert.equal((await request(server, 'GET', '/streams')).status, (await request(server, 'GET', '/door/ws')).status);
  });

  test('one person takes one place, however many streams it watches', async (t) => {
    const open = (name, query) => {
      const viewer = new SocketViewer(at(server, name), `?transport=socket${query}`);
      t.after(() => viewer.close());
      return viewer;
    };
    for (const name of ['yard', 'door']) await open(name, '&viewer=ann').hasFrames(1);
    await open('yard', '&viewer=bob').hasFrames(1);
    const { errors } = await open('door', '&viewer=cid').ends();
    assert.deepEqual(errors.map(({ code, message }) => [code, message]), [['full', 'all 2 places are taken; try again later']]);
    assert.equal((await open('yard', '').ends()).errors[0].code, 'full');
    await open('door', '&viewer=bob').hasFrames(1);
    assert.equal((await open('door', '&viewer=bob').ends()).errors[0].code, 'full', 'the same stream twice');
  });

  test('figures have the stream\'s name, and who reads the log sees it', async () => {
    const text = (await request(server, 'GET', '/metrics')).body.toString();
    for (const name of ['yard', 'door']) {
      assert.match(text, new RegExp(`^cv_launch_source_up\\{pipeline="${name}"\\} 1$`, 'm'));
      assert.match(text, new RegExp(`^cv_launch_frames_encoded_total\\{pipeline="${name}",stream="1",rung="1"\\} \\d+$`, 'm'));
      assert.match(text, new RegExp(`^cv_launch_model_seconds_count\\{pipeline="${name}",model="circledetect"\\} \\d+$`, 'm'));
      assert.match(server.stderr, new RegExp(`${name}: a viewer joins from`));
    }
    assert.match(text, /^cv_launch_refusals_total\{code="no-stream"\} \d+$/m);
    assert.equal(text.match(/^# TYPE cv_launch_viewers /mg)?.length, 1);
  });
});

test('a stream of several that has a mistake, or no source yet, or loses it, disturbs no other', async (t) => {
  const socket = join(temporaryFolder(), 'camera');
  const film = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1';
  const late = pipelineFile(`shmsrc socket-path=${socket} do-timestamp=true is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1
    ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin`, 'late.pipe');
  const wrong = pipelineFile('videotestsrc ! nothing-like-this ! webrtcbin\n', 'wrong.pipe');
  const server = await startServer({ pipeline: `good=${small}`, args: named(`wrong=${wrong}`, `late=${late}`) });
  t.after(() => server.stop());
  const viewer = await startWatching(at(server, 'good'));
  t.after(() => viewer.stop());
  const list = await listOf(server);
  t.after(() => list.signalling.close());
  const first = await list.reads('how each is', (streams) => states(streams).late === 'lost');
  assert.deepEqual(states(first), { good: 'live', wrong: 'failed', late: 'lost' });
  const [, mistake, missing] = first.map(({ message }) => message);
  assert.match(mistake, /wrong\.pipe:1.*nothing-like-this/);
  assert.match(missing, /shmsrc.*camera/);
  assert.match(server.stderr, /^cv-launch: wrong: .*nothing-like-this/m);
  assert.match(server.stderr, /^cv-launch: late: it can't start, retrying: /m);

  const { errors } = await (await connect(server, { path: '/wrong/ws' })).ends();
  assert.equal(errors[0].code, 'no-stream');
  assert.match(errors[0].message, /the stream "wrong" can't start: .*nothing-like-this/);
  assert.equal((await request(server, 'GET', '/healthz')).body.toString().split('\n')[0], 'ok');
  for (const [name, status] of [['good', 200], ['wrong', 503], ['late', 503]]) assert.equal((await request(server, 'GET', `/${name}/healthz`)).status, status, name);

  let camera = await startCamera(socket, film);
  t.after(() => camera.stop());
  await list.reads('the late one live', (streams) => states(streams).late === 'live');
  const other = await startWatching(at(server, 'late'));
  t.after(() => other.stop());
  await goesOn(other);
  await camera.stop();
  await list.reads('the late one lost', (streams) => states(streams).late === 'lost');
  await goesOn(viewer, 40);
  camera = await startCamera(socket, film);
  await goesOn(other);
  assert.deepEqual(server.stderr.match(/^cv-launch: good: .*/mg)?.map((line) => line.replace(/ at .*/, '')), ['cv-launch: good: live'], 'that is all that happened to it');
});

test('a stream alone that has a name is at "/" too', async (t) => {
  const server = await startServer({ pipeline: `door=${small}` });
  t.after(() => server.stop());
  assert.match((await request(server, 'GET', '/')).body.toString(), /src=page\.js/);
  for (const of of [server, at(server, 'door')]) {
    const viewer = await startWatching(of);
    t.after(() => viewer.stop());
  }
});

test('who has no token is not told which streams there are', async (t) => {
  const token = 'all-0123456789abcdef';
  const server = await startServer({ pipeline: `door=${small}`, args: named(`yard=${small}`), env: { CV_LAUNCH_TOKEN: token } });
  t.after(() => server.stop());
  assert.equal((await request(server, 'GET', '/dor/')).body.toString(), 'there is no stream "dor"\n');
  const list = await listOf(server);
  t.after(() => list.signalling.close());
  await list.signalling.receives('locked');
  assert.deepEqual(list.signalling.messages.map(({ type }) => type), ['locked']);
  list.signalling.send({ type: 'token', token });
  assert.deepEqual((await list.reads('the streams', () => true)).map(({ name }) => name), ['door', 'yard']);
});

test('a token may be for some streams only: of the others nothing is told', async (t) => {
  const [all, some] = ['all-0123456789abcdef', 'some-0123456789abcdef'];
  const file = join(temporaryFolder(), 'tokens');
  writeFileSync(file, `${all}\nview ${some} yard gone\n`, { mode: 0o600 });
  const server = await startServer({ pipeline: `door=${small}`, args: [...named(`yard=${small}`, `roof=${small}`), `--token-file=${file}`] });
  t.after(() => server.stop());
  const list = await listOf(server);
  t.after(() => list.signalling.close());
  list.signalling.send({ type: 'token', token: some });
  assert.deepEqual((await list.reads('its streams', () => true)).map(({ name }) => name), ['yard']);
  const ask = (name, token) => {
    const viewer = new SocketViewer(at(server, name), '?transport=socket', token);
    t.after(() => viewer.close());
    return viewer;
  };
  await ask('yard', some).hasFrames(5);
  assert.deepEqual((await ask('yard', some).receives('access')).control, false);
  for (const name of ['door', 'dor']) assert.deepEqual((await ask(name, some).ends()).errors, [{ type: 'error', code: 'unauthorized', message: `this token is not for the stream "${name}"` }]);
  assert.deepEqual((await ask('gone', some).ends()).errors.map(({ message }) => message), ['there is no stream "gone"; there is: yard']);
  await ask('door', all).hasFrames(5);
  const bearer = (token) => request(server, 'GET', '/metrics', [`Authorization: Bearer ${token}`, 'X-Forwarded-For: 192.0.2.1']);
  assert.deepEqual([(await bearer(some)).status, (await bearer(all)).status], [401, 200]);
});

test('who does not acknowledge the list is dropped, and is told nothing more before', async (t) => {
  const socket = join(temporaryFolder(), 'camera');
  const late = pipelineFile(`shmsrc socket-path=${socket} do-timestamp=true is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1
    ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin`, 'late.pipe');
  const server = await startServer({ pipeline: `door=${small}`, args: named(`late=${late}`), env: { CV_LAUNCH_HEARTBEAT_MS: '5000' } });
  t.after(() => server.stop());
  await server.says(/late: it can't start/);
  const signalling = await connect(server, { path: '/streams' });
  await signalling.receives('streams');
  const camera = await startCamera(socket, 'videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1');
  t.after(() => camera.stop());
  await server.says(/late: live/);
  const { errors } = await signalling.ends();
  assert.deepEqual(errors, [{ type: 'error', code: 'timeout', message: 'no acknowledgement for 5 s' }]);
  assert.equal(signalling.messages.filter(({ type }) => type === 'streams').length, 1);
});

for (const [what, args, wrong] of [
  ['two without names', [`--pipeline=${small}`, `--pipeline=${small}`], /several pipelines: give each stream a name, --pipeline=NAME=FILE/],
  ['one with a name and one without', [`--pipeline=door=${small}`, `--pipeline=${small}`], /give each stream a name/],
  ['two of one name', named(`door=${small}`, `door=${small}`), /--pipeline=door=\S+: there is a stream "door" already/],
  ['a name with a slash', named(`a/b=${small}`), /a stream's name has up to 64 letters/],
  ['a name with a space', named(`a b=${small}`), /a stream's name has up to 64 letters/],
  ['a name of 300 characters', named(`${'x'.repeat(300)}=${small}`), /a stream's name has up to 64 letters/],
  ['a name that is taken', named(`ws=${small}`), /none of ws, streams, healthz, metrics/],
  ['a name without a file', named('door='), /--pipeline=door=: the pipeline file is missing/],
  ['a setting of a stream that is not there', [...named(`door=${small}`, `yard=${small}`), '--set=dor.width=2'], /--set dor\.width: there is no stream "dor"; there is: door, yard/],
  ['a setting of all that none has', [...named(`door=${small}`, `yard=${small}`), '--set=widht=2'], /--set widht: none of the pipelines has this variable/],
  ['an endpoint for none of them', [...named(`door=${small}`, `yard=${small}`), '--publish=https://user:secret@sfu.example/'], /^(?!.*secret).*--publish=.*: say which stream, --publish=NAME=…; there is: door, yard/s],
  ['an endpoint for one that is not there', [...named(`door=${small}`, `yard=${small}`), '--publish=dor=https://sfu.example/'], /--publish: there is no stream "dor"/],
  ['a pipeline to print, of two', [...named(`door=${small}`, `yard=${small}`), '--print'], /--print is for one pipeline/],
  ['only pipelines with mistakes', named('door=/nothing.pipe', 'yard=/nothing.pipe'), /door: .*\/nothing\.pipe[^]*yard: [^]*no stream can start/],
])
  test(`wrong: ${what}`, async () => {
    const { code, stdout, stderr } = await runLaunch(['--port=0', ...args]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, wrong);
  });
