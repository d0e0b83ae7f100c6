// SPDX-License-Identifier: LGPL-2.1-or-later
// A file goes on at its end as if it had none.
import assert from 'node:assert/strict';
import { film, filmSize } from '../lib/film.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';

test('a film is played again and again, without a gap, without two frames of one time, and results are of its frames', async () => {
  const { framerate, frames } = filmSize;
  const server = await startServer({ pipeline: 'file', set: { location: await film(), framerate, bitrate: 100_000 } });  // few packets: none is lost where the viewer is halted
  try {
    const viewer = await startWatching(server, ['--list-frames']);
    // a key frame or two belong to the join
    const joined = await goesOn(viewer, framerate);
    const { markers, keyFrames, frames: distinct, source, lost } = await goesOn(viewer, 2.1 * frames);
    assert.equal(lost, 0, 'packets lost');
    assert.equal(distinct, markers, 'frames with the time of another one');
    assert.equal(keyFrames, joined.keyFrames, 'the stream was started again');
    assert.equal(source, 'live');
    const { frameIds, resultIds } = await viewer.stop();
    const ids = new Set(frameIds);
    const ofThem = resultIds.filter((id) => id > frameIds[0] && id < frameIds.at(-1));
    assert.ok(ofThem.length > frames, `${ofThem.length} results`);
    assert.deepEqual(ofThem.filter((id) => !ids.has(id)), [], 'results of frames that were not sent');
  } finally {
    await server.stop();
  }
});
