// SPDX-License-Identifier: LGPL-2.1-or-later
// An element that is not ours: the tracker of Debian's gstreamer1.0-opencv, which attaches GstVideoRegionOfInterestMeta as any
// detector may.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/child.js';
import { env, temporaryFolder } from '../lib/paths.js';
import { decodePng } from '../lib/png.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';

const picture = '/usr/share/doc/opencv-doc/examples/data/messi5.jpg';
const detector = 'cvtracker draw-rect=false object-initial-x=220 object-initial-y=88 object-initial-width=50 object-initial-height=50';
const face = { x: 245, y: 113 };

test('its results go to the page, without glue', async (t) => {
  const server = await startServer({ pipeline: pipelineFile(`filesrc location=${picture} ! jpegdec ! imagefreeze is-live=true ! videoconvert
    ! video/x-raw,framerate=20/1 ! tee name=frames
    frames. ! queue max-size-buffers=1 leaky=downstream ! videoconvert ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin
    frames. ! queue max-size-buffers=1 leaky=downstream ! videoconvert ! ${detector} ! fakesink name=results-tracked sync=false async=false`) });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const { lastResults } = await viewer.reports('an object', ({ objects }) => objects > 5);
  const [[model, { objects }]] = Object.entries(lastResults);
  assert.equal(model, 'tracked');
  const [{ label, confidence, x, y, w, h }] = objects;
  assert.ok(label.length > 0);
  assert.equal(confidence, null);
  assert.ok(w > 10 && h > 10 && Math.abs(x + w / 2 - face.x) < 10 && Math.abs(y + h / 2 - face.y) < 10, `${[x, y, w, h]}`);
});

test('overlaydraw draws its regions', async () => {
  const folder = temporaryFolder();
  const pictures = {};
  for (const [name, draw] of [['plain', ''], ['drawn', '! overlaydraw color=0xFFFF00FF line-width=4']]) {
    const path = join(folder, `${name}.png`);
    const line = `filesrc location=${picture} ! jpegdec ! imagefreeze num-buffers=3 ! videoconvert ! video/x-raw,format=RGB ! ${detector} ${draw} ! videoconvert ! pngenc ! multifilesink location=${path}`;
    const { code, stderr } = await run('gst-launch-1.0', ['-q', ...line.split(' ').filter(Boolean)], { env });
    assert.equal(code, 0, stderr);
    pictures[name] = decodePng(readFileSync(path));
  }
  const { width, channels, data } = pictures.drawn;
  const changed = [];
  for (let i = 0; i < data.length; i += channels)
    if ([0, 1, 2].some((c) => Math.abs(data[i + c] - pictures.plain.data[i + c]) > 40)) changed.push([(i / channels) % width, Math.floor(i / channels / width)]);
  assert.ok(changed.length > 200, `${changed.length} pixels drawn`);
  for (const [x, y] of changed) assert.ok(Math.abs(x - face.x) < 120 && Math.abs(y - face.y) < 120, `${x}, ${y}`);
});
