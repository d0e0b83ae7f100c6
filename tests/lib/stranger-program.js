// SPDX-License-Identifier: LGPL-2.1-or-later
// node stranger-program.js WS-URL PER-SECOND ADDRESS…: connects all the time, from these addresses in turns, as viewers who never answer: a half
// says nothing until it is thrown out, the other half goes at once. Prints how many came and how many were refused.
import WebSocket from 'ws';

const [url, perSecond, ...addresses] = process.argv.slice(2);
const counts = { joined: 0, refused: 0 };
let due = performance.now();
let number = 0;

function join() {
  const stays = number % 2 === 0;
  const socket = new WebSocket(url, { origin: new URL(url).origin.replace(/^ws/, 'http'), localAddress: addresses[number++ % addresses.length], rejectUnauthorized: false });
  socket.on('open', () => { counts.joined++; });
  socket.on('message', (data) => {
    if (JSON.parse(data.toString()).type === 'error') counts.refused++;
    if (!stays) socket.terminate();
  });
  socket.on('error', () => {});
}

setInterval(() => {
  for (; due < performance.now(); due += 1000 / Number(perSecond)) join();
}, 10);
setInterval(() => console.log(Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(', ')), 200);
