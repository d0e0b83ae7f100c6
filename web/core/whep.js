// SPDX-License-Identifier: LGPL-2.1-or-later
// WHEP (draft-ietf-wish-whep), as a viewer needs it: our offer by POST, candidates by PATCH, the end by DELETE.

const TRICKLE_MS = 50;

/**
 * @typedef {{closed: (error: import('./signaling.js').SessionError) => void}} WhepEvents `closed`: is called once, unless close() was
 * @typedef {{sdp: string, iceServers: RTCIceServer[]}} WhepAnswer
 */

/** One viewer's session at a WHEP endpoint. */
export class Whep {
  name = 'the WHEP endpoint';
  #url;
  /** @type {Record<string, string>} */
  #headers;
  #events;
  #open = true;
  #offer = '';
  /** Of the session, where the endpoint lets the page know. @type {string|null} */
  #session = null;
  #etag = '';
  /** Lines that are not sent yet. @type {string[]} */
  #lines = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {string} src as "whep:https://host/path" @param {string} token Bearer, or '' @param {WhepEvents} events */
  constructor(src, token, events) {
    this.#url = src.replace(/^whep:/, '');
    this.#headers = token ? { Authorization: `Bearer ${token}` } : {};
    this.#events = events;
  }

  /** @param {string} sdp our offer @returns {Promise<WhepAnswer|null>} null: it has ended */
  async offer(sdp) {
    this.#offer = sdp;
    let response;
    let answer = '';
    try {
      response = await fetch(this.#url, { method: 'POST', headers: { ...this.#headers, 'Content-Type': 'application/sdp' }, body: sdp });
      answer = await response.text();
    } catch {
      return this.#end('connection', 'no connection to the WHEP endpoint, or it lets no page of this site ask (CORS)');
    }
    const { status, ok, headers } = response;
    const location = headers.get('Location');
    if (ok && location) this.#session = new URL(location, response.url || this.#url).href;
    this.#etag = headers.get('ETag') ?? '';
    if (!this.#open) {
      this.close();
      return null;
    }
    if (!ok) return this.#end(CODES[status] ?? 'unavailable', `the WHEP endpoint: ${status} ${response.statusText}`.trim());
    this.#trickle();
    return { sdp: answer, iceServers: iceServersOf(headers.get('Link') ?? '') };
  }

  /** @param {RTCIceCandidate|null} candidate null: there are no more */
  candidate(candidate) {
    this.#lines.push(candidate?.candidate ? candidate.candidate : 'end-of-candidates');
    this.#trickle();
  }

  /** It can't be asked. */
  playout() {}

  /** The same. */
  want() {}

  close() {
    this.#open = false;
    clearTimeout(this.#timer);
    if (this.#session) fetch(this.#session, { method: 'DELETE', headers: this.#headers, keepalive: true }).catch(() => {});
    this.#session = null;
  }

  /** Those that come together go together. */
  #trickle() {
    if (!this.#session || this.#lines.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const body = fragment(this.#offer, this.#lines.splice(0));
      /** @type {Record<string, string>} */
      const headers = { ...this.#headers, 'Content-Type': 'application/trickle-ice-sdpfrag' };
      if (this.#etag) headers['If-Match'] = this.#etag;
      // an endpoint that takes none finds the page by its packets
      if (this.#session) fetch(this.#session, { method: 'PATCH', headers, body }).catch(() => {});
    }, TRICKLE_MS);
  }

  /** @param {string} code @param {string} message */
  #end(code, message) {
    if (this.#open) {
      this.close();
      this.#events.closed({ code, message });
    }
    return null;
  }
}

/** As PROTOCOL.md §1 calls it, and `unavailable`: nothing is published there. @type {Record<number, string>} */
const CODES = { 400: 'protocol', 401: 'unauthorized', 403: 'unauthorized', 405: 'protocol', 406: 'protocol', 415: 'protocol', 422: 'protocol' };

/** The body of a PATCH (RFC 8840, 4.4): all media are bundled, so the first section stands for all. @param {string} offer @param {string[]} lines */
function fragment(offer, lines) {
  const heads = ['a=ice-ufrag:', 'a=ice-pwd:', 'm=', 'a=mid:'].map((begin) => offer.split('\r\n').find((line) => line.startsWith(begin)));
  return [...heads, ...lines.map((line) => `a=${line}`), ''].join('\r\n');
}

/**
 * The servers of which an endpoint tells in its Link headers (RFC 9725, 4.6).
 * @param {string} header all of them, with commas between them @returns {RTCIceServer[]}
 */
export function iceServersOf(header) {
  const servers = [];
  for (const [, urls, rest] of header.matchAll(/<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]+))*)/g)) {
    /** @type {Record<string, string>} */
    const params = {};
    for (const [, name, quoted, plain] of rest.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+))/g)) params[name.toLowerCase()] = plain ?? quoted.replace(/\\(.)/g, '$1');
    const { rel, username, credential } = params;
    if (rel === 'ice-server') servers.push({ urls, ...(username !== undefined && { username, credential }) });
  }
  return servers;
}
