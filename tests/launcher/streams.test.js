// SPDX-License-Identifier: LGPL-2.1-or-later
// More than one stream in a pipeline: two videos, and sound.
import assert from 'node:assert/strict';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';

const video = (framerate) => `videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=${framerate}/1
  ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=100000 ! rtpvp8pay ! viewers.`;
const sound = 'audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! opusenc ! rtpopuspay pt=111 ! viewers.';

for (const [what, streams, encodings] of [
  ['two videos', [video(5), video(20)], ['VP8', 'VP8']],
  ['a video and its sound', [video(20), sound], ['OPUS', 'VP8']],
])
  test(`${what} reach every viewer, each as a stream of its own`, async (t) => {
    const server = await startServer({ pipeline: pipelineFile(`webrtcbin name=viewers bundle-policy=max-bundle\n${streams.join('\n')}\n`) });
    t.after(() => server.stop());
    for (let i = 0; i < 2; ++i) {
      const viewer = await startWatching(server);
      t.after(() => viewer.stop());
      // one of them may start later, so their counts come to differ as their rates do, of 5 and 20, or 20 and 50 a second
      const { tracks, connection } = await viewer.reports('10 frames of each, and of one of them twice as many', ({ tracks: now }) => {
        const [few, many] = Object.values(now).map(({ frames }) => frames).sort((a, b) => a - b);
        return Object.values(now).length === 2 && few >= 10 && many >= 2 * few;
      });
      assert.deepEqual(Object.values(tracks).map(({ encoding }) => encoding).sort(), encodings);
      assert.equal(connection, 'connected');
    }
  });
