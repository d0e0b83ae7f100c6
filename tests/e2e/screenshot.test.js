// SPDX-License-Identifier: LGPL-2.1-or-later
// What docs/pictures makes: looked at as a reader sees it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ballAndRing } from '../lib/circles.js';
import { run } from '../lib/child.js';
import { root, temporaryFolder } from '../lib/paths.js';
import { pictures } from '../lib/pictures.js';
import { decodePng } from '../lib/png.js';
import { test } from '../lib/test.js';

test('the picture of the page shows the ball, its result on it, and the figures', async () => {
  const path = join(temporaryFolder(), 'page.png');
  await pictures['page.png'](path);
  const picture = decodePng(readFileSync(path));
  assert.deepEqual([picture.width, picture.height], [1280, 960]);

  // of the picture alone: below it is white that is no ball
  const { ball, ring, off } = ballAndRing(picture, { x: 0, y: 0, width: 1280, height: 580 });
  assert.ok(ball && ring, 'a ball and a ring');
  assert.ok(off < 3, `${off} pixels from the ball to the ring`);
  assert.ok(ring.r > 50 && Math.abs(ring.r - ball.r) < 15, `a ring of ${ring.r} around a ball of ${ball.r}`);

  // eight columns of figures, each with a name over it
  const light = (x, y, width, height) => {
    let count = 0;
    for (let row = y; row < y + height; ++row)
      for (let column = x; column < x + width; ++column) count += picture.data[(row * picture.width + column) * picture.channels] > 140;
    return count;
  };
  for (let column = 0; column < 8; ++column) {
    const count = light(16 + column * 158, 710, 140, 40);
    assert.ok(count > 100, `text in column ${column}: ${count} light pixels`);
  }
});

test('docs/pictures names the pictures that there are', async () => {
  const { code, stderr } = await run(process.execPath, [join(root, 'tests/pictures.js'), 'cat.png']);
  assert.equal(code, 2);
  assert.match(stderr, /there is no cat\.png; there are live-and-exact\.webp, page\.png, /);
});
