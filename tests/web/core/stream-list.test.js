// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { StreamList, parseStreams } from '../../../web/core/stream-list.js';
import { test } from '../../lib/test.js';
import { until } from '../../lib/wait.js';
import { FakeSocket } from '../lib/socket.js';

const URL = 'ws://host/streams';

/** @param {import('node:test').TestContext} t @param {string} [token] */
function open(t, token = '') {
  /** @type {any[]} */
  const told = [];
  const list = new StreamList(URL, token, { streams: (streams) => told.push(streams), lost: ({ code }, ms) => told.push([code, ms === null ? 'for good' : 'again']) },
    /** @type {any} */ (FakeSocket));
  t.after(() => list.close());
  return { told, list };
}

/** @param {string[]} names */
const listed = (...names) => JSON.stringify({ type: 'streams', streams: names.map((name) => ({ name, state: 'live', message: '' })) });
/** @param {FakeSocket} socket */
const acknowledged = (socket) => socket.sent.map((text) => JSON.parse(text)).filter(({ type }) => type === 'ack').map(({ number }) => number);

test('each list is told, and acknowledged by its number', (t) => {
  const { told } = open(t);
  const socket = FakeSocket.last.open();
  socket.deliver(listed('door'));
  socket.deliver(listed('door', 'yard'));
  assert.deepEqual(told.map((streams) => streams.map((/** @type {any} */ { name }) => name)), [['door'], ['door', 'yard']]);
  assert.deepEqual(acknowledged(socket), [1, 2]);
});

test('after a loss it is opened again, and counts from the beginning', async (t) => {
  const { told } = open(t);
  const first = FakeSocket.last.open();
  first.deliver(listed('door'));
  first.onclose?.({ code: 1006 });
  assert.deepEqual(told.at(-1), ['connection', 'again']);
  await until('another connection', () => FakeSocket.last !== first);
  const second = FakeSocket.last.open();
  second.deliver(listed('yard'));
  assert.deepEqual([told.at(-1)[0].name, acknowledged(second)], ['yard', [1]]);
});

test('a token opens it; without the right one it is not tried again', (t) => {
  open(t, 'open sesame');
  assert.deepEqual(FakeSocket.last.open().sent, ['{"type":"token","token":"open sesame"}']);
  const { told } = open(t);
  FakeSocket.last.open().deliver('{"type":"locked","message":"this server wants its token"}');
  assert.deepEqual(told, [['unauthorized', 'for good']]);
});

test('who has closed it is told nothing more', async (t) => {
  const { told, list } = open(t);
  const socket = FakeSocket.last.open();
  list.close();
  socket.onclose?.({ code: 1006 });
  assert.deepEqual([told, socket.closes], [[], 1]);
});

for (const [text, streams] of [
  ['{"type":"streams","streams":[]}', []],
  ['{"type":"streams","streams":[{"name":"a","state":"from-the-future"}]}', [{ name: 'a', state: 'from-the-future', message: '', window: null }]],
  ['{"type":"streams","streams":[null,7,{"name":""},{"state":"live"},{"name":"a","state":"live","message":"m","more":1}]}', [{ name: 'a', state: 'live', message: 'm', window: null }]],
  ['{"type":"streams","streams":[{"name":"a","state":"live","message":"","window":""},{"name":"b","state":"live","message":"","window":7}]}',
    [{ name: 'a', state: 'live', message: '', window: '' }, { name: 'b', state: 'live', message: '', window: null }]],
  ['{"type":"streams"}', null],
  ['{"type":"streams","streams":{}}', null],
  ['{"type":"stream"}', null],
])
  test(`${text} is ${JSON.stringify(streams)}`, () => {
    assert.deepEqual(parseStreams(String(text)), streams);
  });
