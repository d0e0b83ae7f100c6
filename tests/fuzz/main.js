// SPDX-License-Identifier: LGPL-2.1-or-later
// What tests/fuzz/run starts when the targets are built: [--seconds=N] [TARGET…]
import { cpus } from 'node:os';
import { fuzz, targets } from './fuzz.js';

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = [...args.filter((arg) => arg.startsWith('--') && !/^--seconds=\d+$/.test(arg)), ...named.filter((name) => !targets.includes(name))];
if (unknown.length > 0) {
  console.error(`tests/fuzz/run does not know ${unknown.join(' ')}; it takes --seconds=N and ${targets.join(', ')}`);
  process.exit(2);
}
const seconds = Number(args.find((arg) => arg.startsWith('--seconds='))?.split('=')[1] ?? 20);
const todo = named.length > 0 ? named : [...targets];

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
await Promise.all(cpus().map(async () => {
  for (let target = todo.shift(); target; target = todo.shift()) {
    const { inputs, error, output } = await fuzz(target, seconds);
    console.log(`${error ? '✖' : '✔'} ${target}: ${inputs} inputs`);
    if (!error) continue;
    console.log(`${output.split('\n').slice(-60).map((line) => `  | ${line}`).join('\n')}\n  ${error.replaceAll('\n', '\n  ')}`);
    process.exitCode = 1;
  }
}));
