// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera that speaks RTSP, in a process of its own.
import { dirname, join } from 'node:path';
import { Child } from './child.js';
import { testViewer } from './paths.js';

const program = join(dirname(testViewer), '../../net/cv-test-rtsp');

/** @param {{port?: number, name?: string, password?: string}} [options] port 0: any; with a name: only for who knows it */
export async function startRtsp({ port = 0, name, password } = {}) {
  const camera = new Child(program, [String(port), ...(name === undefined ? [] : [name, password])]);
  camera.port = Number((await camera.says(/listening on (\d+)/))[1]);
  return camera;
}
