// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera that speaks RTSP, in a process of its own.
import { dirname, join } from 'node:path';
import { Child } from './child.js';
import { testViewer } from './paths.js';

const program = join(dirname(testViewer), '../../net/cv-test-rtsp');

/** @param {{name?: string, password?: string}} [options] with a name: only for who knows it */
export async function startRtsp({ name, password } = {}) {
  const camera = new Child(program, name === undefined ? [] : [name, password]);
  camera.port = Number((await camera.says(/listening on (\d+)/))[1]);
  return camera;
}
