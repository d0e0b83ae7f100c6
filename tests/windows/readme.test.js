// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs of windows/python/README.md: in Python, and in C++ against what is installed.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Child, run } from '../lib/child.js';
import { build, env, root, temporaryFolder } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { FakeLauncher, printed, pythonIn, started } from '../lib/windows.js';

const readme = readFileSync(join(root, 'windows/python/README.md'), 'utf8');
const program = (language) => readme.match(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's'))?.[1] ?? '';

/** A picture with its cup, which a key ends. @param {FakeLauncher} launcher @param {Child} child @param {Record<string, unknown>} cup */
async function shows(launcher, child, cup) {
  const { width, height, objects } = await launcher.picture('camera');
  assert.deepEqual({ width, height, objects }, { width: 640, height: 480, objects: [{ label: 'cup', confidence: 0.9, ...cup }] });
  launcher.press(await launcher.window('camera'), 'q');
  await printed(child);
}

test('the script in Python', async (t) => {
  const launcher = await FakeLauncher.start(t);
  await shows(launcher, pythonIn(t, launcher.env, `${program('python')}\nassert key == ord('q') or key == -1\n`), { x: 10, y: 20, w: 30, h: 60 });
});

test('the program in C++, by pkg-config', async (t) => {
  const folder = temporaryFolder();
  const installed = await run('meson', ['install', '-C', build, '--no-rebuild', '--destdir', folder]);
  assert.equal(installed.code, 0, installed.stderr);
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('/cv-launch.pc')) ?? '';
  const flags = await run('pkg-config', ['--cflags', '--libs', 'cv-launch'],
    { env: { ...env, PKG_CONFIG_PATH: join(folder, dirname(found)), PKG_CONFIG_SYSROOT_DIR: folder } });
  assert.equal(flags.code, 0, flags.stderr);
  writeFileSync(join(folder, 'program.cpp'), program('cpp'));
  const compiled = await run('g++', ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-isystem', '/usr/include/opencv4', '-o', join(folder, 'program'),
    join(folder, 'program.cpp'), ...flags.stdout.trim().split(/\s+/), '-lopencv_core']);
  assert.equal(compiled.code, 0, compiled.stderr);
  const launcher = await FakeLauncher.start(t);
  const child = started(t, new Child(join(folder, 'program'), [], { env: { ...launcher.env, LD_LIBRARY_PATH: dirname(dirname(join(folder, found))) } }));
  await shows(launcher, child, { x: 10, y: 20, w: 30, h: 60 });
});
