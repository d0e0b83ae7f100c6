#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// What modelproc adds to a model's own time: from the frame's arrival at the element to the answer, less the time of the Python function.
// Prints a Markdown table; fails when any size in the model's own format (BGR) adds more than 1 ms (median).
//
//   node bench/model.js [--frames=300]
//
// GST_PLUGIN_PATH as for the tests.
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../tests/lib/child.js';
import { env, root } from '../tests/lib/paths.js';
import { steal } from '../tests/lib/proc.js';
import { percentile } from '../tests/lib/wait.js';

const { values: { frames } } = parseArgs({ options: { frames: { type: 'string', default: '300' } } });
let missed = false;
console.log('| picture | format | added to the function\'s time: median, p95 | steal, load |\n|---|---|---|---|');
for (const [width, height] of [[640, 360], [1280, 720], [1920, 1080]])
  for (const format of ['BGR', 'I420']) {
    const noise = steal();
    const { code, stdout, stderr } = await run('gst-launch-1.0', ['-m', 'videotestsrc', 'is-live=true', 'pattern=black', `num-buffers=${frames}`, '!',
      `video/x-raw,format=${format},width=${width},height=${height},framerate=30/1`, '!', 'queue', 'max-size-buffers=1', 'leaky=downstream', '!', 'modelproc',
      `command=/usr/bin/python3 '${join(root, 'bench/peers/timed_model.py')}'`, '!', 'fakesink'], { env });
    if (code !== 0) throw new Error(stderr);
    const added = [...stdout.matchAll(/duration=\(guint64\)(\d+).*took\W+([\d.e-]+)/g)].slice(10)
      .map(([, duration, took]) => Number(duration) / 1e6 - Number(took));
    if (added.length < frames / 2) throw new Error(`${added.length} answers to ${frames} frames`);
    const median = percentile(added, 50);
    const met = format !== 'BGR' || median <= 1;
    missed ||= !met;
    console.log(`| ${width}×${height} | ${format} | ${median.toFixed(2)}, ${percentile(added, 95).toFixed(2)} ms${met ? '' : ' **missed**'} | ${(100 * steal(noise).share).toFixed(1)} %, ${loadavg()[0].toFixed(1)} |`);
  }
process.exitCode = missed ? 1 : 0;
