// SPDX-License-Identifier: LGPL-2.1-or-later
// Certificates, and an authority of our own.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.js';
import { temporaryFolder } from './paths.js';

/** @param {string[]} args */
export async function openssl(args) {
  const { code, stderr } = await run('openssl', args);
  assert.equal(code, 0, stderr);
}

/**
 * Files of a certificate and its key.
 * @param {{folder?: string, names?: string, key?: string}} [options] `names`: whom it is for, as openssl writes it; `key`: its kind
 */
export async function selfSigned({ folder = temporaryFolder(), names = 'IP:127.0.0.1', key: kind = 'rsa:2048' } = {}) {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name));
  await openssl(['req', '-x509', '-newkey', ...kind.split(' '), '-nodes', '-days', '2', '-subj', '/CN=cv-launch test', '-addext', `subjectAltName=${names}`,
    '-keyout', key, '-out', cert]);
  return { cert, key };
}

/** One of an authority's: its file has both, as servers show them. @param {{names: string}} options as for selfSigned() */
export async function signed({ names }) {
  const folder = temporaryFolder();
  const [cert, key, leaf, request, extensions] = ['chain.pem', 'key.pem', 'leaf.pem', 'request', 'extensions'].map((name) => join(folder, name));
  const authority = await selfSigned({ names: 'DNS:authority.example' });
  writeFileSync(extensions, `subjectAltName=${names}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`);
  await openssl(['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=cv-launch test', '-keyout', key, '-out', request]);
  await openssl(['x509', '-req', '-in', request, '-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', leaf]);
  writeFileSync(cert, readFileSync(leaf, 'utf8') + readFileSync(authority.cert, 'utf8'));
  return { cert, key, authority: authority.cert };
}
