// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { layOut, tileAfter } from '../../../web/demo/columns.js';
import { test } from '../../lib/test.js';

const heightOf = (count, { columns, tile }, below) => Math.ceil(count / columns) * (tile * 9 / 16 + below);

for (const [count, width, height, columns] of [[1, 1280, 800, 1], [2, 1280, 800, 2], [4, 1280, 800, 2], [8, 1280, 800, 3], [24, 1920, 1080, 6], [8, 390, 844, 2], [2, 390, 844, 1]])
  test(`${count} pictures in ${width} × ${height} are in ${columns} columns, all in sight and as large as that allows`, () => {
    const laid = layOut(count, width, height, 44);
    assert.equal(laid.columns, columns);
    assert.ok(laid.tile * columns <= width + 0.01 && heightOf(count, laid, 44) <= height + 0.01, JSON.stringify(laid));
    const wider = { columns, tile: laid.tile + 1 };
    assert.ok(wider.tile * columns > width || heightOf(count, wider, 44) > height, JSON.stringify(laid));
  });

test('pictures that would be too small to see anything are scrolled', () => {
  assert.deepEqual(layOut(24, 390, 844, 44), { columns: 2, tile: 195 });
  assert.deepEqual(layOut(8, 700, 300, 44), { columns: 4, tile: 175 });
  assert.deepEqual(layOut(3, 100, 800, 44), { columns: 1, tile: 100 });
});

test('no picture needs no place', () => {
  assert.equal(layOut(0, 1280, 800, 44).columns, 1);
});

for (const [key, index, next] of [['ArrowRight', 0, 1], ['ArrowRight', 7, null], ['ArrowLeft', 0, null], ['ArrowLeft', 4, 3], ['ArrowDown', 1, 4], ['ArrowDown', 6, null],
  ['ArrowUp', 6, 3], ['ArrowUp', 2, null], ['Enter', 3, null], ['a', 3, null]])
  test(`of eight in three columns ${key} leads from ${index} to ${next ?? 'none'}`, () => {
    assert.equal(tileAfter(String(key), Number(index), 8, 3), next);
  });
