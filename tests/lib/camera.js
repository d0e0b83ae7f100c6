// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera that can be unplugged: another process that gives frames through shared memory.
import { existsSync, rmSync } from 'node:fs';
import { Child } from './child.js';
import { env } from './paths.js';
import { until } from './wait.js';

/** @param {string} socket path of its socket @param {string} source gst-launch's elements and caps */
export async function startCamera(socket, source) {
  rmSync(socket, { force: true });
  const camera = new Child('gst-launch-1.0', [...`${source} ! shmsink wait-for-connection=false`.split(' '), `socket-path=${socket}`], { env });
  await until('the camera\'s socket', () => existsSync(socket));
  return camera;
}
