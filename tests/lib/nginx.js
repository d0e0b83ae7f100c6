// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's nginx, in front of a cv-launch and below a path of its own.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned } from './certificates.js';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';

const nginx = join(root, 'tests/unpacked/nginx/usr/sbin/nginx');

/** What docs/troubleshooting.md says to write, with another path and address, and one line more. */
function location(path, behind, more) {
  const text = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8').match(/^```nginx\n([^]*?)^}\n```$/m)?.[1] ?? '';
  const changes = { '/camera/': path, 'http://127.0.0.1:8080/': behind };
  for (const from of Object.keys(changes)) assert.ok(text.includes(from), `docs/troubleshooting.md has a location with ${from}`);
  return Object.entries(changes).reduce((done, [from, to]) => done.replace(from, to), text) + `${more}\n}`;
}

const configuration = (folder, inside) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr notice;
events {}
http {
  access_log off;
  proxy_max_temp_file_size 0;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${inside}
}
`;

/** The server of docs/deploy.md, with another socket, certificate and address. */
function tlsServer(socket, { cert, key }, behind) {
  const text = readFileSync(join(root, 'docs/deploy.md'), 'utf8').match(/^```nginx\n([^]*?)^```$/m)?.[1] ?? '';
  const changes = { '443 ssl': `unix:${socket} ssl`, '/etc/letsencrypt/live/cams.example/fullchain.pem': cert, '/etc/letsencrypt/live/cams.example/privkey.pem': key,
    'http://127.0.0.1:8080': behind.replace(/\/$/, '') };
  for (const from of Object.keys(changes)) assert.ok(text.includes(from), `docs/deploy.md has a server with ${from}`);
  return Object.entries(changes).reduce((done, [from, to]) => done.replace(from, to), text);
}

/** With TLS. @param {{url: string}} server */
export async function startTlsNginx(server) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  return run(folder, tlsServer(socket, await selfSigned({ folder }), server.url), { socket, path: '/' });
}

async function run(folder, inside, there) {
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, inside));
  const child = new Child(nginx, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  await child.says(/start worker process /);
  return { ...there, stop: () => child.stop() };
}

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {{url: string}} server @param {{path: string, host?: string}} options `host`: what is passed on as Host; without it nginx's own,
 *   which is the address behind
 */
export async function startNginx(server, { path, host }) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  const inside = location(path, server.url, host ? `proxy_set_header Host ${host};` : '');
  return run(folder, `server {\n    listen unix:${socket};\n    ${inside}\n  }`, { socket, path });
}
