// SPDX-License-Identifier: LGPL-2.1-or-later
// The cells of a frame stamp (plugins/core/STAMP.md). Pure.
import { crc16 } from '../../../web/core/stamp.js';

/** Light cells are 1. @param {number} id */
export const stampCells = (id) => `0101${id.toString(2).padStart(32, '0')}${crc16(id).toString(2).padStart(16, '0')}`;
