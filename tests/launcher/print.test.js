// SPDX-License-Identifier: LGPL-2.1-or-later
// What --print says runs in gst-launch-1.0 as it is.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../lib/child.js';
import { film } from '../lib/film.js';
import { cvLaunch, env, pipe, root } from '../lib/paths.js';
import { runLaunch, sets, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';

for (const name of readdirSync(join(root, 'pipelines')).filter((file) => file.endsWith('.pipe')))
  test(`the first lines of ${name} name its variables`, async () => {
    const text = readFileSync(join(root, 'pipelines', name), 'utf8');
    const head = text.slice(0, text.indexOf('\n\n'));
    const { stdout } = await runLaunch([`--pipeline=${join(root, 'pipelines', name)}`, '--variables']);
    const variables = stdout.trim().split('\n').map((line) => line.match(/^[\w-]+/)[0]);
    assert.ok(variables.includes('rungs'), stdout);
    for (const variable of variables) assert.match(head, new RegExp(`(?<![\\w-])${variable}(?![\\w-])`), variable);
  });

/** Shipped pipelines with a variable for the frame rate, and what else each needs. */
const rated = { async: {}, demo: {}, exact: {}, faces: { location: true }, file: { location: true }, janus: {}, model: {}, onnx: { location: true, network: 'a', labels: 'b' }, people: {}, plain: {},
  shm: { location: true }, sync: {}, v4l2: {} };
test('every shipped pipeline takes a frame rate that is no whole number', async () => {
  for (const file of readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.pipe'))) {
    const name = file.slice(0, -'.pipe'.length);
    assert.equal(readFileSync(join(root, 'pipelines', file), 'utf8').includes('${framerate'), name in rated, `${name} is in the list`);
    if (!(name in rated)) continue;
    for (const [framerate, fraction] of [['29.97', '30000/1001'], ['30000/1001', '30000/1001'], ['12.5', '25/2'], ['25', '25/1']]) {
      const { code, stdout, stderr } = await runLaunch([`--pipeline=${pipe(name)}`, '--print', ...sets({ ...rated[name], framerate })]);
      assert.equal(code, 0, stderr);
      assert.ok(stdout.split(/[ ,]/).includes(`framerate=${fraction}`), `${name} with ${framerate}: ${stdout}`);
    }
  }
});

for (const name of ['async', 'exact', 'file', 'janus', 'model', 'people', 'plain', 'sync'])
  test(`${name}.pipe shows 29.97 frames a second, and those of NTSC`, async (t) => {
    const set = name === 'file' || name === 'people' ? { location: await film() } : {};
    for (const framerate of ['29.97', '30000/1001']) {
      const server = await startServer({ pipeline: name, set: { ...set, framerate } });
      t.after(() => server.stop());
      // asked of the encoder's own log: gst-launch-1.0 -v leaves out what changes in two threads at once (deep-notify is G_SIGNAL_NO_RECURSE)
      const args = [`--pipeline=${pipe(name)}`, ...sets({ ...set, framerate }), '--print'].map((arg) => `'${arg}'`).join(' ');
      const launch = new Child('bash', ['-c', `exec gst-launch-1.0 $('${cvLaunch}' ${args})`], { env: { ...env, GST_DEBUG: 'videoencoder:5', GST_DEBUG_NO_COLOR: '1' } });
      t.after(() => launch.stop());
      await launch.says(/<encoder> setcaps .*framerate=\(fraction\)30000\/1001/);
      launch.signal('SIGINT');
      await launch.end();
      await server.stop();
    }
  });

for (const name of ['plain', 'sync', 'async', 'exact', 'demo', 'file', 'janus', 'model'])
  test(`gst-launch-1.0 plays ${name}.pipe as --print prints it`, async (t) => {
    const set = name === 'file' ? `'--set=location=${await film()}'` : '';
    const launch = new Child('bash', ['-c', `exec gst-launch-1.0 $('${cvLaunch}' '--pipeline=${pipe(name)}' ${set} --print)`], { env });
    t.after(() => launch.stop());
    await launch.says(/Setting pipeline to PLAYING/);
    await launch.says(/New clock|Redistribute latency|Pipeline is PREROLLED/);
    launch.signal('SIGINT');
    await launch.end();
    assert.doesNotMatch(launch.stderr, /ERROR|WARNING|CRITICAL/);
  });
