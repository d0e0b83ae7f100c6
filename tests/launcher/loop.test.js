// SPDX-License-Identifier: LGPL-2.1-or-later
// A file goes on at its end as if it had none.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../lib/child.js';
import { film, filmSize } from '../lib/film.js';
import { temporaryFolder } from '../lib/paths.js';
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
    // a frame that a busy machine has dropped leaves a gap, and its result is of that gap
    const gapAround = (id) => {
      const next = frameIds.findIndex((frame) => frame > id);
      return frameIds[next] - frameIds[next - 1];
    };
    assert.deepEqual(ofThem.filter((id) => !ids.has(id) && gapAround(id) < 1.5 * 90_000 / framerate), [], 'results of frames that there were not');
  } finally {
    await server.stop();
  }
});

/** Three seconds of a ball, as a file of this kind. */
async function clip(ending, encoder) {
  const path = join(temporaryFolder(), `clip.${ending}`);
  const { code, stderr } = await run('gst-launch-1.0', ['-q', ...`videotestsrc num-buffers=90 pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! ${encoder} ! filesink`.split(' '), `location=${path}`]);
  assert.equal(code, 0, stderr);
  return path;
}

for (const [ending, encoder] of Object.entries({
  ts: 'x264enc ! mpegtsmux', y4m: 'y4menc', mjpeg: 'jpegenc', h264: 'x264enc ! video/x-h264,stream-format=byte-stream',
}))
  test(`a clip of another kind is played again and again: .${ending}`, async (t) => {
    const server = await startServer({ pipeline: 'file', set: { location: await clip(ending, encoder), framerate: 30, bitrate: 100_000 } });
    t.after(() => server.stop());
    const viewer = await startWatching(server);
    t.after(() => viewer.stop());
    const { frames, markers, source } = await goesOn(viewer, 250);
    // videorate fills the end of each loop of a .h264 with a frame too many, because its durations are rounded down
    if (ending !== 'h264') assert.equal(frames, markers, 'frames with the time of another one');
    assert.equal(source, 'live');
    assert.doesNotMatch(server.stderr, /lost/);
  });
