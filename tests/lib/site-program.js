// SPDX-License-Identifier: LGPL-2.1-or-later
// A Site in a network of its own: node site-program.js PAGE. Prints where it is.
import { Site } from './site.js';

const site = new Site();
site.page = process.argv[2];
await site.listen();
console.log(site.origin);
