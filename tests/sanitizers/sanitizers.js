// SPDX-License-Identifier: LGPL-2.1-or-later
// The builds with sanitizers: what their programs run with, and what they report.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { env, pipe, root, temporaryFolder } from '../lib/paths.js';

const shown = 100;  // lines of a report

/**
 * @typedef {object} Sanitizer
 * @property {string} folder of its build, which ./check configures
 * @property {string[]} suites of meson
 * @property {string[]} leftOut tests/launcher/*.test.js, and why below
 * @property {(log: string) => Record<string, string>} options as environment variables
 */

const suppressions = (name) => `suppressions=${join(root, 'tests/sanitizers', name)}`;

// gst-launch-1.0 has no sanitizer in it, and can't load elements that have one.
const inGstLaunch = ['print.test.js', 'third-party.test.js'];

// Python has none either, and loads nothing with this one: cv-launch's part is in the suites.
const inPython = ['windows.test.js'];

/** @type {Sanitizer[]} */
export const sanitizers = [
  {
    folder: 'build-asan', suites: ['core', 'elements', 'launcher', 'link'], leftOut: inGstLaunch,
    options: (log) => ({
      // a leak, found at the end, changes no exit status: tests look at that. They look at memory too, so that little is kept when it is freed
      ASAN_OPTIONS: `abort_on_error=1:exitcode=0:quarantine_size_mb=16:detect_leaks=1:fast_unwind_on_malloc=0:detect_stack_use_after_return=1:verify_asan_link_order=0:log_path=${log}`,
      LSAN_OPTIONS: `print_suppressions=0:${suppressions('lsan.supp')}`,
      // beside the other one it heeds no log_path: the program ends, and so fails its test
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1:abort_on_error=1',
    }),
  },
  {
    folder: 'build-tsan', suites: ['launcher'], leftOut: [...inGstLaunch, ...inPython],
    options: (log) => ({
      // locks are seen everywhere, but what libraries do with memory only where we call them
      TSAN_OPTIONS: `exitcode=0:ignore_noninstrumented_modules=1:second_deadlock_stack=1:history_size=4:${suppressions('tsan.supp')}:log_path=${log}`,
      LD_PRELOAD: join(root, 'build-tsan/tests/sanitizers/libglib-order.so'),
    }),
  },
];

/** The environment for one job of a sanitizer, whose reports go to files that begin with `log`. @param {Sanitizer} sanitizer */
export const environment = ({ folder, options }, log) => ({
  CV_LAUNCH: join(root, folder, 'launcher/cv-launch'), GST_PLUGIN_PATH: join(root, folder, 'plugins'),
  // GStreamer's own scanner can't load our elements either: cv-launch looks at all plugins once, before the tests
  GST_REGISTRY: join(root, folder, 'gst-registry.bin'), GST_REGISTRY_FORK: 'no', GST_REGISTRY_UPDATE: 'no',
  // memory that GLib itself hands from one thread to another looks like a race
  G_SLICE: 'always-malloc', ...options(log),
});

/** Has the list of plugins made. @param {Sanitizer} sanitizer */
export function listPlugins(sanitizer) {
  const { CV_LAUNCH, ...more } = environment(sanitizer, 'stderr');
  const { status, stderr } = spawnSync(CV_LAUNCH, [`--pipeline=${pipe('async')}`, '--print'],
    { env: { ...process.env, ...env, ...more, GST_REGISTRY_UPDATE: 'yes', ASAN_OPTIONS: 'detect_leaks=0' }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`cv-launch of ${sanitizer.folder} does not run: ${stderr}`);
}

/** A report's parts: one for each leak. What leads to other leaks comes first, and is enough. @param {string} text */
const parts = (text) => text.includes('LeakSanitizer') ? text.split('\n\n').filter((part) => part.startsWith('Direct leak')) : [text];

/** What is the same in two reports of one fault. @param {string} part */
function kind(part) {
  const frames = [...part.matchAll(/^ +#\d+ 0x[0-9a-f]+ (.*)$/gm)].map(([, frame]) => frame);
  if (part.startsWith('Direct leak')) return `leak: ${frames.find((frame) => /\.\.\/(launcher|plugins|tests)\//.test(frame)) ?? frames[2] ?? frames.at(-1)}`;
  return part.match(/^SUMMARY: (.*)$/m)?.[1];
}

/** Where a job's reports go, and what was found at its end: each kind once. */
export function reports() {
  const folder = temporaryFolder();
  return {
    log: join(folder, 'report'),
    /** @returns {{summary: string, text: string}[]} */
    found: () => {
      const texts = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/^(?==+$)/m)).flatMap(parts);
      const kinds = new Map(texts.map((text) => [kind(text), text.split('\n').slice(0, shown).join('\n')]));
      return [...kinds].filter(([summary]) => summary).map(([summary, text]) => ({ summary, text }));
    },
  };
}
