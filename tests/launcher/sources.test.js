// SPDX-License-Identifier: LGPL-2.1-or-later
// The pipes for one's own video, each with a real source that goes away and comes back.
import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { run } from '../lib/child.js';
import { film } from '../lib/film.js';
import { pipe, root, temporaryFolder } from '../lib/paths.js';
import { startProxy } from '../lib/proxy.js';
import { startRtsp } from '../lib/rtsp.js';
import { pipelineFile, runLaunch, startServer, variant } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';

const secret = { name: 'joanna', password: 'p@ss/w:rd"1' };
const address = ({ port }, { name, password } = {}) =>
  `rtsp://${name === undefined ? '' : `${encodeURIComponent(name)}:${encodeURIComponent(password)}@`}127.0.0.1:${port}/ball`;
const hides = (text) => {
  for (const word of [secret.name, secret.password, encodeURIComponent(secret.password)]) assert.ok(!text.includes(word), `${word} in ${text}`);
};

/** Waits until the viewer is told that the source is lost; then what `comeBack` makes of it is seen. */
async function losesAndSees(viewer, lose, comeBack) {
  await lose();
  await viewer.reports('the loss of the source', ({ source }) => source === 'lost');
  await comeBack();
  await viewer.reports('the source again', ({ source }) => source === 'live');
  await goesOn(viewer, 5);
  assert.equal(viewer.report.connection, 'connected');
}

// What a slow machine may need: how long a camera may be silent is the subject of one test.
const patient = { patience: 3_600_000 };
const patientRtsp = () => variant('rtsp', { 'tcp-timeout=3000000': 'tcp-timeout=3600000000' });

for (const [what, access, times] of [['without a password', {}, 2], ['with a password', secret, 4]])
  test(`an RTSP camera ${what}, killed ${times} times: viewers stay connected and see it again; nobody sees the password`, async (t) => {
    let camera = await startRtsp(access);
    t.after(() => camera.alive && camera.stop());
    const proxy = await startProxy(camera.port);
    t.after(() => proxy.stop());
    const server = await startServer({ pipeline: patientRtsp(), set: { location: address(proxy, access), ...patient }, args: ['--verbose'] });
    t.after(() => server.stop());
    const viewer = await startWatching(server);
    t.after(() => viewer.stop());
    for (let i = 0; i < times; ++i) {
      await losesAndSees(viewer, async () => {
        proxy.to(null);
        camera.signal('SIGKILL');
        await camera.exited;
      }, async () => {
        camera = await startRtsp(access);
        proxy.to(camera.port);
      });
    }
    hides(server.stderr + server.stdout + viewer.stdout);
  });

test('an RTSP camera that falls silent without a word is lost too', async (t) => {
  const camera = await startRtsp();
  t.after(() => camera.stop());
  const server = await startServer({ pipeline: 'rtsp', set: { location: address(camera) } });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  await losesAndSees(viewer, () => camera.signal('SIGSTOP'), () => camera.signal('SIGCONT'));
  assert.match(server.stderr, /source is lost, retrying: watchdog "watchdog\d+": no more frames come\n/);
});

test('a camera may take longer to begin than to be missed', async (t) => {
  const server = await startServer({ pipeline: pipelineFile(`videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=20/1
    ! queue min-threshold-time=3000000000 max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! watchdog timeout=1000
    ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin`) });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  await goesOn(viewer, 30);
});

test('a camera that is not there, or wants another password, is an error in words, without the password', async (t) => {
  const camera = await startRtsp({ name: 'other', password: 'else' });
  t.after(() => camera.stop());
  for (const [location, pattern] of [
    [address(camera, secret), /can't start: rtspsrc.*(Unauthorized|401)/is],
    ['rtsp://joanna:p@ss/w:rd"1@no-such-host.invalid/x', /can't start: rtspsrc/],
    ['rtsp://joanna:secret@127.0.0.1:1/x', /can't start: rtspsrc.*(connect|open)/i],
    ['nonsense://joanna:secret@x', /can't start: rtspsrc.*No valid RTSP URL/],
  ]) {
    const { code, stderr } = await runLaunch([`--pipeline=${pipe('rtsp')}`, `--set=location=${location}`, '--port=0', '--verbose']);
    assert.notEqual(code, 0, location);
    assert.match(stderr, pattern);
    hides(stderr);
    assert.doesNotMatch(stderr, /secret/);
  }
});

test('a mistake in the pipeline does not show the password either', async () => {
  const { code, stderr } = await runLaunch([`--pipeline=${pipe('rtsp')}`, '--set=lokation=rtsp://joanna:secret@camera/x']);
  assert.equal(code, 2);
  assert.match(stderr, /no variable "lokation"; did you mean "location"\?/);
  assert.doesNotMatch(stderr, /secret|joanna/);
});

/** An HTTP camera: pictures, one after the other, as multipart/x-mixed-replace. */
async function startHttpCamera(t, picture) {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Basic ${Buffer.from('joanna:secret').toString('base64')}`) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="camera"' });
      response.end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=next' });
    const timer = setInterval(() => {
      response.write(`--next\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
      response.write(picture);
      response.write('\r\n');
    }, 40);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const stop = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  t.after(() => server.listening && stop());
  return { port: server.address().port, stop };
}

test('an HTTP camera of JPEG pictures, with a password; it ends and comes back', async (t) => {
  const folder = temporaryFolder();
  const made = await run('gst-launch-1.0', ['-q', 'videotestsrc', 'num-buffers=1', '!', 'video/x-raw,width=321,height=241', '!', 'jpegenc', '!', 'filesink', `location=${folder}/a.jpg`]);
  assert.equal(made.code, 0, made.stderr);
  const picture = readFileSync(`${folder}/a.jpg`);
  let camera = await startHttpCamera(t, picture);
  const proxy = await startProxy(camera.port);
  t.after(() => proxy.stop());
  const pipeline = variant('mjpeg', { 'timeout=3 ': 'timeout=3600 ' });
  const server = await startServer({ pipeline, set: { location: `http://joanna:secret@127.0.0.1:${proxy.port}/video`, ...patient }, args: ['--verbose'] });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const { lastResults } = await viewer.reports('a result', ({ results }) => results > 0);
  assert.deepEqual([lastResults.circledetect.width, lastResults.circledetect.height], [321, 241], 'the camera\'s own size, odd as it is');
  for (let i = 0; i < 2; ++i) {
    await losesAndSees(viewer, () => {
      proxy.to(null);
      return camera.stop();
    }, async () => {
      camera = await startHttpCamera(t, picture);
      proxy.to(camera.port);
    });
  }
  assert.doesNotMatch(server.stderr, /secret|joanna/);
});

test('a camera that sends on to a very long address ends it with a short error, which hides the password', async (t) => {
  const camera = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    if (request.url !== '/video') response.writeHead(404);
    else response.writeHead(302, { Location: `http://joanna:secret@${request.headers.host}/${'a'.repeat(30_000)}` });
    response.end();
  });
  await new Promise((resolve) => { camera.listen(0, '127.0.0.1', resolve); });
  t.after(() => camera.close());
  const { code, signal, stderr } = await runLaunch([`--pipeline=${pipe('mjpeg')}`, `--set=location=http://127.0.0.1:${camera.address().port}/video`, '--port=0', '--verbose']);
  assert.equal(signal, null, stderr.slice(0, 1000));
  assert.equal(code, 1);
  assert.match(stderr, /can't start: souphttpsrc.*Not Found/s);
  assert.doesNotMatch(stderr, /secret|joanna/);
  assert.ok(stderr.length < 5000, `${stderr.length} characters`);
});

test('raw frames of another program, by shared memory', async (t) => {
  const socket = join(temporaryFolder(), 'frames');
  const source = 'videotestsrc is-live=true ! video/x-raw,format=BGR,width=400,height=300,framerate=20/1';
  const program = await startCamera(socket, source);
  t.after(() => program.alive && program.stop());
  const server = await startServer({ pipeline: 'shm', set: { location: socket, format: 'BGR', width: 400, height: 300, framerate: 20, ...patient } });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const { lastResults } = await viewer.reports('a result', ({ results }) => results > 0);
  assert.deepEqual([lastResults.circledetect.width, lastResults.circledetect.height], [400, 300]);
  await goesOn(viewer, 20);
});

test('a webcam that is not there is an error in words', async () => {
  const { code, stderr } = await runLaunch([`--pipeline=${pipe('v4l2')}`, '--set=device=/dev/video-none', '--port=0']);
  assert.equal(code, 1);
  assert.match(stderr, /can't start: v4l2src "v4l2src0": Cannot identify device '\/dev\/video-none'/);
});

test('another model is named on the command line', async (t) => {
  const server = await startServer({ pipeline: 'file', set: { location: await film(), model: `modelproc command="python3 '${root}/models/brightest.py'"` } });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const { lastResults } = await viewer.reports('its results', ({ lastResults: { brightest } }) => brightest);
  assert.equal(lastResults.brightest.objects[0].label, 'spot');
});

test('a film that is cut off in the middle plays as far as it goes, again and again', async (t) => {
  const path = join(temporaryFolder(), 'cut.avi');
  const made = await run('gst-launch-1.0', ['-q', 'videotestsrc', 'num-buffers=90', '!', 'video/x-raw,format=I420,width=320,height=240,framerate=30/1', '!', 'jpegenc', '!', 'avimux', '!',
    'filesink', `location=${path}`]);
  assert.equal(made.code, 0, made.stderr);
  truncateSync(path, Math.floor(statSync(path).size / 2));
  const server = await startServer({ pipeline: 'file', set: { location: path } });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  await goesOn(viewer, 100);
});

/** As a telephone held upright writes it: the track's matrix says that the picture is to be turned. */
function turned(film) {
  const matrix = film.indexOf('tkhd') + 44;
  [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000].forEach((value, i) => film.writeInt32BE(value, matrix + 4 * i));
  return film;
}

// There is no device where tests run: what follows v4l2src in the pipe gets the same caps from another source.
for (const [format, source] of [['video/x-raw', 'videotestsrc is-live=true'], ['image/jpeg', 'videotestsrc is-live=true ! jpegenc']])
  test(`v4l2.pipe plays what a webcam gives as ${format}`, async (t) => {
    const pipeline = variant('v4l2', { 'v4l2src device="${device:-/dev/video0}"': source });
    const server = await startServer({ pipeline, set: { format, width: 322, height: 242, framerate: 15, rotate: '90r', ...patient } });
    t.after(() => server.stop());
    const viewer = await startWatching(server);
    t.after(() => viewer.stop());
    const { lastResults: { circledetect } } = await viewer.reports('a result', ({ results }) => results > 0);
    assert.deepEqual([circledetect.width, circledetect.height], [242, 322]);
    await goesOn(viewer, 20);
  });

test('a film that was taken upright, of ten bits a colour, is shown upright', async (t) => {
  const path = join(temporaryFolder(), 'upright.mp4');
  const made = await run('gst-launch-1.0', ['-q', 'videotestsrc', 'num-buffers=60', '!', 'video/x-raw,format=I420_10LE,width=320,height=180,framerate=30/1', '!', 'x264enc', '!',
    'mp4mux', '!', 'filesink', `location=${path}`]);
  assert.equal(made.code, 0, made.stderr);
  writeFileSync(path, turned(readFileSync(path)));
  const server = await startServer({ pipeline: 'faces', set: { location: path } });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const { lastResults } = await viewer.reports('a result', ({ results }) => results > 0);
  assert.deepEqual([lastResults.faces.width, lastResults.faces.height], [180, 320]);
});
