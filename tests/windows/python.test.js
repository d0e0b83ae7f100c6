// SPDX-License-Identifier: LGPL-2.1-or-later
// The package cv_launch, in programs that use it by name. What it shares with OpenCV's windows, pip.test.js has.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/child.js';
import { env, root, temporaryFolder } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { FakeLauncher, printed, python, pythonEnv, pythonIn } from '../lib/windows.js';

const imports = 'import cv_launch';

test('objects come with their picture, as JSON has them', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
picture = np.zeros((8, 8, 3), np.uint8)
cup = {'x': np.float32(1.5), 'y': np.int64(2), 'w': 3, 'h': 4, 'label': 'cup', 'confidence': 0.5, 'polygon': np.array([[1, 2], [3, 4]]), 'held': True, 'track': None}
cv_launch.imshow('nothing said', picture)
cv_launch.imshow('none', picture, [])
cv_launch.imshow('several', picture, (cup, {'x': float('nan'), 'y': 0, 'w': 1, 'h': 1}, {'center-x': 4, 'center-y': 4, 'radius': 2}))
print(cv_launch.waitKey(0))`, imports);
  assert.equal('objects' in await launcher.picture('nothing said'), false);
  assert.deepEqual((await launcher.picture('none')).objects, []);
  assert.deepEqual((await launcher.picture('several')).objects, [
    { x: 1.5, y: 2, w: 3, h: 4, label: 'cup', confidence: 0.5, polygon: [[1, 2], [3, 4]], held: true, track: null },
    { 'center-x': 4, 'center-y': 4, radius: 2 }]);
  launcher.press(await launcher.window('none'), 'q');
  assert.deepEqual(await printed(program), ['113']);
  assert.equal(program.stderr, 'object 1 is left out: x is nan\n');
});

test('what JSON has of an object is what cv_model has of it', () => {
  // one is a file that can be copied by itself, the other a package that needs none: they can't share it
  const [ours, theirs] = ['windows/python/cv_launch/_objects.py', 'models/cv_model.py'].map((file) => readFileSync(join(root, file), 'utf8'));
  for (const name of ['_plain', '_has_nan']) {
    const text = (source) => source.match(new RegExp(`^def ${name}\\([^]*?(?=\\n\\n\\n|$(?![^]))`, 'm'))[0].trim();
    assert.equal(text(ours), text(theirs));
  }
});

test('what are no objects, or no picture, is an exception in words', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
picture = np.zeros((2, 2), np.uint8)
def refused(*arguments):
  try:
    cv_launch.imshow('w', *arguments)
  except Exception as wrong:
    print(type(wrong).__name__, str(wrong)[:60])
refused(picture, {'x': 1})
refused(picture, [1])
refused(picture, [{'x': object}])
refused(picture, [{'x': 1, 'text': 'a' * 2**20}])
refused(np.zeros((2, 2), np.int32))
refused(None)
try:
  cv_launch.setWindowTitle('none', 'title')
except cv_launch.error as wrong:
  print(wrong)`, imports);
  assert.deepEqual(await printed(program), [
    'TypeError objects must be a list of dicts; they are {\'x\': 1}',
    'TypeError objects must be a list of dicts; object 0 is 1',
    'TypeError x of object 0 is <class \'object\'>; JSON has no type',
    'ValueError 1 objects have 1048598 bytes as JSON; at most 1048576 are ta',
    'error an array of int32 (2, 2) is no picture: it must be height x ',
    'error an array of object () is no picture: it must be height x wid',
    'there is no window \'none\'']);
  assert.deepEqual(launcher.said('window'), []);
});

test('it needs no OpenCV, and an exception in a callback comes out of waitKey', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
def moved(value):
  raise ValueError(f'moved to {value}')
cv_launch.namedWindow('w', cv_launch.WINDOW_NORMAL)
cv_launch.createTrackbar('level', 'w', 0, 9, moved)
try:
  cv_launch.waitKey(0)
except ValueError as wrong:
  print(wrong)
print(cv_launch.getMouseWheelDelta(-120 << 16), cv_launch.getMouseWheelDelta(120 << 16 | 1), 'cv2' in sys.modules, cv_launch.address())`, imports);
  await launcher.hears('its trackbar', () => launcher.said('trackbar').length > 0);
  launcher.say(await launcher.window('w'), { type: 'trackbar', name: 'level', value: 4 });
  assert.deepEqual(await printed(program), ['moved to 4', '-120 120 False ']);
});

test('texts and buttons are as OpenCV\'s with Qt, also in a window that comes back', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
def pressed(state, data):
  print(data, state)
for late in False, True:
  try:
    cv_launch.createButton('none', None)
  except cv_launch.error as wrong:
    print(wrong)
  cv_launch.namedWindow('w')
  if not late:
    cv_launch.displayOverlay('w', 'saved', 60000)
    cv_launch.displayStatusBar('w', 'busy')
    cv_launch.createButton('', pressed, 'push')
    cv_launch.createButton('check', pressed, 'check', cv_launch.QT_CHECKBOX, True)
    cv_launch.createButton('one', pressed, 'one', cv_launch.QT_RADIOBOX | cv_launch.QT_NEW_BUTTONBAR, True)
    cv_launch.createButton('two', pressed, 'two', cv_launch.QT_RADIOBOX)
    cv_launch.createButton('none', pressed, 'none', 77)
  else:
    for name in 'a', 'b': cv_launch.createButton(name, pressed, name, cv_launch.QT_RADIOBOX, True)
    cv_launch.destroyAllWindows()
    cv_launch.namedWindow('w')
  if not late:
    while cv_launch.getWindowProperty('w', cv_launch.WND_PROP_VISIBLE): cv_launch.waitKey(20)
    cv_launch.imshow('w', np.zeros((2, 2), np.uint8))
    cv_launch.waitKey(0)
    cv_launch.destroyWindow('w')`, imports);
  const window = await launcher.window('w');
  const buttons = ({ window: number }) => Object.values(Object.fromEntries(launcher.said('button').filter((one) => one.window === number)
    .map(({ button, name, kind, bar, on }) => [button, [name, kind, bar, on]])));
  await launcher.hears('the buttons', () => buttons(window).length === 4);
  assert.deepEqual(launcher.said('text').map(({ over, text }) => [over, text]), [[true, 'saved'], [false, 'busy']]);
  for (const [button, on] of [[1, true], [2, false], [4, true], [4, false], [9, true]]) launcher.say(window, { type: 'button', button, on });
  launcher.say(window, { type: 'close' });
  const again = await launcher.hears('it again', () => launcher.said('window')[1]);
  await launcher.hears('its buttons', () => buttons(again).length === 4);
  assert.deepEqual(buttons(again), [['button 0', 'push', 0, false], ['check', 'check', 0, false], ['one', 'radio', 1, false], ['two', 'radio', 1, true]]);
  launcher.press(again, 'q');
  const none = 'there is no window yet that a button could be in';
  assert.deepEqual(await printed(program), [none, 'check 1', 'one 1', 'push 0', 'check 0', 'one 0', 'two 1', none, 'a 1', 'b 1', 'a 0'], 'of two that are on the new one is called first, as in Qt');
  const last = await launcher.hears('the last window', () => launcher.said('window')[3]);
  assert.deepEqual(buttons(last), [], 'buttons go with the last window');
});

test('several regions are selected one after the other, and are drawn meanwhile', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
picture = np.zeros((8, 8, 3), np.uint8)
print(cv_launch.selectROIs('w', picture, showCrosshair=False, printNotice=False).tolist(), picture.any())
print(cv_launch.selectROIs('w', picture, printNotice=False), cv_launch.selectROI(picture, False, True, False), cv_launch.selectROI('w', picture, printNotice=False))`, imports);
  const drag = (window, from, to) => [[1, ...from, 1], [0, ...to, 1], [4, ...to, 0]].forEach(
    ([event, x, y, flags]) => launcher.say(window, { type: 'mouse', event, x, y, flags }));
  /** @param {string} name @param {number} times that the mouse was asked for */
  const asked = async (name, times) => {
    const window = await launcher.window(name);
    await launcher.hears('that the mouse is wanted', () => launcher.said('mouse').filter((one) => one.wanted && one.window === window.window).length === times);
    return window;
  };
  const w = await asked('w', 1);
  drag(w, [1, 2], [5, 6]);
  const blue = [255, 0, 0];
  await launcher.picture('w', ({ pixels }) => `${pixels[2 * 8 + 1]}` === `${blue}` && `${pixels[5 * 8 + 4]}` === `${blue}` && pixels[0][0] === 0);
  launcher.press(w, ' ');
  await asked('w', 2);
  drag(w, [7, 7], [-3, 6]);
  launcher.press(w, 13);
  await asked('w', 3);
  launcher.press(w, 27);
  await asked('w', 4);
  launcher.press(w, 27);
  const own = await asked('ROI selector', 1);
  drag(own, [4, 4], [6, 5]);
  launcher.press(own, ' ');
  await asked('w', 5);
  drag(w, [1, 1], [3, 3]);
  launcher.press(w, 'c');
  assert.deepEqual(await printed(program), ['[[1, 2, 4, 4], [0, 6, 7, 1]] False', '() (2, 3, 4, 2) (0, 0, 0, 0)']);
  assert.deepEqual(launcher.said('close').map(({ window }) => window), [own.window]);
});

test('without the library it says so', async (t) => {
  const program = pythonIn(t, { ...env, ...pythonEnv, CV_LAUNCH_LIBRARY: '/nowhere/libcv-launch.so' }, `
try:
  import cv_launch
except ImportError as wrong:
  print(wrong)`);
  assert.deepEqual(await printed(program), [
    'cv_launch needs the library of cv-launch, which can\'t be loaded: /nowhere/libcv-launch.so: cannot open shared object file: No such file or directory']);
});

test('under cv-launch run a program without OpenCV loads nothing of ours, and Debian\'s OpenCV is left to the plugin', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = pythonIn(t, launcher.env, `
print([name for name in ('cv_launch', 'numpy', 'cv2') if name in sys.modules])
import cv2
print(type(cv2.imshow).__name__, 'cv_launch' in sys.modules)`);
  assert.deepEqual(await printed(program), ['[]', 'builtin_function_or_method False']);
});

test('a program that asks where cv2 is before it imports it gets the windows', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'cv2'));
  writeFileSync(join(folder, 'cv2/__init__.py'), 'error = Exception\ndef imshow(*arguments): pass\n');
  const program = pythonIn(t, { ...launcher.env, PYTHONPATH: `${launcher.env.PYTHONPATH}:${folder}` }, `
import importlib.util
class Asks:
  asking = False
  def find_spec(self, name, path=None, target=None):
    if name == 'cv2' and not self.asking:
      self.asking = True
      importlib.util.find_spec('cv2')
      self.asking = False
sys.meta_path.insert(1, Asks())
print([importlib.util.find_spec('cv2').origin == ${JSON.stringify(join(folder, 'cv2/__init__.py'))} for time in range(2)])
import cv2
print(cv2.imshow.__module__, importlib.util.find_spec('cv2') is cv2.__spec__)`);
  assert.deepEqual(await printed(program), ['[True, True]', 'cv_launch._windows True']);
});

test('a sitecustomize that ours hides is run, once', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const hidden = temporaryFolder();
  mkdirSync(join(hidden, 'found'));
  writeFileSync(join(hidden, 'sitecustomize.py'), 'import sys\nprint("hidden", __name__)\nsys.path.append("/added")\n');
  const variables = { ...launcher.env, PYTHONPATH: `${launcher.env.PYTHONPATH}:${hidden}` };
  const program = pythonIn(t, variables, `
import sitecustomize
print(sitecustomize.__file__ == ${JSON.stringify(join(hidden, 'sitecustomize.py'))}, '/added' in sys.path)
import cv2
print(sys.path.count(${JSON.stringify(hidden)}))`);
  assert.deepEqual(await printed(program), ['hidden sitecustomize', 'True True', '1']);
});

test('mypy finds nothing wrong in the package', async () => {
  const { code, stdout } = await run('/usr/bin/mypy', ['--cache-dir', temporaryFolder(), '--config-file', 'pyproject.toml', 'cv_launch'],
    { cwd: env.CV_LAUNCH_PYTHON, env });
  assert.equal(code, 0, stdout);
});

test('pip installs it: the package, its types and the licence, with the version of all', async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await run(join(root, 'build-opencv/bin/python'), ['-m', 'pip', '--isolated', '--disable-pip-version-check', 'install',
    '--no-index', '--no-build-isolation', '--no-deps', '--target', folder, env.CV_LAUNCH_PYTHON], { env: { ...env, PYTHONDONTWRITEBYTECODE: '1' } });
  assert.equal(code, 0, stdout + stderr);
  const [, version] = readFileSync(join(root, 'meson.build'), 'utf8').match(/^\s*version: '(.+?)'/m) ?? [];
  const information = join(folder, `cv_launch-${version}.dist-info`);
  assert.deepEqual(readFileSync(join(information, 'licenses/LICENSE')), readFileSync(join(root, 'LICENSE')));
  const sources = readdirSync(join(env.CV_LAUNCH_PYTHON, 'cv_launch')).filter((name) => name !== '__pycache__');
  assert.deepEqual(readdirSync(join(folder, 'cv_launch')).filter((name) => name !== '__pycache__'), sources);
  assert.ok(sources.includes('py.typed'));
});
