// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's nginx, in front of a cv-launch and below a path of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';

const nginx = join(root, 'tests/unpacked/nginx/usr/sbin/nginx');

/** @param {string} folder @param {string} behind http://… @param {string} path @param {string|null} host */
const configuration = (folder, behind, path, host) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  proxy_max_temp_file_size 0;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  server {
    listen unix:${folder}/socket;
    location ${path} {
      proxy_pass ${behind};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      ${host === null ? '' : `proxy_set_header Host ${host};`}
    }
  }
}
`;

/**
 * As nginx's documentation says to proxy WebSockets (https://nginx.org/en/docs/http/websocket.html).
 * @param {{url: string}} server @param {{path: string, host?: string|null}} options `host`: what is passed on as Host, which else is that
 *   of the address behind
 * @returns where it listens is a Unix socket: nginx can't say which free port it took
 */
export async function startNginx(server, { path, host = null }) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logs'));  // it wants to write there before it has read where to write
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, server.url, path, host));
  const child = new Child(nginx, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf'), '-g', 'error_log stderr notice;']);
  await child.says(/start worker process /);
  return { socket: join(folder, 'socket'), stop: () => child.stop() };
}
