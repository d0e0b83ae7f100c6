// SPDX-License-Identifier: LGPL-2.1-or-later
// What --print says runs in gst-launch-1.0 as it is.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../lib/child.js';
import { film } from '../lib/film.js';
import { cvLaunch, env, pipe, root } from '../lib/paths.js';
import { test } from '../lib/test.js';

for (const name of readdirSync(join(root, 'pipelines')).filter((file) => file.endsWith('.pipe')))
  test(`the first lines of ${name} name its variables`, () => {
    const text = readFileSync(join(root, 'pipelines', name), 'utf8');
    const head = text.slice(0, text.indexOf('\n\n'));
    for (const [, variable] of text.slice(head.length).matchAll(/\$\{(\w+)/g))
      if (variable !== 'here') assert.match(head, new RegExp(`\\b${variable}\\b`), variable);
  });

for (const name of ['plain', 'sync', 'async', 'exact', 'file', 'model'])
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
