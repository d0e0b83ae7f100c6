// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's Jupyter Server with jupyter-server-proxy, which has a path for every port of its machine.
import { join } from 'node:path';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';

const python = join(root, 'build-jupyter/bin/python');
const token = 'known';

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {{port: number}} server
 */
export async function startJupyter(server) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  const child = new Child(python, ['-m', 'jupyter_server', '--allow-root', '--no-browser', `--ServerApp.sock=${socket}`, `--ServerApp.token=${token}`],
    { env: { HOME: folder }, cwd: folder });
  await child.says(/Jupyter Server \S+ is running/);
  return { socket, path: `/proxy/${server.port}/?token=${token}`, stop: () => child.stop() };
}
