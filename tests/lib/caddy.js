// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's Caddy, in front of a cv-launch, as docs/deploy.md has it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned } from './certificates.js';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';

const caddy = join(root, 'tests/unpacked/caddy/usr/bin/caddy');

/** The page's site, with another name and address, and one line more: a certificate of ours. */
function site(socket, { cert, key }, behind) {
  const text = readFileSync(join(root, 'docs/deploy.md'), 'utf8').match(/^```caddy\n([^]*?)^```$/m)?.[1] ?? '';
  const changes = { 'cams.example {': `https://127.0.0.1 {\n\tbind unix/${socket}\n\ttls ${cert} ${key}`, '127.0.0.1:8080': behind };
  for (const from of Object.keys(changes)) assert.ok(text.includes(from), `docs/deploy.md has a site with ${from}`);
  return Object.entries(changes).reduce((done, [from, to]) => done.replace(from, to), text);
}

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {{url: string}} server
 */
export async function startCaddy(server) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  const file = join(folder, 'Caddyfile');
  // browsers name no server that is an address
  const ours = '{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_sni 127.0.0.1\n}\n';
  writeFileSync(file, ours + site(socket, await selfSigned({ folder }), new URL(server.url).host));
  const child = new Child(caddy, ['run', '--adapter', 'caddyfile', '--config', file], { env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
  await child.says(/serving initial configuration/);
  return { socket, path: '/', stop: () => child.stop() };
}
