// SPDX-License-Identifier: LGPL-2.1-or-later
// What each result says of the picture that its coordinates are in: all of the video's, or what is above its stamp.
import assert from 'node:assert/strict';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';

const sink = (name) => `fakesink name=results-${name} sync=false async=false`;

/** A picture of 320 × 180 with results from before `stamp`, from behind it, and from behind it in a bin with a scaler. */
const pipeline = (stamp) => pipelineFile(`videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=20/1 ! tee name=plain
  plain. ! queue ! ${stamp} ! tee name=shown
  shown. ! queue ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin
  plain. ! queue ! ${sink('before')}
  shown. ! queue ! ${sink('behind')}
  shown. ! queue ! ( videoscale ! video/x-raw,width=160,height=90 ! identity ) ! ${sink('scaled')}`);

for (const [stamp, height, before] of [['framestamp', 208, false], ['framestamp position=over', 180, true], ['identity', 180, true]])
  test(`a result says whether its coordinates are of the whole picture or of what is above the stamp: ${stamp}`, async (t) => {
    const server = await startServer({ pipeline: pipeline(stamp) });
    t.after(() => server.stop());
    const viewer = await startWatching(server);
    t.after(() => viewer.stop());
    const { lastResults } = await viewer.reports('results of all three', ({ lastResults: seen }) => Object.keys(seen).length === 3);
    const seen = Object.fromEntries(Object.entries(lastResults).map(([name, result]) => [name, [result.width, result.height, result.whole]]));
    assert.deepEqual(seen, { before: [320, 180, before], behind: [320, height, true], scaled: [160, 90, true] });
  });
