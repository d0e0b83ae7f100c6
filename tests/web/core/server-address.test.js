// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { socketAddress } from '../../../web/core/server-address.js';
import { test } from '../../lib/test.js';

const page = 'https://app.example/live/index.html?mode=exact#token=secret';
for (const [src, address] of Object.entries({
  'https://host:8080': 'wss://host:8080/ws', 'http://host:8080/': 'ws://host:8080/ws', 'https://host/cameras/1': 'wss://host/cameras/1/ws',
  'https://host/cameras/1/': 'wss://host/cameras/1/ws', 'https://host/cameras/index.html': 'wss://host/cameras/ws', 'https://host/ws': 'wss://host/ws',
  'https://host?room=2': 'wss://host/ws?room=2', 'https://host/news': 'wss://host/news/ws',
  'wss://host/ws': 'wss://host/ws', 'ws://host:8080/': 'ws://host:8080/', 'wss://host/other': 'wss://host/other',
  ws: 'wss://app.example/live/ws', '/cameras/2/': 'wss://app.example/cameras/2/ws', '../2/': 'wss://app.example/2/ws', '//host:8080': 'wss://host:8080/ws', '.': 'wss://app.example/live/ws',
  '/': 'wss://app.example/ws',
}))
  test(`a player's src="${src}" is ${address}`, () => { assert.equal(socketAddress(src, page), address); });

test('what is no address stays as it is, for the connection to name it', () => {
  assert.equal(socketAddress('https://ho st', page), 'https://ho st');
});
