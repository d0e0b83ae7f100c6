// SPDX-License-Identifier: LGPL-2.1-or-later
// An Sfu in a network of its own: node sfu-program.js HOST [HEADERS]. Prints where it is, and then how many packets have come, again and again. HEADERS:
// of its answers, as JSON.
import { Sfu } from './sfu.js';

const [host, headers = '{}'] = process.argv.slice(2);
const sfu = new Sfu();
sfu.headers = JSON.parse(headers);
await sfu.listen({ host });
console.log(sfu.origin);
setInterval(() => console.log(`packets ${sfu.packets}, PATCH ${sfu.of('PATCH').length}`), 200);
