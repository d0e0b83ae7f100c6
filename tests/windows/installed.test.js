// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugin as the .deb has it: beside OpenCV's own libraries, by a name that OpenCV looks for by itself.
import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root, temporaryFolder } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { FakeLauncher, alone, launcherOf, pluginFolder, printed, pythonIn } from '../lib/windows.js';

/** A folder that OpenCV takes for that of its own libraries, with the links of packaging/debian/cv-launch.links. */
function installed() {
  const folder = temporaryFolder();
  const links = readFileSync(join(root, 'packaging/debian/cv-launch.links'), 'utf8').trim().split('\n').map((line) => line.split(' '));
  for (const [from, to] of links) symlinkSync(join(pluginFolder, from.slice(from.lastIndexOf('/') + 1)), join(folder, to.slice(to.lastIndexOf('/') + 1)));
  return folder;
}

/** The variables of a program that was told nothing, and has no screen. @param {string} [folder] of cv-launch */
const untold = (folder) => ({
  ...alone(folder), OPENCV_CORE_PLUGIN_PATH: installed(), OPENCV_UI_PRIORITY_LIST: undefined, OPENCV_UI_BACKEND: undefined, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, QT_QPA_PLATFORM: undefined,
});
const SHOWS = `
import cv2, numpy
cv2.imshow('w', numpy.zeros((20, 30, 3), numpy.uint8))
print('shown', cv2.getWindowProperty('w', cv2.WND_PROP_VISIBLE))
`;

test('without a screen a program needs no variable: the first window starts a cv-launch, which ends with it', async (t) => {
  const program = pythonIn(t, untold(), `${SHOWS}cv2.waitKey(0)`);
  await program.says(/^shown 1\.0$/m);
  const [address] = program.stderr.match(/^http:\S+$/m);
  assert.match(await (await fetch(address)).text(), /<html/i);
  await program.says(/w: live at/);
  program.signal('SIGKILL');
  await until('the end of cv-launch', async () => fetch(address).then(() => false, () => true));
});

test('where cv-launch can\'t start it says so, and OpenCV goes on as without us', async (t) => {
  const program = pythonIn(t, untold(launcherOf('exit 1')), SHOWS);
  const { signal } = await program.end();
  assert.equal(signal, 'SIGABRT', 'Qt ends a program that has no screen');
  assert.match(program.stderr, /^cv-launch: no windows: cv-launch could not start, or is not installed$/m);
});

test('where there is a screen OpenCV\'s own windows are on it', async (t) => {
  assert.deepEqual(await printed(pythonIn(t, { ...untold(), QT_QPA_PLATFORM: 'offscreen' }, SHOWS)), ['shown 1.0']);
  for (const screen of ['DISPLAY', 'WAYLAND_DISPLAY']) {
    const program = pythonIn(t, { ...untold(), [screen]: 'nowhere' }, SHOWS);
    assert.equal((await program.end()).signal, 'SIGABRT');
    assert.match(program.stderr, /Qt platform plugin/);
    assert.doesNotMatch(program.stderr, /http:/);
  }
});

test('with a screen too, who asks for cv-launch gets it', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const screen = { ...untold(), DISPLAY: 'nowhere', WAYLAND_DISPLAY: 'nowhere' };
  assert.deepEqual(await printed(pythonIn(t, { ...screen, CV_LAUNCH_WINDOWS: launcher.socket }, SHOWS)), ['shown 1.0']);
  await launcher.picture('w');
  const program = pythonIn(t, { ...screen, OPENCV_UI_PRIORITY_LIST: 'CVLAUNCH' }, SHOWS);
  assert.deepEqual(await printed(program), ['shown 1.0']);
  assert.match(program.stderr, /^http:\S+$/m);
});
