// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that nobody runs for: the first window starts a cv-launch of their own.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Child } from '../lib/child.js';
import { temporaryFolder } from '../lib/paths.js';
import { processes } from '../lib/proc.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { alone, launcherOf, printed, pythonIn } from '../lib/windows.js';

const servers = (socket) => processes().filter(({ command, state }) => command.includes(`--windows=${socket}`) && state !== 'Z');

test('the first window starts a cv-launch that shows it, and that ends with the program, even with one that is killed', async (t) => {
  const program = pythonIn(t, alone(), `
import cv_launch, numpy, subprocess
cv_launch.imshow('camera', numpy.zeros((48, 64, 3), numpy.uint8), [])
print(cv_launch.address(), os.environ['CV_LAUNCH_WINDOWS'])
cv_launch.waitKey(0)`);
  const [, address, socket] = await program.says(/^(http:\S+) (\S+)\n/m);
  assert.match(program.stderr, new RegExp(`^${address}$`, 'm'));
  assert.match(await (await fetch(address)).text(), /<html/i);
  await program.says(/camera: live at/);
  assert.equal(servers(socket).length, 1);
  assert.notEqual(servers(socket)[0].parent, program.pid);
  program.signal('SIGKILL');
  await until('the end of cv-launch', () => servers(socket).length === 0);
  await until('no folder of it', () => !existsSync(dirname(socket)));
});

test('the program\'s children and descriptors are its own', async (t) => {
  const program = pythonIn(t, alone(launcherOf('echo http://somewhere/; exec sleep 1000')), `
import cv_launch, subprocess
reading, low = os.pipe()
writing = os.dup2(low, 50)
os.close(low)
cv_launch.namedWindow('w')
try:
  print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
  print('no children')
os.close(writing)
print(os.read(reading, 1))
child = os.fork()
if child == 0:
  cv_launch.namedWindow('child')
  print(cv_launch.address())
  os._exit(0)
os.waitpid(child, 0)`);
  assert.deepEqual(await printed(program), ['no children', 'b\'\'', 'http://somewhere/']);
});

test('where nothing can be started no folder is left', async (t) => {
  const folder = temporaryFolder();
  const program = pythonIn(t, { ...alone(), TMPDIR: folder }, `
import cv_launch, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = []
try:
  while True: held.append(os.open('/dev/null', os.O_RDONLY))
except OSError:
  for one in held[-4:]: os.close(one)  # two pipes, and nothing more
try:
  cv_launch.namedWindow('w')
except cv_launch.error as wrong:
  print(wrong)`);
  assert.deepEqual(await printed(program), ['cv-launch can\'t be started: Too many open files']);
  assert.deepEqual(readdirSync(folder), []);
});

test('while one thread starts cv-launch the others go on, and so do children that are forked then', async (t) => {
  const folder = temporaryFolder();
  const slow = `[ -e ${folder}/again ] || { : >${folder}/again; echo >${folder}/started; read _ <${folder}/go; }`;
  const program = pythonIn(t, alone(launcherOf(`${slow}; echo http://somewhere/; exec sleep 1000`)), `
import threading
from cv_launch import _library
for name in 'started', 'go':
  os.mkfifo(${JSON.stringify(folder)} + '/' + name)
thread = threading.Thread(target=_library.open_window, args=['w'])
thread.start()
open(${JSON.stringify(`${folder}/started`)}).read()
print(_library.wait(0), repr(_library.address()))
child = os.fork()
if child == 0:
  print('the child', _library.wait(0), _library.open_window('child'), _library.address())
  os._exit(0)
os.waitpid(child, 0)
open(${JSON.stringify(`${folder}/go`)}, 'w').write('\\n')
thread.join()
print(_library.address())`);
  assert.deepEqual(await printed(program), ['None \'\'', 'the child None 1 http://somewhere/', 'http://somewhere/']);
});

test('a cv-launch that can\'t start is an exception, and is tried again', async (t) => {
  const program = pythonIn(t, alone(launcherOf('echo "something is wrong" >&2; exit 1')), `
import cv_launch
for attempt in range(2):
  try:
    cv_launch.namedWindow('w')
  except cv_launch.error as wrong:
    print(wrong)
print(cv_launch.waitKey(1), cv_launch.waitKey(0))`);
  const message = 'no windows: cv-launch could not start, or is not installed';
  assert.deepEqual(await printed(program), [message, message, '-1 -1']);
  assert.equal(program.stderr, 'something is wrong\nsomething is wrong\n');
});
