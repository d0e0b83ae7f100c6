// SPDX-License-Identifier: LGPL-2.1-or-later
// Where things are. CV_LAUNCH, CV_TEST_VIEWER and GST_PLUGIN_PATH say so for another build folder than build/.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const cvLaunch = resolve(root, process.env.CV_LAUNCH ?? 'build/launcher/cv-launch');

export const build = resolve(dirname(cvLaunch), '..');
export const testViewer = resolve(root, process.env.CV_TEST_VIEWER ?? join(build, 'tests/launcher/client/cv-test-viewer'));
/** With Debian's Python before any other: it has numpy and OpenCV. */
export const env = {
  PATH: `/usr/bin:${process.env.PATH}`, GST_PLUGIN_PATH: process.env.GST_PLUGIN_PATH ?? join(build, 'plugins'),
  CV_PIPELINES: join(root, 'pipelines'),  // for what a test's own pipeline includes
  CV_OPENCV_PLUGINS: join(build, 'windows/highgui'), CV_LAUNCH_PYTHON: join(root, 'windows/python'), CV_LAUNCH_LIBRARY: join(build, 'windows/c/libcv-launch.so.0'),
};

/** Path of a shipped pipeline. */
export const pipe = (name) => join(root, 'pipelines', `${name}.pipe`);

const folders = [];
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that goes away with the process. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'cv-launch-test-'));
  folders.push(folder);
  return folder;
}
