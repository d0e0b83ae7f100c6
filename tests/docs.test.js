// SPDX-License-Identifier: LGPL-2.1-or-later
// README.md and docs/: every command does what it says, every table agrees with the program, every link leads somewhere.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { Child, run } from './lib/child.js';
import { film } from './lib/film.js';
import { propertyTable } from './lib/inspect.js';
import { noNetworksBecause } from './lib/network.js';
import { cvLaunch, env, root, temporaryFolder } from './lib/paths.js';
import { startRtsp } from './lib/rtsp.js';
import { pipelineFile, startServer } from './lib/server.js';
import { test } from './lib/test.js';
import { startWatching } from './lib/viewer.js';
import { until } from './lib/wait.js';
import { modules } from './web/lib/modules.js';

const read = (name) => readFileSync(join(root, name), 'utf8');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const blocks = (page, language) => [...read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\``, 'gm'))]
  .map(([, indent, text]) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
/** The cells of a table's row, without the ticks of code. */
const cells = (row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());

const home = temporaryFolder();
const environment = { ...env, PATH: `${dirname(cvLaunch)}:${env.PATH}` };
/** What touches the home folder gets one that goes away. */
const shell = (command, more = {}) =>
  ['bash', ['-c', command], { cwd: root, env: { ...environment, ...(command.includes('~/') && { HOME: home }), ...more } }];

/** Of a reply by HTTP, or HTTPS with any certificate. @param {string} url @returns {Promise<number>} */
const statusOf = (url) => new Promise((resolve, reject) => {
  const { get } = url.startsWith('https') ? https : http;
  get(url, { agent: false, rejectUnauthorized: false }, (reply) => resolve(reply.resume().statusCode)).on('error', reject);
});

/** A server prints its address; then Ctrl-C ends it. */
async function serves(command) {
  const camera = command.includes('rtsp://') ? await startRtsp({ name: 'name', password: 'password' }) : null;
  const ours = command.replace('film.mp4', await film()).replace('camera.local/stream', `127.0.0.1:${camera?.port}/ball`);
  const child = new Child(...shell(`exec ${ours} --port=0`));
  try {
    const [url] = await child.says(/https?:\/\/\S+:\d+\//, 300_000);
    assert.equal(await statusOf(url), 200);
    child.signal('SIGINT');
    assert.deepEqual(await child.end(), { code: 0, signal: null });
  } finally {
    if (child.alive) await child.stop();
    await camera?.stop();
  }
}

/** A program that shows what docs/opencv-windows.md has, and ends: cv-launch tells its address, and ends as the program does. */
async function runsProgram(command) {
  const [shows] = blocks('docs/opencv-windows.md', 'python');
  const folder = temporaryFolder();
  const script = join(folder, 'my_script.py');
  writeFileSync(script, `import sys\nimport numpy\nframe = numpy.zeros((90, 160, 3), numpy.uint8)\n${shows}\nimport cv2\ncv2.imshow("other", frame)\ncv2.waitKey(1)\nprint("shown")\nsys.exit(3)\n`);
  const { code, stdout, stderr } = await run(...shell(`exec ${command.replace(' run ', ' run --port=0 ').replace('my_script.py', script)}`), { limit: 300_000 });
  assert.equal(code, 3, stderr);
  assert.equal(stdout, 'shown\n');
  assert.match(stderr, /^https?:\/\/\S+:\d+\/(#token=\w+)?$/m);
}

/** With the other program that docs/your-video.md has for it. */
async function servesFrames(command) {
  const socket = join(temporaryFolder(), 'frames');
  const other = new Child(...shell(`exec ${sender.replace('/tmp/frames', socket)}`));
  try {
    await until('the other program\'s socket', () => existsSync(socket));
    await serves(command.replace('/tmp/frames', socket));
  } finally {
    await other.stop();
  }
}

/** Where there is no webcam, the pipeline gets as far as to miss it. */
async function servesWebcam(command) {
  if (existsSync('/dev/video0')) return serves(command);
  const { stderr } = await run(...shell(`exec ${command} --port=0`));
  assert.match(stderr, /Cannot identify device '\/dev\/video0'/);
}

/** A pipeline plays; one that does not end by itself is ended. */
async function plays(command) {
  const child = new Child(...shell(`exec ${command.replace('autovideosink', 'fakesink sync=true')}`));
  try {
    // gst-launch-1.0 says "Pipeline is live" before it listens to SIGINT
    await child.says(/Setting pipeline to PLAYING|PREROLLED/);
    child.signal('SIGINT');
    assert.equal((await child.end()).signal, null);
    assert.doesNotMatch(child.stderr, /ERROR/);
  } finally {
    if (child.alive) await child.stop();
  }
}

async function succeeds(command) {
  const { code, stdout, stderr } = await run(...shell(command), { limit: 300_000 });
  assert.equal(code, 0, stderr);
  return stdout;
}

async function prints(command) {
  assert.notEqual(await succeeds(command), '');
}

async function installs() {
  const folder = temporaryFolder();
  await succeeds(`meson install -C '${join(dirname(cvLaunch), '..')}' --no-rebuild --destdir '${folder}'`);
  assert.ok(existsSync(join(folder, await pluginsFolder(), 'libgstcv.so')), 'the plugin is not where GStreamer looks');
  const launcher = join(folder, 'usr/local/bin/cv-launch');
  assert.ok(existsSync(launcher));
  assert.ok(readFileSync(launcher).includes('/usr/local/share/cv-launch/pipelines'));
  for (const [from, kind] of [['pipelines', '.pipe'], ['models', '.py']])
    for (const name of readdirSync(join(root, from)).filter((file) => file.endsWith(kind)))
      assert.ok(existsSync(join(folder, 'usr/local/share/cv-launch', from, name)), name);
}

/** What costs much, or changes the machine, with the file that does it, and how it says so there. */
const elsewhere = {
  'ssh -L 8080:localhost:8080 you@server': ['tests/lib/ssh.js', "'-L'"],
  './check': ['tests/run.js', "find('tests')"],
  'scripts/janus': ['tests/lib/janus.js', "'scripts/janus'"],
  'cp -r plugins/example ~/my-detector': ['tests/own-detector.test.js', "'docs/your-detector.md'"],
  'meson setup ~/my-detector/build ~/my-detector': ['tests/own-detector.test.js', "'docs/your-detector.md'"],
  'ninja -C ~/my-detector/build': ['tests/own-detector.test.js', "'docs/your-detector.md'"],
  'GST_PLUGIN_PATH=~/my-detector/build gst-inspect-1.0 brightspot': ['tests/own-detector.test.js', "'docs/your-detector.md'"],
  'CV_LAUNCH_TURN_SECRET=LONG-RANDOM-TEXT cv-launch --pipeline=async.pipe --host=0.0.0.0 --auth --turn=turn:cams.example --turn=turns:cams.example':
    ['tests/e2e/turn.test.js', "env: { CV_LAUNCH_TURN_SECRET: 'very-secret' }"],
  'cv-launch --pipeline=exact.pipe --publish=https://sfu.example/whip --publish-token-file=sfu-token':
    ['tests/launcher/publish.test.js', '`--publish=${sfu.whip}`'],
  'packaging/build-deb': ['tests/fresh/packages.test.js', 'packaging/build-deb'],
  'sudo apt install ./packaging/out/*.deb': ['tests/fresh/packages.test.js', '/*.deb'],
  'meson setup build': ['tests/setup.test.js', "run('meson', ['setup'"],
  'ninja -C build': ['scripts/setup.sh', 'ninja -C "$dir"'],
  'export CV_LAUNCH_WINDOWS=/tmp/windows.sock': ['tests/windows/installed.test.js', 'CV_LAUNCH_WINDOWS: launcher.socket'],
  'python3 -m venv --system-site-packages ~/cv-venv': ['tests/models/test_package.py', '"venv", "--system-site-packages"'],
  '~/cv-venv/bin/pip install ./models': ['tests/models/test_package.py', '"pip", "--isolated", "install"'],
};

/** Root's commands run all together, in a network of their own. */
const rootsOwn = /^sudo (ip|tc) /;

const kinds = [
  [/^\.\/demo .*v4l2\.pipe/, servesWebcam],
  [/^cv-launch .*shm\.pipe/, servesFrames],
  [/ --(print|variables|help)$|^gst-inspect-1\.0 [a-z]+$|^gst-inspect-1\.0 --print-blacklist$|^python3 models\//, prints],
  [/^gst-inspect-1\.0 --exists |^rm -f ~\/|^\(umask 077; /, succeeds],
  [/^(\.\/demo|cv-launch) run /, runsProgram],
  [/^(\.\/demo|cv-launch)\b/, serves],
  [/^gst-launch-1\.0 /, plays],
  [/^meson install -C build$/, installs],
];

const commands = [...new Set(pages.flatMap((page) => blocks(page, 'sh')).flatMap((block) => block.trim().split('\n')))];
const sender = commands.find((command) => command.includes('shmsink'));

test('docs: there are commands', () => assert.ok(commands.length >= 25, commands.join('\n')));

for (const command of commands.filter((each) => each !== sender && !rootsOwn.test(each))) {
  test(`docs: ${command}`, async () => {
    if (command in elsewhere) {
      const [file, words] = elsewhere[command];
      return assert.ok(read(file).includes(words), `${file} should do this`);
    }
    const [, works] = kinds.find(([pattern]) => pattern.test(command)) ?? [];
    assert.ok(works, 'no test knows this command');
    await works(command);
  });
}

test('docs: the slow network of docs/slow-networks.md is slow, changes, and goes away', async (t) => {
  if (noNetworksBecause) return t.skip(noNetworksBecause);
  const [slow, other, back, ...more] = blocks('docs/slow-networks.md', 'sh').map((block) => block.replaceAll('sudo ', '')).filter((block) => /^(ip|tc) /.test(block));
  assert.deepEqual(more, []);
  const look = 'ip -o link show lo; tc qdisc show dev lo\n';
  const printed = await succeeds(`unshare --net bash -e <<'end'\nip link set lo up\n${slow}${look}${other}${look}${back}${look}end`);
  assert.match(printed, /^.* mtu 1500 .*\nqdisc tbf .* rate 250Kbit .*\n.* mtu 1500 .*\nqdisc tbf .* rate 2Mbit .*\n.* mtu 65536 .*\nqdisc noqueue .*\n$/);
});

test('docs: the ladder of docs/slow-networks.md is one, and --verbose says of it what stands there', async (t) => {
  const [ladder, said, ...more] = blocks('docs/slow-networks.md', 'text');
  assert.deepEqual(more, []);
  const server = await startServer({ pipeline: pipelineFile(ladder), args: ['--verbose'] });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const says = /viewer \d+ gets encoding \d of (\d) \([a-z-]+\)(, its network carries \d+ kbit\/s)?/;
  assert.match(said.trim(), new RegExp(`^${says.source}$`));
  assert.equal((await server.says(says))[1], '2');
});

test('docs: the table of rungs, and the picture of them, are those of exact.pipe', async () => {
  const rows = [...read('docs/slow-networks.md').matchAll(/^\| \d \|.*$/gm)].map(([row]) => cells(row)).map(([, size, bits]) => `${size}, ${bits}`);
  const printed = await succeeds('cv-launch --pipeline=exact.pipe --print');
  const sizes = [...printed.matchAll(/leaky=downstream !(?: framelimit [^!]*max-width=(\d+) max-height=(\d+) !)? framestamp ! vp8enc .*? target-bitrate=(\d+)/g)];
  assert.deepEqual(rows, sizes.map(([, width = 640, height = 360, bits]) => `${width}×${height}, ${Math.floor(Number(bits) / 1000)} kbit/s`));
  for (const row of rows) assert.ok(read('docs/images/ladder.svg').includes(`>${row}`), row);
});

test('docs: the Python model of README.md and docs/your-model.md finds its person in a picture', async () => {
  const [model, ...others] = pages.filter((page) => page !== 'docs/opencv-windows.md').flatMap((page) => blocks(page, 'python'));
  assert.ok(others.length > 0 && others.every((other) => other === model), 'one model, on both pages');
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'my_model.py'), model);
  copyFileSync(join(root, 'models/cv_model.py'), join(folder, 'cv_model.py'));
  assert.match(await succeeds(`python3 '${folder}/my_model.py' docs/images/people.png`), /^{"label": "person", "confidence": 0.9, .*}\n$/);
});

test('docs: each promise of SECURITY.md has a test', () => {
  const promises = read('SECURITY.md').split('## Promises')[1].split('\n').filter((line) => line.startsWith('| ')).slice(1);
  assert.ok(promises.length >= 14);
  for (const row of promises) {
    const [, tests] = cells(row);
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    assert.ok(named.length > 0, row);
    for (const path of named) assert.ok(existsSync(join(root, path)), path);
  }
});

test('docs: the example of a detector is the one that is built and run', () => {
  const [code, ...others] = pages.flatMap((page) => blocks(page, 'cpp'));
  assert.equal(others.length, 0);
  assert.ok(read('plugins/example/brightspot.cpp').endsWith(code));
});

test('docs: no block of code is of a kind that no test knows', () => {
  const opened = pages.flatMap((page) => [...read(page).matchAll(/^ *```(.*)\n[^]*?^ *```$/gm)].map(([, language]) => language));
  assert.deepEqual([...new Set(opened)].sort(), ['', 'caddy', 'cpp', 'html', 'ini', 'nginx', 'python', 'sh', 'text']);  // tests/e2e/proxies.test.js runs caddy and nginx, embed.test.js html
  assert.equal(opened.filter((language) => language === '').length, 1, 'one drawing, in docs/architecture.md');
});

for (const element of ['ballsrc', 'circledetect', 'modelproc', 'overlaydraw', 'framestamp', 'framelimit', 'resultjson']) {
  test(`docs: the table of ${element} says what gst-inspect-1.0 says`, async () => {
    const table = await propertyTable(element);
    assert.ok(table.split('\n').length > 2, table);
    assert.ok(read('docs/elements.md').includes(table), `docs/elements.md should have:\n${table}`);
  });
}

test('docs: the table of options says what cv-launch --help says', async () => {
  const help = await succeeds('cv-launch --help');
  const said = [...help.matchAll(/^ {2}((?:-\w, )?--\S+) {2,}(.*)$/gm)].map(([, option, meaning]) =>
    [option, meaning.match(/\((\d[\d.]*)[:;)]/)?.[1] ?? '–']);
  assert.ok(said.length > 5, help);
  const table = [...read('docs/options.md').matchAll(/^\| `-.*$/gm)].map(([row]) => cells(row)).map(([option, , initial]) => [option.replaceAll('`', ''), initial]);
  assert.deepEqual(table.sort(), said.sort());
});

test('docs: the config of docs/several-streams.md shows its streams', async (t) => {
  const [text, ...more] = blocks('docs/several-streams.md', 'ini');
  assert.deepEqual(more, []);
  const there = await startRtsp({ name: 'name', password: 'password' });
  t.after(() => there.stop());
  const path = join(temporaryFolder(), 'cameras.ini');
  writeFileSync(path, text.replace('camera.local/stream', `127.0.0.1:${there.port}/ball`));
  const child = new Child(...shell(`exec cv-launch --config=${path} --port=0`));
  t.after(() => child.stop());
  for (const name of ['door', 'ball']) {
    const [, url] = await child.says(new RegExp(`${name}: live at (\\S+)`));
    assert.equal(await statusOf(url), 200);
  }
});

test('docs: the pipeline of docs/several-streams.md is two streams', async (t) => {
  const [text, ...more] = blocks('docs/several-streams.md', 'text');
  assert.deepEqual(more, []);
  for (const [pipeline, names] of [[pipelineFile(text), ['raw', 'drawn']], [`door=${pipelineFile(text)}`, ['door-raw', 'door-drawn']]]) {
    const server = await startServer({ pipeline });
    t.after(() => server.stop());
    for (const name of names) {
      const [, url] = await server.says(new RegExp(`${name}: live at (\\S+)`));
      assert.equal(await statusOf(url), 200);
    }
  }
});

/** "width=640" or "location (needed)", as `--variables` prints them. */
async function variablesOf(pipe) {
  const printed = await succeeds(`cv-launch --pipeline=${pipe} --variables`);
  return printed.replaceAll(join(root, 'pipelines'), '${here}').trim().split('\n').sort();
}

test('docs: the tables of variables say what --variables says', async () => {
  const text = read('docs/pipeline-files.md');
  const rows = [...text.matchAll(/^\| `(\w+\.pipe)` \|.*$/gm)];
  const pipes = readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.pipe'));
  assert.deepEqual(rows.map(([, pipe]) => pipe), pipes.sort());
  const explained = new Set([...text.matchAll(/^\| `[\w-]+`(?:, `[\w-]+`)* \|/gm)].flatMap(([row]) => [...row.matchAll(/`([\w-]+)`/g)].map(([, name]) => name)));
  for (const [row, pipe] of rows) {
    const variables = await variablesOf(pipe);
    assert.deepEqual([...cells(row)[1].matchAll(/`([^`]+)`/g)].map(([, variable]) => variable).sort(), variables, pipe);
    for (const variable of variables) assert.ok(explained.has(variable.match(/^[\w-]+/)[0]), `${variable} is not explained`);
  }
});

test('docs: the table of codecs has those that are there', () => {
  const rows = [...read('docs/pipeline-files.md').matchAll(/^\| `(\w+)` \| `(\w+)` \| gstreamer/gm)];
  const codecs = readdirSync(join(root, 'pipelines/encoders')).filter((name) => name.endsWith('.pipe'));
  assert.deepEqual(rows.map(([, codec]) => `${codec}.pipe`).sort(), codecs.sort());
  for (const [, codec, encoder] of rows) assert.match(read(`pipelines/encoders/${codec}.pipe`), new RegExp(`^! ${encoder} `, 'm'));
});

/** Where GStreamer looks for plugins by itself. */
const pluginsFolder = async () => (await run('pkg-config', ['--variable=pluginsdir', 'gstreamer-1.0'])).stdout.trim();

/** The plugins that webrtcbin needs to send, and those of every pipeline. */
const sending = ['coreelements', 'nice', 'dtls', 'srtp', 'sctp', 'rtpmanager'];

/** GStreamer with these of its plugins and no other. */
async function withPlugins(...names) {
  const folder = temporaryFolder();
  for (const name of names) symlinkSync(join(await pluginsFolder(), `libgst${name}.so`), join(folder, `libgst${name}.so`));
  return { GST_PLUGIN_SYSTEM_PATH_1_0: folder, GST_REGISTRY: join(folder, 'registry.bin') };
}

/** A folder like /usr/bin without esbuild. */
function withoutEsbuild() {
  const folder = temporaryFolder();
  for (const name of readdirSync('/usr/bin')) if (name !== 'esbuild') symlinkSync(join('/usr/bin', name), join(folder, name));
  return { PATH: folder };
}

const rtsp = 'cv-launch --pipeline=rtsp.pipe --port=0 --set location=rtsp';

/** A camera with a password, until the test ends. */
async function guarded(t) {
  const camera = await startRtsp({ name: 'name', password: 'password' });
  t.after(() => camera.stop());
  return camera;
}

/**
 * How each message of docs/troubleshooting.md comes about. `source`, `library`: it needs a device or much time, and is looked up there.
 * `like`: message and output, as they are compared. `unless`: a plugin with which it does not come about.
 */
const causes = [
  [/esbuild/, { run: () => [`meson setup '${join(temporaryFolder(), 'build')}'`, withoutEsbuild()] }],
  [/only root can install/, { source: 'scripts/setup.sh' }],
  [/"x264enc"/, { run: async () => ['cv-launch --pipeline=async.pipe --set codec=h264',
    await withPlugins(...sending)] }],
  [/"nicesrc"/, { run: async () => ['cv-launch --pipeline=async.pipe', await withPlugins('coreelements')] }],
  [/no element "ballsrc"/, { unless: 'libgstcv.so', run: async () => ['cv-launch --pipeline=async.pipe', { GST_PLUGIN_PATH: '', ...await withPlugins(...sending) }] }],
  [/plugin 'ballsrc'/, { run: async () => ['gst-inspect-1.0 ballsrc', { GST_PLUGIN_PATH: '', ...await withPlugins('coreelements') }] }],
  [/is in use/, { run: async (t) => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => server.close());
    return [`cv-launch --pipeline=async.pipe --port=${server.address().port}`];
  }, like: (text, output) => [text.replaceAll(/\d{4,}/g, 'N'), output.replaceAll(/\d{4,}/g, 'N')] }],
  [/"widht"/, { run: () => ['cv-launch --pipeline=async.pipe --set widht=640'] }],
  [/"location" has no value/, { run: () => ['cv-launch --pipeline=rtsp.pipe'] }],
  [/"-5"/, { run: () => ['cv-launch --pipeline=async.pipe --set bitrate=-5'] }],
  [/"abc"/, { run: () => ['cv-launch --pipeline=async.pipe --set width=abc'] }],
  [/nothere\.pipe/, { run: () => ['cv-launch --pipeline=nothere.pipe'] }],
  [/syntax error/, { pipe: 'ballsrc vp8enc !' }],
  [/no webrtcbin/, { pipe: 'ballsrc ! fakesink' }],
  [/no picture from/, { source: 'launcher/live_stream.cpp' }],
  [/nofilm\.mp4/, { run: () => ['cv-launch --pipeline=file.pipe --port=0 --set location=nofilm.mp4'] }],
  [/this Host|this server/, { source: 'launcher/http/server.cpp' }],
  [/no frame came/, { source: 'launcher/media/producer.cpp', like: (text, output) => [text.replace(/\d+ s/, ''), output] }],
  [/source is lost/, { source: 'launcher/live_stream.cpp' }],
  [/Cannot identify/, { run: () => ['cv-launch --pipeline=v4l2.pipe --port=0 --set device=/dev/video99'],
    like: (text, output) => [text, output.replaceAll('video99', 'video0')] }],
  [/is busy/, { library: 'libgstvideo4linux2.so', like: (text, output) => [text.replace('/dev/video0', '%s'), output] }],
  [/Unauthorized/, { run: async (t) => [`${rtsp}://name:wrong@127.0.0.1:${(await guarded(t)).port}/ball`] }],
  [/Not found/, { run: async (t) => [`${rtsp}://name:password@127.0.0.1:${(await guarded(t)).port}/nothere`] }],
  [/rtspsrc/, { run: () => [`${rtsp}://127.0.0.1:9/stream`] }],
  [/ended with status 2/, { model: 'python3 nothere.py' }],
  [/can't be run/, { model: 'nothere' }],
  [/'cv_model'/, { run: () => ["python3 -I -S -c 'import cv_model'"] }],
  [/'numpy'/, { run: () => ['python3 -S models/brightest.py'] }],
];

/** Everything that a program says until it ends, or until it says `text`. */
async function sayings(command, more, text) {
  const child = new Child(...shell(`exec ${command}`, more));
  try {
    await Promise.race([child.exited, child.says(new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')), 300_000).catch(() => {})]);
    return `${child.stdout}\n${child.stderr}`;
  } finally {
    if (child.alive) await child.stop();
  }
}

for (const text of blocks('docs/troubleshooting.md', 'text').map((block) => block.trim())) {
  test(`docs: the message ${text}`, async (t) => {
    const [, cause] = causes.find(([pattern]) => pattern.test(text)) ?? [];
    assert.ok(cause, 'no test knows how this comes about');
    if (cause.unless && existsSync(join(await pluginsFolder(), cause.unless))) return t.skip('the elements are installed here, and found');
    const like = cause.like ?? ((a, b) => [a, b]);
    let output;
    if (cause.source) {
      output = read(cause.source);
    } else if (cause.library) {
      output = readFileSync(join(await pluginsFolder(), cause.library), 'latin1');
    } else if (cause.pipe) {
      const file = join(temporaryFolder(), 'test.pipe');
      writeFileSync(file, cause.pipe);
      output = await sayings(`cv-launch --pipeline=${file}`, {}, text);
    } else if (cause.model) {
      output = await sayings(`cv-launch --pipeline=model.pipe --port=0 --set command='${cause.model}'`, {}, text);
    } else {
      const [command, more = {}] = await cause.run(t);
      output = await sayings(command, more, text);
    }
    const [expected, actual] = like(text, output);
    assert.ok(actual.includes(expected), actual);
  });
}

test('docs: what the page is said to say is in its source', () => {
  const sources = [...modules(), 'launcher/viewer/answer_check.cpp', 'launcher/http/server.cpp', 'launcher/app.cpp', 'launcher/live_stream.cpp', 'launcher/doorkeeper.cpp', 'launcher/viewers.cpp', 'web/demo/index.html']
    .map(read).join('\n').toLowerCase();
  const text = ['docs/troubleshooting.md', 'docs/slow-networks.md'].map(read).join('\n');
  const phrases = [...text.replaceAll('\n', ' ').matchAll(/“([^”]+)”/g)].map(([, phrase]) => phrase.replaceAll(/ +/g, ' '));
  assert.ok(phrases.length > 8);
  // what is put together from pieces is compared piece by piece
  for (const phrase of phrases)
    for (const piece of phrase.toLowerCase().split(/Error \(bad-sdp\): the answer |media section 0 \(video\)|(?: about)? \d+ kbit\/s:? /i))
      assert.ok(sources.includes(piece.trim().replace(/…$/, '')), phrase);
});

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading) => heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-');

const prose = (page) => read(page).replaceAll(/^ *```[^]*?^ *```$/gm, '');
const anchorsOf = (page) => new Set([...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading)));

for (const page of [...pages, 'CONTRIBUTING.md', 'bench/README.md', 'launcher/PROTOCOL.md', 'models/README.md', 'plugins/core/MODEL.md', 'plugins/core/STAMP.md']) {
  test(`${page}: every link leads somewhere`, () => {
    const broken = [...prose(page).replaceAll(/`[^`]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''))
      .matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target).filter((target) => !/^https?:/.test(target)).filter((target) => {
      const [path, anchor] = target.split('#');
      const file = path ? resolve(root, dirname(page), path) : join(root, page);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(file.slice(root.length + 1)).has(anchor);
    });
    assert.deepEqual(broken, []);
  });
}

test('docs: README.md leads to every page, and is short', () => {
  const text = read('README.md');
  const lines = text.split('\n').length - 1;
  assert.ok(lines <= 150, `${lines} lines`);
  for (const page of pages.slice(1)) assert.ok(text.includes(`](${page})`) || text.includes(`](${page}#`), page);
});

/** The words in ticks of the first column of a page's tables, `after` a heading. */
const named = (page, after) => read(page).split(`\n## ${after}\n`)[1].split('\n## ')[0].split('\n').filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...cells(line)[0].matchAll(/`([^`]+)`/g)].map(([, name]) => name)).sort();
const player = ['view', 'choices', 'controls', 'window', 'looking-closely', 'cv-player', 'attributes'].map((name) => read(`web/player/${name}.js`)).join('');
const inPlayer = (pattern) => [...new Set([...player.matchAll(pattern)].flatMap(([, names]) => names.split(' ')))].sort();

test('docs/embed.md has the player\'s attributes, events, looks and parts', () => {
  assert.deepEqual(named('docs/embed.md', 'Attributes'), inPlayer(/(?:(?:text|limit)Of\(\w+, |toggleAttribute\()'([\w-]+)'/g));
  assert.deepEqual(named('docs/embed.md', 'Events'), inPlayer(/#tell\('([\w-]+)'/g));
  const looks = ['player', 'controls'].map((name) => read(`web/player/${name}.css`)).join('');
  assert.deepEqual(named('docs/embed.md', 'Its looks'), [...new Set(looks.match(/--cv-[\w-]+(?=[:,])/g))].sort());
  const parts = read('docs/embed.md').match(/^Parts: (.*?)\. /m)[1];
  assert.deepEqual([...parts.matchAll(/`([\w-]+)`/g)].map(([, name]) => name).sort(), inPlayer(/ part="([\w -]+)"/g));
});
