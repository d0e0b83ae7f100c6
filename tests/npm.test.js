// SPDX-License-Identifier: LGPL-2.1-or-later
// The npm package of the player: what is in it, and whether bundlers and TypeScript find their way.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './lib/child.js';
import { installed, pack } from './lib/npm.js';
import { root } from './lib/paths.js';
import { before, test } from './lib/test.js';

const tool = (name) => join(root, 'tests/node_modules/.bin', name);
let file, folder;
before(async () => {
  file = await pack();
  folder = await installed(file);
});

test('it has the player as cv-launch serves it, and what that loads', () => {
  const package_ = join(folder, 'node_modules/cv-player');
  const { name, version } = JSON.parse(readFileSync(join(package_, 'package.json'), 'utf8'));
  assert.ok(file.endsWith(`/cv-player-${version}.tgz`));
  assert.equal(version, readFileSync(join(root, 'meson.build'), 'utf8').match(/version: '([\d.]+)'/)[1], name);
  const loaded = new Set(['cv-player.js']);
  for (const one of loaded)
    for (const [, other] of readFileSync(join(package_, one), 'utf8').matchAll(/"([\w-]+\.js)"/g)) loaded.add(other);
  assert.deepEqual(readdirSync(package_).filter((each) => each.endsWith('.js')).sort(), [...loaded].sort());
  assert.ok(loaded.size > 3);
});

for (const [name, args] of [['publint', ['--strict']], ['attw', ['--profile', 'esm-only']]])
  test(`${name} finds nothing wrong`, async () => {
    const { code, stdout, stderr } = await run(tool(name), [file, ...args]);
    assert.equal(code, 0, stdout + stderr);
  });

/** What TypeScript says of a user's program. */
async function complaints(text) {
  writeFileSync(join(folder, 'main.ts'), text);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { noEmit: true, strict: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', types: [] }, files: ['main.ts'],
  }));
  return (await run(tool('tsc'), ['-p', folder])).stdout;
}

test('its types have the events of docs/embed.md', () => {
  const [, events] = readFileSync(join(root, 'docs/embed.md'), 'utf8').split('\n## Events\n');
  const documented = [...events.split('\n## ')[0].matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
  const typed = [...readFileSync(join(folder, 'node_modules/cv-player/index.d.ts'), 'utf8').matchAll(/'(cv-[a-z]+)': CustomEvent/g)].map(([, name]) => name);
  assert.deepEqual(typed.sort(), documented.sort());
});

test('TypeScript knows the element, its properties and its events', async () => {
  const program = `
    import { type Draw } from 'cv-player';
    const player = document.querySelector('cv-player')!;
    const draw: Draw = (context, frame, results) => {
      frame.drawBoxes();
      for (const result of results) context.fillText(result.kind, frame.scale(result).x * result.objects[0].x, frame.height);
    };
    Object.assign(player, { draw });
    player.draw = null;
    player.hold = 250;
    player.addEventListener('cv-result', ({ detail }) => console.log(detail.objects[0].label));
    player.addEventListener('cv-select', ({ detail }) => console.log(detail?.object.label));
    player.addEventListener('cv-error', ({ detail }) => console.log(detail.code, detail.final));
    player.addEventListener('cv-stats', ({ detail }) => console.log(detail.frames.decoded, detail.latency?.median));
    const { image, results } = await player.snapshot();
    console.log(image.size, results.length);`;
  assert.equal(await complaints(program), '');
  for (const [right, wrong, complaint] of [['hold = 250', "hold = 'long'", "Type 'string' is not assignable to type 'number'"], ['detail.final', 'detail.finally', "Property 'finally' does not exist"]]) {
    assert.ok(program.includes(right));
    assert.ok((await complaints(program.replace(right, wrong))).includes(complaint), wrong);
  }
});
