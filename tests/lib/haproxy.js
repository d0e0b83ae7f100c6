// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's HAProxy, with TLS, in front of a cv-launch.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned } from './certificates.js';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';

const haproxy = join(root, 'tests/unpacked/haproxy/usr/sbin/haproxy');

const configuration = (socket, certificate, behind) => `
defaults
  mode http
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend tls
  bind unix@${socket} ssl crt ${certificate} alpn h2,http/1.1
  default_backend cv-launch
backend cv-launch
  server cv-launch ${behind}
`;

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {{url: string}} server
 */
export async function startHaproxy(server) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  const file = join(folder, 'haproxy.cfg');
  const { cert, key } = await selfSigned({ folder });
  const both = join(folder, 'both.pem');
  writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  writeFileSync(file, configuration(socket, both, new URL(server.url).host));
  const child = new Child(haproxy, ['-W', '-f', file]);
  await child.says(/Loading success/);
  return { socket, path: '/', stop: () => child.stop() };
}
