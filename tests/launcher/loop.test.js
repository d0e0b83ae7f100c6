// SPDX-License-Identifier: LGPL-2.1-or-later
// A file goes on at its end as if it had none.
import assert from 'node:assert/strict';
import { film, filmSize } from '../lib/film.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';

test('a film is played again and again, without a gap and without two frames of one time', async () => {
  const { framerate, frames } = filmSize;
  const server = await startServer({ pipeline: 'file', set: { location: await film(), framerate, bitrate: 100_000 } });  // few packets: none is lost where the viewer is halted
  try {
    const viewer = await startWatching(server);
    // a key frame or two belong to the join
    const joined = await goesOn(viewer, framerate);
    const { markers, keyFrames, frames: distinct, source, lost } = await goesOn(viewer, 2.1 * frames);
    assert.equal(lost, 0, 'packets lost');
    assert.equal(distinct, markers, 'frames with the time of another one');
    assert.equal(keyFrames, joined.keyFrames, 'the stream was started again');
    assert.equal(source, 'live');
    await viewer.stop();
  } finally {
    await server.stop();
  }
});
