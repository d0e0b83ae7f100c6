#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// A model in JavaScript, written from plugins/core/MODEL.md alone: it says where the brightest pixel is. Its first argument makes
// it misbehave, from the third frame on or at its start.
import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { spawn } from 'node:child_process';

const [, , fault = '', argument = ''] = process.argv;
const CHANNELS = { BGR: 3, RGB: 3, GRAY8: 1 };
const socket = new Socket({ fd: 3 });
const say = (message) => socket.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);

function brightest({ width, height, format, stride, size }) {
  const pixels = Buffer.alloc(size);
  readSync(4, pixels, 0, size, 0);
  const channels = CHANNELS[format];
  const best = { x: 0, y: 0, sum: -1 };
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) {
      let sum = 0;
      for (let c = 0; c < channels; ++c) sum += pixels[y * stride + x * channels + c];
      if (sum > best.sum) Object.assign(best, { x, y, sum });
    }
  return { label: 'bright', confidence: best.sum / 255 / channels, x: best.x, y: best.y, w: 1, h: 1 };
}

const held = [];
const faults = {
  crash() { console.error('about to crash\nTypeError: no such thing'); process.exit(3); },
  kill() { process.kill(process.pid, 'SIGSEGV'); },
  hang() { for (;;); },
  garbage() { say('what is this?'); },
  'wrong-frame': ({ frame }) => say({ type: 'result', frame: frame + 1, objects: [] }),
  'wrong-type': ({ frame }) => say({ type: 'answer', frame, objects: [] }),
  'type-list': ({ frame }) => say({ type: ['result'], frame, objects: [] }),
  huge: ({ frame }) => say({ type: 'result', frame, objects: [{ x: 0, y: 0, w: 1, h: 1, text: 'x'.repeat(10_000_000) }] }),
  twice: ({ frame }) => say(`{"type":"result","frame":${frame},"objects":[]} {}`),
  'deep-behind': () => say(`{} ${'['.repeat(900_000)}`),
  'deep-commented': () => say(`/*"*/${'['.repeat(900_000)}`),
  deep: () => say('['.repeat(900_000)),
  latin1: () => { process.stderr.write(Buffer.from([0x66, 0xfc, 0x72, 0x0a])); process.exit(4); },
  secret: () => { console.error('cannot open rtsp://joanna:secret@camera/x'); process.exit(5); },
  nan: ({ frame }) => say(`{"type":"result","frame":${frame},"objects":[{"x":NaN,"y":0,"w":1,"h":1}]}`),
  'close-socket': () => { socket.destroy(); setInterval(() => {}, 1000); },
  placeless: ({ frame }) => say({ type: 'result', frame, objects: [{ label: 'nowhere' }, { x: 'a', y: 0, w: 1, h: 1 }, { x: 1, y: 2, w: 3, h: 4 }] }),
  // the answer comes with the next one
  late: (asked) => {
    held.push({ type: 'result', frame: asked.frame, objects: [brightest(asked)] });
    if (held.length > 1) held.splice(0).forEach(say);
  },
  // takes as long as the last argument says, in ms
  slow: (asked) => setTimeout(() => say({ type: 'result', frame: asked.frame, objects: [brightest(asked)] }), Number(argument)),
  // what comes back is the last argument
  objects: ({ frame }) => say({ type: 'result', frame, objects: JSON.parse(argument) }),
};

if (fault === 'exit-at-start') {
  console.error('ModuleNotFoundError: no module named torch');
  process.exit(1);
}
if (fault === 'never-ready') setInterval(() => {}, 1000);
if (fault === 'child') console.log(`child ${spawn('sleep', ['1000'], { stdio: 'ignore' }).pid}`);
console.log(`model ${process.pid}`);

let frames = 0;
let received = '';
socket.on('end', () => process.exit());
socket.on('data', (data) => {
  received += data;
  const lines = received.split('\n');
  received = lines.pop();
  for (const line of lines) {
    const asked = JSON.parse(line);
    if (faults[fault] && (++frames > 2 || argument)) faults[fault](asked);
    else say({ type: 'result', frame: asked.frame, objects: [brightest(asked)] });
  }
});
if (fault !== 'never-ready') say({ type: 'ready' });
