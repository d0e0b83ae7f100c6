// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs one of libFuzzer's targets.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../lib/child.js';
import { root } from '../lib/paths.js';

const here = join(root, 'tests/fuzz');
const build = join(root, 'build-fuzz');

// what says most about a finding, first
const told = [/^this must hold: .*/m, /^.*(?:CRITICAL|WARNING) \*\*.*/m, /^ *what\(\): .*/m, /^SUMMARY: .*/m, /^.*ERROR.*/m];

/** All targets, each with a corpus. */
export const targets = readdirSync(join(here, 'corpus')).sort();

/**
 * Tries a target's corpus, then what comes of changing it. What reaches more of the parser is kept in build-fuzz/, for the next time.
 * @param {string} target
 * @param {number} seconds
 * @returns {Promise<{inputs: number, error?: string, output: string}>}
 */
export async function fuzz(target, seconds) {
  const kept = join(build, 'corpus', target);
  const found = join(build, 'found');
  for (const folder of [kept, found]) mkdirSync(folder, { recursive: true });
  const options = { max_total_time: seconds, timeout: 60, print_final_stats: 1, artifact_prefix: join(found, `${target}-`) };
  const child = new Child(join(build, 'tests/fuzz', `fuzz-${target}`),
    [...Object.entries(options).map(([name, value]) => `-${name}=${value}`), kept, join(here, 'corpus', target)], { cwd: root });
  const { code, signal } = await child.end((seconds + 300) * 1000).catch(async (error) => {
    child.signal('SIGKILL');
    await child.exited;
    return { code: null, signal: error.message };
  });
  const output = child.stdout + child.stderr;
  const inputs = Number(output.match(/^stat::number_of_executed_units:\s*(\d+)/m)?.[1] ?? 0);
  const input = output.match(/Test unit written to (\S+)/)?.[1];
  const what = told.map((pattern) => output.match(pattern)?.[0].trim()).find(Boolean) ?? 'see the output';
  if (input) return { inputs, output, error: `${what}\nthe input: ${input}\nagain: build-fuzz/tests/fuzz/fuzz-${target} ${input}` };
  if (code !== 0) return { inputs, output, error: `it ended with ${signal ?? `status ${code}`}: ${what}` };
  return { inputs, output, ...(inputs === 0 && { error: 'it tried no input' }) };
}
