// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's HAProxy, with TLS, in front of a cv-launch.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, run } from './child.js';
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

/** Makes a certificate of 127.0.0.1 that nobody else has signed; the file has its key too. */
async function selfSigned(folder) {
  const [key, certificate, both] = ['key', 'certificate', 'both.pem'].map((name) => join(folder, name));
  const { code, stderr } = await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]);
  assert.equal(code, 0, stderr);
  writeFileSync(both, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
  return both;
}

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {{url: string}} server
 */
export async function startHaproxy(server) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(socket, await selfSigned(folder), new URL(server.url).host));
  const child = new Child(haproxy, ['-W', '-f', file]);
  await child.says(/Loading success/);
  return { socket, path: '/', stop: () => child.stop() };
}
