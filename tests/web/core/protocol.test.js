// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { addressOf, offeredStreams, parseBeside, parseControl, parseResults, parseSignal } from '../../../web/core/protocol.js';
import { test } from '../../lib/test.js';

const PARSERS = [parseSignal, parseResults, parseControl, parseBeside];
const OPUS = { codec: 'opus', rate: 48000, channels: 2 };
const DETECTED = { label: 'circle', confidence: 0.5, x: 1.5, y: -2, w: 3, h: 4, radius: 9, extra: true };
const RESULT = {
  type: 'result', frame: 4294967295, model: 'm', ms: null, width: 640, height: 360, objects: [DETECTED],
};
const RUNG = { width: 640, height: 384, rows: 24, cell: 8 };
const STREAM = {
  type: 'stream', clockRate: 90000, rtpOffset: 0, epoch: 1795000000000.5, stamp: { rows: 16, cell: 8 },
  state: 'live', message: '', rungs: [RUNG, { width: 320, height: 196, rows: 16, cell: 8 }],
};

const TRACKBAR = { name: 'low', min: -10, max: 255, value: 100 };
const BUTTON = { button: 1, name: 'save', kind: 'push', bar: 0, on: false };
const WINDOW = {
  type: 'window', title: 'edges', width: 640, height: 0, state: 'open', message: '', picture: '', mouse: true, objects: false, writable: false, overlay: 'a\nb', status: '',
  trackbars: [TRACKBAR, { ...TRACKBAR, name: '' }], buttons: [BUTTON],
};

/**
 * @type {{parse: (data: unknown) => {type: string}, message: Record<string, any>,
 *   wrong: Record<string, unknown[]>}[]}
 */
const MESSAGES = [
  { parse: parseSignal, message: { type: 'offer', sdp: 'v=0' }, wrong: { sdp: [1, null, undefined, {}], stamped: ['true', 1, null] } },
  {
    parse: parseSignal, message: { type: 'candidate', candidate: '', sdpMLineIndex: 0 },
    wrong: { candidate: [null, 3], sdpMLineIndex: ['0', -1, 0.5, null, undefined] },
  },
  {
    parse: parseSignal, message: { type: 'error', code: 'full', message: 'm', stream: 'door' },
    wrong: { code: [7, undefined], stream: [7, null], message: [null] },
  },
  {
    parse: parseResults, message: STREAM,
    wrong: {
      clockRate: [48000, '90000', undefined], rtpOffset: [-1, 2 ** 32, 1.5, '0', undefined],
      epoch: ['1', null, undefined],
      stamp: [undefined, 3, [], { rows: 1 }, { rows: -1, cell: 8 }], state: ['gone', null], message: [null, undefined],
      rungs: [null, {}, [{}], [null], [{ ...RUNG, width: -1 }], [RUNG, { ...RUNG, rows: null }], [{ ...RUNG, cell: 0.5 }]],
    },
  },
  {
    parse: parseResults, message: RESULT,
    wrong: {
      frame: [-1, 2 ** 32, 0.5, null], model: [null], ms: ['1', undefined], age: ['1', null], width: [0, -1, null], height: [0, '360'], whole: ['true', 1, null],
      objects: [
        undefined, {}, null, [null], [[]], [{ ...DETECTED, label: 3 }], [{ ...DETECTED, confidence: '1' }],
        [{ ...DETECTED, x: null }], [{ ...DETECTED, h: undefined }], [DETECTED, { label: 'x' }],
      ],
    },
  },
  {
    parse: parseControl, message: { type: 'pong', t: 1.5, now: 1795000000000.5, encoded: 3.5, sent: null },
    wrong: { t: ['1', null, undefined], now: [null, []], encoded: ['1', []], sent: ['1'] },
  },
  {
    parse: parseControl,
    message: { type: 'link', rung: 1, rungs: 3, width: 320, height: 196, bitrate: 170_000, framerate: 29.97, carries: 260_123.5, reason: 'network' },
    wrong: {
      rung: [-1, 0.5, null, undefined], rungs: ['3', null], width: [null], height: [-2], bitrate: ['1', null, undefined], framerate: ['30', undefined],
      carries: ['1', undefined], reason: [null, 3, undefined],
    },
  },
  {
    parse: parseControl,
    message: {
      type: 'property', name: 'model.runtime', title: 'Runtime', description: 'at least', writable: true, value: 2, initial: 20, min: 0, max: 500, whole: true,
      choices: [{ value: 'a', title: 'A' }],
    },
    wrong: {
      name: [1, undefined], title: [null, undefined], description: [null, 1], writable: ['true', undefined, null], value: [null, undefined, [], {}],
      initial: [null, undefined], min: ['0', null], max: [null, true], whole: [1, null], choices: [null, {}, [1], [{ value: 'a' }], [{ value: 1, title: 'A' }]],
    },
  },
  {
    parse: parseControl, message: WINDOW,
    wrong: {
      picture: [null, undefined, 7], title: [null, 3, undefined], width: [-1, 0.5, '640', null, undefined], height: [-1, null], state: ['minimized', null, undefined, true], message: [null, undefined],
      mouse: ['true', 1, null, undefined], objects: [1, undefined], writable: ['true', null, undefined],
      trackbars: [undefined, null, {}, [null], [[]], [{}], [TRACKBAR, { ...TRACKBAR, name: 7 }], [{ ...TRACKBAR, min: '0' }], [{ ...TRACKBAR, max: 1.5 }], [{ ...TRACKBAR, value: null }]],
      overlay: [null, undefined, 1], status: [undefined, {}],
      buttons: [undefined, {}, [null], [{ ...BUTTON, button: 0.5 }], [{ ...BUTTON, name: 1 }], [{ ...BUTTON, kind: null }], [{ ...BUTTON, bar: '1' }], [BUTTON, { ...BUTTON, on: 1 }]],
    },
  },
  {
    parse: parseBeside, message: { type: 'media', video: { codec: 'avc1.42001f', description: 'AQL/' }, audio: OPUS },
    wrong: {
      video: [null, undefined, 'vp8', {}, { codec: 1 }, { codec: 'vp8', description: null }],
      audio: [undefined, 'opus', {}, { ...OPUS, codec: null }, { ...OPUS, rate: 0 }, { ...OPUS, channels: '2' }],
    },
  },
];

for (const { parse, message, wrong } of MESSAGES) {
  test(`${message.type}: a good one comes through as it is, fields that are not known included`, () => {
    const sent = { ...message, future: [1] };
    assert.deepEqual(parse(JSON.stringify(sent)), sent);
  });

  test(`${message.type}: a missing or wrong field is a value that names it`, () => {
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const parsed = /** @type {any} */ (parse(JSON.stringify({ ...message, [field]: value })));
        assert.equal(parsed.type, 'invalid', `${field}: ${JSON.stringify(value)}`);
        assert.match(parsed.reason, new RegExp(`"${field}"`));
      }
    }
  });
}

test('null is allowed where the protocol says so', () => {
  assert.equal(parseResults(JSON.stringify({ ...STREAM, rtpOffset: null, stamp: null, state: 'lost' })).type, 'stream');
  const unsure = { ...RESULT, objects: [{ ...DETECTED, confidence: null }] };
  assert.equal(parseResults(JSON.stringify(unsure)).type, 'result');
  for (const stamped of [true, false]) assert.equal(parseSignal(JSON.stringify({ type: 'offer', sdp: '', stamped })).type, 'offer');
  assert.equal(parseResults(JSON.stringify({ ...RESULT, width: 0.5, height: 1 })).type, 'result');
  for (const whole of [true, false]) assert.equal(parseResults(JSON.stringify({ ...RESULT, whole })).type, 'result');
  // of a server that does not tell them
  assert.equal(parseResults(JSON.stringify({ ...RESULT, age: undefined })).type, 'result');
  assert.equal(parseResults(JSON.stringify({ ...STREAM, rungs: undefined })).type, 'stream');
  assert.equal(parseControl('{"type":"pong","t":1,"now":2}').type, 'pong');
  assert.equal(parseBeside('{"type":"media","video":{"codec":"vp8"},"audio":null}').type, 'media');
});

test('what is no message at all is invalid', () => {
  const none = ['', 'offer', '{"type":"offer"', 'null', '[]', '3', '{}', '{"type":null}', new ArrayBuffer(4), null];
  for (const data of none) {
    for (const parse of PARSERS) assert.equal(parse(data).type, 'invalid', String(data));
  }
  const infinite = '{"type":"result","frame":1,"model":"m","ms":1e999,"width":1,"height":1,"objects":[]}';
  assert.equal(parseResults(infinite).type, 'invalid');
});

test('a type of a newer server, or of another channel, is unknown', () => {
  for (const type of ['hello', 'toString', '__proto__', 'constructor', '']) {
    for (const parse of PARSERS) assert.equal(parse(JSON.stringify({ type })).type, 'unknown', type);
  }
  assert.equal(parseSignal(JSON.stringify(RESULT)).type, 'unknown');
});

test('beside frames by WebSocket comes all that data channels bring, and no signalling', () => {
  const property = { type: 'property', name: 'a.b', title: 'B', description: '', writable: false, value: true, initial: false };
  for (const message of [STREAM, RESULT, { type: 'pong', t: 1, now: 2 }, property, WINDOW]) assert.deepEqual(parseBeside(JSON.stringify(message)), message);
  assert.equal(parseBeside('{"type":"offer","sdp":"v=0"}').type, 'unknown');
  for (const parse of [parseSignal, parseResults, parseControl]) assert.equal(parse('{"type":"media","video":{"codec":"vp8"},"audio":null}').type, 'unknown');
});

test('the streams of an offer are named, each with its media sections; what is wrong there is none', () => {
  const streams = [{ name: 'door', mids: ['video0', 'audio0'], stamped: true }, { name: 'yard', mids: [], more: 1 }];
  assert.deepEqual(offeredStreams({ type: 'offer', sdp: '', streams }), streams);
  for (const wrong of [undefined, null, {}, 'door', [null], ['door'], [{ name: 'door' }], [{ mids: [] }], [{ name: 'door', mids: [0] }], [{ name: 'door', mids: [], stamped: 1 }]])
    assert.equal(offeredStreams({ type: 'offer', sdp: '', streams: wrong }), null, JSON.stringify(wrong));
});

test('a message says which of several streams it is of, and what of that it tells', () => {
  const of = (/** @type {object} */ message) => addressOf(JSON.stringify({ stream: 'door', ...message }));
  assert.deepEqual(of(RESULT), { stream: 'door', state: '' });
  assert.deepEqual([STREAM, { type: 'link' }, { type: 'property', name: 'a.b' }, { type: 'model', model: 'm' }, WINDOW].map((message) => of(message)?.state), ['stream ', 'link ', 'property a.b', 'model m', 'window ']);
  for (const wrong of [{ type: 'result' }, { stream: 7 }, [], 'text', null]) assert.equal(addressOf(JSON.stringify(wrong)), null);
  for (const wrong of ['{', new ArrayBuffer(2), null]) assert.equal(addressOf(wrong), null);
});
