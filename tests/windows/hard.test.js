// SPDX-License-Identifier: LGPL-2.1-or-later
// What is hard on windows: sizes, numbers, names, other versions, and programs that are not as most are.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../lib/child.js';
import { build } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { FakeLauncher, pluginFolder, python, printed, windowProgram } from '../lib/windows.js';

test('a program in C++ gets keys, clicks, the wheel and its slider\'s variable', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'wait');
  assert.deepEqual((await launcher.picture('w')).pixels[0], [1, 2, 3]);
  const window = await launcher.window('w');
  launcher.say(window, { type: 'trackbar', name: 'level', value: 8 });
  launcher.say(window, { type: 'mouse', event: 1, x: 2, y: 3, flags: 1 });
  launcher.say(window, { type: 'mouse', event: 10, x: 2, y: 3, flags: -120 * 65536 });
  launcher.press(window, 'k');
  assert.deepEqual(await program.end(), { code: 'k'.charCodeAt(0), signal: null });
  assert.deepEqual(program.lines, ['level 3', 'level 8', 'click 1 at 2,3', 'wheel -120', 'level is 8']);
});

test('a program that never waits for a key shows its last picture', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'never');
  await launcher.picture('w', ({ pixels }) => pixels[0][0] === 200);
  assert.equal((await program.end()).code, 0);
});

test('hundreds of windows are there at once', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'many');
  for (const i of [0, 1, 150, 299]) {
    const { width, height, pixels } = await launcher.picture(`${i}`);
    assert.deepEqual([width, height, pixels[0][0]], [1 + 2 * i, 1 + i, i % 256]);
  }
  await launcher.hears('all windows\' pictures', () => launcher.lines.filter(({ picture }) => picture).length === 300);
  launcher.press(await launcher.window('299'), 'q');
  assert.equal((await program.end()).code, 113);
});

test('a window\'s pictures have any size, and change it at will', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'large');
  const last = await launcher.picture('w', ({ width }) => width === 333);
  assert.deepEqual(last.pixels.at(-1), [1, 2, 333 % 256]);
  assert.equal(last.number, 4);
  assert.equal((await launcher.picture('wide')).width, 100_000);
  launcher.press(await launcher.window('w'), 'q');
  assert.equal((await program.end()).code, 113);
});

test('of thousands of pictures the newest arrives, and none after it', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'fast');
  const last = await launcher.picture('w', ({ number }) => number === 4000);
  assert.deepEqual(last.pixels[0], [7, 7, 7]);
  const numbers = launcher.pictures(await launcher.window('w')).map(({ number }) => number);
  assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
  launcher.press(await launcher.window('w'), 'q');
  assert.equal((await program.end()).code, 113);
});

test('a name may be very long, have a slash or be no text', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'names');
  for (const name of [`${'n'.repeat(97)} … ${'n'.repeat(98)}`, 'a/b/../c', '\ufffd\ufffd', ' ']) await launcher.picture(name);
  launcher.press(await launcher.window(' '), 'q');
  assert.equal((await program.end()).code, 113);
});

test('a program that forks workers while it shows pictures goes on, and they too', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
import multiprocessing, threading
def work(i):
  cv2.imshow('worker', np.full((2, 2), i, np.uint8))
  cv2.waitKey(1)
  return i
done = threading.Event()
picture = np.zeros((1080, 1920, 3), np.uint8)
def show():
  while not done.is_set():
    cv2.imshow('main', picture)  # OpenCV's lock is held nearly always
thread = threading.Thread(target=show)
thread.start()
for turn in range(5):
  with multiprocessing.get_context('fork').Pool(3) as pool:
    print(sorted(pool.map(work, range(6))))
done.set()
thread.join()`);
  assert.deepEqual(await printed(program), Array(5).fill('[0, 1, 2, 3, 4, 5]'));
  assert.equal(new Set(launcher.said('window').filter(({ name }) => name === 'main').map(({ connection }) => connection)).size, 1);
});

test('an OpenCV of another version is left alone', async () => {
  const ask = `import ctypes; print([ctypes.CDLL("${join(build, 'tests/windows/libother-opencv.so')}").takes_part(b"${join(pluginFolder, 'libopencv_highgui_cvlaunch.so')}", abi) for abi in (0, 1)])`;
  const { stdout, stderr } = await run('/usr/bin/python3', ['-c', ask], { env: { CV_LAUNCH_WINDOWS: '/nowhere' } });
  assert.equal(stdout, '[0, 0]\n', stderr);
});
