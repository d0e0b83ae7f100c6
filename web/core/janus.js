// SPDX-License-Identifier: LGPL-2.1-or-later
// The WebSocket API of Janus (https://janus.conf.meetecho.com/docs/rest.html#WS), as far as a viewer of a stream (its Streaming plugin) needs it.

const PLUGIN = 'janus.plugin.streaming';
/** Janus ends a session that has said nothing for 60 s. */
const ALIVE_MS = 25_000;
/** Of the playout delay, which it takes in steps. */
const STEP_MS = 10;
/** Its error where the token is wrong, or missing. */
const UNAUTHORIZED = 403;
/** Errors of the plugin: there is no such stream; it wants a PIN, or another one. */
const NO_STREAM = 455;
const NO_PIN = 457;

/**
 * @typedef {{offer: (sdp: string) => void, closed: (error: import('./signaling.js').SessionError) => void}} JanusEvents `closed`: is called once,
 *   unless close() was
 */

/**
 * What src="janus:…" says. @param {string} src as "janus:wss://host/path#stream=1&pin=…"
 * @returns {{url: string, stream: string|number, pin: string|null}} `stream`: as it is called there, 1 where nothing is said
 */
export function janusAddress(src) {
  const url = new URL(src.replace(/^janus:/, ''));
  const said = new URLSearchParams(url.hash.slice(1));
  const name = said.get('stream') ?? '1';
  url.hash = '';
  return { url: url.href, stream: /^\d+$/.test(name) ? Number(name) : name, pin: said.get('pin') };
}

/** One viewer's connection to a Janus, till it ends. */
export class Janus {
  name = 'Janus';
  #events;
  #token;
  #watch;
  /** @type {WebSocket|null} */
  #socket = null;
  #open = true;
  #requests = 0;
  /** What to do when a request is answered, by its name. @type {Map<string, (reply: any) => void>} */
  #waiting = new Map();
  #session = 0;
  #handle = 0;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #alive;

  /** @param {string} src see janusAddress() @param {string} token of Janus, or '' @param {JanusEvents} events @param {typeof WebSocket} [Socket] */
  constructor(src, token, events, Socket = WebSocket) {
    this.#events = events;
    this.#token = token;
    try {
      const { url, stream, pin } = janusAddress(src);
      this.#watch = { request: 'watch', id: stream, ...(pin !== null && { pin }) };
      const socket = new Socket(url, 'janus-protocol');
      this.#socket = socket;
      socket.onopen = () => this.#begin();
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = () => this.#end('connection', 'no connection to Janus');
    } catch (error) {
      queueMicrotask(() => this.#end('connection', String(error)));
    }
  }

  /** @param {string} sdp */
  answer(sdp) {
    this.#message({ request: 'start' }, { jsep: { type: 'answer', sdp } });
  }

  /** @param {RTCIceCandidate|null} candidate null: there are no more */
  candidate(candidate) {
    this.#send({ janus: 'trickle', candidate: candidate ?? { completed: true } });
  }

  /** By how much the browser may delay the video, in ms. @param {number} max */
  playout(max) {
    this.#message({ request: 'configure', min_delay: 0, max_delay: Math.floor(max / STEP_MS) });
  }

  /** Whether anybody looks: else nothing need come. @param {boolean} wanted */
  want(wanted) {
    this.#message({ request: wanted ? 'start' : 'pause' });
  }

  close() {
    if (this.#session) this.#send({ janus: 'destroy' });
    this.#open = false;
    clearInterval(this.#alive);
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  #begin() {
    this.#send({ janus: 'create' }, ({ data: { id } }) => {
      this.#session = id;
      this.#alive = setInterval(() => this.#send({ janus: 'keepalive' }), ALIVE_MS);
      this.#send({ janus: 'attach', plugin: PLUGIN }, (reply) => {
        this.#handle = reply.data.id;
        this.#message(this.#watch);
      });
    });
  }

  /** To the plugin. @param {any} body @param {object} [more] */
  #message(body, more = {}) {
    this.#send({ janus: 'message', body, ...more });
  }

  /** @param {any} request @param {(reply: any) => void} [done] */
  #send(request, done) {
    if (!this.#open || this.#socket?.readyState !== 1) return;
    const transaction = String(++this.#requests);
    if (done) this.#waiting.set(transaction, done);
    this.#socket.send(JSON.stringify({
      ...request, transaction, ...(this.#session && { session_id: this.#session }), ...(this.#handle && { handle_id: this.#handle }), ...(this.#token && { token: this.#token }),
    }));
  }

  /** @param {unknown} text */
  #receive(text) {
    try {
      this.#take(JSON.parse(String(text)));
    } catch {
      this.#end('protocol', 'from Janus comes what can’t be understood');
    }
  }

  /** @param {any} message */
  #take(message) {
    const { janus, transaction, error, plugindata, jsep, reason } = message;
    const done = this.#waiting.get(transaction);
    this.#waiting.delete(transaction);
    const wrong = plugindata?.data?.error;
    if (janus === 'error') this.#end(error.code === UNAUTHORIZED ? 'unauthorized' : 'protocol', `Janus: ${error.reason}`);
    else if (wrong) this.#end(codeOf(plugindata.data.error_code), `Janus: ${wrong}`);
    else if (janus === 'success') done?.(message);
    else if (jsep?.type === 'offer') this.#events.offer(jsep.sdp);
    else if (janus === 'hangup') this.#end('media', `Janus has ended the connection: ${reason}`);
    else if (janus === 'timeout' || janus === 'detached') this.#end('timeout', 'Janus has ended the session');
    else if (plugindata?.data?.result?.status === 'stopped') this.#end('shutdown', 'the stream has been taken away');
  }

  /** @param {string} code @param {string} message */
  #end(code, message) {
    if (!this.#open) return;
    this.close();
    this.#events.closed({ code, message });
  }
}

/** As PROTOCOL.md §1 calls it, and `unavailable`: there is no such stream. @param {number} code of the plugin */
const codeOf = (code) => code === NO_STREAM ? 'unavailable' : code === NO_PIN ? 'unauthorized' : 'protocol';
