// SPDX-License-Identifier: LGPL-2.1-or-later
// A WHIP endpoint over the video rooms of a Janus on this machine, which hands what is published on to its stream 1: node janus-whip-program.js HOST [PORT]. Prints
// where it is, and each request.
import { once } from 'node:events';
import { createServer } from 'node:http';
import WebSocket from 'ws';

const ROOM = 1234;
const [host, port = 0] = process.argv.slice(2);

/** Janus' API (https://janus.conf.meetecho.com/docs/rest.html#WS). */
const socket = new WebSocket('ws://127.0.0.1:8188', 'janus-protocol');
await once(socket, 'open');
const waiting = new Map();
const events = new Map();
let count = 0;
/** @param {object} message @returns {Promise<any>} its answer */
function ask(message) {
  const transaction = String(++count);
  socket.send(JSON.stringify({ ...message, transaction }));
  return new Promise((resolve, reject) => { waiting.set(transaction, { resolve, reject }); });
}
socket.on('message', (text) => {
  const message = JSON.parse(text);
  const { janus, transaction, sender, error, plugindata } = message;
  if (janus === 'ack') return;
  const wrong = error?.reason ?? plugindata?.data.error;
  const asked = waiting.get(transaction);
  waiting.delete(transaction);
  if (wrong) asked?.reject(new Error(wrong));
  else if (asked) asked.resolve(message);
  else events.get(sender)?.(janus);
});
const { data: { id: session_id } } = await ask({ janus: 'create' });
setInterval(() => ask({ janus: 'keepalive', session_id }), 25_000);

let publisher = 0;

/** @param {string} sdp of who publishes */
async function publish(sdp) {
  const { data: { id: handle_id } } = await ask({ janus: 'attach', plugin: 'janus.plugin.videoroom', session_id });
  publisher = handle_id;
  const tell = (body, more = {}) => ask({ janus: 'message', session_id, handle_id, body, ...more });
  await tell({ request: 'create', room: ROOM, publishers: 1, videocodec: 'vp8' }).catch(() => {});  // it is there already
  const { plugindata: { data: { id } } } = await tell({ request: 'join', ptype: 'publisher', room: ROOM });
  const mid = /^a=mid:(.*)\r$/m.exec(sdp)[1];
  events.set(handle_id, (event) => {
    console.log(event);
    if (event === 'webrtcup') tell({ request: 'rtp_forward', room: ROOM, publisher_id: id, host: '127.0.0.1', host_family: 'ipv4', streams: [{ mid, port: 5004, rtcp_port: 5005, pt: 96 }] });
    if (event === 'hangup' && publisher === handle_id) publisher = 0;
  });
  const { jsep } = await tell({ request: 'publish' }, { jsep: { type: 'offer', sdp } });
  return jsep.sdp;
}

async function take({ method }, body, response) {
  console.log(method);
  if (method === 'POST') {
    if (publisher) return response.writeHead(409).end();
    const sdp = await publish(body);
    return response.writeHead(201, { 'Content-Type': 'application/sdp', Location: '/session', ETag: '"1"' }).end(sdp);
  }
  const handle_id = publisher;
  if (method === 'PATCH') {
    const sdpMid = /^a=mid:(.*)\r$/m.exec(body)?.[1];
    for (const [, candidate] of body.matchAll(/^a=(candidate:.*)\r$/gm)) await ask({ janus: 'trickle', session_id, handle_id, candidate: { candidate, sdpMid } }).catch(() => {});
    return response.writeHead(204).end();
  }
  publisher = 0;
  await ask({ janus: 'detach', session_id, handle_id });
  return response.writeHead(200).end();
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  await take(request, body, response).catch((error) => {
    console.log(error.message);
    publisher = 0;
    response.writeHead(500).end();
  });
});
server.listen(Number(port), host, () => console.log(`http://${host}:${server.address().port}/whip`));
