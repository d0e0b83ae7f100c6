// SPDX-License-Identifier: LGPL-2.1-or-later
// What who runs the server may ask: /healthz, and figures for Prometheus.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Child, run } from '../lib/child.js';
import { request } from '../lib/http.js';
import { root, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { after, before, test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

const token = 'all-0123456789abcdef';
const promtool = ['promtool', 'prometheus'].map((name) => join(root, 'tests/unpacked', name, 'usr/bin/promtool')).find(existsSync) ?? 'promtool';
let server;
before(async () => { server = await startServer({ pipeline: 'async', set: { runtime: 12 } }); });
after(() => server.stop());

const figuresOf = async (of) => (await request(of, 'GET', '/metrics')).body.toString();
/** @param {string} text @param {string} name with its labels */
const figure = (text, name) => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ')[1] ?? NaN);

test('figures follow Prometheus\' rules, as its own tool reads them', async () => {
  const reply = await request(server, 'GET', '/metrics');
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const check = new Child(promtool, ['check', 'metrics'], { input: true });
  check.write(reply.body.toString());
  check.finish();
  assert.deepEqual([await check.end(), check.stdout, check.stderr], [{ code: 0, signal: null }, '', '']);
});

test('the dashboard of packaging/ asks for figures that there are, as Prometheus reads them', async () => {
  const { panels } = JSON.parse(readFileSync(join(root, 'packaging/grafana.json'), 'utf8'));
  const asked = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')));
  assert.ok(asked.length > 8);
  const rules = join(temporaryFolder(), 'rules.json');
  writeFileSync(rules, JSON.stringify({ groups: [{ name: 'asked', rules: asked.map((expr, n) => ({ record: `asked:${n}`, expr })) }] }));
  const { code, stderr } = await run(promtool, ['check', 'rules', rules]);
  assert.equal(code, 0, stderr);
  const text = await figuresOf(server);
  for (const [name] of asked.join(' ').matchAll(/cv_launch_\w+/g)) assert.ok(text.includes(`# TYPE ${name.replace(/_bucket$/, '')} `), name);
});

test('viewers, frames, bytes and the model\'s time are counted', async (t) => {
  const before = await figuresOf(server);
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const other = new SocketViewer(server);
  t.after(() => other.close());
  await other.receives('media');
  const bad = await connect(server);
  bad.send('nonsense');
  await bad.ends();
  await viewer.reports('frames', ({ frames }) => frames >= 30);
  let now = '';
  const text = await until('what has happened', async () => {
    now = await figuresOf(server);
    const grown = (name) => figure(now, name) - (figure(before, name) || 0);
    return figure(now, 'cv_launch_viewers') === 2 && grown('cv_launch_frames_sent_total{stream="1",rung="1"}') >= 30
      && grown('cv_launch_joins_total{transport="webrtc"}') === 1 && grown('cv_launch_joins_total{transport="websocket"}') === 1
      && grown('cv_launch_model_seconds_count{model="circledetect"}') >= 3 && now;
  }, { state: () => now });
  const of = (name) => figure(text, name);
  assert.equal(of('cv_launch_source_up'), 1);
  assert.equal(of('cv_launch_source_losses_total'), 0);
  assert.equal(of('cv_launch_refusals_total{code="malformed"}'), 1, text);
  assert.ok(of('cv_launch_frames_captured_total') >= 30);
  assert.ok(of('cv_launch_key_frames_total{stream="1",rung="1"}') >= 1);
  assert.ok(of('cv_launch_encoded_bytes_total{stream="1",rung="1"}') > 1000);
  const [count, sum] = ['count', 'sum'].map((what) => of(`cv_launch_model_seconds_${what}{model="circledetect"}`));
  assert.ok(sum / count >= 0.012, `${sum} s in ${count}`);
  assert.equal(of('cv_launch_model_seconds_bucket{model="circledetect",le="0.01"}'), 0);
  assert.equal(of('cv_launch_model_seconds_bucket{model="circledetect",le="+Inf"}'), count);
});

test('a server that is well says so, and one whose source is lost says why', async (t) => {
  const well = await request(server, 'GET', '/healthz');
  assert.deepEqual([well.status, well.body.toString()], [200, 'ok\n']);
  const ending = await startServer({ pipeline: pipelineFile('videotestsrc is-live=true num-buffers=30 ! video/x-raw,width=160,height=120,framerate=30/1 ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin'),
    env: { CV_LAUNCH_RETRY_MS: '3600000', CV_LAUNCH_LAST_RETRY_MS: '3600000' } });
  t.after(() => ending.stop());
  const ill = await until('that the source is lost', async () => {
    const reply = await request(ending, 'GET', '/healthz');
    return reply.status === 503 && reply;
  });
  assert.match(ill.body.toString(), /^the source is lost: /);
  const text = await figuresOf(ending);
  assert.deepEqual([figure(text, 'cv_launch_source_up'), figure(text, 'cv_launch_source_losses_total')], [0, 1]);
});

/** A status, asked from another address of this machine. @param {string} [authorization] */
const ask = (of, host, path, authorization) => new Promise((resolve, reject) => {
  httpRequest({ host, port: of.port, path, agent: false, headers: authorization ? { authorization } : {} }, (reply) => {
    reply.resume();
    resolve([reply.statusCode, reply.headers['www-authenticate']]);
  }).on('error', reject).end();
});

test('others than this machine need the token, and who tries wrong ones has to wait', async (t) => {
  const own = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (!own) return t.skip('this machine has no address but 127.0.0.1');
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  const open = await startServer({ pipeline: 'plain', args: ['--host=0.0.0.0', `--token-file=${file}`] });
  t.after(() => open.stop());
  assert.deepEqual(await ask(open, '127.0.0.1', '/metrics'), [200, undefined]);
  for (const path of ['/metrics', '/healthz']) {
    assert.deepEqual(await ask(open, own, path), [401, 'Bearer'], path);
    assert.deepEqual(await ask(open, own, path, `Bearer ${token}`), [200, undefined], path);
  }
  for (let n = 0; n < 5; ++n) assert.deepEqual(await ask(open, own, '/metrics', `Bearer wrong${n}`), [401, 'Bearer']);
  assert.deepEqual(await ask(open, own, '/metrics', `Bearer ${token}`), [401, 'Bearer'], 'it has to wait now');
  const free = await startServer({ pipeline: 'plain', args: ['--host=0.0.0.0', '--no-auth'] });
  t.after(() => free.stop());
  assert.deepEqual(await ask(free, own, '/metrics', 'Bearer '), [401, 'Bearer'], 'without a token only this machine');
});

test('behind a proxy all seem to be on this machine: the token is wanted', async (t) => {
  const statuses = (of, fields) => Promise.all(['/metrics', '/healthz'].map(async (path) => (await request(of, 'GET', path, fields)).status));
  for (const field of ['X-Forwarded-For: 127.0.0.1', 'Forwarded: for=127.0.0.1']) assert.deepEqual(await statuses(server, [field]), [401, 401], field);
  const shown = await startServer({ pipeline: 'plain', args: ['--public-origin=https://cams.example'], env: { CV_LAUNCH_TOKEN: token } });
  t.after(() => shown.stop());
  assert.deepEqual(await statuses(shown, []), [401, 401]);
  assert.deepEqual(await statuses(shown, [`Authorization: Bearer ${token}`]), [200, 200]);
});

test('below them there is nothing', async () => {
  for (const path of ['/metrics/x', '/healthz/']) assert.equal((await request(server, 'GET', path)).status, 404, path);
});
