// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs' windows as streams: PROTOCOL.md §8, `cv-launch run` and --windows.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/child.js';
import { request } from '../lib/http.js';
import { temporaryFolder } from '../lib/paths.js';
import { decodePng } from '../lib/png.js';
import { policies, processes } from '../lib/proc.js';
import { runLaunch, startServer } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { pluginFolder, pythonIn } from '../lib/windows.js';

const [token, viewToken] = ['all-0123456789abcdef', 'view-0123456789abcdef'];

/** @param {string} text */
function script(text) {
  const path = join(temporaryFolder(), 'script.py');
  writeFileSync(path, text);
  return path;
}

const windowOf = (name) => `
import cv2, numpy as np
cv2.namedWindow(${JSON.stringify(name)})
cv2.createTrackbar('low', ${JSON.stringify(name)}, 3, 10, lambda value: print('low', value, flush=True))
cv2.setMouseCallback(${JSON.stringify(name)}, lambda event, x, y, flags, data: print('mouse', event, x, y, flags, flush=True))
while True:
  cv2.imshow(${JSON.stringify(name)}, np.full((48, 64), 128, np.uint8))
  key = cv2.waitKeyEx(10)
  if key != -1:
    print('key', key, flush=True)
  if key == ord('q'):
    break
`;

/** Which streams there are now, as a page is told. */
async function streams(server, secret) {
  const list = new SocketViewer({ url: server.url, socketUrl: server.socketUrl.replace(/ws$/, 'streams') }, '', secret);
  try {
    return (await list.receives('streams')).streams;
  } finally {
    list.close();
  }
}

/** @param {import('node:test').TestContext} t @param {object} server @param {string} name of a stream */
async function watch(t, server, name, secret) {
  await until(`the stream ${name}`, async () => (await streams(server, secret)).some((stream) => stream.name === name));
  const viewer = new SocketViewer({ url: server.url, socketUrl: `${server.socketUrl.slice(0, -2)}${name}/ws` }, '?transport=socket', secret);
  t.after(() => viewer.close());
  return viewer;
}

test('a window is a stream: its pictures, what it says of itself, and what viewers do in it', async (t) => {
  const server = await startServer({ command: ['python3', script(windowOf('Größe / 1'))] });
  t.after(() => server.stop());
  const viewer = await watch(t, server, 'Gr-e-1');
  assert.equal((await streams(server))[0].window, 'Größe / 1');
  await viewer.hasFrames(10);
  const window = await viewer.receives('window');
  await until('all of it', () => viewer.of('window').at(-1).mouse);
  assert.deepEqual(viewer.of('window').at(-1), {
    type: 'window', title: 'Größe / 1', width: 64, height: 48, state: 'open', message: '', picture: viewer.of('window').at(-1).picture, mouse: true, objects: false, writable: true,
    overlay: '', status: '', trackbars: [{ name: 'low', min: 0, max: 10, value: 3 }], buttons: [],
  }, JSON.stringify(window));
  viewer.send({ type: 'trackbar', name: 'low', value: 8 });
  await until('the trackbar where it was moved to', () => viewer.of('window').at(-1).trackbars[0].value === 8);
  viewer.send({ type: 'trackbar', name: 'not there', value: 8 });
  viewer.send({ type: 'mouse', event: 'down', x: 10.5, y: 20, button: 0, buttons: 1, shift: false, ctrl: true, alt: false, wheel: [0, 0] });
  viewer.send({ type: 'key', key: 'Unidentified' });
  viewer.send({ type: 'key', key: 'ArrowLeft' });
  await server.says(/^key 65361$/m);
  assert.deepEqual(server.lines.filter((line) => !line.startsWith('http')), ['low 3', 'low 8', 'mouse 1 10 20 9', 'key 65361']);
  viewer.send({ type: 'key', key: 'q' });
  const { errors } = await viewer.ends();
  assert.deepEqual(errors.map(({ code, message }) => [code, message]), [['shutdown', 'The program has ended.']]);
  assert.deepEqual(await server.end(), { code: 0, signal: null });
});

test('a picture that stands still is had as the very pixels, by who has been told its name, until it moves', async (t) => {
  const program = script(`
import cv2, numpy as np
picture = np.random.default_rng(1).integers(0, 256, (3, 77, 3), np.uint8)
while True:
  cv2.imshow('still', picture)
  if cv2.waitKey(10) == ord('m'):
    picture[0, 0] = (1, 2, 3)
`);
  const server = await startServer({ command: ['python3', program], env: { CV_LAUNCH_TOKEN: token, CV_LAUNCH_VIEW_TOKEN: viewToken } });
  t.after(() => server.stop());
  const viewer = await watch(t, server, 'still', token);
  const newest = () => viewer.of('window').at(-1)?.picture;
  const name = await until('a picture that stands still', newest);
  const get = (path) => request(server, 'GET', `/${path}`);
  const reply = await get(`still/pictures/${name}.png`);
  assert.deepEqual([reply.status, reply.headers['content-type'], reply.headers['cache-control']], [200, 'image/png', 'no-store']);
  const before = decodePng(reply.body);
  assert.deepEqual([before.width, before.height, before.channels, new Set(before.data).size > 200], [77, 3, 3, true]);
  for (const path of [`other/pictures/${name}.png`, `still/pictures/${name}`, 'still/pictures/.png', `still/pictures/${name.slice(1)}.png`, 'still/pictures/'])
    assert.equal((await get(path)).status, 404, path);
  viewer.send({ type: 'key', key: 'm' });
  await until('another one', () => newest() && newest() !== name);
  const old = await get(`still/pictures/${name}.png`);
  assert.deepEqual([old.status, old.body.toString()], [404, 'the window shows another picture now\n']);
  const after = decodePng((await get(`still/pictures/${newest()}.png`)).body);
  // OpenCV's blue comes first, PNG's red
  assert.deepEqual([[...after.data.subarray(0, 3)], after.data.subarray(3)], [[3, 2, 1], before.data.subarray(3)]);
});

test('a window for trackbars alone has them, and a black picture', async (t) => {
  const program = script(`
import cv2
cv2.namedWindow('control')
cv2.createTrackbar('sigma', 'control', 9, 15, lambda value: print('sigma', value, flush=True))
cv2.waitKey(0)
`);
  const server = await startServer({ command: ['python3', program] });
  t.after(() => server.stop());
  const viewer = await watch(t, server, 'control');
  await viewer.hasFrames(3);
  const { width, height, trackbars } = await viewer.receives('window');
  assert.deepEqual([width, height, trackbars], [0, 0, [{ name: 'sigma', min: 0, max: 15, value: 9 }]]);
  viewer.send({ type: 'trackbar', name: 'sigma', value: 4 });
  await server.says(/^sigma 4$/m);
});

test('a window is found by its own name, wherever its stream is', async (t) => {
  const open = [`import cv2`, ...['a b', 'a/b'].map((name) => `cv2.namedWindow('${name}')`), 'cv2.waitKey(0)'].join('\n');
  const server = await startServer({ command: ['python3', script(open)] });
  t.after(() => server.stop());
  await until('two streams', async () => (await streams(server)).length === 2);
  const leadsTo = async (name, of = server) => {
    const { status, headers } = await request(of, 'GET', `/?window=${encodeURIComponent(name)}&mode=async`);
    return [status, headers.location];
  };
  const query = (name) => `?window=${encodeURIComponent(name)}&mode=async`;
  assert.deepEqual(await leadsTo('a b'), [307, `a-b/${query('a b')}`]);
  assert.deepEqual(await leadsTo('a/b'), [307, `a-b-2/${query('a/b')}`]);
  assert.deepEqual(await leadsTo('not there'), [307, `not-there/${query('not there')}`]);
  assert.equal((await request(server, 'GET', '/a-b/?window=x')).status, 200, 'a page of its own');
  const locked = await startServer({ command: ['python3', script(open)], env: { CV_LAUNCH_TOKEN: token } });
  t.after(() => locked.stop());
  await until('two streams', async () => (await streams(locked, token)).length === 2);
  assert.deepEqual(await leadsTo('a/b', locked), [307, `a-b/${query('a/b')}`], 'who needs a token is told of no window');
  const plain = await startServer({ pipeline: 'plain' });
  t.after(() => plain.stop());
  assert.deepEqual(await leadsTo('a', plain), [200, undefined], 'where there are no windows');
});

test('a program\'s texts go when their time is over, and its buttons are pressed', async (t) => {
  const server = await startServer({ command: ['python3', script(`
import cv2, numpy as np
cv2.namedWindow('w')
cv2.createButton('save', lambda state, data: cv2.displayOverlay('w', 'saved\\nit', 300))
cv2.createButton('edges', lambda state, data: cv2.displayStatusBar('w', f'edges: {state}'), None, cv2.QT_CHECKBOX)
cv2.imshow('w', np.zeros((48, 64), np.uint8))
cv2.waitKey(0)`)] });
  t.after(() => server.stop());
  const viewer = await watch(t, server, 'w');
  await until('its buttons', () => viewer.of('window').at(-1)?.buttons.length === 2);
  assert.deepEqual(viewer.of('window').at(-1).buttons, [{ button: 1, name: 'save', kind: 'push', bar: 0, on: false }, { button: 2, name: 'edges', kind: 'check', bar: 0, on: false }]);
  for (const button of [7, 2, 1]) viewer.send({ type: 'button', button, on: true });
  await until('the text', () => viewer.of('window').some(({ overlay }) => overlay === 'saved\nit'));
  await until('its end', () => viewer.of('window').at(-1).overlay === '');
  const last = viewer.of('window').at(-1);
  assert.deepEqual([last.status, last.buttons[1].on], ['edges: 1', true]);
});

test('who may only watch sees a window, and is sent away when it operates one', async (t) => {
  const server = await startServer({ command: ['python3', script(windowOf('w'))], env: { CV_LAUNCH_TOKEN: token, CV_LAUNCH_VIEW_TOKEN: viewToken } });
  t.after(() => server.stop());
  for (const message of [{ type: 'key', key: 'a' }, { type: 'close' }, { type: 'trackbar', name: 'low', value: 1 }, { type: 'button', button: 1, on: true }]) {
    const viewer = await watch(t, server, 'w', viewToken);
    assert.equal((await viewer.receives('window')).writable, false);
    viewer.send(message);
    assert.equal((await viewer.ends()).errors[0].code, 'forbidden');
  }
});

for (const [what, message] of [
  ['a key without a name', { type: 'key', key: '' }], ['a key of much', { type: 'key', key: 'x'.repeat(33) }], ['no event', { type: 'mouse', event: 'fall', x: 1, y: 1, button: 0, buttons: 0, shift: false, ctrl: false, alt: false, wheel: [0, 0] }],
  ['a fourth button', { type: 'mouse', event: 'up', x: 1, y: 1, button: 3, buttons: 0, shift: false, ctrl: false, alt: false, wheel: [0, 0] }],
  ['a button without a number', { type: 'button', button: -1, on: true }], ['a button that is neither on nor off', { type: 'button', button: 1 }],
  ['half a wheel', { type: 'mouse', event: 'wheel', x: 1, y: 1, button: 0, buttons: 0, shift: false, ctrl: false, alt: false, wheel: [1] }], ['a place that is none', { type: 'trackbar', name: 'low', value: 0.5 }],
])
  test(`${what} is malformed, and ends its viewer alone`, async (t) => {
    const server = await startServer({ command: ['python3', script(windowOf('w'))] });
    t.after(() => server.stop());
    const [bad, good] = [await watch(t, server, 'w'), await watch(t, server, 'w')];
    await bad.receives('window');
    bad.send(message);
    assert.equal((await bad.ends()).errors[0].code, 'malformed');
    await good.hasFrames(good.frames.length + 5);
  });

test('a stream that is no window has no use for keys', async (t) => {
  const server = await startServer({ pipeline: 'plain' });
  t.after(() => server.stop());
  const viewer = new SocketViewer(server);
  await viewer.hasFrames(1);
  assert.equal(viewer.of('window').length, 0);
  viewer.send({ type: 'key', key: 'a' });
  const { errors } = await viewer.ends();
  assert.match(errors[0].message, /^this stream is no window of a program/);
});

test('a program that is run has its own input, output and exit code', async () => {
  const { code, stdout, stderr } = await runLaunch(['run', '--port=0', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
  assert.equal(code, 7);
  assert.equal(stdout, 'out\n');
  assert.match(stderr, /^err$/m);
  assert.match(stderr, /^http:\/\/127\.0\.0\.1:\d+\/$/m);
  assert.equal((await runLaunch(['run', '--port=0', '--', 'sh', '-c', 'kill -SEGV $$'])).code, 128 + 11);
  const missing = await runLaunch(['run', '--port=0', '--', 'no-such-program']);
  assert.equal(missing.code, 127);
  assert.match(missing.stderr, /no-such-program/);
});

test('what is preloaded comes after what the user preloads, and lets a program with AddressSanitizer go on', async () => {
  const folder = temporaryFolder();
  const [source, program] = [join(folder, 'program.cpp'), join(folder, 'program')];
  writeFileSync(source, '#include <cstdio>\n#include <cstdlib>\nint main() { std::puts(std::getenv("LD_PRELOAD")); }\n');
  assert.equal((await run('g++', ['-fsanitize=address', source, '-o', program])).code, 0);
  const own = join(pluginFolder, 'libcv-launch-preload.so');
  const launched = async (variables) => runLaunch(['run', '--port=0', '--', program], { env: variables });
  assert.deepEqual(Object.values(await launched({ LD_PRELOAD: undefined })).slice(0, 3), [0, null, `${own}\n`]);
  assert.equal((await launched({ LD_PRELOAD: 'libm.so.6', ASAN_OPTIONS: 'color=never' })).stdout, `libm.so.6:${own}\n`);
  const elsewhere = join(folder, 'no plugin');
  assert.doesNotMatch((await launched({ CV_OPENCV_PLUGINS: elsewhere, LD_PRELOAD: 'libm.so.6' })).stdout, /no plugin/);
});

test('what a picture wakes waits for its turn, and nothing that it starts does', async (t) => {
  const server = await startServer({ command: ['python3', script(windowOf('w'))] });
  t.after(() => server.stop());
  await (await watch(t, server, 'w')).hasFrames(3);
  const { [server.pid]: _, ...others } = await until('that the main thread waits', () => {
    const now = policies(server.pid);
    return now[server.pid] === 3 && now;
  });
  const program = processes().find(({ parent, state }) => parent === server.pid && state !== 'Z');
  assert.deepEqual([...new Set([...Object.values(others), policies(program.pid)[program.pid]])], [0]);
});

test('a program that is run may have as many descriptors as without', async () => {
  const { stdout } = await runLaunch(['run', '--port=0', '--', 'sh', '-c', 'ulimit -n'], { prefix: ['prlimit', '--nofile=1024:4096', '--'] });
  assert.equal(stdout, '1024\n');
});

test('options of a config are run’s own, and the program’s are its own', async () => {
  const config = join(temporaryFolder(), 'config.ini');
  writeFileSync(config, '[cv-launch]\nport=0\n');
  const { code, stdout } = await runLaunch(['run', `--config=${config}`, '--', 'sh', '-c', 'echo "$1"', 'sh', '--port=1']);
  assert.equal(code, 0);
  assert.equal(stdout, '--port=1\n');
});

test('a pipeline that takes no pictures says so where its windows would be', async (t) => {
  const server = await startServer({ command: ['python3', script(windowOf('w'))], args: ['--pipeline=plain.pipe'] });
  t.after(() => server.stop());
  await server.says(/w: plain\.pipe has no appsrc name=window/);
  assert.equal((await streams(server))[0].state, 'failed');
});

test('a signal that is to end cv-launch goes to the program that it runs', async () => {
  for (const [signal, number] of [['SIGTERM', 15], ['SIGINT', 2]]) {
    const server = await startServer({ command: ['python3', '-c', `
import signal, sys
def ended(number, frame):
  print('heard', number, flush=True)
  sys.exit(40 + number)
signal.signal(signal.SIGTERM, ended)
signal.signal(signal.SIGINT, ended)
print('ready', flush=True)
while True:
  signal.pause()
`] });
    await server.says(/^ready$/m);
    server.signal(signal);
    assert.deepEqual(await server.end(), { code: 40 + number, signal: null });
    assert.ok(server.lines.includes(`heard ${number}`));
  }
});

test('the usual port may be another program’s', async (t) => {
  const first = await runLaunch(['run', '--', 'true']);
  assert.equal(first.code, 0);
  const [url] = first.stderr.match(/http:\/\/\S+/);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  const other = await startServer({ pipeline: 'plain' });
  t.after(() => other.stop());
  const taken = await runLaunch(['run', `--port=${other.port}`, '--', 'true']);
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, new RegExp(String(other.port)));
});

for (const [args, says] of [
  [['run'], /run: which program\?/], [['run', '--'], /run: which program\?/], [['run', '--pipeline=a=window.pipe', '--', 'true'], /run: windows are named by their programs/],
  [['run', '--publish=https://sfu.example', '--', 'true'], /run: windows come and go, and can't be published/], [['run', '--windows=/tmp/w', '--', 'true'], /leave out --windows/],
  [['run', '--pipeline=no-such.pipe', '--', 'true'], /no-such\.pipe/], [['run', '--nonsense', '--', 'true'], /nonsense/],
  [['--windows=/tmp/w', '--pipeline=plain.pipe'], /the pipeline beside them needs a name: --pipeline=NAME=plain\.pipe/],
  [['--windows=/no/such/folder/w', '--port=0'], /the socket \/no\/such\/folder\/w for programs can't be made/],
])
  test(`cv-launch ${args.join(' ')} says what is wrong`, async () => {
    const { code, stderr } = await runLaunch(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  });

test('a cv-launch that stays shows programs that come and go, beside its streams', async (t) => {
  const socket = join(temporaryFolder(), 'windows');
  const server = await startServer({ pipeline: null, args: [`--windows=${socket}`, '--pipeline=ball=plain.pipe'], env: { CV_LAUNCH_CLOSED_MS: '300' } });
  t.after(() => server.stop());
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  const variables = { CV_LAUNCH_WINDOWS: socket, OPENCV_UI_PRIORITY_LIST: 'CVLAUNCH', OPENCV_CORE_PLUGIN_PATH: pluginFolder };
  const first = pythonIn(t, variables, windowOf('camera'));
  const viewer = await watch(t, server, 'camera');
  await viewer.hasFrames(3);
  assert.deepEqual((await streams(server)).map(({ name, window }) => [name, window]), [['ball', undefined], ['camera', 'camera']]);
  first.signal('SIGKILL');
  await first.end();
  await until('that the program has ended', () => viewer.of('window').at(-1).state === 'ended');
  const seen = viewer.frames.length;
  await viewer.hasFrames(seen + 3);  // the last picture stays
  const second = pythonIn(t, variables, windowOf('camera'));
  await until('that there is a program again', () => viewer.of('window').at(-1).state === 'open');
  viewer.send({ type: 'key', key: 'q' });
  await second.end();
  // a window that its program has closed and not opened again
  const third = pythonIn(t, variables, `${windowOf('other').replace('while True', 'for i in range(3)')}cv2.destroyAllWindows()\nimport signal\nsignal.pause()\n`);
  await until('the window other', async () => (await streams(server)).some(({ name }) => name === 'other'));
  await until('its end', async () => !(await streams(server)).some(({ name }) => name === 'other'));
  third.signal('SIGKILL');
});

test('a program that is run knows how other pages show its window in a frame', async (t) => {
  const server = await startServer({ command: ['python3', script("import cv_launch, signal\nwindow = cv_launch.Window('w')\nprint(window.address, flush=True)\nsignal.pause()\n")] });
  t.after(() => server.stop());
  const [address, path] = await server.says(/^http:\/\/127\.0\.0\.1:\d+(\/[0-9a-f]{32}\/\?window=w)$/m);
  assert.ok(address.startsWith(server.url), address);
  const get = (where) => request(server, 'GET', where, ['Host: hub.example']);
  const { location } = (await get(path)).headers;
  const { status, headers } = await get(new URL(location, address).pathname);
  assert.deepEqual([status, /frame-ancestors/.test(headers['content-security-policy'])], [200, false], location);
});

test('the page of a window is there before it is, and all are on one page however few they are', async (t) => {
  const server = await startServer({ command: ['python3', script(windowOf('w'))] });
  t.after(() => server.stop());
  const page = async (path) => (await request(server, 'GET', path)).body.toString();
  const [later, all] = [await page('/later/'), await page('/')];
  assert.match(later, /window-page\.js/);
  assert.match(all, /wall\.js/);
  await watch(t, server, 'w');
  assert.equal(await page('/w/'), later);
  assert.equal(await page('/'), all);
});
