// SPDX-License-Identifier: LGPL-2.1-or-later
// node offer-program.js URL: a viewer that prints the offer that it gets, and never answers.
import { Signalling } from './websocket.js';

const [url] = process.argv.slice(2);
const signalling = new Signalling({ url, socketUrl: `${url.replace('http', 'ws')}ws` });
console.log(JSON.stringify(await signalling.receives('offer')));
