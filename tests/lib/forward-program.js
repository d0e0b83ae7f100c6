// SPDX-License-Identifier: LGPL-2.1-or-later
// node forward-program.js HOST PORT: passes connections on to there. Prints the port that it listens on.
import { connect, createServer } from 'node:net';

const [host, port] = process.argv.slice(2);
const server = createServer((client) => {
  const behind = connect(Number(port), host);
  client.pipe(behind).pipe(client);
  for (const socket of [client, behind]) socket.on('error', () => {}).on('close', () => { client.destroy(); behind.destroy(); });
});
server.listen(0, () => console.log(`port ${server.address().port}`));
