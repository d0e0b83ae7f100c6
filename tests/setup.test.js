// SPDX-License-Identifier: LGPL-2.1-or-later
// What the set-up asks for. scripts/check-fresh tries the whole of it on machines that have nothing.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './lib/child.js';
import { env, root, temporaryFolder } from './lib/paths.js';
import { test } from './lib/test.js';

test('a build without tests asks for nothing that only tests need', async () => {
  const folder = temporaryFolder();
  const asked = join(folder, 'asked');
  const spy = join(folder, 'pkg-config');
  writeFileSync(spy, `#!/bin/sh\necho "$@" >>'${asked}'\nexec pkg-config "$@"\n`, { mode: 0o755 });
  const { code, stdout } = await run('meson', ['setup', join(folder, 'build'), root], { env: { ...env, PKG_CONFIG: spy }, limit: 300_000 });
  assert.equal(code, 0, stdout);
  const packages = readFileSync(asked, 'utf8');
  assert.match(packages, /gstreamer-webrtc-1\.0/);
  assert.doesNotMatch(packages, /gtest|gmock|gstreamer-check|gstreamer-rtsp-server/);
  assert.doesNotMatch(readFileSync(join(folder, 'build/build.ninja'), 'utf8'), /gtest/);
});
