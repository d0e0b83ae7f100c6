// SPDX-License-Identifier: LGPL-2.1-or-later
// --config: a file with options and streams, read again on SIGHUP.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Child } from '../lib/child.js';
import { request } from '../lib/http.js';
import { cvLaunch, env, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const pipelineText = `videotestsrc is-live=true ! video/x-raw,format=I420,width=\${width:-160},height=120,framerate=20/1
  ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle\n`;
const small = pipelineFile(pipelineText, 'small.pipe');

/** Writes a config and returns its path. @param {string} text @param {string} [path] */
function config(text, path = join(temporaryFolder(), 'cameras.ini')) {
  writeFileSync(path, text);
  return path;
}

/** A cv-launch of a config. @param {import('node:test').TestContext} t @param {string} path @param {string[]} [args] */
async function start(t, path, args = ['--port=0']) {
  const child = new Child(cvLaunch, [`--config=${path}`, ...args], { env: { ...env, CV_LAUNCH_END_MS: '3600000' } });
  t.after(() => child.alive && child.stop());
  const [url] = await child.says(/https?:\/\/\S+:\d+\//);
  const server = { port: Number(new URL(url).port), url };
  return {
    child, url, server,
    at: (name) => ({ url, socketUrl: `${url.replace(/^http/, 'ws')}${name}/ws` }),
    /** Reads it again, as `text`, and waits until it says so. */
    again: async (text) => {
      writeFileSync(path, text);
      const said = () => child.stderr.match(/has been read again|stay as they were/g)?.length ?? 0;
      const before = said();
      child.signal('SIGHUP');
      await until('the config read again', () => said() > before, { state: () => child.stderr });
    },
    names: async () => (await request(server, 'GET', '/metrics')).body.toString().match(/^cv_launch_source_up\{pipeline="(\S+)"\}/mg)?.map((line) => line.split('"')[1]),
    page: async (path2) => (await request(server, 'GET', path2)).status,
  };
}

test('a config says what the command line could; what is typed counts more', async (t) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'pipes'));
  const path = config(`# all cameras
[cv-launch]
host = 127.0.0.1
port = 1
verbose = true
auth = false
no-auth = true
log = json
max-viewers = 7
public-origin = https://a.example; https://b.example ;

[door]
pipeline = pipes/door.pipe
set.width = 320
[yard]
pipeline=${small}
`, join(folder, 'cameras.ini'));
  writeFileSync(join(folder, 'pipes/door.pipe'), 'include small.pipe width=${width}\n');
  writeFileSync(join(folder, 'pipes/small.pipe'), pipelineText);
  const { child, at, page, server } = await start(t, path);
  assert.deepEqual(await Promise.all(['/door/', '/yard/', '/set/'].map(page)), [200, 200, 404]);
  const viewer = new SocketViewer(at('door'));
  t.after(() => viewer.close());
  await viewer.hasFrames(5);
  assert.equal(viewer.of('stream')[0].rungs[0].width, 320);
  await until('lines of JSON, of viewers too', () => child.stderr.split('\n').filter(Boolean).map((line) => JSON.parse(line)).some(({ message }) => /door: a viewer joins/.test(message)));
  assert.equal((await request(server, 'GET', '/', ['Host: b.example'])).status, 200);
});

test('read again: what is new comes, what is gone ends, what changed begins anew, and all else goes on', async (t) => {
  const path = config(`[same]\npipeline=${small}\n[wider]\npipeline=${small}\n[gone]\npipeline=${small}\n`);
  const { child, at, again, names, page } = await start(t, path);
  const [same, wider, gone] = ['same', 'wider', 'gone'].map((name) => new SocketViewer(at(name)));
  t.after(() => [same, wider, gone].forEach((viewer) => viewer.close()));
  for (const viewer of [same, wider, gone]) await viewer.hasFrames(5);
  await again(`[new]\npipeline=${small}\n[wider]\npipeline=${small}\nset.width=320\n[same]\npipeline=${small}\n`);
  assert.deepEqual(await names(), ['new', 'wider', 'same'], 'in the order of the config');
  for (const viewer of [wider, gone]) assert.deepEqual((await viewer.ends()).errors.map(({ code }) => code), ['no-stream']);
  const fresh = ['new', 'wider'].map((name) => new SocketViewer(at(name)));
  t.after(() => fresh.forEach((viewer) => viewer.close()));
  for (const viewer of fresh) await viewer.hasFrames(5);
  assert.deepEqual(fresh.map((viewer) => viewer.of('stream')[0].rungs[0].width), [160, 320]);
  assert.equal(await page('/gone/'), 404);
  await same.hasFrames(same.frames.length + 20);
  assert.equal(same.of('media').length, 1);
  assert.equal(same.of('stream').every(({ state }) => state === 'live'), true);
  // a change of a pipeline's own file counts as well
  const own = pipelineFile(pipelineText, 'own.pipe');
  await again(`[same]\npipeline=${small}\n[own]\npipeline=${own}\n`);
  const before = new SocketViewer(at('own'));
  t.after(() => before.close());
  await before.hasFrames(5);
  writeFileSync(own, pipelineText.replace('120', '240'));
  await again(`[same]\npipeline=${small}\n[own]\npipeline=${own}\n`);
  await before.ends();
  const after = new SocketViewer(at('own'));
  t.after(() => after.close());
  await after.hasFrames(5);
  assert.equal(after.of('stream')[0].rungs[0].height, 240);
  assert.equal(same.of('error').length, 0);
  assert.deepEqual(await child.stop(), { code: 0, signal: null });
});

test('a config with a mistake is not taken: all goes on as it was, and the mistake is named', async (t) => {
  const path = config(`[cv-launch]\nmax-viewers=3\n[door]\npipeline=${small}\n[yard]\npipeline=${small}\n`);
  const { child, at, again, names } = await start(t, path);
  const viewer = new SocketViewer(at('door'));
  t.after(() => viewer.close());
  await viewer.hasFrames(5);
  await again(`[door]\npipeline=${small}\nsett.width=320\n`);
  assert.match(child.stderr, /the streams stay as they were: \S+cameras\.ini:3: sett\.width is nothing that can be said of a stream; there is: pipeline, set\.VARIABLE/);
  assert.deepEqual(await names(), ['door', 'yard']);
  // a pipeline with a mistake leaves its own stream as it was, and the others may change
  await again(`[door]\npipeline=${small}\nset.widht=320\n[new]\npipeline=${small}\n`);
  assert.match(child.stderr, /door: it goes on as it was: .*widht/);
  assert.deepEqual(await names(), ['door', 'new']);
  await viewer.hasFrames(viewer.frames.length + 20);
  assert.equal(viewer.of('error').length, 0);
  await again(`[cv-launch]\nmax-viewers=4\n[door]\npipeline=${small}\n`);
  assert.match(child.stderr, /read again; what \[cv-launch\] says of the server itself counts from its next start/);
  await viewer.hasFrames(viewer.frames.length + 20);
  assert.equal(viewer.of('error').length, 0);
});

describe('mistakes are named with file and line', () => {
  for (const [what, text, wrong] of [
    ['no key and no group', '[door]\npipeline=x.pipe\nnonsense\n', /cameras\.ini:3: write KEY=VALUE, or \[GROUP\]/],
    ['a key before any group', 'pipeline=x.pipe\n', /cameras\.ini:1: no group yet/],
    ['a group that is not closed', '# first\n[door\n', /cameras\.ini:2: the "\]" behind/],
    ['a name that can be none', '[my door]\npipeline=x.pipe\n', /cameras\.ini:1: \[my door\]: write \[cv-launch\], or a stream's name: .*64 letters/],
    ['two streams of one name', '[door]\npipeline=x.pipe\n\n[door]\npipeline=y.pipe\n', /cameras\.ini:4: \[door\] is in line 1 already/],
    ['a key twice', '[door]\npipeline=x.pipe\npipeline=y.pipe\n', /cameras\.ini:3: pipeline is in line 2 already/],
    ['what is said of a pipeline as a whole', '[door]\npipeline=x.pipe\nidle.drawn=stop\n', /cameras\.ini:3: idle\.drawn is nothing that can be said of a stream; there is: .*publish\.NAME/],
    ['an unknown option', '[cv-launch]\nprot=8080\n', /cameras\.ini:2: prot is no option that can be said here; there is: .*port, /],
    ['an option of the command line only', '[cv-launch]\nprint=true\n', /cameras\.ini:2: print is no option that can be said here/],
    ['a flag that is neither', '[cv-launch]\nverbose=yes\n', /cameras\.ini:2: verbose=yes: true or false/],
    ['a value out of range', '[cv-launch]\n\nport=99999\n[door]\npipeline=x.pipe\n', /cameras\.ini:3: --port=99999: must be from 0 to 65535/],
    ['no pipeline', '[door]\nset.width=3\n', /cameras\.ini:1: \[door\] has no pipeline/],
    ['no streams', '[cv-launch]\nport=0\n', /no pipeline; name one/],
    ['what is no text', Buffer.from([0xff, 0xfe, 0x0a]), /cameras\.ini: not UTF-8 text/],
  ])
    test(what, async () => {
      const path = config(text);
      const { code, stdout, stderr } = await runLaunch([`--config=${path}`]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, wrong);
    });

  test('no file', async () => {
    const path = join(temporaryFolder(), 'none.ini');
    const { code, stderr } = await runLaunch([`--config=${path}`]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`--config: .*${basename(dirname(path))}/none\\.ini`));
  });
});
