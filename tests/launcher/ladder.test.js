// SPDX-License-Identifier: LGPL-2.1-or-later
// A stream in several encodings, written in the pipeline file.
import assert from 'node:assert/strict';
import { pipe } from '../lib/paths.js';
import { pipelineFile, runLaunch, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';

const encoder = 'vp8enc deadline=1 cpu-used=8 keyframe-max-dist=100000';

/** @param {string[]} rungs what stands before each encoder, and the encoder itself */
const ladder = (rungs) => pipelineFile(`videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=20/1 ! tee name=t
${rungs.map((rung) => `t. ! queue ! ${rung} ! ladder.`).join('\n')}
input-selector name=ladder sync-streams=false ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle
`, 'ladder.pipe');

async function refusal(rungs) {
  const { code, stderr } = await runLaunch([`--pipeline=${ladder(rungs)}`, '--port=0']);
  assert.notEqual(code, 0);
  return stderr;
}

test('encodings of pictures of different shapes are refused, with file, line and their sizes', async () => {
  const said = await refusal([encoder, `videoscale ! video/x-raw,width=160,height=90,pixel-aspect-ratio=1/1 ! ${encoder}`]);
  assert.match(said, /ladder\.pipe:4: .*320x240 .*160x90/);
});

test('encodings with and without a stamp are refused, with file and line', async () => {
  assert.match(await refusal([`framestamp ! ${encoder}`, encoder]), /ladder\.pipe:4: .*with a stamp .*without a stamp/);
});

test('more than eight encodings are refused, with file and line', async () => {
  assert.match(await refusal(Array(9).fill(encoder)), /ladder\.pipe:11: 9 encodings .* at most 8/);
});

test('encodings of different codecs are refused, with file and line', async () => {
  assert.match(await refusal([encoder, 'vp9enc deadline=1 name=other']), /ladder\.pipe:\d+: .*other/);
});

test('a viewer that does not tell what reaches it gets the best of the encodings, without a gap', async (t) => {
  const server = await startServer({ set: { framerate: 30 } });
  t.after(() => server.stop());
  const viewer = await startWatching(server, ['--list-frames']);
  await goesOn(viewer, 90);
  const { startsWithKeyFrame, streams } = viewer.report;
  assert.deepEqual({ startsWithKeyFrame, streams }, { startsWithKeyFrame: 1, streams: 1 });
  await viewer.stop();
});

test('with rungs=1 there is one encoding', async () => {
  const { stdout } = await runLaunch([`--pipeline=${pipe('exact')}`, '--set=rungs=1', '--print']);
  assert.equal(stdout.match(/vp8enc/g)?.length, 1);
  const all = await runLaunch([`--pipeline=${pipe('exact')}`, '--print']);
  assert.equal(all.stdout.match(/vp8enc/g)?.length, 6);
});
