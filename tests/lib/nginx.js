// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's nginx, in front of a cv-launch and below a path of its own.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  server {
    listen unix:${folder}/socket;
    ${inside}
  }
}
`;

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {{url: string}} server @param {{path: string, host?: string}} options `host`: what is passed on as Host; without it nginx's own,
 *   which is the address behind
 */
export async function startNginx(server, { path, host }) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, location(path, server.url, host ? `proxy_set_header Host ${host};` : '')));
  const child = new Child(nginx, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  await child.says(/start worker process /);
  return { socket: join(folder, 'socket'), path, stop: () => child.stop() };
}
