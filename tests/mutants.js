// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the tests notice deliberate faults; tests/mutants calls it.
//   node tests/mutants.js [WORD…]   only the faults whose text or file has one of the words
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './lib/child.js';
import { mutants } from './lib/mutants.js';
import { root } from './lib/paths.js';

const limit = 3_600_000;
const copy = join(root, 'build-mutants');
const ownBuild = { CV_LAUNCH: undefined, CV_TEST_VIEWER: undefined, CV_TEST_RELAY: undefined, GST_PLUGIN_PATH: undefined };

const words = process.argv.slice(2);
const chosen = mutants.filter(({ fault, file }) => words.length === 0 || words.some((word) => `${fault} ${file}`.includes(word)));

/** The build folders that these faults need. */
const folders = [
  { folder: 'build', target: 'all', setup: ['meson', 'setup', 'build', '-Dtests=enabled'] },
  { folder: 'build-fuzz', target: 'fuzz', setup: ['CXX=clang++', 'meson', 'setup', 'build-fuzz', '-Dfuzz=enabled'] },
].filter(({ folder }) => folder === 'build' || chosen.some(({ tests }) => tests.some((test) => test.startsWith('tests/fuzz/'))));

const read = (name) => readFileSync(join(copy, name), 'utf8');
const write = (name, text) => writeFileSync(join(copy, name), text);

/** Runs a program in the copy. */
const inCopy = (program, ...args) => run(program, args, { cwd: copy, limit, env: ownBuild });

/** Files as they are now, committed or not; those that have not changed are left, so that little is compiled. */
async function refresh() {
  const list = async (where) => (await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: where })).stdout.split('\n').filter((name) => name && existsSync(join(where, name)));
  mkdirSync(copy, { recursive: true });
  if (!existsSync(join(copy, '.git'))) await inCopy('git', 'init', '-q');
  const wanted = new Set(await list(root));
  for (const name of await list(copy)) if (!wanted.has(name)) rmSync(join(copy, name));
  for (const name of wanted) {
    const [from, to] = [join(root, name), join(copy, name)];
    if (existsSync(to) && readFileSync(from).equals(readFileSync(to))) continue;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
  for (const name of ['tests/node_modules', 'tests/unpacked', 'build-jupyter', 'build-opencv', 'build-opencv-headless']) if (!existsSync(join(copy, name))) symlinkSync(join(root, name), join(copy, name));
  for (const { folder, setup } of folders) {
    if (existsSync(join(copy, folder, 'build.ninja'))) continue;
    const { code, stdout } = await inCopy('env', ...setup);
    assert.equal(code, 0, stdout);
  }
}

/** @returns {Promise<string>} why it can't be built, or '' */
async function build() {
  for (const { folder, target } of folders) {
    const { code, stdout } = await inCopy('ninja', '-C', folder, target);
    if (code !== 0) return stdout;
  }
  return '';
}

/** @param {string[]} tests @returns {Promise<string|null>} what failed first */
async function failure(tests) {
  for (const test of tests) {
    const { code, stdout, stderr } = await inCopy(process.execPath, 'tests/run.js', test);
    assert.ok(code === 0 || code === 1, stderr);
    if (code === 1) return `${test}: ${stdout.match(/^ {2}✖ (.*)/m)?.[1] ?? 'it failed'}`;
  }
  return null;
}

for (const { fault, file, from } of chosen) {
  assert.equal(readFileSync(join(root, file), 'utf8').split(from).length, 2, `"${fault}": its text stands once in ${file}`);
}
await refresh();
assert.equal(await build(), '');
const broken = await failure([...new Set(chosen.flatMap(({ tests }) => tests))]);
assert.equal(broken, null, 'without a fault all passes');

const survivors = [];
for (const { fault, file, from, to, tests } of chosen) {
  const text = read(file);
  write(file, text.replace(from, () => to));
  const unbuilt = await build();
  const noticed = unbuilt ? null : await failure(tests);
  write(file, text);
  assert.equal(unbuilt, '', `"${fault}" can't be built`);
  if (noticed === null) survivors.push(fault);
  console.log(`${noticed === null ? 'SURVIVED' : 'noticed '}  ${fault}${noticed === null ? ` (${tests.join(', ')})` : `: ${noticed}`}`);
}
console.log(`${chosen.length} faults, survivors: ${survivors.length > 0 ? survivors.join('; ') : 'none'}`);
process.exitCode = survivors.length > 0 ? 1 : 0;
