// SPDX-License-Identifier: LGPL-2.1-or-later
// What OpenCV does not hand to its plugin, and a library catches that is preloaded: texts, buttons, and a size in one piece.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { FakeLauncher, preloaded, printed, python, pythonIn, windowProgram } from '../lib/windows.js';

/** What was said last of each button of a window. @param {FakeLauncher} launcher @param {{window: number}} window */
const buttons = (launcher, { window }) => Object.values(Object.fromEntries(launcher.said('button').filter((one) => one.window === window)
  .map(({ button, name, kind, bar, on }) => [button, [name, kind, bar, on]])));

test('a program in C++ shows texts, buttons and a window of a size, as with Qt', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = windowProgram(t, launcher, 'more');
  const window = await launcher.window('w');
  const later = await launcher.window('later');
  await launcher.picture('later');
  const first = [['push', 'push', 0, false], ['check', 'check', 0, true], ['one', 'radio', 0, false], ['two', 'radio', 0, true], ['three', 'radio', 1, true], ['button 1', 'check', 1, false]];
  await launcher.hears('the buttons', () => buttons(launcher, later).length === 6);
  assert.deepEqual(buttons(launcher, window), first);
  assert.deepEqual(buttons(launcher, later), first, 'a window that comes later has them too');
  assert.deepEqual(launcher.said('text').map(({ window, over, text }) => [window, over, text]), [[window.window, true, 'over\nit'], [window.window, false, 'below']]);
  const [over, below] = launcher.said('text');
  assert.equal(over.ms, 0);
  assert.ok(below.ms > 0 && below.ms <= 60000, `${below.ms}`);

  const press = (button, on) => launcher.say(later, { type: 'button', button, on });
  press(1, true);
  press(2, false);
  press(2, false);
  press(3, true);
  press(3, false);
  press(6, true);
  press(7, true);
  await launcher.hears('the last one', () => buttons(launcher, window)[5][3]);
  assert.deepEqual(buttons(launcher, window).map(([, , , on]) => on), [false, false, true, false, true, true]);
  launcher.press(window, 'q');
  const next = await launcher.window('next');
  launcher.press(next, 'n');
  assert.deepEqual(await program.end(), { code: 113, signal: null });
  assert.deepEqual(program.lines, [
    'no window: -27', '320 x 240', 'check 1', 'one 1', 'two 1', 'one 0', 'three 1', 'text 0 200 0', 'the same 1',
    'push 0', 'check 0', 'two 0', 'one 1', ' 1', 'no window any more: -27']);
  assert.deepEqual(buttons(launcher, next), [], 'buttons go with the last window');
});

test('a cv-launch that comes back gets the buttons, and the texts whose time is not over', async (t) => {
  const launcher = await FakeLauncher.start(t);
  python(t, launcher, `
cv2.namedWindow('w')
cv2.displayOverlay('w', 'over')
cv2.displayStatusBar('w', 'below', 3600000)
cv2.createButton('push', lambda state, data: None)
cv2.imshow('w', np.zeros((2, 2, 3), np.uint8))
cv2.waitKey(0)`);
  await launcher.picture('w');
  await launcher.end();
  const again = await FakeLauncher.start(t, launcher.socket);
  await again.picture('w');
  assert.deepEqual(again.said('text').map(({ over, text }) => [over, text]), [[false, 'below'], [true, 'over']]);
  assert.ok(again.said('text')[0].ms > 3000000 && again.said('text')[0].ms < 3600000);
  assert.deepEqual(again.said('button').map(({ name }) => name), ['push']);
});

test('without the plugin the calls are OpenCV\'s own', async (t) => {
  const variables = { CV_LAUNCH_WINDOWS: undefined, QT_QPA_PLATFORM: 'offscreen' };
  const text = `
import cv2
import numpy as np
picture = np.zeros((240, 320, 3), np.uint8)
cv2.namedWindow('w', cv2.WINDOW_NORMAL)
cv2.imshow('w', picture)  # OpenCV 4.10 knows no size without one
cv2.resizeWindow('w', (500, 300))
cv2.displayOverlay('w', 'over', 1)
cv2.displayStatusBar('w', 'below', 1)
cv2.createButton('check', lambda state, data: print(state, data), 'data', cv2.QT_CHECKBOX, True)
cv2.addText(picture, 'text', (5, 30), 'Times', 20, (0, 200, 0))
print(cv2.getWindowImageRect('w')[2])
cv2.destroyAllWindows()
try:
  cv2.displayOverlay('w', 'over')
except cv2.error as wrong:
  print(wrong.code)`;
  // how wide that makes the picture differs between OpenCV's versions
  const [own, caught] = await Promise.all([{}, { LD_PRELOAD: preloaded }].map((more) => printed(pythonIn(t, { ...variables, ...more }, text))));
  assert.deepEqual([own[0], own[2]], ['1 data', '-27']);
  assert.deepEqual(caught, own);
});

test('what is preloaded needs nothing but libc, and catches what OpenCV has', () => {
  const needed = execFileSync('readelf', ['-d', preloaded], { encoding: 'utf8' }).match(/(?<=NEEDED.*\[).*(?=\])/g);
  assert.deepEqual(needed, ['libc.so.6']);
  const exported = execFileSync('nm', ['-D', '--defined-only', preloaded], { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' ')[2]);
  const [highgui] = execFileSync('ldd', [join(build, 'tests/windows/window-program')], { encoding: 'utf8' }).match(/\S+(?= \(.*)(?<=\/libopencv_highgui\S*)/);
  const opencv = execFileSync('nm', ['-D', '--defined-only', highgui], { encoding: 'utf8' });
  const caught = exported.filter((name) => name.startsWith('_Z'));
  assert.equal(caught.length, 6);
  for (const name of caught) assert.match(opencv, new RegExp(` ${name}$`, 'm'));
  assert.deepEqual(exported.filter((name) => !name.startsWith('_Z')), ['cv_launch_take_calls_v0']);
});
