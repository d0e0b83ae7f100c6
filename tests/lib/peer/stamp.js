// SPDX-License-Identifier: LGPL-2.1-or-later
// The cells of a frame stamp (plugins/core/STAMP.md). Pure.

/** @param {number} word @param {number} count */
const bits = (word, count) => word.toString(2).padStart(count, '0');

/** CRC-16/CCITT-FALSE of an id's four bytes. @param {number} id */
function crcOf(id) {
  let crc = 0xffff;
  for (const bit of bits(id, 32)) {
    const carry = crc >> 15 !== Number(bit);
    crc = (crc << 1 & 0xffff) ^ (carry ? 0x1021 : 0);
  }
  return crc;
}

/** Light cells are 1. @param {number} id */
export const stampCells = (id) => `0101${bits(id, 32)}${bits(crcOf(id), 16)}`;
