// SPDX-License-Identifier: LGPL-2.1-or-later
// The npm package of packaging/build-npm.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.js';
import { build, env, root, temporaryFolder } from './paths.js';

async function succeed(program, args, options) {
  const { code, stdout, stderr } = await run(program, args, { env, ...options });
  assert.equal(code, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
}

/** @returns {Promise<string>} the package's file */
export async function pack() {
  const folder = temporaryFolder();
  await succeed(join(root, 'packaging/build-npm'), [folder], { env: { ...env, CV_BUILD: build }, limit: 300_000 });
  return join(folder, readdirSync(folder)[0]);
}

/** A folder of a user's, who has installed the package and what the tests have. @param {string} file of the package */
export async function installed(file) {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'cv-player'), { recursive: true });
  await succeed('tar', ['-xzf', file, '-C', join(modules, 'cv-player'), '--strip-components=1']);
  for (const name of ['react', 'react-dom', 'vue', '@vue', 'scheduler']) symlinkSync(join(root, 'tests/node_modules', name), join(modules, name));
  return folder;
}

/**
 * An example, bundled as examples/README.md says.
 * @param {string} source its text @param {string} name of its file @param {string} file of the package @returns {Promise<string>} the folder of a site
 */
export async function bundled(source, name, file) {
  const folder = await installed(file);
  writeFileSync(join(folder, name), source);
  const site = join(folder, 'site');
  await succeed('esbuild', [name, '--bundle', '--format=esm', '--jsx=automatic', '--outfile=site/main.js', '--define:process.env.NODE_ENV="production"'], { cwd: folder });
  await succeed('sh', ['-c', 'cp node_modules/cv-player/*.js site/'], { cwd: folder });
  return site;
}
