// SPDX-License-Identifier: LGPL-2.1-or-later
// A file with several webrtcbins that have video: each is a stream by the webrtcbin's name, and they share source and fate.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { request } from '../lib/http.js';
import { root, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch, startServer } from '../lib/server.js';
import { Sfu } from '../lib/sfu.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { at, listOf, states } from '../lib/streams.js';
import { after, before, describe, test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

const encode = 'videoconvert ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay';
const picture = 'video/x-raw,format=I420,width=160,height=120,framerate=20/1';

/** The picture raw and, smaller, drawn: a model on the way to the second, and one beside both. */
const two = (source) => `${source} ! tee name=t
  t. ! queue ! ${encode} ! webrtcbin name=raw bundle-policy=max-bundle
  t. ! queue ! videoscale ! video/x-raw,width=80,height=60 ! modelproc command="python3 ${root}/models/brightest.py" ! tee name=u
  u. ! queue ! overlaydraw ! ${encode} ! webrtcbin name=drawn bundle-policy=max-bundle
  u. ! queue ! fakesink name=results-brightest
  t. ! queue ! circledetect ! fakesink name=results-beside
`;
const ball = pipelineFile(`${two(`ballsrc name=source ! ${picture}`)}adjustable source.speed\n`, 'ball.pipe');
const figure = async (server, name, stream) => Number((await request(server, 'GET', '/metrics')).body.toString().match(new RegExp(`^cv_launch_${name}\\{pipeline="${stream}"[^}]*\\} (\\d+)`, 'm'))?.[1]);

describe('a file with two webrtcbins that have video', () => {
  let server;
  before(async () => {
    server = await startServer({ pipeline: ball });
    for (const name of ['raw', 'drawn']) await server.says(new RegExp(`${name}: live at http://127.0.0.1:\\d+/${name}/`));
  });
  after(() => server.stop());
  const watch = (t, name) => {
    const viewer = new SocketViewer(at(server, name));
    t.after(() => viewer.close());
    return viewer;
  };

  test('is two streams by their names, in the order of the file', async (t) => {
    const list = await listOf(server);
    t.after(() => list.signalling.close());
    assert.deepEqual(await list.reads('both live', () => true), ['raw', 'drawn'].map((name) => ({ name, state: 'live', message: '' })));
    for (const [name, width] of [['raw', 160], ['drawn', 80]]) {
      const viewer = watch(t, name);
      await viewer.hasFrames(10);
      assert.deepEqual(viewer.of('stream')[0].rungs.map((rung) => rung.width), [width], name);
      const other = await startWatching(at(server, name));
      t.after(() => other.stop());
      assert.equal((await request(server, 'GET', `/${name}/healthz`)).body.toString(), 'ok\n');
      assert.match((await request(server, 'GET', `/${name}/`)).body.toString(), /src=page\.js/);
    }
    assert.doesNotMatch((await request(server, 'GET', '/')).body.toString(), /src=page\.js/, 'the wall');
    const { errors } = await (await connect(server)).ends();
    assert.equal(errors[0].message, 'there are several streams: add the name of one to the address: raw, drawn');
  });

  test('each has the results and the models of what it shows', async (t) => {
    const [raw, drawn] = ['raw', 'drawn'].map((name) => watch(t, name));
    const models = (viewer) => [...new Set(viewer.of('result').map(({ model }) => model))].sort();
    await until('results of both', () => models(drawn).length === 2 && raw.of('result').length > 20, { state: () => [raw, drawn].map(models) });
    assert.deepEqual([models(raw), models(drawn)], [['circledetect'], ['brightest', 'circledetect']]);
    assert.deepEqual([raw, drawn].map((viewer) => viewer.of('model').map(({ model }) => model)), [[], ['brightest']]);
    assert.deepEqual(await Promise.all(['raw', 'drawn'].map((name) => figure(server, 'source_up', name))), [1, 1]);
    assert.deepEqual(await Promise.all(['raw', 'drawn'].map(async (name) => (await request(server, 'GET', '/metrics')).body.toString().match(new RegExp(`cv_launch_results_total\\{pipeline="${name}"`, 'g')).length)), [1, 2]);
  });

  test('what one viewer changes is changed in both', async (t) => {
    const viewers = ['raw', 'drawn'].map((name) => watch(t, name));
    for (const viewer of viewers) await viewer.receives('property');
    viewers[0].send({ type: 'set', name: 'source.speed', value: 0.5 });
    for (const viewer of viewers) await until('the new value', () => viewer.of('property').at(-1).value === 0.5);
  });

  test('the encoder and the model of one that nobody watches sleep', async (t) => {
    await watch(t, 'raw').hasFrames(5);
    const encoded = () => figure(server, 'frames_encoded_total', 'drawn');
    await until('the other asleep', async () => {
      const [before, results] = [await encoded(), await figure(server, 'results_total', 'raw')];
      await until('more frames', async () => await figure(server, 'results_total', 'raw') >= results + 10);
      return await encoded() === before;
    });
  });
});

test('of a pipeline with a name the streams begin with it, and a token may be for one of them', async (t) => {
  const token = 'some-0123456789abcdef';
  const path = join(temporaryFolder(), 'tokens');
  writeFileSync(path, `all-0123456789abcdef\nview ${token} door-raw\n`, { mode: 0o600 });
  const server = await startServer({ pipeline: `door=${ball}`, args: [`--token-file=${path}`] });
  t.after(() => server.stop());
  const list = await listOf(server);
  t.after(() => list.signalling.close());
  list.signalling.send({ type: 'token', token });
  assert.deepEqual(states(await list.reads('live', (streams) => states(streams)['door-raw'] === 'live')), { 'door-raw': 'live' });
  const ask = (name) => {
    const viewer = new SocketViewer(at(server, name), '?transport=socket', token);
    t.after(() => viewer.close());
    return viewer;
  };
  await ask('door-raw').hasFrames(5);
  for (const name of ['door-drawn', 'door']) assert.equal((await ask(name).ends()).errors[0].code, 'unauthorized');
});

test('they sleep, and are lost, and come back together', async (t) => {
  const socket = join(temporaryFolder(), 'camera');
  const film = `videotestsrc is-live=true ! ${picture}`;
  let camera = await startCamera(socket, film);
  t.after(() => camera.stop());
  const server = await startServer({ pipeline: pipelineFile(two(`shmsrc socket-path=${socket} do-timestamp=true is-live=true ! ${picture}`)), args: ['--idle=stop'], env: { CV_LAUNCH_IDLE_MS: '300' } });
  t.after(() => server.stop());
  const list = await listOf(server);
  t.after(() => list.signalling.close());
  const both = (state) => list.reads(`both ${state}`, (streams) => Object.values(states(streams)).every((one) => one === state));
  await both('asleep');
  const viewer = new SocketViewer(at(server, 'drawn'));
  t.after(() => viewer.close());
  await viewer.hasFrames(10);
  await both('live');
  await camera.stop();
  const lost = await both('lost');
  assert.deepEqual(lost.map(({ name }) => name), ['raw', 'drawn']);
  assert.match(lost[0].message, /^the source is lost: shmsrc/);
  assert.equal(server.stderr.match(/the source is lost, retrying/g).length, 1);
  assert.equal((await request(server, 'GET', '/healthz')).status, 503);
  assert.deepEqual(await Promise.all(['raw', 'drawn'].map((name) => figure(server, 'source_losses_total', name))), [1, 1]);
  const before = viewer.frames.length;
  camera = await startCamera(socket, film);
  await viewer.hasFrames(before + 10);
  await both('live');
  viewer.close();
  await both('asleep');
});

test('a config that is read again closes and opens them together', async (t) => {
  const path = join(temporaryFolder(), 'cameras.ini');
  const pipes = pipelineFile(two(`ballsrc ! ${picture}`), 'door.pipe');
  const other = pipelineFile(`videotestsrc is-live=true ! ${picture} ! ${encode} ! webrtcbin\n`, 'other.pipe');
  const write = (text) => writeFileSync(path, text);
  const group = (name, pipeline) => `[${name}]\npipeline=${pipeline}\n`;
  write(group('same', other) + group('door', pipes));
  const server = await startServer({ pipeline: `typed=${other}`, args: [`--config=${path}`] });
  t.after(() => server.stop());
  const again = async (text) => {
    write(text);
    const said = () => server.stderr.match(/has been read again/g)?.length ?? 0;
    const before = said();
    server.signal('SIGHUP');
    await until('the config read again', () => said() > before, { state: () => server.stderr });
  };
  const list = await listOf(server);
  t.after(() => list.signalling.close());
  const has = (...names) => list.reads(names.join(), (streams) => streams.map(({ name }) => name).sort().join() === names.sort().join());
  await has('same', 'door-raw', 'door-drawn', 'typed');
  const viewers = ['same', 'door-raw', 'door-drawn'].map((name) => new SocketViewer(at(server, name)));
  t.after(() => viewers.forEach((viewer) => viewer.close()));
  for (const viewer of viewers) await viewer.hasFrames(5);
  writeFileSync(pipes, two(`ballsrc ! ${picture}`).replace('name=raw', 'name=plain'));
  await again(group('same', other) + group('door', pipes));
  for (const [i, name] of ['door-raw', 'door-drawn'].entries()) assert.deepEqual((await viewers[i + 1].ends()).errors, [{ type: 'error', code: 'no-stream', message: `the stream "${name}" has ended` }]);
  await has('same', 'door-plain', 'door-drawn', 'typed');
  await viewers[0].hasFrames(viewers[0].frames.length + 10);
  // a name that one of them has is none for another, and is free again when it has gone
  await again(group('same', other) + group('door', pipes) + group('door-plain', other));
  assert.match(server.stderr, /there is a stream "door-plain" already/);
  await has('same', 'door-plain', 'door-drawn', 'typed');
  writeFileSync(pipes, two(`ballsrc ! ${picture}`));
  await again(group('same', other) + group('door-plain', other) + group('door', pipes));
  await has('same', 'door-raw', 'door-drawn', 'door-plain', 'typed');
  await again(group('same', other));
  await has('same', 'typed');
  assert.equal(viewers[0].of('error').length, 0);
});

for (const [how, stream] of [['drawn', 'drawn'], ['door-drawn', 'door-drawn'], ['publish.drawn of a config', 'door-drawn']])
  test(`one of them can be published, by its name: ${how}`, async (t) => {
    const sfu = new Sfu();
    await sfu.listen();
    t.after(() => sfu.close());
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, 'abc\n', { mode: 0o600 });
    const config = join(temporaryFolder(), 'cameras.ini');
    writeFileSync(config, `[door]\npipeline=${ball}\npublish-token-file.drawn=${token}\npublish.drawn=${sfu.whip}\n`);
    const server = await startServer(how === stream
      ? { pipeline: stream === 'drawn' ? ball : `door=${ball}`, args: [`--publish=${stream}=${sfu.whip}`, `--publish-token-file=${stream}=${token}`] }
      : { pipeline: `other=${ball}`, args: [`--config=${config}`] });
    t.after(() => server.stop());
    await until('packets come', () => sfu.packets > 30);
    assert.equal(sfu.of('POST')[0].headers.authorization, 'Bearer abc');
    assert.deepEqual([await figure(server, 'publishing', stream), await figure(server, 'publishing', stream.replace('drawn', 'raw'))], [1, 0]);
    await server.stop();
    assert.equal(sfu.publisher, null, 'the endpoint was told of the end');
  });

const outputs = (...ends) => pipelineFile(`videotestsrc ! tee name=t\n${ends.map((end) => `t. ! queue ! ${encode} ! ${end}\n`).join('')}`, 'wrong.pipe');
const [a, b] = ['webrtcbin name=a', 'webrtcbin name=b'];
for (const [what, args, wrong] of [
  ['one without a name', [`--pipeline=${outputs(a, 'webrtcbin')}`], /wrong\.pipe:3: a webrtcbin has no name, and where several have video each is a stream by its name; give it one/],
  ['two of one name', [`--pipeline=${outputs(a, a)}`], /wrong\.pipe/],
  ['one without a picture', [`--pipeline=${outputs(a, b, 'fakesink webrtcbin name=c')}`], /wrong\.pipe:4: the webrtcbin "c" has no video, and where several have, each is a stream of its own/],
  ['a name that the server needs', [`--pipeline=${outputs(a, 'webrtcbin name=metrics')}`], /wrong\.pipe:3: the webrtcbin "metrics" would be the stream "metrics", but a stream's name has up to 64 letters.*none of ws, streams, healthz, metrics/],
  ['a name that can be none', [`--pipeline=${outputs('webrtcbin name=a:b', b)}`], /wrong\.pipe:2: the webrtcbin "a:b" would be the stream "a:b", but/],
  ['a name that is too long', [`--pipeline=door=${outputs(a, `webrtcbin name=${'x'.repeat(60)}`)}`], /wrong\.pipe:3: the webrtcbin "x{60}" would be the stream "door-x{60}", but[^]*no stream can start/],
  ['a name that another stream has', [`--pipeline=door-b=${ball}`, `--pipeline=door=${outputs(a, b)}`, '--max-viewers=0', '--publish=door-b=https://127.0.0.1:9/whip'], /door: \S+wrong\.pipe:3: this webrtcbin would be the stream "door-b", and there is one already/],
  ['a name that another stream gets', [`--pipeline=door=${outputs(a, b)}`, `--pipeline=door-b=${ball}`], /there is a stream "door-b" already/],
  ['an endpoint for none of them', [`--pipeline=${outputs(a, b)}`, '--publish=https://127.0.0.1:9/whip'], /--publish: the pipeline has several streams; say which one, --publish=NAME=URL; there is: a, b/],
  ['an endpoint for none of them, with a name', [`--pipeline=door=${outputs(a, b)}`, '--publish=door=https://127.0.0.1:9/whip'], /door: --publish: the pipeline has several streams; .*there is: door-a, door-b/],
  ['an endpoint for one that is not there', [`--pipeline=${outputs(a, b)}`, '--publish=c=https://127.0.0.1:9/whip'], /--publish: the pipeline has no webrtcbin "c" that is a stream of its own; there is: a, b/],
  ['an endpoint by name for a single one', [`--pipeline=${outputs(a)}`, '--publish=a=https://127.0.0.1:9/whip'], /--publish: the pipeline has no webrtcbin "a" that is a stream of its own$/m],
  ['too few ports', [`--pipeline=${outputs(a, b)}`, '--max-viewers=5', '--udp-ports=50000-50015'], /--udp-ports=50000-50015: 16 ports are too few for 10 viewers/],
])
  test(`wrong: ${what}`, async () => {
    const { code, stdout, stderr } = await runLaunch(['--port=0', ...args]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, wrong);
  });
