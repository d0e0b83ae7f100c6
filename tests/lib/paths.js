// SPDX-License-Identifier: LGPL-2.1-or-later
// Where things are. CV_LAUNCH, CV_TEST_VIEWER and GST_PLUGIN_PATH say so for another build folder than build/.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const cvLaunch = resolve(root, process.env.CV_LAUNCH ?? 'build/launcher/cv-launch');

const build = resolve(dirname(cvLaunch), '..');
export const testViewer = resolve(root, process.env.CV_TEST_VIEWER ?? join(build, 'tests/launcher/client/cv-test-viewer'));
export const env = { GST_PLUGIN_PATH: process.env.GST_PLUGIN_PATH ?? join(build, 'plugins') };

/** Path of a shipped pipeline. */
export const pipe = (name) => join(root, 'pipelines', `${name}.pipe`);

/** A folder that goes away with the process. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'cv-launch-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
