// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { canDecode } from '../../../web/core/can-decode.js';
import { test } from '../../lib/test.js';
import { decoders, noDecoders } from '../lib/decoder.js';

test('a page can decode video where the browser gives it both decoder and chunks', () => {
  assert.equal(canDecode(), false, 'as in a page by plain http');
  for (const name of ['VideoDecoder', 'EncodedVideoChunk']) {
    decoders();
    assert.equal(canDecode(), true);
    Reflect.deleteProperty(globalThis, name);
    assert.equal(canDecode(), false, `without ${name}`);
  }
  noDecoders();
});
