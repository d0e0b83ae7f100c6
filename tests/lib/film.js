// SPDX-License-Identifier: LGPL-2.1-or-later
// Films of a few seconds, for file.pipe and its like.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from './child.js';
import { temporaryFolder } from './paths.js';

export const filmSize = { width: 320, height: 240, framerate: 25, frames: 75 };

let made;

async function encode() {
  const path = join(temporaryFolder(), 'film.webm');
  const { width, height, framerate, frames } = filmSize;
  const { code, stderr } = await run('gst-launch-1.0', ['-q',
    'videotestsrc', `num-buffers=${frames}`, 'pattern=ball', 'motion=sweep',
    '!', `video/x-raw,format=I420,width=${width},height=${height},framerate=${framerate}/1`,
    '!', 'vp8enc', 'deadline=1', 'target-bitrate=1000000', 'keyframe-max-dist=25', '!', 'webmmux', '!', 'filesink', `location=${path}`]);
  assert.equal(code, 0, stderr);
  return path;
}

/** Path of a film in WebM (VP8), encoded once per test file; a white ball sweeps over it. */
export const film = () => (made ??= encode());

/** A film that shows one picture. @param {string} elements that make it, for gst-launch-1.0 */
export async function stillFilm(elements, framerate) {
  const path = join(temporaryFolder(), 'still.webm');
  const line = `${elements} ! imagefreeze num-buffers=100 ! videoconvert ! video/x-raw,format=I420,framerate=${framerate}/1
    ! vp8enc deadline=1 target-bitrate=4000000 ! webmmux ! filesink location=${path}`;
  const { code, stderr } = await run('gst-launch-1.0', ['-q', ...line.split(/\s+/)]);
  assert.equal(code, 0, stderr);
  return path;
}
