// SPDX-License-Identifier: LGPL-2.1-or-later
// The whole player, all modules together, in a browser that is a fake: what it tells the page around it, and when it connects.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { until } from '../../lib/wait.js';
import { DecodedFrame, FakeVideoDecoder, decoders, noDecoders } from '../lib/decoder.js';
import { FakeElement, fakeDocument } from '../lib/dom.js';
import { KEY, frameMessage } from '../lib/frame-message.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { KnowingVideoFrame, Picture } from '../lib/picture.js';
import { FakeRoot } from '../lib/player.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';
import { FakeTransform, FakeWorker } from '../lib/worker.js';

const page = new EventTarget();
const tab = new EventTarget();
/** @type {Error[]} */
let complaints = [];
class HTMLElement extends FakeElement {
  root = new FakeRoot();
  isConnected = true;

  remove() {
    this.isConnected = false;
    /** @type {any} */ (this).disconnectedCallback();
  }

  attachShadow() {
    return this.root;
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  /** @param {string} name */
  hasAttribute(name) {
    return name in this.attributes;
  }

  /** @param {string} name @param {boolean} there */
  toggleAttribute(name, there) {
    if (there) this.setAttribute(name, '');
    else this.removeAttribute(name);
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    super.setAttribute(name, value);
    this.#changed(name, value);
  }

  /** @param {string} name */
  removeAttribute(name) {
    super.removeAttribute(name);
    this.#changed(name, null);
  }

  /** @param {string} name @param {string|null} value */
  #changed(name, value) {
    const player = /** @type {any} */ (this);
    if (player.constructor.observedAttributes.includes(name)) player.attributeChangedCallback(name, null, value);
  }
}
Object.assign(fakeDocument, { hidden: false, addEventListener: tab.addEventListener.bind(tab), removeEventListener: tab.removeEventListener.bind(tab) });
Object.assign(globalThis, {
  window: globalThis, devicePixelRatio: 1, location: new URL('http://camera.local:8080/'), document: fakeDocument, HTMLElement,
  customElements: { define() {} },
  CustomEvent: class extends Event {
    constructor(/** @type {string} */ name, /** @type {{detail: object}} */ { detail }) {
      super(name);
      this.detail = detail;
    }
  },
  addEventListener: page.addEventListener.bind(page), removeEventListener: page.removeEventListener.bind(page),
  ResizeObserver: class {
    constructor(/** @type {() => void} */ callback) {
      Object.assign(this, { observe: callback, disconnect: () => {} });
    }
  },
  requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback, 16), cancelAnimationFrame: (/** @type {number} */ id) => clearTimeout(id),
  WebSocket: FakeSocket, RTCPeerConnection: FakePeerConnection, RTCRtpReceiver: class {},
  VideoFrame: KnowingVideoFrame, Worker: FakeWorker, RTCRtpScriptTransform: FakeTransform,
  Option: class {},
  reportError: (/** @type {Error} */ error) => complaints.push(error),
});
Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
Math.random = () => 1;
// It measures the resolution of its clock when it is loaded: before time stops.
const { CvPlayer } = await import('../../../web/player/cv-player.js');
for (const part of ['controls', 'window']) await import(`../../../web/player/${part}.js`);  // for the player they are there at once
const LINK = { type: 'link', rung: 0, rungs: 3, width: 640, height: 360, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };

const STREAM = { type: 'stream', clockRate: 90000, rtpOffset: 0, epoch: 0, stamp: null, state: 'live', message: '' };
const STAMPED = { stamp: { rows: 16, cell: 8 } };
const VIDEO = {};
/** @param {number} frame */
const resultOf = (frame) => ({
  type: 'result', frame, model: 'm', ms: 5, width: 640, height: 360, objects: [{ label: 'dog', confidence: null, x: 1, y: 2, w: 3, h: 4 }],
});

/** @type {any} */
let player;
/** What it told the page, by the names of its events. @type {Record<string, any[]>} */
let told;

beforeEach(async () => {
  stopTime();
  complaints = [];
  player = new CvPlayer();
  player.controls = true;
  await settle();
  told = { 'cv-state': [], 'cv-error': [], 'cv-result': [], 'cv-model': [], 'cv-setting': [], 'cv-stats': [] };
  for (const name of Object.keys(told)) player.addEventListener(name, (/** @type {any} */ { detail }) => told[name].push(detail));
});

afterEach(async () => {
  player.disconnectedCallback();
  await pass(16);  // the frame that something was to be drawn with
  assert.deepEqual([timersLeft(), complaints], [0, []], 'nothing is left behind');
});

const states = () => told['cv-state'].map(({ state }) => state);
const text = (/** @type {string} */ selector) => player.root.querySelector(selector).textContent;

/** The server lets it in. @param {Partial<import('../../../web/core/protocol.js').Stream>} [stream] */
async function connect(stream) {
  const socket = Object.assign(FakeSocket.last, { readyState: 1 });
  const pc = FakePeerConnection.last;
  socket.deliver(JSON.stringify({ type: 'offer', sdp: 'v=0', stamped: Boolean(stream?.stamp) }));
  if (stream?.stamp) FakeWorker.last.say({});
  await settle();
  pc.become('connected');
  const [results, control] = ['results', 'control'].map((label) => pc.openChannel(label));
  results.deliver({ ...STREAM, ...stream });
  pc.ontrack?.({ track: { kind: 'video' }, streams: [VIDEO], receiver: {} });
  let frames = 0;
  /** A frame that was captured 50 ms ago is shown. */
  const show = () => {
    const now = performance.now();
    const rtpTimestamp = (now - 50) * 90;
    const picture = new Picture(stream?.stamp ? { id: rtpTimestamp, rtp: rtpTimestamp } : { id: null, height: 360 });
    const metadata = { rtpTimestamp, presentedFrames: ++frames, expectedDisplayTime: now, receiveTime: now - 20, processingDuration: 0.005 };
    player.root.querySelector('video').present(picture, metadata);
    return pass(0);  // that it plays is told a moment later
  };
  return { socket, pc, results, control, show };
}
/** … and it plays. */
async function play(/** @type {Parameters<typeof connect>[0]} */ stream = {}) {
  player.connectedCallback();
  const scene = await connect(stream);
  await scene.show();
  return scene;
}

test('it is connecting until there is a picture, and then playing', async () => {
  assert.equal(player.report().state, 'closed');
  Object.assign(player.root.querySelector('.stage'), { clientWidth: 640, clientHeight: 360 });
  player.connectedCallback();
  assert.equal(player.root.querySelector('.picture').style.width, '640px', 'it takes its place on the page');
  const { show } = await connect();
  assert.deepEqual([states(), text('.status')], [['connecting'], 'Connecting']);
  assert.equal(player.root.querySelector('.cover').hidden, false);
  assert.equal(player.root.querySelector('video').srcObject, VIDEO);
  await show();
  assert.deepEqual([states(), text('.status')], [['connecting', 'playing'], 'Live']);
  assert.equal(player.root.querySelector('.cover').hidden, true);
  assert.deepEqual([player.report().state, player.report().attempt, player.report().frames.shown], ['playing', 1, 1]);
});

test('a source that is lost is told, in the server’s words, and that it is back', async () => {
  const { results } = await play();
  results.deliver({ ...STREAM, state: 'lost', message: 'no camera' });
  assert.equal(text('.banner'), 'Source lost, retrying: no camera');
  results.deliver(STREAM);
  await pass(0);
  assert.deepEqual(states(), ['connecting', 'playing', 'lost', 'playing']);
});

test('a server that is gone is waited for, with a countdown, and the wait grows; its error is told', async () => {
  const { socket } = await play();
  const first = FakeSocket.last;
  socket.onclose?.({ code: 1006 });
  assert.deepEqual(told['cv-state'].at(-1), { state: 'waiting', error: { code: 'connection', message: 'no connection to the server' } });
  assert.equal(player.root.querySelector('.cover').hidden, false, 'the last picture stays');
  assert.equal(player.root.querySelector('video').srcObject, null);
  await pass(250);
  assert.notEqual(FakeSocket.last, first);
  assert.equal(text('.status'), 'Reconnecting');
  for (const wait of [500, 1000, 2000]) {
    const { last } = FakeSocket;
    last.onclose?.({ code: 1006 });
    assert.match(text('.banner'), /^No connection to the server: reconnecting in \d s$/);
    await pass(wait - 1);
    assert.equal(FakeSocket.last, last);
    await pass(1);
    assert.notEqual(FakeSocket.last, last);
  }
  const { show } = await connect();
  await show();
  assert.deepEqual([player.report().attempt, player.report().error, states().at(-1)], [5, null, 'playing']);
});

test('who is not let in is not asked again; another token is tried at once', async () => {
  player.connectedCallback();
  const first = FakeSocket.last.open();
  assert.deepEqual(first.sent, []);
  first.deliver('{"type":"locked","message":"a token is wanted"}');
  assert.deepEqual([states(), player.report().state, text('.status')], [['connecting', 'failed'], 'failed', 'No video']);
  assert.deepEqual(told['cv-state'].at(-1).error, { code: 'unauthorized', message: 'a token is wanted' });
  page.dispatchEvent(new Event('online'));
  await pass(100_000);
  assert.equal(FakeSocket.last, first);

  player.setAttribute('token', 'wrong');
  const second = FakeSocket.last.open();
  assert.deepEqual(second.sent, ['{"type":"token","token":"wrong"}']);
  second.deliver('{"type":"error","code":"unauthorized","message":"this is not the server’s token"}');
  assert.equal(text('.banner'), 'This is not the server’s token');

  player.setAttribute('token', 'right');
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.sent, ['{"type":"token","token":"right"}']);
  FakeSocket.last.deliver('{"type":"access","control":false}');
  const { show } = await connect();
  await show();
  assert.deepEqual([player.report().state, player.report().mayControl, player.report().attempt], ['playing', false, 1]);
});

test('who has to wait tries again by itself', async () => {
  player.setAttribute('token', 'right');
  player.connectedCallback();
  const first = FakeSocket.last.open();
  first.deliver('{"type":"error","code":"too-many","message":"wait for 40 s"}');
  assert.equal(player.report().state, 'waiting');
  await pass(20_000);
  assert.notEqual(FakeSocket.last, first);
});

test('after three seconds of video a server that is gone is asked again as soon as at first', async () => {
  player.connectedCallback();
  for (let i = 0; i < 3; i++) {
    FakeSocket.last.onclose?.({ code: 1006 });
    await pass(5000);
  }
  const { socket, show } = await connect();
  await show();
  await pass(3000);
  socket.onclose?.({ code: 1006 });
  await pass(250);
  assert.notEqual(FakeSocket.last, socket);
});

test('a picture that stands still is not called live, unless nobody looks at it or its viewer has paused it', async () => {
  await play();
  const video = player.root.querySelector('video');
  /** @type {[object, object, string][]} */
  const cases = [[{}, {}, 'Waiting for video…'], [fakeDocument, { hidden: true }, ''], [fakeDocument, { hidden: false }, 'Waiting for video…'],
    [video, { paused: true }, '']];
  await pass(2000);
  for (const [what, change, banner] of cases) {
    Object.assign(what, change);
    await pass(500);
    assert.equal(text('.banner'), banner);
  }
});

test('what limits the video for two seconds is said, and single pictures are no standstill', async () => {
  const { control } = await play({ rungs: [{ width: 640, height: 360, rows: 0, cell: 0 }] });
  const link = { type: 'link', rung: 1, rungs: 3, width: 320, height: 180, bitrate: 170_000, framerate: 30, carries: 262_000, reason: 'network' };
  control.deliver(link);
  await pass(900);
  assert.equal(text('.status'), 'Live');
  control.deliver({ ...link, rung: 3, reason: 'too-slow' });
  await pass(2600);
  assert.deepEqual([text('.status'), text('.banner')], ['Live. Your network is too slow for video: single pictures', '']);
  control.deliver(link);
  await pass(500);
  assert.match(text('.status') ?? '', /^Live/, 'the first of many is on its way');
});

test('a limit of the bit rate is told each server that it connects to, and when it changes', async () => {
  const link = { type: 'link', rung: 0, rungs: 3, width: 640, height: 360, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };
  const asked = (/** @type {{of: (type: string) => any[]}} */ control) => control.of('video').map(({ maxBitrate }) => maxBitrate);
  player.setAttribute('max-bitrate', '300000');
  const { socket, control } = await play();
  control.deliver(link);
  player.setAttribute('max-bitrate', '200000');
  assert.deepEqual(asked(control), [300_000, 200_000]);
  socket.onclose?.({ code: 1006 });
  await pass(250);
  const { control: next } = await connect();
  next.deliver(link);
  assert.deepEqual([asked(next), asked(control).length], [[200_000], 2]);
});

test('what a server said of the link is told when it is connected to again', async () => {
  const stored = new Map();
  Object.assign(globalThis, { localStorage: { getItem: (/** @type {string} */ key) => stored.get(key) ?? null, setItem: stored.set.bind(stored) } });
  const { control, socket } = await play();
  control.deliver({ type: 'link', rung: 1, rungs: 3, width: 320, height: 180, bitrate: 170_000, framerate: 30, carries: 262_000, reason: 'network' });
  socket.onclose?.({ code: 1006 });
  await pass(250);
  Reflect.deleteProperty(globalThis, 'localStorage');
  assert.deepEqual([socket.url, FakeSocket.last.url], ['ws://camera.local:8080/ws', 'ws://camera.local:8080/ws?downlink=262000']);
});

test('a page that nobody looks at asks for no video, and for it at once when somebody does; the picture is not called still', async () => {
  const { control, show } = await play();
  control.deliver({ type: 'link', rung: 0, rungs: 3, width: 640, height: 360, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' });
  const turn = (/** @type {boolean} */ hidden) => {
    Object.assign(fakeDocument, { hidden });
    tab.dispatchEvent(new Event('visibilitychange'));
  };
  turn(true);
  for (let i = 0; i < 20; i++) {
    await pass(500);
    control.deliver({ type: 'pong', t: performance.now(), now: performance.now() });
  }
  turn(false);
  await pass(500);
  assert.deepEqual(control.of('video').map(({ wanted }) => wanted), [false, true]);
  await show();
  assert.deepEqual([text('.banner'), states()], ['', ['connecting', 'playing']]);
  player.remove();
  turn(true);
  turn(false);
  turn(true);
  assert.equal(timersLeft(), 0, 'out of its page it takes no notice');
  Object.assign(fakeDocument, { hidden: false });
});

test('the figures below it are those of the frames, the results and the server’s clock', async () => {
  const { pc, results, control, show } = await play();
  player.root.querySelector('.stage').clientWidth = 640;
  pc.stats = { packetsReceived: 1, framesDropped: 3, packetsLost: 7, frameWidth: 1280, frameHeight: 720 };
  // The server's clock is the page's.
  control.deliver({ type: 'pong', t: performance.now(), now: performance.now(), encoded: 3, sent: 5 });
  await show();
  results.deliver({ ...resultOf((performance.now() - 80) * 90), age: 70 });
  await pass(1000);
  const cells = player.root.querySelector('.hud').children;
  const figures = Object.fromEntries(cells.map((/** @type {any} */ { children: [name, value] }) => [name.textContent, value.textContent]));
  const { Latency, Resolution } = figures;
  assert.deepEqual([Latency, Resolution, figures['Dropped · lost'], figures['Result lag']], ['50 ± 1 ms', '1280 × 720', '3 · 7', '80 ms']);
  assert.equal(figures['Result delivery'], '10.0 · 26.0 ms', 'arrived after 10 ms, drawn at the next repaint');
  assert.equal(figures['Where the latency goes'], 'encode 3.0 · send 2.0 · network 25.0 · decode 5.0 · display 15.0 ms');
});

test('a stamped stream is shown exactly: picture and results in one, without the rows of the stamp', async () => {
  player.setAttribute('fill', 'last');
  const { results, show } = await play(STAMPED);
  const [overlay, composed, marks, stage, plot] = ['.overlay', '.composed', '.marks', '.stage', '.plot'].map((selector) => player.root.querySelector(selector));
  assert.deepEqual([composed.hidden, overlay.hidden, stage.style['--aspect']], [false, true, '640 / 360']);
  const { mode, fill, frames: { mismatched } } = player.report().exact;
  assert.deepEqual([mode, fill, mismatched], ['exact', 'last', 0]);
  Object.assign(stage, { clientWidth: 640, clientHeight: 360 });
  player.root.querySelector('video').dispatchEvent(new Event('resize'));
  await pass(40);
  const frame = (performance.now() - 50) * 90;
  const [dog] = resultOf(frame).objects;
  results.deliver({ ...resultOf(frame), objects: [dog, { ...dog, label: 'truth' }] });
  await show();
  assert.deepEqual(marks.context.captions, ['dog']);
  await pass(500);
  assert.equal(plot.hidden, false, 'the truth is known, so the error is');
  const [live, exact] = player.root.querySelectorAll('[data-mode]');
  assert.deepEqual([exact.disabled, live.attributes['aria-pressed'], exact.attributes['aria-pressed']], [false, 'false', 'true']);
  live.onclick();
  assert.deepEqual([composed.hidden, live.attributes['aria-pressed'], player.report().exact.mode], [true, 'true', 'async']);
  // How long the worker was given to come up.
  await pass(2000);
});

test('in the exact view latency and painted rate are of the picture that is drawn, not of the video behind it', async () => {
  const { control, show } = await play(STAMPED);
  control.deliver({ type: 'pong', t: performance.now(), now: performance.now() });
  await pass(3000);
  // Reading a frame takes 30 ms, and the next repaint comes 16 ms after that. Every second frame is replaced before.
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {Uint8Array} data @param {any} what */
    async copyTo(data, what) {
      await new Promise((resolve) => { setTimeout(() => resolve(undefined), 30); });
      return super.copyTo(data, what);
    }
  } });
  for (let n = 0; n < 20; n++) {
    await show();
    await pass(n % 2 ? 90 : 10);
  }
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  const { latency, frames: { paintedPerSecond, shown } } = player.report();
  assert.deepEqual([Math.round(latency.median), Math.round(paintedPerSecond), shown], [50 - 10 + 30 + 16, 10, 21]);
});

test('a worker that the browser does not make is no reason to connect again and again: the video is live, and says why', async () => {
  Object.assign(globalThis, { Worker: class {
    constructor() { throw new DOMException('cannot be accessed from origin', 'SecurityError'); }
  } });
  FakeWorker.last = /** @type {any} */ ({ say() {} });
  await play(STAMPED);
  Object.assign(globalThis, { Worker: FakeWorker });
  const [, exact] = player.root.querySelectorAll('[data-mode]');
  const { state, attempt, exact: { mode, obstacle } } = player.report();
  assert.deepEqual([state, attempt, mode, exact.disabled], ['playing', 1, 'async', true]);
  assert.match(obstacle, /^The worker .*video-delay-worker\.js did not start: the page’s policy/);
  assert.equal(exact.title, obstacle);
});

test('frames that the browser does not give away are no reason for an error each: the video is live, and says why', async () => {
  Object.assign(globalThis, { VideoFrame: class {
    constructor() { throw new DOMException('not from a video', 'NotSupportedError'); }
  } });
  const { results, show } = await play(STAMPED);
  player.root.querySelector('.stage').clientWidth = 640;
  results.deliver(resultOf((performance.now() - 50) * 90));
  for (let n = 0; n < 3; n++) await show();
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  const { state, exact: { mode, obstacle } } = player.report();
  assert.deepEqual([state, mode, complaints], ['playing', 'async', []]);
  assert.match(obstacle, /^This browser does not let the page draw the video’s frames \(NotSupportedError: not from a video\)/);
  await pass(2000);
});

test('a browser without WebRTC is told what it lacks, and nothing is tried', async () => {
  for (const lacking of [undefined, null]) {
    Object.assign(globalThis, { RTCPeerConnection: lacking });
    const { last } = FakeSocket;
    player.connectedCallback();
    Object.assign(globalThis, { RTCPeerConnection: FakePeerConnection });
    await pass(60_000);
    assert.deepEqual([states(), text('.status'), FakeSocket.last], [['failed'], 'No video', last]);
    assert.match(text('.banner'), /^This browser has no WebRTC \(RTCPeerConnection\): use another one/);
    assert.equal(player.root.querySelector('.banner').hidden, false);
    assert.equal(told['cv-state'][0].error.code, 'browser');
  }
  player.connectedCallback();
  assert.equal(states().at(-1), 'connecting', 'where it is allowed meanwhile, it is used');
});

test('a frame that is still being read when its connection ends changes nothing after it', async () => {
  const { socket, show } = await play(STAMPED);
  const composed = player.root.querySelector('.composed');
  let finish = () => {};
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {Uint8Array} data @param {any} what */
    async copyTo(data, what) {
      await new Promise((resolve) => { finish = () => resolve(undefined); });
      return super.copyTo(data, what);
    }
  } });
  await pass(40);
  await show();
  socket.onclose?.({ code: 1006 });
  assert.equal(composed.hidden, true);
  finish();
  await settle();
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  assert.equal(composed.hidden, true);
  await pass(2000);
});

test('in the live view too the error is known where the source tells the truth', async () => {
  const { results, show } = await play();
  player.root.querySelector('.stage').clientWidth = 640;
  const now = (performance.now() - 50) * 90;
  const [dog] = resultOf(now).objects;
  results.deliver(resultOf(now - 3600));
  await pass(20);
  await show();
  const shown = (performance.now() - 50) * 90;
  results.deliver({ ...resultOf(shown), objects: [{ ...dog, label: 'truth', x: dog.x + 7 }] });
  assert.equal(player.report().exact.overlayError, 7);
});

test('each result is told once, and drawn while it is fresh', async () => {
  const { results } = await play();
  for (const frame of [9000, 3600, 9000]) results.deliver(resultOf(frame));
  assert.deepEqual(told['cv-result'], [resultOf(9000), resultOf(3600)]);
  const overlay = player.root.querySelector('.overlay');
  player.root.querySelector('.stage').clientWidth = 640;
  await pass(20);
  assert.equal(overlay.context.painted.filter(({ what }) => what === 'text').length, 1, 'the newest is drawn');
  await pass(1000);
  assert.deepEqual(overlay.context.painted, [], 'and not for ever');
});

test('what a model says is told and shown at once', async () => {
  const { results } = await play();
  const state = { type: 'model', model: 'faces', state: 'failed', message: 'no weights', since: 1 };
  results.deliver(state);
  assert.deepEqual(told['cv-model'], [state]);
  await until('the list', () => text('.models') === 'faces failedno weights');
  assert.equal(player.root.querySelector('.models').hidden, false);
});

test('the only model inside the pipeline has its figures above, and is not listed', async () => {
  const { results } = await play();
  results.deliver(resultOf(3600));
  await pass(500);
  await settle();
  assert.deepEqual([player.report().models.length, player.root.querySelector('.models').children], [1, []]);
});

test('what the viewer chooses becomes an attribute, is told, and needs no new connection', async () => {
  await play();
  const { last } = FakeSocket;
  const [live] = player.root.querySelectorAll('[data-mode]');
  live.onclick();
  const [, hold] = player.root.querySelectorAll('.choices select');
  for (const value of ['nonsense', '250']) {
    hold.value = value;
    hold.onchange();
  }
  assert.deepEqual(told['cv-setting'], [['mode', 'async'], ['hold', 'infinite'], ['hold', '250']].map(([name, text]) => ({ name, text })));
  assert.deepEqual([player.attributes.mode, player.attributes.hold, player.report().exact.hold], ['async', '250', 250]);
  assert.equal(live.attributes['aria-pressed'], 'true');
  assert.equal(FakeSocket.last, last);
});

test('it connects to its page’s server, or to the one that src names; another src is another connection', () => {
  const urls = () => FakeSocket.last.url;
  const { location } = globalThis;
  globalThis.location = /** @type {any} */ (new URL('https://hub.example/user/ada/proxy/8080/?mode=exact'));
  player.connectedCallback();
  assert.equal(urls(), 'wss://hub.example/user/ada/proxy/8080/ws', 'below the path that a proxy gave the page');
  const { last } = FakeSocket;
  globalThis.location = location;
  player.setAttribute('src', '/ws');
  assert.equal(urls(), 'ws://camera.local:8080/ws');
  player.setAttribute('src', 'https://other.example/ws');
  assert.equal(urls(), 'wss://other.example/ws');
  assert.equal(last.closes, 1);
  player.setAttribute('src', '//third.example/x');
  assert.equal(urls(), 'ws://third.example/x/ws');
});

test('a src before it is in the page connects to nothing', () => {
  const { last } = FakeSocket;
  player.setAttribute('src', '/elsewhere');
  assert.equal(FakeSocket.last, last);
});

test('a page that is left holds no connection; one that comes back has one again', async () => {
  const { socket, pc } = await play();
  page.dispatchEvent(new Event('pagehide'));
  assert.deepEqual([states().at(-1), pc.closed, socket.closes > 0, timersLeft()], ['closed', true, true, 0]);
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  assert.equal(FakeSocket.last, socket, 'the first pageshow is of a page that is there already');
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  assert.notEqual(FakeSocket.last, socket);
  assert.deepEqual([states().at(-1), player.report().attempt], ['connecting', 1]);
  const { last } = FakeSocket;
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  assert.equal(FakeSocket.last, last, 'one');
});

test('out of the page it is silent, and takes no notice of it', async () => {
  const { socket, results } = await play();
  results.deliver(resultOf(3600));
  player.disconnectedCallback();
  assert.equal(timersLeft(), 0);
  results.deliver(resultOf(9000));
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await pass(10_000);
  assert.equal(FakeSocket.last, socket);
  assert.deepEqual([told['cv-result'].length, states().at(-1)], [1, 'closed']);
});

for (const state of ['connecting', 'playing', 'lost', 'waiting', 'closed']) {
  test(`a page that takes it out when it hears "${state}" has no connection left`, async () => {
    player.addEventListener('cv-state', (/** @type {any} */ { detail }) => { if (detail.state === state) player.remove(); });
    player.connectedCallback();
    const [{ last: pc }, { last: socket }] = [FakePeerConnection, FakeSocket];
    if (player.isConnected) {
      const { results, show } = await connect();
      await show();
      results.deliver({ ...STREAM, state: 'lost', message: 'no camera' });
      if (state === 'waiting') socket.onclose?.({ code: 1006 });
      if (state === 'closed') player.setAttribute('src', '/elsewhere');
    }
    assert.equal(states().at(-1), 'closed');
    await pass(60_000);
    assert.deepEqual([player.isConnected, pc.closed, FakeSocket.last, timersLeft()], [false, true, socket, 0]);
  });
}

test('a page that names another server when it hears "connecting" is connected to that one only', () => {
  player.addEventListener('cv-state', () => { if (!player.getAttribute('src')) player.setAttribute('src', '/elsewhere'); });
  player.connectedCallback();
  assert.deepEqual([FakeSocket.last.url, states()], ['ws://camera.local:8080/elsewhere/ws', ['connecting', 'closed', 'connecting']]);
});

test('its attributes are properties too', () => {
  player.controls = false;
  assert.deepEqual([player.src, player.of, player.token, player.mode, player.overlay, player.fill, player.hold, player.maxBitrate, player.maxHeight, player.transport, player.controls],
    ['', '', '', '', 'boxes', 'interpolated', Infinity, Infinity, Infinity, 'auto', false]);
  const given = { src: 'https://host', of: 'other', token: 'secret', mode: 'exact', overlay: 'none', fill: 'last', hold: 250, maxBitrate: 300_000, maxHeight: 200, transport: 'socket', controls: true };
  Object.assign(player, given);
  for (const [name, value] of Object.entries(given)) assert.equal(player[name], value, name);
  assert.deepEqual(player.attributes, { src: 'https://host', of: 'other', token: 'secret', mode: 'exact', overlay: 'none', fill: 'last', hold: '250', 'max-bitrate': '300000', 'max-height': '200', transport: 'socket', controls: '' });
  Object.assign(player, { hold: '120', maxBitrate: 'infinite' });
  assert.deepEqual([player.hold, player.maxBitrate], [120, Infinity], 'as frameworks give them');
  Object.assign(player, { hold: Infinity, controls: false });
  assert.deepEqual([player.attributes.hold, player.attributes.controls], ['infinite', undefined]);
});

test('without controls its states are read aloud where they are seen', () => {
  const banner = player.root.querySelector('.banner');
  assert.equal(banner.role, null);
  player.controls = false;
  assert.equal(banner.role, 'status');
});

test('one that is paused stands still, asks for no video after a while, and goes on with what is there then', async () => {
  const { control, show } = await play();
  control.deliver(LINK);
  player.pause();
  const video = player.root.querySelector('video');
  await settle();
  assert.deepEqual([player.paused, video.paused, text('.status'), player.root.querySelector('.play').hidden], [true, true, 'Paused', false]);
  for (let i = 0; i < 20; i++) {
    await pass(500);
    control.deliver({ type: 'pong', t: performance.now(), now: performance.now() });
  }
  assert.deepEqual([control.of('video').map(({ wanted }) => wanted), text('.banner')], [[false], '']);
  player.root.querySelector('.play').onclick();
  await show();
  assert.deepEqual([player.paused, video.paused, control.of('video').at(-1).wanted, text('.status')], [false, false, true, 'Live']);
});

test('a live picture that is paused keeps what is drawn on it, however long', async () => {
  const { results, show } = await play();
  player.root.querySelector('video').dispatchEvent(new Event('resize'));
  results.deliver(resultOf(3600));
  await pass(20);
  player.pause();
  results.deliver(resultOf(7200));
  await pass(5000);
  const { context } = player.root.querySelector('.overlay');
  assert.deepEqual(context.captions, ['dog']);
  player.play();
  await show();
  await pass(20);
  assert.deepEqual(context.captions, [], 'it is of long ago');
});

test('one that was refused and is paused connects when it goes on', async () => {
  player.connectedCallback();
  const first = FakeSocket.last.open();
  first.deliver('{"type":"locked","message":"a token is wanted"}');
  player.pause();
  player.setAttribute('token', 'right');
  assert.equal(FakeSocket.last, first);
  player.play();
  assert.notEqual(FakeSocket.last, first);
});

test('one that is paused is not connected again before it is to go on', async () => {
  const { socket } = await play();
  player.pause();
  socket.onclose?.({ code: 1006 });
  await pass(60_000);
  assert.deepEqual([FakeSocket.last, states().at(-1), text('.status')], [socket, 'closed', 'Paused']);
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  assert.equal(FakeSocket.last, socket);
  player.play();
  assert.notEqual(FakeSocket.last, socket);
  assert.equal(states().at(-1), 'connecting');
});

test('what ends an attempt is told, and whether there will be another one', async () => {
  const { socket } = await play();
  socket.onclose?.({ code: 1006 });
  assert.deepEqual(told['cv-error'], [{ code: 'connection', message: 'no connection to the server', final: false }]);
  await pass(250);
  FakeSocket.last.open();
  FakeSocket.last.deliver('{"type":"locked","message":"a token is wanted"}');
  assert.deepEqual(told['cv-error'][1], { code: 'unauthorized', message: 'a token is wanted', final: true });
});

test('twice a second it tells what it reports, while it is connected', async () => {
  const { socket } = await play();
  await pass(1000);
  const { length } = told['cv-stats'];
  assert.ok(length >= 2);
  const { state, frames } = told['cv-stats'].at(-1);
  assert.deepEqual([state, frames.shown, Object.keys(told['cv-stats'][0])], ['playing', 1, Object.keys(player.report())]);
  socket.onclose?.({ code: 1006 });
  player.pause();
  await pass(5000);
  assert.equal(told['cv-stats'].length, length);
});

test('a page draws results itself, with all that the model sent', async () => {
  const { results } = await play();
  Object.assign(player.root.querySelector('.stage'), { clientWidth: 1280, clientHeight: 720 });
  player.root.querySelector('video').dispatchEvent(new Event('resize'));
  /** @type {any[]} */
  const calls = [];
  player.draw = (/** @type {any[]} */ ...args) => calls.push(args);
  results.deliver({ ...resultOf(3600), mask: 'a field of the model’s own' });
  await pass(20);
  const [context, { id, width, height, scale, drawBoxes }, [seen]] = calls.at(-1);
  assert.deepEqual([id, width, height, scale(seen), seen.mask, seen.kind, context.captions], [null, 1280, 720, { x: 2, y: 2 }, 'a field of the model’s own', 'measured', []]);
  drawBoxes();
  assert.deepEqual(context.captions, ['dog']);
  player.draw = null;
  results.deliver(resultOf(7200));
  await pass(20);
  assert.deepEqual([calls.length > 0, context.captions], [true, ['dog']]);
});

test('a drawing that throws is told once, and the player’s boxes are drawn from then on', async () => {
  const { results } = await play();
  let calls = 0;
  player.draw = () => {
    calls++;
    throw new Error('a mistake in the page');
  };
  for (const frame of [3600, 7200]) {
    results.deliver(resultOf(frame));
    await pass(20);
  }
  assert.deepEqual([calls, complaints.splice(0).map(({ message }) => message), player.draw], [1, ['a mistake in the page'], null]);
});

test('what the server lets viewers change is told, and set where this viewer may', async () => {
  /** @type {object[][]} */
  const heard = [];
  player.addEventListener('cv-properties', (/** @type {any} */ { detail }) => heard.push(detail));
  assert.deepEqual(player.properties, []);
  assert.throws(() => player.setProperty('a.b', 1), /the property "a.b" can’t be set to 1: \[\]/);
  const { control } = await play();
  const property = { type: 'property', name: 'a.b', title: 'B', description: '', writable: true, value: 1, initial: 1, min: 0, max: 2, whole: false };
  control.deliver(property);
  control.deliver({ ...property, name: 'a.c', writable: false });
  assert.deepEqual(player.properties.map((/** @type {{name: string}} */ { name }) => name), ['a.b', 'a.c']);
  control.sent.length = 0;
  player.setProperty('a.b', 1.5);
  assert.deepEqual(control.sent, [{ type: 'set', name: 'a.b', value: 1.5 }]);
  assert.throws(() => player.setProperty('a.b', 3), RangeError);
  assert.throws(() => player.setProperty('a.c', 1), /"writable":false/);
  assert.equal(player.properties[0].value, 1, 'it is what the server says that it is');
  control.deliver({ ...property, value: 1.5 });
  assert.deepEqual(heard.map((all) => all.map((/** @type {any} */ { value }) => value)), [[1], [1, 1], [1.5, 1]]);
  player.disconnectedCallback();
  assert.deepEqual([player.properties, heard.at(-1)], [[], []], 'nothing is adjustable without a connection');
});

test('what the server says of a program’s window is told, and what is done in it is sent; when the connection has gone it is still known', async () => {
  /** @type {any[]} */
  const heard = [];
  player.addEventListener('cv-window', (/** @type {any} */ { detail }) => heard.push(detail));
  assert.equal(player.window, null);
  const { control } = await play();
  const window = { type: 'window', title: 'edges', width: 640, height: 480, state: 'open', message: '', picture: '', mouse: true, objects: false, writable: true, overlay: '', status: '', buttons: [], trackbars: [] };
  control.deliver(window);
  assert.deepEqual([player.window, heard], [window, [window]]);
  await settle();
  assert.equal(text('.told'), 'Keys go to the program while the picture has the focus.');
  control.sent.length = 0;
  player.root.querySelector('.close').onclick();
  assert.deepEqual(control.sent, [{ type: 'close' }]);
  const ended = { ...window, state: 'ended', message: 'The program has ended.' };
  control.deliver(ended);
  FakeSocket.last.deliver({ type: 'error', code: 'shutdown', message: 'the server is ending' });
  assert.deepEqual([player.report().state, player.window, heard.length], ['waiting', ended, 2]);
  assert.match(text('.told'), /^The program has ended\. The last picture stays/);
  await connect();
  player.disconnectedCallback();
  player.connectedCallback();
  assert.deepEqual([player.window, heard.at(-1)], [null, null], 'another one may come');
});

test('before it is connected its report is complete, and says that nothing is known', () => {
  const { state, error, attempt, latency, exact, frames } = player.report();
  assert.deepEqual({ state, error, attempt, latency, exact }, { state: 'closed', error: null, attempt: 0, latency: null, exact: null });
  assert.equal(frames.shown, 0);
});

/** The server sends video by the WebSocket. @param {FakeSocket} socket */
function serve(socket) {
  Object.assign(socket, { readyState: 1 });
  const deliver = (/** @type {object} */ message) => socket.deliver(JSON.stringify(message));
  for (const message of [{ type: 'media', video: { codec: 'vp8' }, audio: null }, STREAM, LINK]) deliver(message);
  /** A frame comes, is decoded and shown. */
  const show = async (id = Math.round(performance.now() * 90)) => {
    socket.deliver(frameMessage({ id, flags: KEY }));
    FakeVideoDecoder.all.at(-1)?.finish(({ timestamp }) => new DecodedFrame(timestamp, new Picture({ id: null, height: 360 })));
    await pass(0);  // that it plays is told a moment later
    return id;
  };
  return { socket, deliver, show };
}

/** A player that was told to watch by WebSocket, or has no other way, and has its connection. */
async function playBySocket() {
  const { last } = FakeSocket;
  player.connectedCallback();
  await until('another connection', () => FakeSocket.last !== last);
  return serve(FakeSocket.last);
}

/** Whether it was told that frames are to come by it. @param {FakeSocket} socket */
const askedFor = ({ sent }) => sent.some((text) => text.includes('"transport"'));

/** WebRTC finds no way. */
async function losePath() {
  FakePeerConnection.last.become('failed');
  const { last } = FakeSocket;
  await until('the other transport', () => askedFor(last));
  return serve(last);
}

test('by WebSocket each frame is shown with its own results, without a stamp', async () => {
  decoders();
  player.setAttribute('transport', 'socket');
  Object.assign(player.root.querySelector('.stage'), { clientWidth: 640, clientHeight: 360 });
  const { socket, deliver, show } = await playBySocket();
  assert.equal(socket.url, 'ws://camera.local:8080/ws?transport=socket');
  const id = Math.round(performance.now() * 90);
  deliver(resultOf(id));
  await show(id);
  const [composed, marks] = ['.composed', '.marks'].map((selector) => player.root.querySelector(selector));
  assert.deepEqual([composed.hidden, marks.context.captions], [false, ['dog']]);
  await pass(16);
  const { state, transport, exact: { mode, frames: { matched } } } = player.report();
  assert.deepEqual([state, transport, mode, matched, states()], ['playing', 'socket', 'exact', 1, ['connecting', 'playing']]);
  for (let n = 0; n < 20; n++) {
    await pass(4000);
    await show();
  }
  assert.doesNotMatch(text('.status'), /UDP/, 'who asked for it is not told why');
  assert.equal(FakeSocket.last, socket, 'no other way is looked for');
  noDecoders();
});

test('the live view by WebSocket draws frames, and is live', async () => {
  decoders();
  for (const [name, value] of [['transport', 'socket'], ['mode', 'async']]) player.setAttribute(name, value);
  const { show } = await playBySocket();
  await show();
  await pass(16);
  const [composed, marks] = ['.composed', '.marks'].map((selector) => player.root.querySelector(selector));
  assert.deepEqual([states().at(-1), composed.hidden, marks.hidden, composed.picture.height], ['playing', false, true, 360]);
  noDecoders();
});

test('where WebRTC finds no way the picture goes on by the same WebSocket, it says why, and goes back when there is a way', async () => {
  decoders();
  player.setAttribute('mode', 'async');
  const { pc, socket } = await play();
  const { show } = await losePath();
  assert.deepEqual([FakeSocket.last, pc.closed, states().at(-1)], [socket, true, 'connecting']);
  assert.equal(player.root.querySelector('.cover').hidden, false, 'the last picture stays');
  await show();
  assert.deepEqual([states().at(-1), player.root.querySelector('.cover').hidden, player.report().attempt], ['playing', true, 1]);
  for (let n = 0; n < 5; n++) {
    await pass(500);
    await show();
  }
  assert.equal(text('.status'), 'Live. Over WebSocket: no UDP between you and the server');
  page.dispatchEvent(new Event('online'));
  const probe = Object.assign(FakeSocket.last, { readyState: 1 });
  assert.notEqual(probe, socket);
  probe.deliver('{"type":"offer","sdp":"v=0"}');
  await settle();
  FakePeerConnection.last.become('connected');
  FakePeerConnection.last.openChannel('control').deliver({ type: 'pong', t: 0, now: 0 });
  assert.deepEqual([probe.closes > 0, socket.closes > 0, FakeSocket.last !== probe], [true, true, true]);
  const { show: showAgain } = await connect();
  await showAgain();
  assert.deepEqual([states().at(-1), player.report().transport, player.report().attempt], ['playing', 'webrtc', 2]);
  noDecoders();
});

test('a player takes part in another’s connection, and goes on by a WebSocket of its own where there is no way for that', async () => {
  decoders();
  player.disconnectedCallback();
  await settle();
  /** @type {any} */
  let told;
  const way = { lateness: '', close: () => {}, release: () => undefined };
  player.connect = (/** @type {any} */ events) => {
    told = events;
    return way;
  };
  const { last } = FakeSocket;
  player.connectedCallback();
  assert.deepEqual([FakeSocket.last === last, states().at(-1)], [true, 'connecting']);
  told.pathless('no way');
  await until('a WebSocket', () => FakeSocket.last !== last);
  assert.equal(FakeSocket.last.url, 'ws://camera.local:8080/ws?transport=socket');
  noDecoders();
});

test('a connection by WebSocket that is lost is made again by WebSocket, where WebRTC has found no way', async () => {
  decoders();
  await play();
  const { socket, show } = await losePath();
  await show();
  socket.onclose?.({ code: 1006 });
  assert.equal(states().at(-1), 'waiting');
  await pass(250);
  await until('another connection', () => FakeSocket.last !== socket);
  assert.equal(FakeSocket.last.url, 'ws://camera.local:8080/ws?transport=socket');
  noDecoders();
});

test('where the page may not decode, or WebRTC was asked for, a network without a way is an error', async () => {
  for (const transport of ['auto', 'webrtc']) {
    if (transport === 'webrtc') decoders();
    player.setAttribute('transport', transport);
    await play();
    FakePeerConnection.last.become('failed');
    assert.deepEqual([told['cv-state'].at(-1).state, told['cv-state'].at(-1).error.code], ['waiting', 'media']);
    player.disconnectedCallback();
  }
  noDecoders();
});

test('another transport is another connection; the same one, and other choices, are none', async () => {
  decoders();
  await play();
  const { last } = FakeSocket;
  for (const [name, value] of [['fill', 'last'], ['transport', 'auto'], ['transport', 'nonsense']]) player.setAttribute(name, value);
  assert.equal(FakeSocket.last, last);
  player.setAttribute('transport', 'socket');
  await until('another connection', () => FakeSocket.last !== last);
  assert.deepEqual([FakeSocket.last.url, last.closes > 0], ['ws://camera.local:8080/ws?transport=socket', true]);
  player.setAttribute('transport', 'webrtc');
  assert.equal(FakeSocket.last.url, 'ws://camera.local:8080/ws');
  noDecoders();
});

test('a browser without WebRTC that may decode watches by WebSocket', async () => {
  decoders();
  Object.assign(globalThis, { RTCPeerConnection: undefined });
  const { socket, show } = await playBySocket();
  await show();
  assert.deepEqual([socket.url, states()], ['ws://camera.local:8080/ws?transport=socket', ['connecting', 'playing']]);
  for (let n = 0; n < 20; n++) {
    await pass(4000);
    await show();
  }
  assert.equal(FakeSocket.last, socket, 'and looks for no other way');
  Object.assign(globalThis, { RTCPeerConnection: FakePeerConnection });
  noDecoders();
});

/** What is asked for, what the browser lacks, and what is said. @type {[string, () => void, RegExp][]} */
const REFUSALS = [
  ['socket', noDecoders, /^This page may not decode video itself: open it by https, or through a tunnel to localhost/],
  ['webrtc', () => Object.assign(globalThis, { RTCPeerConnection: undefined }), /^This browser has no WebRTC/],
];
for (const [transport, lack, words] of REFUSALS) {
  test(`transport="${transport}" in a browser that can’t: it says so and tries nothing, until another one is asked for`, async () => {
    decoders();
    const { last } = FakeSocket;
    lack();
    player.setAttribute('transport', transport);
    player.connectedCallback();
    await pass(60_000);
    assert.deepEqual([states(), FakeSocket.last, timersLeft()], [['failed'], last, 0]);
    assert.match(text('.banner'), words);
    assert.equal(told['cv-state'][0].error.code, 'browser');
    player.setAttribute('transport', 'auto');
    assert.deepEqual(states(), ['failed', 'connecting']);
    await until('another connection', () => FakeSocket.last !== last);
    Object.assign(globalThis, { RTCPeerConnection: FakePeerConnection });
    noDecoders();
  });
}

for (const [state, mode] of [['connecting', 'async'], ['playing', 'async'], ['playing', 'exact'], ['lost', 'async']]) {
  test(`a page that takes it out when it hears "${state}" of frames by WebSocket has no connection left, and nothing is drawn: ${mode}`, async () => {
    decoders();
    player.setAttribute('mode', mode);
    await play();
    const heard = states().length;
    player.addEventListener('cv-state', (/** @type {any} */ { detail }) => { if (detail.state === state && states().length > heard) player.remove(); });
    const { socket, deliver, show } = await losePath();
    await show();
    deliver({ ...STREAM, state: 'lost', message: 'no camera' });
    assert.equal(timersLeft(), 0);
    await pass(60_000);
    assert.deepEqual([states().at(-1), socket.closes > 0, FakeSocket.last, player.root.querySelector('.composed').hidden], ['closed', true, socket, true]);
    noDecoders();
  });
}

test('one that is taken out while what it needs for the WebSocket is loaded has no connection left', async () => {
  decoders();
  await play();
  FakePeerConnection.last.become('failed');
  player.remove();
  await until('the end', () => FakeSocket.last.closes >= 2);
  assert.deepEqual([askedFor(FakeSocket.last), states().at(-1)], [false, 'closed']);
  noDecoders();
});

test('a server that goes while that is loaded is asked again as soon as ever', async () => {
  decoders();
  await play();
  const { last } = FakeSocket;
  FakePeerConnection.last.become('failed');
  last.onclose?.({ code: 1006 });
  assert.equal(states().at(-1), 'waiting');
  await pass(250);
  assert.notEqual(FakeSocket.last, last);
  noDecoders();
});
