// SPDX-License-Identifier: LGPL-2.1-or-later
// The binary messages of a server that sends frames by WebSocket (launcher/PROTOCOL.md §5).

export const VIDEO = 1;
export const AUDIO = 2;
export const PADDING = 3;
export const KEY = 1;
export const MORE = 2;

/** @param {{kind?: number, flags?: number, id?: number, data?: number[]}} [fields] @returns {ArrayBuffer} */
export function frameMessage({ kind = VIDEO, flags = 0, id = 0, data = [1, 2, 3] } = {}) {
  const bytes = new Uint8Array(6 + data.length);
  bytes.set([kind, flags]);
  new DataView(bytes.buffer).setUint32(2, id);
  bytes.set(data, 6);
  return bytes.buffer;
}
