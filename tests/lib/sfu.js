// SPDX-License-Identifier: LGPL-2.1-or-later
// A small SFU: it is published to by WHIP (RFC 9725) and watched by WHEP (draft-ietf-wish-whep), and hands RTP packets on as they are. One
// publisher at a time. Its WebRTC is werift's.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { RTCPeerConnection, RTCRtpCodecParameters, MediaStreamTrack } from 'werift';
import { until } from './wait.js';

const video = new RTCRtpCodecParameters({
  mimeType: 'video/VP8', clockRate: 90000, payloadType: 96, rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
});

const audio = new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48000, channels: 2, payloadType: 97 });

export class Sfu {
  /** Requests so far. @type {{method: string, url: string, headers: import('node:http').IncomingHttpHeaders, body: string}[]} */
  requests = [];
  /** Answers a request in its own way: true, if it has. @type {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean} */
  intercept = () => false;
  /** Of the answer that a publisher gets. */
  headers = {};
  /** What the publisher is told; for answers that do not fit. @type {(sdp: string) => string} */
  answer = (sdp) => sdp;
  /** RTP packets that came. */
  packets = 0;
  /** @type {RTCPeerConnection|null} */
  publisher = null;
  #viewers = new Map();
  /** @type {RTCPeerConnection[]} */
  #forgotten = [];
  #receiver = null;
  #ssrc = 0;
  #count = 0;
  #stun = createSocket('udp4');
  #server;
  #scheme;

  /** @param {{cert: Buffer, key: Buffer}|null} [tls] */
  constructor(tls = null) {
    const take = (request, response) => this.#take(request, response).catch((error) => response.destroyed || response.writeHead(500).end(String(error)));
    this.#server = tls ? createTlsServer(tls, take) : createServer(take);
    this.#scheme = tls ? 'https' : 'http';
  }

  async listen({ host = '127.0.0.1', port = 0 } = {}) {
    this.host = host;
    await new Promise((resolve) => { this.#server.listen(port, host, resolve); });
    // a STUN server that refuses, for werift: without any it asks one of the Internet
    this.#stun.on('message', (request, { address, port: from }) => this.#stun.send(Buffer.concat([Buffer.from([1, 0x11, 0, 0]), request.subarray(4, 20)]), from, address));
    await once(this.#stun.bind(0, host), 'listening');
  }

  get port() { return this.#server.address().port; }

  get origin() { return `${this.#scheme}://${this.host}:${this.port}`; }

  get whip() { return `${this.origin}/whip`; }

  get whep() { return `whep:${this.origin}/whep`; }

  /** Requests of this method. @param {string} method */
  of(method) { return this.requests.filter((request) => request.method === method); }

  async close() {
    this.#server.closeAllConnections();
    const gone = new Promise((resolve) => { this.#server.close(resolve); });
    for (const pc of this.#forgotten) await pc.close();
    await this.publisher?.close();
    for (const { pc } of this.#viewers.values()) await pc.close();
    this.#stun.close();
    await gone;
  }

  /** It has forgotten the publisher: nothing comes from there any more. */
  async forget() {
    const pc = await until('a publisher', () => this.publisher);
    this.publisher = null;
    await pc.iceTransports[0].stop();
    this.#forgotten.push(pc);
  }

  /** It ends the publisher's connection, and says so there. */
  async hangUp() {
    const pc = await until('a publisher', () => this.publisher);
    this.publisher = null;
    await pc.close();
  }

  async #take(request, response) {
    const cross = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'POST, PATCH, DELETE', 'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match', 'Access-Control-Expose-Headers': 'Location, Link, ETag' };
    for (const [name, value] of Object.entries(cross)) response.setHeader(name, value);
    let body = '';
    for await (const piece of request) body += piece;
    const { method, url, headers } = request;
    if (method === 'OPTIONS') return response.writeHead(204).end();
    this.requests.push({ method, url, headers, body });
    if (this.intercept(request, response)) return undefined;
    if (method === 'POST' && url === '/whip') return this.#publish(body, response);
    if (method === 'POST' && url === '/whep') return this.#watch(body, response);
    const session = url === this.session ? { pc: this.publisher } : this.#viewers.get(url);
    if (!session?.pc) return response.writeHead(404).end();
    if (method === 'DELETE') {
      await this.#end(url, session.pc);
      return response.writeHead(200).end();
    }
    if (method !== 'PATCH') return response.writeHead(405).end();
    // names that browsers hide addresses behind would be asked for in the whole network
    for (const [, candidate] of body.matchAll(/^a=(candidate:(?!.*\.local ).*)\r$/gm)) await session.pc.addIceCandidate({ candidate, sdpMLineIndex: 0, sdpMid: body.match(/^a=mid:(.*)\r$/m)?.[1] }).catch(() => {});
    return response.writeHead(204).end();
  }

  async #end(url, pc) {
    if (url === this.session) this.publisher = null;
    else this.#viewers.delete(url);
    await pc.close();
  }

  #connection() {
    return new RTCPeerConnection({ codecs: { audio: [audio], video: [video] }, iceServers: [{ urls: `stun:${this.host}:${this.#stun.address().port}` }], iceUseIpv6: false, bundlePolicy: 'max-bundle', iceAdditionalHostAddresses: [this.host] });
  }

  async #answered(pc, offer) {
    await pc.setRemoteDescription({ type: 'offer', sdp: offer });
    await pc.setLocalDescription(await pc.createAnswer());
    return pc.localDescription.sdp;
  }

  async #publish(offer, response) {
    if (this.publisher) return response.writeHead(409).end();
    const pc = this.#connection();
    this.publisher = pc;
    pc.onTrack.subscribe((track) => {
      if (track.kind === 'audio') {
        track.onReceiveRtp.subscribe((rtp) => { for (const { sound } of this.#viewers.values()) sound.writeRtp(rtp.clone()); });
        return;
      }
      this.#receiver = pc.getTransceivers().find(({ kind }) => kind === 'video').receiver;
      track.onReceiveRtp.subscribe((rtp) => {
        this.#ssrc = rtp.header.ssrc;
        ++this.packets;
        for (const { out } of this.#viewers.values()) out.writeRtp(rtp.clone());
      });
    });
    const sdp = await this.#answered(pc, offer);
    this.session = `/session/${++this.#count}`;
    return response.writeHead(201, { 'Content-Type': 'application/sdp', Location: this.session, ETag: `"${this.#count}"`, ...this.headers }).end(this.answer(sdp));
  }

  async #watch(offer, response) {
    if (!this.publisher) return response.writeHead(404).end();
    const pc = this.#connection();
    const [out, sound] = ['video', 'audio'].map((kind) => new MediaStreamTrack({ kind }));
    const { sender } = pc.addTransceiver(out, { direction: 'sendonly' });
    pc.addTransceiver(sound, { direction: 'sendonly' });
    const key = () => this.#receiver?.sendRtcpPLI(this.#ssrc);
    sender.onPictureLossIndication.subscribe(key);
    pc.connectionStateChange.subscribe((state) => state === 'connected' && key());
    const sdp = await this.#answered(pc, offer);
    const url = `/session/${++this.#count}`;
    this.#viewers.set(url, { pc, out, sound });
    return response.writeHead(201, { 'Content-Type': 'application/sdp', Location: url, ...this.headers }).end(sdp);
  }
}
