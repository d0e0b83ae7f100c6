// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads a frame's id from its own pixels (plugins/core/STAMP.md). Pure.

export const STAMP_ROWS = 16;
const REFERENCES = 4;
const CELLS = REFERENCES + 32 + 16;
const LEAST_CONTRAST = 32;

/**
 * Rows of pixels from the top of the strip on: the value that counts (luma, or green) of the pixel in column x, row y
 * is `data[offset + y * stride + x * step]`.
 * @typedef {{data: Uint8Array|Uint8ClampedArray, offset: number, stride: number, step: number, width: number}} Pixels
 */

/** First row of the strip in a picture of this height. @param {number} height */
export const stampTop = (height) => (Math.floor(height / STAMP_ROWS) - 1) * STAMP_ROWS;

/**
 * @param {Pixels} pixels @param {number} cell side of a cell in pixels
 * @returns {number|null} the frame's id; null: there is no stamp, or it is damaged
 */
export function readStamp(pixels, cell) {
  const columns = Math.floor(pixels.width / cell);
  if (columns * Math.floor(STAMP_ROWS / cell) < CELLS) return null;
  const values = new Float64Array(CELLS);
  for (let i = 0; i < CELLS; i++) values[i] = cellMean(pixels, i % columns * cell, Math.floor(i / columns) * cell, cell);
  const dark = (values[0] + values[2]) / 2;
  const light = (values[1] + values[3]) / 2;
  if (light - dark < LEAST_CONTRAST) return null;
  const threshold = (dark + light) / 2;
  /** @param {number} from @param {number} count */
  const bits = (from, count) => {
    let word = 0;
    for (let i = from; i < from + count; i++) word = word * 2 + (values[i] > threshold ? 1 : 0);
    return word;
  };
  const id = bits(REFERENCES, 32);
  return bits(REFERENCES + 32, 16) === crc16(id) ? id : null;
}

/**
 * Mean of a cell's inner half: its border is where codecs smear.
 * @param {Pixels} pixels @param {number} left @param {number} top @param {number} cell
 */
function cellMean({ data, offset, stride, step }, left, top, cell) {
  const margin = cell >> 2;
  const size = cell - 2 * margin;
  let sum = 0;
  for (let y = top + margin; y < top + cell - margin; y++) {
    let place = offset + y * stride + (left + margin) * step;
    for (let x = 0; x < size; x++, place += step) sum += data[place];
  }
  return sum / (size * size);
}

/** CRC-16/CCITT-FALSE of the four bytes, most significant first. @param {number} word */
function crc16(word) {
  let crc = 0xffff;
  for (let shift = 24; shift >= 0; shift -= 8) {
    crc ^= ((word >>> shift) & 0xff) << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
