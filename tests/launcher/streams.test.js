// SPDX-License-Identifier: LGPL-2.1-or-later
// A video and its sound.
import assert from 'node:assert/strict';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';

const sound = 'audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! opusenc ! rtpopuspay ! viewers.';
const video = `videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=20/1
  ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=100000 ! rtpvp8pay ! viewers.`;

test('a video and its sound reach every viewer, each as a stream of its own', async (t) => {
  // the sound first: what a viewer is told of its frames is of the video all the same
  const server = await startServer({ pipeline: pipelineFile(`webrtcbin name=viewers bundle-policy=max-bundle\n${sound}\n${video}\n`) });
  t.after(() => server.stop());
  for (let i = 0; i < 2; ++i) {
    const viewer = await startWatching(server);
    t.after(() => viewer.stop());
    // one of them may start later, so their counts come to differ as their rates do, of 20 and 50 a second
    const { tracks, connection } = await viewer.reports('10 frames of each, and of one of them twice as many', ({ tracks: now }) => {
      const [few, many] = Object.values(now).map(({ frames }) => frames).sort((a, b) => a - b);
      return Object.values(now).length === 2 && few >= 10 && many >= 2 * few;
    });
    assert.deepEqual(Object.values(tracks).map(({ encoding }) => encoding).sort(), ['OPUS', 'VP8']);
    assert.equal(connection, 'connected');
  }
});
