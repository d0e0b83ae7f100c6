// SPDX-License-Identifier: LGPL-2.1-or-later
// Every command of the README does what it says.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Child, run } from './lib/child.js';
import { film } from './lib/film.js';
import { propertyTable } from './lib/inspect.js';
import { cvLaunch, env, root, temporaryFolder } from './lib/paths.js';
import { startRtsp } from './lib/rtsp.js';

const text = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) => block.trim().split('\n'));
const environment = { ...env, CV_PIPELINES: join(root, 'pipelines'), PATH: `${dirname(cvLaunch)}:${env.PATH}` };
const shell = (command) => ['bash', ['-c', command], { cwd: root, env: environment }];

/** A server prints its address; then Ctrl-C ends it. */
async function serves(command) {
  const camera = command.includes('rtsp://') ? await startRtsp({ name: 'name', password: 'password' }) : null;
  const ours = command.replace('film.mp4', await film()).replace('camera.local/stream', `127.0.0.1:${camera?.port}/ball`);
  const child = new Child(...shell(`exec ${ours} --port=0`));
  try {
    const [url] = await child.says(/http:\/\/\S+:\d+\//, 300_000);
    assert.equal((await fetch(url)).status, 200);
    child.signal('SIGINT');
    assert.deepEqual(await child.end(), { code: 0, signal: null });
  } finally {
    if (child.alive) await child.stop();
    await camera?.stop();
  }
}

/** A pipeline plays; one that does not end by itself is ended. */
async function plays(command) {
  const child = new Child(...shell(`exec ${command.replace('autovideosink', 'fakesink sync=true')}`));
  try {
    await child.says(/Setting pipeline to PLAYING|PREROLLED|Pipeline is live/);
    child.signal('SIGINT');
    assert.equal((await child.end()).signal, null);
    assert.doesNotMatch(child.stderr, /ERROR/);
  } finally {
    if (child.alive) await child.stop();
  }
}

async function ends(command) {
  const { code, stdout, stderr } = await run(...shell(command));
  assert.equal(code, 0, stderr);
  assert.notEqual(stdout, '');
}

const kinds = [
  [/^\.\/check\b/, null],  // this very run
  [/^\.\/demo\b/, serves],
  [/^gst-launch-1\.0 /, plays],
  [/^gst-inspect-1\.0 |--print$|^python3 /, ends],
];

test('the README has commands', () => assert.ok(commands.length >= 10, commands.join('\n')));

for (const command of commands) {
  const [, works] = kinds.find(([pattern]) => pattern.test(command)) ?? [null, undefined];
  if (works === null) continue;
  test(`README: ${command}`, async () => {
    assert.ok(works, 'no test knows this command');
    await works(command);
  });
}

test('README: meson install puts things where they are found', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await run('meson', ['install', '-C', join(dirname(cvLaunch), '..'), '--no-rebuild', '--destdir', folder]);
  assert.equal(code, 0, stderr);
  const { stdout: plugins } = await run('pkg-config', ['--variable=pluginsdir', 'gstreamer-1.0']);
  assert.ok(existsSync(join(folder, plugins.trim(), 'libgstcv.so')), 'the plugin is not where GStreamer looks');
  const launcher = join(folder, 'usr/local/bin/cv-launch');
  assert.ok(existsSync(launcher));
  assert.ok(readFileSync(launcher).includes('/usr/local/share/cv-launch/pipelines'));
  for (const name of readdirSync(join(root, 'pipelines')).filter((file) => file.endsWith('.pipe')))
    assert.ok(existsSync(join(folder, 'usr/local/share/cv-launch/pipelines', name)), name);
  for (const name of readdirSync(join(root, 'models')).filter((file) => file.endsWith('.py')))
    assert.ok(existsSync(join(folder, 'usr/local/share/cv-launch/models', name)), name);
});

for (const element of ['ballsrc', 'circledetect', 'modelproc', 'overlaydraw', 'framestamp']) {
  test(`README: the table of ${element} says what gst-inspect-1.0 says`, async () => {
    const table = await propertyTable(element);
    assert.ok(table.split('\n').length > 5, table);
    assert.ok(text.includes(table), `the README should have:\n${table}`);
  });
}

test('README: the example of a detector is the one that is built and run', () => {
  const [, code] = text.match(/```cpp\n([^]*?)```/);
  assert.ok(readFileSync(join(root, 'plugins/example/brightspot.cpp'), 'utf8').endsWith(code));
});
