// SPDX-License-Identifier: LGPL-2.1-or-later
// Pixels of a screenshot: PNG with 8 bits a channel, grey, RGB or RGBA, not interlaced, as browsers and cv-launch write it.
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

const CHANNELS = { 0: 1, 2: 3, 6: 4 };

/** @param {Buffer} png @returns {{width: number, height: number, channels: number, data: Uint8Array}} */
export function decodePng(png) {
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  const parts = [];
  let header;
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') header = body;
    if (type === 'IDAT') parts.push(body);
  }
  const [width, height, channels] = [header.readUInt32BE(0), header.readUInt32BE(4), CHANNELS[header[9]]];
  assert.ok(header[8] === 8 && channels && header[12] === 0, 'a kind of PNG that is read here');
  const lines = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const data = new Uint8Array(height * stride);
  for (let y = 0; y < height; ++y) {
    const filter = lines[y * (stride + 1)];
    const line = y * (stride + 1) + 1;
    for (let x = 0, out = y * stride; x < stride; ++x, ++out) {
      const left = x >= channels ? data[out - channels] : 0;
      const up = y > 0 ? data[out - stride] : 0;
      const corner = x >= channels && y > 0 ? data[out - stride - channels] : 0;
      data[out] = lines[line + x] + predicted(filter, left, up, corner);
    }
  }
  return { width, height, channels, data };
}

function predicted(filter, left, up, corner) {
  switch (filter) {
    case 0: return 0;
    case 1: return left;
    case 2: return up;
    case 3: return (left + up) >> 1;
    default: {
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      if (a <= b && a <= c) return left;
      return b <= c ? up : corner;
    }
  }
}
