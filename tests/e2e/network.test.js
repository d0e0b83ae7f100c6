// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view through a bad network, in both browsers; and the network itself: it is as bad as it says, and nothing of
// it stays.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { Child, run } from '../lib/child.js';
import { counted, fastBall, fastSet, lookOften, settled, smallWindow } from '../lib/exact.js';
import { limitedLink } from '../lib/link.js';
import { badNetwork, canMakeNetworks, noNetworksBecause } from '../lib/network.js';
import { processes } from '../lib/proc.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const namespaces = async () => (await run('ip', ['netns', 'list'])).stdout;

/** Runs JavaScript in a process of its own. */
function script(text, prefix = []) {
  const [program, ...args] = [...prefix, process.execPath, '--input-type=module', '-e', text];
  return new Child(program, args);
}

/** What is to be stopped at the end of a test, the last one first. */
function stopsOf(t) {
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop()(); });
  return stops;
}

const options = { skip: canMakeNetworks ? false : noNetworksBecause };

for (const [name, start] of Object.entries(browsers))
  test(`${name}, 5 % of packets lost both ways and 100 ± 30 ms late: results are on their frames, or not drawn`, options, async (t) => {
    const network = await badNetwork();
    const stops = stopsOf(t);
    stops.push(network.stop);
    const server = await startServer({
      pipeline: fastBall(), set: { ...fastSet, runtime: 100, jitter: 50 }, prefix: network.serverPrefix, args: [`--host=${network.serverAddress}`, '--no-auth'],
    });
    stops.push(() => server.stop());
    const browser = await start({ prefix: network.browserPrefix });
    stops.push(() => browser.stop());
    const tab = await browser.newTab();
    await tab.resize(smallWindow);
    await tab.watch(`${server.url}?fill=none`);
    await settled(tab, 10);

    // after the handshake: GStreamer's DTLS takes long where its packets are lost
    network.set({ loss: 5, delay: 100, jitter: 30 });
    // once the clock's error is as large as the delay, there is no lag to tell
    const first = await tab.reports('the network felt', ({ clock, results, packetsLost }) => packetsLost > 20 && (results.lag > 150 || clock?.rtt > 150));
    const adapted = await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame >= first.exact.results.onFrame + 20);
    const seen = await lookOften(tab, 8);
    // after the pictures, which keep the page busy: the delay fits, and a lost message loses no result
    const last = await settled(tab, 30, { most: 3, bad: ({ late }) => late });
    const { frames, results } = counted(adapted, last);
    assert.equal(last.exact.frames.mismatched, 0, JSON.stringify(last.exact));
    assert.ok(last.exact.frames.readBack > 0, 'frames were read again');
    assert.deepEqual(seen.filter(({ ring, off }) => ring && !(off <= 2)), [], `of ${seen.length} pictures`);
    assert.ok(seen.filter(({ ring }) => ring).length >= 0.8 * seen.length, 'the ball is found');
    assert.equal(last.attempt, 1, 'one connection');

    while (stops.length > 1) await stops.pop()();
    const { forwarded, dropped } = await stops.pop()();
    const lost = forwarded.map((count, way) => (100 * dropped[way]) / (count + dropped[way]));
    for (const share of lost) assert.ok(share > 1 && share < 9, `${lost} % lost`);
    t.diagnostic(`${JSON.stringify({ frames, results })}, lost ${lost.map((share) => share.toFixed(1)).join(' and ')} % of ${forwarded.join(' and ')} packets`);
  });

/** Runs in the page: by how much the browser's jitter buffer is to delay the video, in ms; null: the worker does it alone. */
const buffered = () => window.testPeers.at(-1).getReceivers()[0].jitterBufferTarget;

/** Runs in the page: how often it has asked for a packet again. */
async function nacks() {
  const stats = await window.testPeers.at(-1).getStats();
  return Math.max(0, ...[...stats.values()].map(({ nackCount }) => nackCount ?? 0));
}

for (const [name, start] of Object.entries(browsers))
  test(`${name} goes back to the worker's hold when no more packets get lost: after a few, and after many`, options, async (t) => {
    const network = await badNetwork();
    const stops = stopsOf(t);
    stops.push(network.stop);
    const server = await startServer({ pipeline: 'exact', set: { runtime: 100 }, prefix: network.serverPrefix, args: [`--host=${network.serverAddress}`, '--no-auth'] });
    stops.push(() => server.stop());
    const browser = await start({ prefix: network.browserPrefix });
    stops.push(() => browser.stop());
    const tab = await browser.newTab();
    await tab.watch(server.url);
    const first = await settled(tab, 10);
    const held = async (what) => {
      const before = await tab.report();
      // so many results are more time than the page takes to notice a loss
      const after = await tab.reports(`results on their frames ${what}`, ({ exact }) => exact.results.onFrame >= before.exact.results.onFrame + 30);
      await until(`the worker's hold ${what}`, async () => (await tab.evaluate(buffered)) === null);
      assert.ok(after.exact.delay.applied > 80, JSON.stringify(after.exact.delay));
    };

    network.set({ loss: 20 });
    await until('a packet that is asked for again', async () => (await tab.evaluate(nacks)) > 0, { every: 20 });
    network.set({ loss: 0 });
    await held('after a few lost packets');

    network.set({ loss: 10, delay: 100, jitter: 30 });
    await until('the browser\'s buffer, where many frames come out of order', async () => (await tab.evaluate(buffered)) > 80);
    network.set({ loss: 0, delay: 0, jitter: 0 });
    await held('after many');
    const last = await settled(tab, 10);
    assert.deepEqual([last.exact.frames.mismatched, last.attempt], [0, first.attempt]);
    await tab.click('[data-mode=async]');
    const live = await tab.reports('the live view', ({ exact }) => exact.mode === 'async');
    await tab.reports('frames in the live view', ({ frames }) => frames.shown >= live.frames.shown + 10);
  });

test('a network changes while it runs', options, async (t) => {
  const stops = stopsOf(t);
  const network = await badNetwork({ delay: 200 });
  stops.push(network.stop);
  const server = await startServer({ prefix: network.serverPrefix, args: [`--host=${network.serverAddress}`, '--no-auth'] });
  stops.push(() => server.stop());
  const client = script(`for (;;) {
    const start = performance.now();
    await (await fetch('${server.url}')).text();
    console.log(performance.now() - start);
  }`, network.browserPrefix);
  stops.push(() => client.stop());
  await client.says(/\n/);
  assert.ok(client.lines.every((ms) => Number(ms) >= 400), `${client.lines} ms`);
  network.set({ delay: 0 });
  await until('a quick reply', () => client.lines.some((ms) => Number(ms) < 400));
});

test('a network goes with a process that is killed, and so does what runs in it', options, async () => {
  const owner = script(`import { Child } from '${new URL('../lib/child.js', import.meta.url)}';
    import { badNetwork } from '${new URL('../lib/network.js', import.meta.url)}';
    const { serverPrefix: [program, ...prefix] } = await badNetwork();
    const inside = new Child(program, [...prefix, 'sh', '-c', 'echo there; exec sleep 1000']);
    await inside.says(/there/);
    console.log('made', inside.pid);
    setInterval(() => {}, 1000);`);
  const inside = Number((await owner.says(/made (\d+)/))[1]);
  assert.match(await namespaces(), new RegExp(`^cv-test-${owner.pid}-`, 'm'));
  owner.signal('SIGKILL');
  await until('the end of the namespaces', async () => !(await namespaces()).includes(`cv-test-${owner.pid}-`));
  await until('the end of what ran there', () => !processes().some(({ pid, command }) => pid === inside && command.startsWith('sleep')));
});

test('a limited link drops what waits for too long, carries all when it is limited no more, and nothing of it stays', options, async (t) => {
  const stops = stopsOf(t);
  const link = await limitedLink(8);
  stops.push(link.stop);
  const receiver = script(`import { createSocket } from 'node:dgram';
    const socket = createSocket('udp4');
    socket.on('message', (message) => console.log(String(message).trim())).bind(5000, () => console.log('ready'));`, link.browserPrefix);
  stops.push(() => receiver.stop());
  await receiver.says(/ready/);
  /** 60 packets of 1000 bytes at once. At 8 kbit/s ten of them would go at once, ten more would wait, one goes each second. */
  const send = (word) => script(`import { createSocket } from 'node:dgram';
    const socket = createSocket('udp4');
    const sent = () => new Promise((resolve) => socket.send('${word}'.padEnd(1000), 5000, '${link.browserAddress}', resolve));
    await Promise.all(Array.from({ length: 60 }, sent));
    socket.close();`, link.serverPrefix).end();
  const received = (word) => receiver.lines.filter((line) => line === word).length;

  await send('limited');
  await until('some packets', () => received('limited') >= 5);
  link.set(Infinity);
  await send('free');
  await until('all packets', () => received('free') === 60);
  assert.ok(received('limited') < 50, `${received('limited')} of 60`);

  const [name] = link.serverPrefix.slice(-1);
  assert.ok((await namespaces()).includes(name));
  while (stops.length > 0) await stops.pop()();
  assert.ok(!(await namespaces()).includes(name));
});
