// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { STAMP_ROWS, readStamp, stampTop } from '../../../web/core/stamp.js';
import { test } from '../../lib/test.js';

/** @type {{width: number, id: number, stamped_height: number, top: number, cell: number, cells: string}[]} */
const vectors = JSON.parse(readFileSync(new URL('../../core/stamp_vectors.json', import.meta.url), 'utf8'));
const VECTOR = vectors[1];
const LUMA = { dark: 16, light: 235, step: 1, offset: 0, padding: 0 };
const GREEN = { dark: 0, light: 255, step: 4, offset: 1, padding: 0 };

/**
 * A whole picture with this vector's stamp; what is neither stamp nor counted is grey.
 * @param {{width: number, stamped_height: number, top: number, cell: number, cells: string}} vector
 * @param {typeof LUMA} format
 */
function picture({ width, stamped_height: height, top, cell, cells }, { dark, light, step, offset, padding }) {
  const stride = width * step + padding;
  const data = new Uint8Array(offset + stride * height).fill(77);
  const columns = Math.floor(width / cell);
  for (let y = 0; y < STAMP_ROWS; y++) {
    for (let x = 0; x < width; x++) {
      const i = Math.floor(y / cell) * columns + Math.floor(x / cell);
      const inside = x < columns * cell && cells[i] === '1';
      data[offset + (top + y) * stride + x * step] = inside ? light : dark;
    }
  }
  return { data, offset: offset + top * stride, stride, step, width };
}

/** @param {string} cells @param {number} i */
const flipped = (cells, i) => cells.slice(0, i) + (cells[i] === '1' ? '0' : '1') + cells.slice(i + 1);
/** Reads VECTOR with other cells or values. @param {{cells?: string, dark?: number, light?: number}} change */
const reading = ({ cells = VECTOR.cells, ...values }) =>
  readStamp(picture({ ...VECTOR, cells }, { ...LUMA, ...values }), VECTOR.cell);

test('the shared vectors: every stamp is found and read, from luma with a stride and from green of RGBA', () => {
  assert.ok(vectors.length >= 10, 'there are vectors');
  for (const vector of vectors) {
    assert.equal(stampTop(vector.stamped_height), vector.top);
    for (const format of [LUMA, { ...LUMA, padding: 64, offset: 100 }, GREEN, { ...GREEN, padding: 12 }]) {
      const found = readStamp(picture(vector, format), vector.cell);
      assert.equal(found, vector.id, `${vector.width}, ${vector.id}`);
    }
  }
});

test('a damaged stamp names no frame, whichever bits were hit', () => {
  for (let i = 0; i < 52; i++) {
    const { cells } = VECTOR;
    if (i >= 4) assert.equal(reading({ cells: flipped(cells, i) }), null, `cell ${i}`);
    if (i >= 4 && i < 51) assert.equal(reading({ cells: flipped(flipped(cells, i), i + 1) }), null, `cells from ${i}`);
  }
});

test('a stamp is read at low contrast, but not below the least', () => {
  assert.equal(reading({ dark: 100, light: 132 }), VECTOR.id);
  assert.equal(reading({ dark: 100, light: 131 }), null);
});

test('all four references count', () => {
  const { width, cell } = VECTOR;
  for (const [i, shift] of [[0, 1], [1, -1], [2, 1], [3, -1]]) {
    for (const [by, readable] of [[8, true], [9, false]]) {
      const pale = picture(VECTOR, { ...LUMA, dark: 100, light: 136 });
      for (let y = 0; y < cell; y++) {
        for (let x = i * cell; x < (i + 1) * cell; x++) pale.data[pale.offset + y * width + x] += shift * Number(by);
      }
      assert.equal(readStamp(pale, cell), readable ? VECTOR.id : null, `${by} off in ${i}`);
    }
  }
});

test('a picture without a stamp has none: flat, inverted, noise', () => {
  assert.equal(reading({ dark: 128, light: 128 }), null);
  assert.equal(reading({ dark: 235, light: 16 }), null);
  const noise = picture(VECTOR, LUMA);
  noise.data.forEach((_, i) => { noise.data[i] = Math.imul(i + 1, 2654435761) >>> 24; });
  assert.equal(readStamp(noise, VECTOR.cell), null);
});

test('a picture too narrow for all cells has no stamp', () => {
  const narrow = { ...vectors[0], width: 208, cell: 8 };
  assert.equal(readStamp(picture(narrow, LUMA), 8), 0);
  assert.equal(readStamp({ ...picture(narrow, LUMA), width: 207 }, 8), null);
  assert.equal(readStamp({ ...picture({ ...narrow, width: 52, cell: 4 }, LUMA), width: 51 }, 4), null);
  assert.equal(readStamp(picture(narrow, LUMA), 16), null);
  assert.equal(readStamp(picture(VECTOR, LUMA), 0), null, 'a cell of no size');
});

test('what a codec smears over the edges of cells does not matter', () => {
  const { cell } = VECTOR;
  const smeared = picture(VECTOR, LUMA);
  for (let y = 0; y < STAMP_ROWS; y++) {
    for (let x = 0; x < VECTOR.width; x++) {
      const edge = [x, y].some((at) => at % cell < cell / 4 || at % cell >= cell - cell / 4);
      const place = smeared.offset + y * smeared.stride + x;
      if (edge) smeared.data[place] = 251 - smeared.data[place];
    }
  }
  assert.equal(readStamp(smeared, cell), VECTOR.id);
});

test('a cell counts as light or dark by which of the two it is nearer to', () => {
  const { cell, cells } = VECTOR;
  const worst = picture(VECTOR, { ...LUMA, dark: 0, light: 200 });
  const i = cells.indexOf('1', 4);
  for (const [value, id] of [[150, VECTOR.id], [101, VECTOR.id], [99, null]]) {
    for (let y = 0; y < cell; y++) {
      const start = worst.offset + y * worst.stride + i * cell;
      worst.data.fill(Number(value), start, start + cell);
    }
    assert.equal(readStamp(worst, cell), id, `${value}`);
  }
});

test('the CRC is CRC-16/CCITT-FALSE', () => {
  // Of these four ASCII bytes, as any other implementation has it.
  const bits = (/** @type {number} */ word, /** @type {number} */ count) => word.toString(2).padStart(count, '0');
  assert.equal(reading({ cells: `0101${bits(0x31323334, 32)}${bits(0x5349, 16)}` }), 0x31323334);
});
