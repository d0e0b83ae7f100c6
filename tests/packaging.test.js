// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes with an installation: completion, man page, one version. scripts/check-fresh tries the packages themselves.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './lib/child.js';
import { cvLaunch, env, root, temporaryFolder } from './lib/paths.js';
import { runLaunch } from './lib/server.js';
import { test } from './lib/test.js';

const built = join(dirname(cvLaunch), '../packaging/cv-launch');
const read = (path) => readFileSync(join(root, path), 'utf8');
const optionsOf = (text) => new Set(text.match(/--[a-z][a-z-]+/g));

/** What the shell offers for the last word. `words` are as bash splits them, "=" apart. */
async function completions(words, cwd = temporaryFolder()) {
  const script = `
    shopt -s extglob
    compopt() { :; }  # it knows no completion but one that the keyboard started
    source '${built}'
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _cv_launch
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await run('bash', ['-uc', script, 'bash', 'cv-launch', ...words],
    { cwd, env: { ...env, PATH: `${dirname(cvLaunch)}:${env.PATH}` } });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}

test('completion offers every option of --help', async () => {
  const { stdout: help } = await runLaunch(['--help']);
  const offered = [...await completions(['--'])].map((option) => option.replace('=', ''));
  assert.deepEqual(new Set(offered), optionsOf(help));
  assert.deepEqual(await completions(['--max']), new Set(['--max-viewers=']));
});

test('completion offers the shipped pipelines, and those in the folder', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'mine.pipe'), '');
  writeFileSync(join(folder, 'notes.txt'), '');
  const shipped = readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.pipe'));
  const offered = await completions(['--pipeline', '='], folder);
  for (const name of [...shipped, 'mine.pipe']) assert.ok(offered.has(name), name);
  assert.ok(!offered.has('notes.txt'));
  assert.deepEqual(await completions(['--pipeline', '=', 'asy'], folder), new Set(['async.pipe']));
  assert.deepEqual(await completions(['-p', 'mi'], folder), new Set(['mine.pipe']));
});

for (const name of ['async.pipe', 'rtsp.pipe'])
  test(`completion offers the variables of ${name}`, async () => {
    const { stdout } = await runLaunch([`--pipeline=${name}`, '--variables']);
    const variables = new Set(stdout.trimEnd().split('\n').map((line) => `${line.replace(/[= ].*/, '')}=`));
    assert.ok(variables.size > 5, stdout);
    assert.deepEqual(await completions(['--pipeline', '=', name, '--set', '']), variables);
    assert.deepEqual(await completions(['-p', name, '--set', '=', 'bit']), new Set(['bitrate=']));
  });

test('completion is silent where there is nothing to offer', async () => {
  assert.deepEqual(await completions(['--set', '']), new Set());
  assert.deepEqual(await completions(['--pipeline', '=', 'nosuch.pipe', '--set', '']), new Set());
});

test('the man page has the options of --help, and the shipped pipelines', async () => {
  const page = read('packaging/cv-launch.1').replaceAll('\\-', '-');
  const { stdout: help } = await runLaunch(['--help']);
  const options = page.slice(page.indexOf('.SH OPTIONS'), page.indexOf('.SH PIPELINE FILES'));
  assert.deepEqual(optionsOf(options), optionsOf(help));
  for (const name of readdirSync(join(root, 'pipelines')).filter((file) => file.endsWith('.pipe'))) assert.ok(page.includes(name), name);
});

test('the version is the same everywhere', async () => {
  const version = read('meson.build').match(/^ *version: '([^']+)'/m)[1];
  assert.match(read('CHANGELOG.md'), new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)$`, 'm'));
  assert.equal((await runLaunch(['--version'])).stdout, `cv-launch ${version}\n`);
});

test('every installed file is in a Debian package, and every package has what it lists', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await run('meson', ['install', '-C', join(dirname(cvLaunch), '..'), '--no-rebuild', '--destdir', folder]);
  assert.equal(code, 0, stderr);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1).replace(/^usr\/local\/(etc\/)?/, (_, etc) => etc ?? 'usr/'));
  const lists = readdirSync(join(root, 'packaging/debian')).filter((name) => name.endsWith('.install') || name === 'not-installed');
  const listed = lists.flatMap((name) => read(`packaging/debian/${name}`).split('\n')).filter((line) => line && !line.startsWith('#'));
  const patterns = listed.map((path) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`));
  assert.ok(files.length > 10 && patterns.length > 5);
  assert.deepEqual(files.filter((file) => !patterns.some((pattern) => pattern.test(file))), []);
  assert.deepEqual(listed.filter((_, i) => !files.some((file) => patterns[i].test(file))), []);
});

test('meson install into a prefix has all that runs', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await run('meson', ['install', '-C', join(dirname(cvLaunch), '..'), '--no-rebuild', '--destdir', folder]);
  assert.equal(code, 0, stderr);
  const prefix = join(folder, 'usr/local');
  for (const path of ['bin/cv-launch', 'share/man/man1/cv-launch.1', 'share/bash-completion/completions/cv-launch',
    'share/cv-launch/pipelines/async.pipe', 'share/cv-launch/pipelines/codecs/vp8.pipe', 'share/cv-launch/pipelines/ladder/rungs/6.pipe', 'share/cv-launch/models/cv_model.py',
    'share/cv-launch/python/run/sitecustomize.py', 'share/cv-launch/python/cv_launch/py.typed', 'include/cv-launch/imshow.hpp', 'include/cv-launch/objects.hpp', 'include/cv-launch/windows.h'])
    assert.ok(existsSync(join(prefix, path)), path);
  // it runs from there, with the pipelines that it was installed with
  const { stdout } = await run(join(prefix, 'bin/cv-launch'), ['--pipeline=async.pipe', '--print'],
    { env: { CV_PIPELINES: join(prefix, 'share/cv-launch/pipelines') } });
  assert.match(stdout, /^ballsrc .* webrtcbin/);
});
