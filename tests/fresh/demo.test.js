// SPDX-License-Identifier: LGPL-2.1-or-later
// ./demo on machines that have nothing, and on one that has a part of what the tests need.
import { debians, showsItself, test } from './fresh.js';

const machines = [
  ...Object.entries(debians).map(([name, suite]) => [`${name} that has nothing`, suite, []]),
  ['Debian 12 that has libgtest-dev and libgmock-dev', debians['Debian 12'], ['libgtest-dev', 'libgmock-dev']],
];

for (const [name, suite, packages] of machines)
  test(`./demo on a ${name}`, async (t) => {
    t.diagnostic(`${(await showsItself(suite, 'serve ./demo --port=0', { packages })).toFixed(1)} minutes to the first picture`);
  });
