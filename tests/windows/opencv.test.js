// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that nobody changed, with OpenCV's windows in the plugin: what cv-launch hears, and what the programs see.
import assert from 'node:assert/strict';
import { test } from '../lib/test.js';
import { FakeLauncher, printed, python } from '../lib/windows.js';

test('a picture of any depth and any number of channels is as imshow shows it', async (t) => {
  const launcher = await FakeLauncher.start(t);
  /** what is shown, and the pixels that arrive @type {[string, number[][]][]} */
  const shown = [
    ['np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)', [[1, 2, 3], [4, 5, 6]]],
    ['np.array([[7, 8]], np.uint8)', [[7], [8]]],
    ['np.array([[[1, 2, 3, 255], [4, 5, 6, 0]]], np.uint8)', [[1, 2, 3], [4, 5, 6]]],
    ['np.arange(24, dtype=np.uint8).reshape(2, 4, 3)[:, 1:3]', [[3, 4, 5], [6, 7, 8], [15, 16, 17], [18, 19, 20]]],
    ['np.array([[-127, 0, 100]], np.int8)', [[0], [127], [227]]],
    ['np.array([[0, 25500, 65535]], np.uint16)', [[0], [100], [255]]],
    ['np.array([[-32385, 0, 32767]], np.int16)', [[0], [127], [255]]],
    ['np.array([[0, 0.5, 1, 2, -1, np.nan, np.inf]], np.float32)', [[0], [128], [255], [255], [0], [0], [0]]],
    ['np.array([[[0, 0.2, 1], [np.nan, -np.inf, 3]]], np.float64)', [[0, 51, 255], [0, 0, 255]]],
    ['cv2.UMat(np.array([[9]], np.uint8))', [[9]]],
  ];
  const program = python(t, launcher, `${shown.map(([picture], i) => `cv2.imshow('w${i}', ${picture})`).join('\n')}\nprint(cv2.waitKey(0))`);
  for (const [i, [what, pixels]] of shown.entries()) assert.deepEqual((await launcher.picture(`w${i}`)).pixels, pixels, what);
  launcher.press(await launcher.window('w0'), 'q');
  assert.deepEqual(await printed(program), ['113']);
});

test('what Qt\'s windows do not take is an exception here too', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
for picture in np.zeros((2, 2), np.int32), np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2, 5), np.uint8), np.zeros((0, 2), np.uint8):
  try:
    cv2.imshow('w', picture)
  except cv2.error:
    print('refused')`);
  assert.deepEqual(await printed(program), Array(4).fill('refused'));
});

test('waitKey, waitKeyEx and pollKey give the keys, each once', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
print(cv2.waitKey(0), cv2.pollKey())
cv2.imshow('w', np.zeros((2, 2), np.uint8))
print(cv2.pollKey(), cv2.waitKey(1))
print(cv2.waitKey(0), cv2.waitKeyEx(0), cv2.waitKey(60000))
key = -1
while key == -1:
  key = cv2.pollKey()
print(key)`);
  await program.says(/-1 -1\n-1 -1/);
  const window = await launcher.window('w');
  for (const key of ['a', 0xff51, 0x1000000 + 0x20ac, 'b']) launcher.press(window, key);
  assert.deepEqual(await printed(program), ['-1 -1', '-1 -1', `97 ${0xff51} ${0xac}`, '98']);
});

test('a trackbar is a slider: viewers move it, and so does the program', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.namedWindow('w')
cv2.createTrackbar('level', 'w', 3, 10, lambda value: print('called', value))
cv2.createTrackbar('mode', 'w', 0, 1, lambda value: None)
print(cv2.getTrackbarPos('level', 'w'), cv2.getTrackbarPos('none', 'w'))
cv2.setTrackbarPos('level', 'w', 77)
cv2.setTrackbarMax('level', 'w', 20)
cv2.setTrackbarMin('level', 'w', 5)
print(cv2.waitKey(0), cv2.getTrackbarPos('level', 'w'))`);
  const window = await launcher.window('w');
  const last = await launcher.hears('its range', () => launcher.said('trackbar').find(({ min }) => min === 5));
  assert.deepEqual(last, { ...window, type: 'trackbar', name: 'level', min: 5, max: 20, value: 10 });
  assert.deepEqual([...new Set(launcher.said('trackbar').map(({ name }) => name))], ['level', 'mode']);
  launcher.say(window, { type: 'trackbar', name: 'level', value: 12 });
  launcher.say(window, { type: 'trackbar', name: 'level', value: 99 });
  launcher.say(window, { type: 'trackbar', name: 'nobody\'s', value: 1 });
  launcher.press(window, 'q');
  assert.deepEqual(await printed(program), ['called 3', '3 -1', 'called 10', 'called 12', 'called 20', '113 20']);
  assert.equal(launcher.said('trackbar').at(-1).value, 20);
});

test('the mouse is told in pixels of the picture, with its buttons, wheel and modifiers', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.imshow('w', np.zeros((48, 64), np.uint8))
cv2.setMouseCallback('w', lambda event, x, y, flags, param: print(event, x, y, flags, param), 'mine')
print(cv2.waitKey(0))
cv2.setMouseCallback('w', lambda *a: None)
cv2.waitKey(0)`);
  const window = await launcher.window('w');
  await launcher.hears('that the mouse is wanted', () => launcher.said('mouse').some(({ wanted }) => wanted));
  const events = [[0, 3, 4, 0], [1, 5, 6, 1 | 8], [0, 70, -2, 1], [4, 7, 8, 16], [10, 9, 9, 120 << 16], [10, 9, 9, -120 * 65536]];
  for (const [event, x, y, flags] of events) launcher.say(window, { type: 'mouse', event, x, y, flags });
  launcher.press(window, 'q');
  launcher.press(window, 'q');
  assert.deepEqual(await printed(program), [...events.map((event) => `${event.join(' ')} mine`), '113']);
});

test('a region is selected with the mouse', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, 'print(cv2.selectROI("w", np.zeros((100, 100, 3), np.uint8)))');
  await launcher.picture('w');
  const window = await launcher.window('w');
  await launcher.hears('that the mouse is wanted', () => launcher.said('mouse').some(({ wanted }) => wanted));
  for (const [event, x, y, flags] of [[1, 10, 20, 1], [0, 40, 60, 1], [4, 40, 60, 0]]) launcher.say(window, { type: 'mouse', event, x, y, flags });
  launcher.press(window, 13);
  assert.equal((await printed(program)).at(-1), '(10, 20, 30, 40)');
});

test('a window that a viewer closes is gone for the program, and the next picture brings it back', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
picture = np.zeros((20, 30), np.uint8)
cv2.imshow('w', picture)
cv2.setWindowTitle('w', 'title')
cv2.createTrackbar('level', 'w', 1, 9, lambda value: None)
look = lambda: [int(cv2.getWindowProperty('w', which)) for which in (cv2.WND_PROP_VISIBLE, cv2.WND_PROP_AUTOSIZE)]
print(look(), cv2.getWindowImageRect('w'))
print(cv2.waitKey(0), look(), cv2.getWindowImageRect('w'), cv2.getTrackbarPos('level', 'w'))
cv2.imshow('w', picture)
print(look(), cv2.waitKey(0))`);
  await launcher.hears('its trackbar', () => launcher.said('trackbar').length > 0);
  const window = await launcher.window('w');
  launcher.say(window, { type: 'close' });
  const again = await launcher.hears('another window', () => launcher.said('window')[1]);
  assert.equal(again.name, 'w');
  await launcher.hears('its picture', () => launcher.pictures(again).length > 0);
  assert.deepEqual(launcher.said('close').map((one) => one.window), [window.window]);
  assert.deepEqual(launcher.said('title').map((one) => [one.window, one.title]), [[window.window, 'title'], [again.window, 'title']]);
  assert.equal(launcher.said('trackbar').at(-1).window, again.window);
  launcher.press(again, 'q');
  assert.deepEqual(await printed(program), ['[1, 1] (0, 0, 30, 20)', '-1 [0, -1] (-1, -1, -1, -1) 1', '[1, 1] 113']);
});

test('properties, places and sizes are what the program made of them', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.namedWindow('w', cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO)
print([int(cv2.getWindowProperty('w', which)) for which in range(7)])
print(cv2.getWindowImageRect('w'))
cv2.imshow('w', np.zeros((20, 30), np.uint8))
print(cv2.getWindowImageRect('w'))
cv2.resizeWindow('w', 300, 200)
cv2.moveWindow('w', 4, 5)
print(cv2.getWindowImageRect('w'))
cv2.setWindowProperty('w', cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
print(cv2.getWindowProperty('w', cv2.WND_PROP_FULLSCREEN))`);
  assert.deepEqual(await printed(program), ['[0, 0, 256, 0, 1, -1, -1]', '(0, 0, 400, 300)', '(0, 0, 30, 20)', '(4, 5, 300, 200)', '1.0']);
});

test('windows are closed one by one, or all; then waitKey does not wait', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
for name in 'one', 'two', 'three':
  cv2.imshow(name, np.zeros((2, 2), np.uint8))
cv2.destroyWindow('two')
cv2.destroyAllWindows()
print(cv2.waitKey(0))`);
  assert.deepEqual(await printed(program), ['-1']);
  const numbers = await Promise.all(['two', 'one', 'three'].map(async (name) => (await launcher.window(name)).window));
  assert.deepEqual(launcher.said('close').map(({ window }) => window), numbers);
});

test('a program that ends leaves its windows to those who watch, and its status is its own', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, 'cv2.imshow("w", np.full((2, 2), 5, np.uint8))\nsys.exit(7)');
  assert.deepEqual(await program.end(), { code: 7, signal: null });
  assert.equal((await launcher.picture('w')).pixels[0][0], 5);
  await launcher.hears('its end', () => launcher.lines.some(({ gone }) => gone));
  assert.deepEqual(launcher.said('close'), []);
});

test('other threads show pictures while one waits for a key', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
import threading
waits = threading.Event()
cv2.namedWindow('w')
cv2.createTrackbar('start', 'w', 0, 1, lambda value: waits.set())
def show():
  waits.wait()
  for i in range(50):
    cv2.imshow('w', np.full((2, 2), i, np.uint8))
thread = threading.Thread(target=show)
thread.start()
print(cv2.waitKey(0))
thread.join()`);
  const window = await launcher.window('w');
  await launcher.hears('its trackbar', () => launcher.said('trackbar').length > 0);
  launcher.say(window, { type: 'trackbar', name: 'start', value: 1 });
  await launcher.picture('w', ({ pixels }) => pixels[0][0] === 49);
  launcher.press(window, 'q');
  assert.deepEqual(await printed(program), ['113']);
});

test('Ctrl-C ends a wait as it does elsewhere', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.imshow('w', np.zeros((2, 2), np.uint8))
try:
  print('waits\\n', end='')  # in one piece: the signal may come at once
  cv2.waitKey(0)
except KeyboardInterrupt:
  print('interrupted')`);
  await program.says(/waits\n/);
  program.signal('SIGINT');
  assert.deepEqual(await printed(program), ['waits', 'interrupted']);
});

test('a forked child has windows of its own, and takes none of the parent\'s', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.imshow('parent', np.full((2, 2), 1, np.uint8))
child = os.fork()
if child == 0:
  cv2.imshow('child', np.full((2, 2), 2, np.uint8))
  os._exit(cv2.waitKey(0))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
cv2.imshow('parent', np.full((2, 2), 3, np.uint8))
print(cv2.waitKey(0))`);
  assert.equal((await launcher.picture('child')).pixels[0][0], 2);
  const [parent, child] = [await launcher.window('parent'), await launcher.window('child')];
  assert.notEqual(parent.connection, child.connection);
  assert.equal(launcher.said('window').length, 2);
  launcher.press(child, 'c');
  await launcher.picture('parent', ({ pixels }) => pixels[0][0] === 3);
  launcher.press(parent, 'p');
  assert.deepEqual(await printed(program), ['99', '112']);
});

test('programs that it starts get no descriptor', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
import subprocess
names = 'import os; print(sorted(os.readlink("/proc/self/fd/" + fd) for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd)))'
look = lambda: subprocess.run([sys.executable, '-c', names], close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
before = [name.split(':')[0] for name in look().split(',')]
cv2.imshow('w', np.zeros((2, 2), np.uint8))
cv2.waitKey(1)
print([name.split(':')[0] for name in look().split(',')] == before)`);
  assert.deepEqual(await printed(program), ['True']);
});

test('texts, buttons and a size in one piece are as with Qt', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.namedWindow('w', cv2.WINDOW_NORMAL)
cv2.resizeWindow('w', (320, 240))
print(cv2.getWindowImageRect('w')[2:])
cv2.displayOverlay('w', 'over', 50)
cv2.displayStatusBar('w', 'below')
cv2.createButton('check', lambda state, data: print(state, data), 'data', cv2.QT_CHECKBOX, True)
picture = np.zeros((40, 200, 3), np.uint8)
cv2.addText(picture, 'text', (5, 30), 'Times', 20, (0, 200, 0))
print(picture.max(axis=(0, 1)))
cv2.imshow('w', picture)
print(cv2.waitKey(0))`);
  const window = await launcher.window('w');
  await launcher.picture('w');
  assert.deepEqual(launcher.said('text').map(({ over, text }) => [over, text]), [[true, 'over'], [false, 'below']]);
  launcher.say(window, { type: 'button', button: 1, on: false });
  launcher.press(window, 'q');
  assert.deepEqual(await printed(program), ['(320, 240)', '1 data', '[  0 200   0]', '0 data', '113']);
});

test('a cv-launch that ends leaves the program running, and one that comes back gets its windows', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
cv2.imshow('w', np.full((2, 2), 1, np.uint8))
cv2.setWindowTitle('w', 'title')
while cv2.waitKey(20) != ord('n'):
  pass
cv2.imshow('w', np.full((2, 2), 2, np.uint8))
print(cv2.waitKey(0))`);
  await launcher.picture('w');
  await launcher.end();
  const next = await FakeLauncher.start(t, launcher.socket);
  assert.equal((await next.picture('w')).pixels[0][0], 1);
  const window = await next.window('w');
  assert.deepEqual(next.said('title').map(({ title }) => title), ['title']);
  next.press(window, 'n');
  await next.picture('w', ({ pixels }) => pixels[0][0] === 2);
  next.press(window, 'q');
  assert.deepEqual(await printed(program), ['113']);
});
