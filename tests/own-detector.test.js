// SPDX-License-Identifier: LGPL-2.1-or-later
// A stranger's own detector: the example, copied and built outside this tree against an installation, by the commands of docs/.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './lib/child.js';
import { build, env, root, temporaryFolder } from './lib/paths.js';
import { before, test } from './lib/test.js';

const home = temporaryFolder();
const installation = temporaryFolder();
let commands = '';
let environment = {};

/** The standard output of a shell that stops at the first command that fails. */
async function shell(script, more = {}) {
  const { code, stdout, stderr } = await run('bash', ['-euc', script], { cwd: root, env: { ...environment, ...more }, limit: 600_000 });
  assert.equal(code, 0, `${script}\n${stdout}${stderr}`);
  return stdout;
}

before(async () => {
  await shell(`meson install -C '${build}' --no-rebuild --destdir '${installation}'`);
  const found = (await shell(`find '${installation}' -name cv-detector.pc`)).trim();
  assert.ok(found, 'no cv-detector.pc is installed');
  // as if the folder that stands for / were it
  const description = readFileSync(found, 'utf8');
  assert.match(description, /^prefix=\//m);
  writeFileSync(found, description.replace(/^prefix=/m, `prefix=${installation}`));
  const page = readFileSync(join(root, 'docs/your-detector.md'), 'utf8');
  commands = page.match(/^ *```sh\n(.*?)^ *```/ms)[1];
  assert.ok(commands.split('\n').length > 4, commands);
  environment = { ...env, HOME: home, PKG_CONFIG_PATH: dirname(found), GST_REGISTRY: join(home, 'registry.bin') };
});

test('the copied example of a detector is built outside this tree as docs/your-detector.md says', async () => {
  const said = await shell(commands);
  assert.match(said, /Long-name +Bright spot detector/);
  assert.match(said, /min-brightness/);
  assert.match(said, /Author +Your name/, 'its author is who writes it, not this project');
  const plugins = `${env.GST_PLUGIN_PATH}:${home}/my-detector/build`;
  const messages = await shell('gst-launch-1.0 -m ballsrc is-live=false filled=true num-buffers=3 ! brightspot ! fakesink',
    { GST_PLUGIN_PATH: plugins });
  assert.equal(messages.match(/brightspot, frame-id=.*\bspot\b.*confidence/g)?.length, 3, messages);
});

test('the installed example of a detector is the one of this tree', () => {
  for (const name of ['brightspot.cpp', 'meson.build']) {
    const installed = readFileSync(join(installation, 'usr/local/share/cv-launch/example', name), 'utf8');
    assert.equal(installed, readFileSync(join(root, 'plugins/example', name), 'utf8'));
  }
});

test('gst-inspect-1.0 names no other project as the origin of our elements', async () => {
  const said = await shell('gst-inspect-1.0 ballsrc');
  assert.match(said, /Binary package +cv-launch/);
  assert.match(said, /Origin URL +\S/);
  assert.doesNotMatch(said, /gstreamer\.freedesktop\.org/);
});
