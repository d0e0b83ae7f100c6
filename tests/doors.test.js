// SPDX-License-Identifier: LGPL-2.1-or-later
// The lint's doors between rooms: what passes, and what is refused.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './lib/child.js';
import { root, temporaryFolder } from './lib/paths.js';
import { test } from './lib/test.js';

/** What scripts/doors says of a project that has these files. @param {Record<string, string>} files */
async function doors(files) {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await run('git', ['-C', folder, 'init', '-q']);
  return run(join(root, 'scripts/doors'), [folder]);
}

test('the project as it is has no door broken', async () => {
  const { code, stderr } = await run(join(root, 'scripts/doors'), []);
  assert.equal(code, 0, stderr);
});

const rooms = {
  'launcher/base/a.h': '', 'launcher/pipe/cut.h': '', 'launcher/pipe/inner.h': '', 'launcher/http/server.h': '',
  'web/core/a.js': '', 'web/player/cv-player.js': '', 'web/player/view.js': '',
};

test('what the picture has is let through', async () => {
  const { code, stderr } = await doors({
    ...rooms,
    'launcher/media/b.cpp': '#include "base/a.h"\n#include "pipe/cut.h"\n#include "b.h"\n', 'launcher/media/b.h': '',
    'web/player/c.js': "import { a } from '../core/a.js';\nimport './view.js';\n",
    'web/demo/page.js': "import '../player/cv-player.js';\n",
  });
  assert.equal(code, 0, stderr);
});

for (const [what, path, text, complaint] of [
  ['a room that it does not look into', 'launcher/http/b.cpp', '#include "pipe/cut.h"\n', /launcher\/http does not look into launcher\/pipe/],
  ['past a door', 'launcher/media/b.cpp', '#include "pipe/inner.h"\n', /the door from launcher\/media into launcher\/pipe is cut\.h/],
  ['back', 'launcher/base/b.h', '#include "pipe/cut.h"\n', /launcher\/base does not look into launcher\/pipe/],
  ['HTTP beside its room', 'launcher/viewer/b.h', '#include <libsoup/soup.h>\n', /only http knows HTTP/],
  ['GStreamer in the HTTP server', 'launcher/http/b.h', '#include <gst/gst.h>\n', /http knows no GStreamer/],
  ['GLib in the core', 'plugins/core/b.h', '#include <glib.h>\n', /core knows no GLib/],
  ['the player from the core', 'web/core/b.js', "import '../player/view.js';\n", /web\/core does not look into web\/player/],
  ['a type of the player from the core', 'web/core/b.js', "/** @param {import('../player/view.js').View} view */\n", /web\/core does not look into web\/player/],
  ['the page from the core', 'web/core/b.js', 'window.alert(1);\n', /core knows no page/],
  ['past the player’s door', 'web/demo/page.js', "import '../player/view.js';\n", /the door from web\/demo into web\/player is cv-player\.js/],
  ['tests from the product', 'web/player/b.js', "import '../../tests/lib/wait.js';\n", /tests\/lib\/wait\.js is in no room of the product/],
])
  test(`refused: ${what}`, async () => {
    const { code, stderr } = await doors({ ...rooms, [path]: text });
    assert.notEqual(code, 0);
    assert.match(stderr, complaint);
    assert.ok(stderr.includes(path), stderr);
  });

test('refused: files that need each other', async () => {
  const { code, stderr } = await doors({
    'launcher/base/a.h': '', 'launcher/base/a.cpp': '#include "a.h"\n#include "b.h"\n', 'launcher/base/b.h': '#include "a.h"\n',
  });
  assert.notEqual(code, 0);
  assert.match(stderr, /in a circle: launcher\/base\/a → launcher\/base\/b → launcher\/base\/a/);
});
