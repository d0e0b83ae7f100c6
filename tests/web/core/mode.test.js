// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { modeOf } from '../../../web/core/mode.js';
import { DEFAULTS } from '../../../web/core/settings.js';
import { test } from '../../lib/test.js';
import { STREAM } from '../lib/stream.js';

/** @typedef {import('../../../web/core/settings.js').Mode} Mode */
const PLAIN = { ...STREAM, stamp: null };
/** @param {Mode|null} mode that the viewer chose */
const chosen = (mode) => ({ ...DEFAULTS, mode });

test('a stamped stream is shown exactly unless the viewer wants it live', () => {
  for (const [mode, used] of /** @type {[Mode|null, Mode][]} */ ([[null, 'exact'], ['exact', 'exact'], ['async', 'async']])) {
    assert.deepEqual(modeOf({ settings: chosen(mode), stream: STREAM, transport: 'webrtc', delayable: true, fault: '' }), { mode: used, obstacle: '' });
  }
});

test('what can’t be shown exactly is shown live, whatever the viewer wants, and it says why', () => {
  for (const settings of [DEFAULTS, chosen('exact')]) {
    /** @type {[typeof STREAM|null, boolean, string, RegExp][]} */
    const cases = [
      [null, false, '', /^Not connected yet$/], [PLAIN, true, '', /no frame stamps/], [PLAIN, false, 'no worker', /^no worker$/],
      [STREAM, false, '', /^This browser/], [STREAM, false, 'no worker', /^no worker$/], [STREAM, true, 'no frames', /^no frames$/],
    ];
    for (const [stream, delayable, fault, why] of cases) {
      const { mode, obstacle } = modeOf({ settings, stream, transport: 'webrtc', delayable, fault });
      assert.equal(mode, 'async');
      assert.match(obstacle, why);
    }
  }
});

test('what comes by WebSocket needs no stamps, but all else that an exact view needs', () => {
  const by = (/** @type {string} */ transport, fault = '') => modeOf({ settings: DEFAULTS, stream: PLAIN, transport, delayable: true, fault });
  assert.deepEqual(by('socket'), { mode: 'exact', obstacle: '' });
  assert.equal(by('webrtc').mode, 'async');
  assert.deepEqual(by('socket', 'no frames'), { mode: 'async', obstacle: 'no frames' });
  assert.equal(modeOf({ settings: DEFAULTS, stream: null, transport: 'socket', delayable: true, fault: '' }).mode, 'async');
});
