// SPDX-License-Identifier: LGPL-2.1-or-later
// Binary messages of a server that sends frames by WebSocket (launcher/PROTOCOL.md §5). Pure.

const HEADER = 6;
const KINDS = { 1: 'video', 2: 'audio', 3: 'padding' };
const KEY = 1;
const MORE = 2;

/** @typedef {{kind: 'video'|'audio', id: number, key: boolean, data: Uint8Array<ArrayBuffer>}} EncodedFrame */

/** Puts the parts of frames together. */
export class FrameMessages {
  /** Of the video frame that has begun. @type {Uint8Array<ArrayBuffer>[]} */
  #parts = [];
  /** How many parts of video frames came. */
  videoParts = 0;

  /** @param {ArrayBuffer} bytes @returns {EncodedFrame|null} null: not all of it is there yet, or it is nothing that this page knows */
  add(bytes) {
    if (bytes.byteLength < HEADER) return null;
    const view = new DataView(bytes);
    const kind = KINDS[/** @type {1|2|3} */ (view.getUint8(0))];
    if (kind !== 'video' && kind !== 'audio') return null;
    const flags = view.getUint8(1);
    const frame = { kind, id: view.getUint32(2), key: (flags & KEY) !== 0 };
    const data = new Uint8Array(bytes, HEADER);
    if (kind === 'audio') return /** @type {EncodedFrame} */ ({ ...frame, data });
    this.videoParts++;
    this.#parts.push(data);
    if (flags & MORE) return null;
    const parts = this.#parts;
    this.#parts = [];
    return /** @type {EncodedFrame} */ ({ ...frame, data: parts.length === 1 ? data : joined(parts) });
  }
}

/** @param {Uint8Array<ArrayBuffer>[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
