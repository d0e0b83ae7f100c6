// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs tests and counts them; ./check calls it when all is built.
//   node tests/run.js [--quick|--sanitize] [FILE…]
// Without files all of them, and scripts/lint; --quick leaves out what needs a browser, and fuzzing. A file is a *.test.js,
// a *_test.cpp, a test_*.py or a target tests/fuzz/*.cpp. --sanitize: C++ tests and tests/launcher/, in the builds with sanitizers.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fuzz, targets } from './fuzz/fuzz.js';
import { Child } from './lib/child.js';
import { env, root, temporaryFolder } from './lib/paths.js';
import { environment, listPlugins, reports, sanitizers } from './sanitizers/sanitizers.js';

const fileLimit = 3_600_000;
const fuzzSeconds = 20;
const slowest = 10;
/** In browsers: what counts each frame, or shapes a network's time, and would wait long for luck beside others. */
const wholeMachine = ['exact', 'links', 'network'].map((name) => `tests/e2e/${name}.test.js`);
const longTest = 60;  // s: it may have waited for what came by luck

/**
 * @typedef {{name: string, passed: boolean, seconds?: number, skipped?: string, error?: string}} Outcome of one test
 * @typedef {{folder: string, env: Record<string, string>}} Build another one than build/, and what its programs run with
 * @typedef {{group: string, name: string, alone?: boolean, run: (build?: Build) => Promise<{outcomes: Outcome[], output: string, notes?: string[]}>}} Job
 *   `alone`: it wants the whole machine; the others run side by side
 */

/** Runs a program to its end, whatever that is. */
async function finish(program, args, options = {}) {
  const child = new Child(program, args, { cwd: root, ...options });
  const { code, signal } = await child.end(fileLimit).catch(async (error) => {
    child.signal('SIGTERM');  // its own children end with it
    await child.exited;
    return { code: null, signal: error.message };
  });
  return { code, signal, output: child.stdout + child.stderr };
}

/** A failure of its own where a program failed and no test of it did. */
const checked = (outcomes, { code, signal }, name) =>
  code === 0 || outcomes.some(({ passed }) => !passed) ? outcomes : [...outcomes, { name, passed: false, error: `it ended with ${signal ?? `status ${code}`}` }];

/** @returns {Job} */
function node(path) {
  const name = relative(root, path);
  const group = name.startsWith('tests/e2e/') ? 'e2e' : name.startsWith('tests/web/') ? 'web' : 'launcher';
  return {
    group, name, alone: wholeMachine.includes(name),
    run: async (build) => {
      const report = join(temporaryFolder(), 'report');
      const reporter = join(root, 'tests/lib/reporter.js');
      const done = await finish(process.execPath, [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`, path], { env: build?.env });
      const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
      const outcomes = lines.filter((line) => line.note === undefined);
      if (outcomes.length === 0) outcomes.push({ name, passed: false, error: 'it ran no test' });
      return { outcomes: checked(outcomes, done, name), output: done.output, notes: lines.flatMap(({ note }) => note ?? []) };
    },
  };
}

/** @param {string[]} suites of meson; none: all @returns {Job} */
const meson = (...suites) => ({
  group: 'meson', name: ['meson test', ...suites].join(' '),
  run: async ({ folder, env: more } = { folder: 'build', env: {} }) => {
    const slower = folder === 'build' ? [] : ['--timeout-multiplier=20'];
    const done = await finish('meson', ['test', '-C', folder, '--print-errorlogs', ...slower, ...suites], { env: more });
    const junit = readFileSync(join(root, folder, 'meson-logs/testlog.junit.xml'), 'utf8');
    const outcomes = [...junit.matchAll(/<testcase name="([^"]+)"([^>]*?)(?:\/>|>([^]*?)<\/testcase>)/g)].map(([, test, attributes, inside = '']) => {
      const name = `${attributes.match(/classname="([^"]+)"/)?.[1]}.${test}`;
      const skipped = /<skipped/.test(inside) || /result="skipped"/.test(attributes) ? 'see its output' : undefined;
      return { name, passed: !/<(failure|error)/.test(inside), skipped, error: 'see the output' };
    });
    return { outcomes: checked(outcomes, done, 'meson test'), output: done.output };
  },
});

/** @param {string} pattern of file names @returns {Job} */
const models = (pattern) => ({
  group: 'models', name: `tests/models/${pattern}`,
  run: async () => {
    // Debian's Python: it has numpy and OpenCV
    const done = await finish('/usr/bin/python3', ['-B', '-m', 'unittest', 'discover', '-v', '-s', 'tests/models', '-p', pattern], { env });
    const outcomes = [...done.output.matchAll(/^(test_\w+) \((\S+)\)[^]*?\.\.\. (ok|FAIL|ERROR|skipped '(.*)')$/gm)].map(([, test, where, verdict, skipped]) => (
      { name: `${where} ${test}`, passed: !/FAIL|ERROR/.test(verdict), skipped, error: 'see the output' }));
    const ran = Number(done.output.match(/^Ran (\d+) test/m)?.[1] ?? 0);
    if (ran === 0 || outcomes.length !== ran) outcomes.push({ name: pattern, passed: false, error: `${ran} tests ran, ${outcomes.length} were told` });
    return { outcomes: checked(outcomes, done, pattern), output: done.output };
  },
});

/** @returns {Job} */
const fuzzing = (target) => ({
  group: 'fuzz', name: `tests/fuzz/${target}.cpp`,
  run: async () => {
    const { inputs, error, output } = await fuzz(target, fuzzSeconds);
    return { outcomes: [{ name: target, passed: error === undefined, error }], output, notes: [`${inputs} inputs`] };
  },
});

/** @type {Job} */
const lint = {
  group: 'lint', name: 'scripts/lint', alone: true,
  run: async () => {
    const done = await finish('scripts/lint', []);
    return { outcomes: [{ name: 'lint', passed: done.code === 0, error: 'see the output' }], output: done.output };
  },
};

/** A job in a build with a sanitizer, whose reports fail. @param {import('./sanitizers/sanitizers.js').Sanitizer} sanitizer @param {Job} job @returns {Job} */
const sanitized = (sanitizer, job) => ({
  group: sanitizer.folder, name: `${sanitizer.folder}: ${job.name}`,
  run: async () => {
    const { log, found } = reports();
    const done = await job.run({ folder: sanitizer.folder, env: environment(sanitizer, log) });
    return { ...done, outcomes: [...done.outcomes, ...found().map(({ summary, text }) => ({ name: summary, passed: false, error: text }))] };
  },
});

function find(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'fresh'].includes(entry.name) ? [] : find(path);
    return entry.name.endsWith('.test.js') ? [join(root, path)] : [];
  });
}

/** A suite is what one meson.build makes, and is called as its folder. @param {string} folder @returns {string} */
const suiteOf = (folder) => existsSync(join(folder, 'meson.build')) ? basename(folder) : suiteOf(dirname(folder));

/** @returns {Job} */
function jobOf(file) {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`${file}: there is no such file`);
  if (file.endsWith('.test.js')) return node(path);
  if (file.endsWith('_test.cpp')) return meson(suiteOf(dirname(path)));
  if (/^test_.*\.py$/.test(basename(file))) return models(basename(file));
  const target = basename(file, '.cpp');
  if (dirname(path) === join(root, 'tests/fuzz') && targets.includes(target)) return fuzzing(target);
  throw new Error(`${file}: not a *.test.js, *_test.cpp, test_*.py or a target of tests/fuzz`);
}

const totals = new Map();
const times = [];
const skips = [];

async function perform(job) {
  const start = performance.now();
  const { outcomes, output, notes = [] } = await job.run();
  const seconds = (performance.now() - start) / 1000;
  times.push({ name: job.name, seconds });
  const failed = outcomes.filter(({ passed }) => !passed);
  const skipped = outcomes.filter((one) => one.passed && one.skipped !== undefined);
  skips.push(...skipped.map((one) => `${job.name}: ${one.name}: ${one.skipped}`));
  const passed = outcomes.length - failed.length - skipped.length;
  const total = totals.get(job.group) ?? { passed: 0, failed: 0 };
  totals.set(job.group, { passed: total.passed + passed, failed: total.failed + failed.length });
  const counts = [`${passed} passed`, ...(failed.length ? [`${failed.length} FAILED`] : []), ...(skipped.length ? [`${skipped.length} skipped`] : [])];
  console.log(`${failed.length ? '✖' : '✔'} ${job.name}: ${counts.join(', ')} (${seconds.toFixed(1)} s)`);
  for (const note of notes) console.log(`    ${note}`);
  for (const one of outcomes) if (one.seconds > longTest) console.log(`    ${one.seconds.toFixed(1)} s: ${one.name}`);
  if (failed.length > 0) {
    console.log(output.split('\n').slice(-200).map((line) => `  | ${line}`).join('\n'));
    for (const { name, error } of failed) console.log(`  ✖ ${name}\n${error.split('\n').map((line) => `      ${line}`).join('\n')}`);
  }
}

// what takes longest first, so that nobody waits for one at the end
const size = (path) => readFileSync(path, 'utf8').length;
const longestFirst = (paths) => paths.sort((a, b) => size(b) - size(a));

function all() {
  const files = longestFirst(find('tests')).map(node);
  const inBrowser = ({ group }) => group === 'e2e';
  return [
    lint, meson(), ...readdirSync(join(root, 'tests/models')).filter((name) => /^test_.*\.py$/.test(name)).map(models),
    ...files.filter((job) => !inBrowser(job)), ...files.filter(inBrowser), ...targets.map(fuzzing),
  ];
}

/** @param {string[]} files to run only; a *_test.cpp stands for all of them @returns {Job[]} */
const inSanitizers = (files) => sanitizers.flatMap((one) => [
  meson(...one.suites), ...longestFirst(find('tests/launcher')).filter((path) => !one.leftOut.includes(basename(path))).map(node),
].filter(({ group, name }) => files.length === 0 || files.map(jobOf).some((named) => named.name === name || (named.group === group && group === 'meson')))
  .map((job) => sanitized(one, job)));

/** @returns {Job[]} */
function wanted(quick, sanitize, files) {
  if (sanitize) return inSanitizers(files);
  return files.length > 0 ? files.map(jobOf) : all().filter(({ group }) => !(quick && ['e2e', 'fuzz'].includes(group)));
}

async function main() {
  const args = process.argv.slice(2);
  const sanitize = args.includes('--sanitize');
  const jobs = wanted(args.includes('--quick'), sanitize, args.filter((arg) => !arg.startsWith('--')));
  if (sanitize) sanitizers.forEach(listPlugins);
  for (const job of jobs.filter(({ alone }) => alone)) await perform(job);
  const shared = jobs.filter(({ alone }) => !alone);
  await Promise.all(cpus().map(async () => { while (shared.length > 0) await perform(shared.shift()); }));

  console.log('\nThe slowest:');
  for (const { name, seconds } of times.sort((a, b) => b.seconds - a.seconds).slice(0, slowest)) console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  console.log(skips.length > 0 ? `Skipped: ${skips.length}\n  ${skips.join('\n  ')}` : 'Skipped: none');
  for (const [group, { passed, failed }] of totals) console.log(`${group}: ${passed} passed, ${failed} failed`);
  const sum = (what) => [...totals.values()].reduce((total, group) => total + group[what], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
