// SPDX-License-Identifier: LGPL-2.1-or-later
// bench/links' page with the exact view of cv-launch's own player. `?server=` says where cv-launch is.
import '../../web/player/cv-player.js';
import { ourSocket } from './connect.js';

// How fast this page came says nothing of the link: it came past it.
performance.clearResourceTimings();
const player = document.createElement('cv-player');
player.setAttribute('mode', 'exact');
player.setAttribute('src', ourSocket(new URLSearchParams(location.search).get('server')));
const connect = performance.now();
window.bench = { start: () => ({ connect, now: performance.now() }) };
document.body.append(player);
