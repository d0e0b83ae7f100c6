// SPDX-License-Identifier: LGPL-2.1-or-later
// resultjson in a pipeline that cv-launch runs: it names frames as cv-launch does.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { film } from '../lib/film.js';
import { startServer, variant } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const sink = '! fakesink name=results sync=false async=false';

/** What a UDP sink sends to this address. */
async function listen(t) {
  const socket = createSocket('udp4');
  const messages = [];
  socket.on('message', (text) => messages.push(JSON.parse(text)));
  socket.bind(0, '127.0.0.1');
  t.after(() => socket.close());
  await once(socket, 'listening');
  return { port: socket.address().port, of: (wanted) => messages.filter(({ type }) => type === wanted) };
}

test('of a film that is played again and again, the ids are those that viewers have', async (t) => {
  const texts = await listen(t);
  const pipeline = variant('file', { [sink]: `! tee name=found found. ! resultjson stamped=false ! udpsink host=127.0.0.1 port=${texts.port} sync=false async=false found. ${sink}` });
  const server = await startServer({ pipeline, set: { location: await film(), bitrate: 100_000 } });
  t.after(() => server.stop());
  const viewer = new SocketViewer(server);
  t.after(() => viewer.close());
  // a result reaches both, one after the other
  await until('results on both ways', () => viewer.of('result').length >= 60 && texts.of('result').length >= 60);
  const ids = new Set(texts.of('result').map(({ frame }) => frame));
  const other = viewer.of('result').slice(0, 50).filter(({ frame }) => !ids.has(frame));
  assert.deepEqual(other, []);
});
