// SPDX-License-Identifier: LGPL-2.1-or-later
// One browser tab with the page in it: what a test asks of it, the same in both browsers.
import assert from 'node:assert/strict';
import { patience, until, within } from './wait.js';

/** Runs in the page before anything else: keeps its peer connections and its sound within a test's reach, and tells what its policy forbids. */
export function keepPeers() {
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) connect.call(this, window.testSound = Object.assign(to.context.createAnalyser(), { last: this }));
    return connect.call(this, to, ...more);
  };
  const Native = window.RTCPeerConnection;
  const peers = [];
  Object.assign(window, { testPeers: peers });
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`${violatedDirective} forbids ${blockedURI}`));
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      peers.push(this);
    }
  };
}

/** Runs in the page: what its newest peer connection has decoded, with the time of the count. */
async function decodedNow() {
  const stats = await window.testPeers.at(-1)?.getStats();
  for (const entry of stats?.values() ?? [])
    if (entry.type === 'inbound-rtp' && entry.kind === 'video')
      return { time: entry.timestamp, decoded: entry.framesDecoded ?? 0, dropped: entry.framesDropped ?? 0, lost: entry.packetsLost ?? 0, keyFrames: entry.keyFramesDecoded ?? 0 };
  return null;
}

/** Runs in the page: how loud its loudspeaker is now, from 0 to 1, and by how many ms what it plays was delayed. */
function heardNow() {
  const sound = window.testSound;
  if (sound?.context.state !== 'running') return { level: 0, delay: 0 };
  const samples = new Float32Array(sound.fftSize);
  sound.getFloatTimeDomainData(samples);
  return { level: Math.max(...samples), delay: sound.last.delayTime.value * 1000 };
}

/** Runs in the page: of `count` callbacks in a row the id of the frame, and how many the browser had presented then. */
function framesShown(count) {
  const player = document.querySelector('cv-player');
  const video = player.shadowRoot.querySelector('video');
  return new Promise((resolve) => {
    const seen = [];
    const next = (_, { rtpTimestamp, presentedFrames }) => {
      seen.push({ id: (rtpTimestamp - player.report().stream.rtpOffset) >>> 0, presented: presentedFrames });
      if (seen.length === count) resolve(seen);
      else video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  });
}

/** Runs in the page: where a part of the player stands in it. */
function placeOf(selector) {
  const { x, y, width, height } = document.querySelector('cv-player').shadowRoot.querySelector(selector).getBoundingClientRect();
  return { x, y, width, height };
}

/** Runs in the page: chooses in one of the player's lists. */
function choose([name, value]) {
  const select = document.querySelector('cv-player').shadowRoot.querySelector(`select[name=${name}]`);
  select.value = value;
  select.dispatchEvent(new Event('change'));
}

/**
 * Runs in the page: scrolls to a part of the player, as its user would, and lets its user's next click on it through and no other, so that one
 * that was lost can be made again: a browser may drop what comes before its first painting, a layout may change under it, and a busy Firefox may
 * be late with it.
 */
function expectClick(selector) {
  const wanted = document.querySelector('cv-player').shadowRoot.querySelector(selector);
  wanted.scrollIntoView({ block: 'nearest' });
  window.testClick?.end.abort();
  const click = window.testClick = { end: new AbortController(), came: false };
  addEventListener('click', (event) => {
    if (!event.isTrusted) return;
    if (click.came || !event.composedPath().includes(wanted)) event.stopImmediatePropagation();
    else click.came = true;
  }, { capture: true, signal: click.end.signal });
}

/** How long a click may take before it is made again, in ms. */
const clickTime = 5000;

export class Tab {
  /** @type {string[]} errors of the page's scripts */
  errors = [];
  /** @type {string[]} warnings and errors in the page's console */
  complaints = [];
  #page;
  #extra;

  constructor(page, extra) {
    this.#page = page;
    this.#extra = extra;
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => { if (/^(warn|error)/.test(message.type())) this.complaints.push(message.text()); });
  }

  /**
   * The page with one player, which is what most tests are about: a setting in its address, even an empty one, asks for that; `front`: as it is
   * without any. Chromium ends what it loads when an address of a network that was just made is ready.
   */
  async open(url, { front = false } = {}) {
    const address = new URL(url);
    if (!front && address.pathname.endsWith('/') && address.search === '') address.search = '?mode=';
    const go = () => this.#page.goto(address.href, { waitUntil: 'domcontentloaded', timeout: patience });
    await go().catch((error) => (/ERR_NETWORK_CHANGED/.test(error.message) ? go() : Promise.reject(error)));
  }

  async reload() { await this.#page.reload({ waitUntil: 'domcontentloaded', timeout: patience }); }

  evaluate(work, argument) { return within(`${work.name || 'a script'} in the page`, this.#page.evaluate(work, argument)); }

  /** In the frame of the page whose address is such; undefined where there is none, or it goes to another one. @param {RegExp} address */
  async evaluateInFrame(address, work, argument) {
    const frame = this.#page.frames().find((one) => address.test(one.url()));
    const gone = (error) => (/context was destroyed|detached/i.test(error.message) ? undefined : Promise.reject(error));
    return frame && within(`${work.name || 'a script'} in a frame`, frame.evaluate(work, argument).catch(gone));
  }

  resize(size) { return within('another size of the window', this.#extra.resize(size)); }

  /** The renderer dies, or the nearest to it that the browser offers. */
  crash() { return within('a crash of the page', this.#extra.crash()); }

  close() { return within('the end of a tab', this.#extra.close()); }

  /** Presses the mouse's button on a part of the player, which the browser takes for its user. */
  async click(selector) {
    await this.evaluate(expectClick, selector);
    await until(`a click on ${selector}`, async () => {
      const { x, y, width, height } = await this.#atRest(selector);
      await within(`the mouse on ${selector}`, this.#page.mouse.click(x + width / 2, y + height / 2));
      const came = () => this.evaluate(() => window.testClick.came);
      return until('the page told of it', came, { limit: clickTime }).catch(() => false);
    });
  }

  /** The mouse goes to a place of the window, and is pressed there. */
  async press(x, y, { only = false } = {}) {
    await within('the mouse', this.#page.mouse.move(x, y));
    if (!only) await within('a click', this.#page.mouse.click(x, y));
  }

  /** What the mouse does: `move`, `down`, `up`, or `click`. */
  mouse(what, ...args) { return within(`the mouse: ${what}`, this.#page.mouse[what](...args)); }

  /** Its wheel scrolls so many pixels. */
  wheel(x, y) { return within('the wheel', this.#extra.wheel(x, y)); }

  /** A key goes `down` or `up`. */
  hold(name, way) { return within(`the key ${name}`, this.#page.keyboard[way](name)); }

  key(name) { return within(`the key ${name}`, this.#page.keyboard.press(name)); }

  /** Where a part is once it stays there: the layout changes while the page begins. */
  async #atRest(selector) {
    let place;
    return until(`${selector} at rest`, async () => {
      const before = place;
      place = await this.placeOf(selector);
      return place.width > 0 && JSON.stringify(place) === JSON.stringify(before) ? place : null;
    }, { every: 100 });
  }

  choose(name, value) { return this.evaluate(choose, [name, value]); }

  placeOf(selector) { return this.evaluate(placeOf, selector); }

  /** @returns {Promise<{id: number, presented: number}[]>} */
  framesShown(count) { return this.evaluate(framesShown, count); }

  /** A PNG, of a part of the page if there is a `clip`; in a file too if there is a `path`. */
  async screenshot(path, clip) {
    return Buffer.from(await within('a picture of the page', this.#page.screenshot({ timeout: patience, ...(path && { path }), ...(clip && { clip }) })));
  }

  /** Tells `seen` of each picture that the browser paints, with its time in seconds, until the function that comes back is called. Chromium only. */
  painted(seen) { return this.#extra.painted(seen); }

  /** Bytes that the page's scripts keep. Chromium only. @returns {Promise<number>} */
  heap() { return within('the size of the heap', this.#extra.heap()); }

  heard() { return this.evaluate(heardNow); }

  /** What the player says of itself. */
  report() { return this.evaluate(() => document.querySelector('cv-player')?.report?.() ?? null); }

  decoded() { return this.evaluate(decodedNow); }

  /** Waits for a report that satisfies `condition`. */
  async reports(what, condition, limit = patience) {
    let player;
    return until(what, async () => {
      player = await this.report();
      return player && condition(player) ? player : null;
    }, { limit, every: 100, state: () => ({ player, errors: this.errors }) });
  }

  /** Opens the page and waits until a first frame was shown. */
  async watch(url) {
    await this.open(url);
    return this.playing();
  }

  playing() {
    return this.reports('a first frame shown', (report) => report.state === 'playing' && report.firstFrame !== null);
  }

  /** Waits until `count` more frames are decoded; how many were dropped and packets lost meanwhile. */
  async decodes(count) {
    const first = await until('statistics', () => this.decoded());
    const last = await until(`${count} more frames decoded`, async () => {
      const now = await this.decoded();
      return now.decoded >= first.decoded + count ? now : null;
    }, { every: 100, state: () => ({ first, errors: this.errors }) });
    return { dropped: last.dropped - first.dropped, lost: last.lost - first.lost };
  }

  /** Frames decoded a second, over at least `seconds` of the page's own statistics. */
  async decodedPerSecond(seconds) {
    const first = await until('a frame decoded', async () => {
      const now = await this.decoded();
      return now?.decoded > 0 ? now : null;
    });
    const last = await until(`${seconds} s of statistics`, async () => {
      const now = await this.decoded();
      return now.time - first.time >= seconds * 1000 ? now : null;
    }, { limit: seconds * 1000 + patience });
    assert.ok(last.decoded > first.decoded, 'frames were decoded');
    return {
      perSecond: ((last.decoded - first.decoded) * 1000) / (last.time - first.time),
      dropped: last.dropped - first.dropped, lost: last.lost - first.lost, seconds: (last.time - first.time) / 1000,
    };
  }
}

/** Whether so many reports in a row show no more frames and results; there are ten a second. @param {number} many */
export function standsStill(many) {
  let last = '';
  let same = 0;
  return ({ frames, results }) => {
    const now = `${frames.decoded} ${results.received}`;
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= many;
  };
}
