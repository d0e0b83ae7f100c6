// SPDX-License-Identifier: LGPL-2.1-or-later
// An element's own properties, as gst-inspect-1.0 tells them.
import { run } from './child.js';
import { env } from './paths.js';

// automatic-eos: GStreamer 1.24 and newer
const inherited = new Set(['name', 'parent', 'qos', 'blocksize', 'do-timestamp', 'num-buffers', 'typefind', 'automatic-eos']);

/** "Default: 4278190080" as people write it. */
function readable(name, text) {
  const value = text.trim().replace(/^"(.*)"$/, '$1').replace(/^\d+, "(.*)"$/, '$1');
  return name.endsWith('color') && /^\d+$/.test(value) ? `0x${Number(value).toString(16).toUpperCase().padStart(8, '0')}` : value;
}

/** @returns {Promise<{name: string, meaning: string, range: string, initial: string}[]>} */
export async function propertiesOf(element) {
  const { stdout } = await run('gst-inspect-1.0', [element], { env: { ...env, LC_ALL: 'C.UTF-8' } });
  // 1.24 and newer put an empty line between properties, and may have signals behind them
  const text = stdout.slice(stdout.indexOf('Element Properties:')).replace(/\nElement (Signals|Actions):[^]*/, '');
  const blocks = text.split(/\n {2}(?=[a-z][a-z0-9-]* *: )/).slice(1);
  return blocks.map((block) => {
    const [, name, meaning] = block.match(/^([a-z0-9-]+) *: (.*)/);
    const range = block.match(/Range: +(\S+) - +(\S+)/);
    const choices = [...block.matchAll(/\(-?\d+\): (\S+) +-/g)].map(([, nick]) => nick);
    const initial = block.match(/Default: *(.*)/)?.[1] ?? '';
    const limits = range && !name.endsWith('color') ? `${range[1]} to ${range[2]}` : choices.join(', ');
    return { name, meaning, range: limits, initial: readable(name, initial) };
  }).filter(({ name }) => !inherited.has(name));
}

/** The table of an element in docs/elements.md. */
export async function propertyTable(element) {
  const rows = (await propertiesOf(element)).map(({ name, meaning, range, initial }) =>
    `| \`${name}\` | ${meaning.replaceAll('|', '\\|')} | ${range} | ${initial} |`);
  return ['| property | meaning | range | default |', '|---|---|---|---|', ...rows].join('\n');
}
