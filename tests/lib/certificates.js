// SPDX-License-Identifier: LGPL-2.1-or-later
// Certificates that nobody else has signed.
import assert from 'node:assert/strict';
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
