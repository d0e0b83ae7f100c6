// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline file with something wrong in it: cv-launch ends, and says what, where and, if it can, what to do.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cvLaunch, env, pipe, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch } from '../lib/server.js';
import { run } from '../lib/child.js';
import { test } from '../lib/test.js';

const encode = 'vp8enc deadline=1 ! rtpvp8pay ! webrtcbin';

/** Runs cv-launch and returns what it said when it refused. */
async function refusal(args, options) {
  const { code, signal, stdout, stderr } = await runLaunch(['--port=0', ...args], options);
  assert.equal(signal, null, `died of a signal: ${stderr}`);
  assert.notEqual(code, 0, `exit status: ${stderr}`);
  assert.doesNotMatch(stdout, /http:/, 'no address is printed');
  assert.doesNotMatch(stderr, /CRITICAL \*\*|WARNING \*\*/);
  return stderr;
}

const refused = (text, options) => refusal([`--pipeline=${pipelineFile(text, 'broken.pipe')}`], options);

/** A system without some plugins: `plugins` are the names of those it has. */
async function machineWith(plugins) {
  const { stdout } = await run('gst-inspect-1.0', ['coreelements']);
  const installed = dirname(stdout.match(/Filename\s+(\S+)/)[1]);
  const folder = temporaryFolder();
  for (const file of readdirSync(installed))
    if (plugins.some((plugin) => file === `libgst${plugin}.so`)) symlinkSync(join(installed, file), join(folder, file));
  return { env: { GST_PLUGIN_SYSTEM_PATH_1_0: folder, GST_PLUGIN_SYSTEM_PATH: folder, GST_PLUGIN_PATH: env.GST_PLUGIN_PATH, GST_REGISTRY: join(folder, 'registry') } };
}

test('a pipeline file that is not there is named', async () => {
  const path = join(temporaryFolder(), 'absent.pipe');
  const said = await refusal([`--pipeline=${path}`]);
  assert.ok(said.includes(path), said);
  assert.match(said, /no such file|not found|does not exist/i);
});

test('a name without a path that is nowhere is named, with where it was looked for', async () => {
  const cwd = temporaryFolder();
  const said = await refusal(['--pipeline=absent.pipe'], { cwd });
  assert.match(said, /absent\.pipe/);
  assert.match(said, /no such file|not found|does not exist|looked/i);
});

test('a pipeline file that cannot be read is named', async () => {
  const folder = temporaryFolder();
  const directory = join(folder, 'directory.pipe');
  mkdirSync(directory);
  assert.match(await refusal([`--pipeline=${directory}`]), /directory\.pipe/);
});

test('a pipeline file that the user may not read is named', async (t) => {
  const secret = pipelineFile(encode, 'secret.pipe');
  chmodSync(dirname(secret), 0o755);
  chmodSync(secret, 0);
  // root may read everything
  const command = [...(process.getuid() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []), cvLaunch];
  const as = (...args) => run(command[0], [...command.slice(1), ...args], { env });
  if ((await as('--version').catch(() => ({ code: 1 }))).code !== 0) return t.skip(`another user than root can't run ${cvLaunch}`);
  const { code, stderr } = await as(`--pipeline=${secret}`);
  assert.equal(code, 2);
  assert.match(stderr, /secret\.pipe/);
  assert.match(stderr, /permission/i);
});

for (const [what, text] of [['no bytes', ''], ['blank lines', '\n \n\t\n'], ['nothing but comments', '# one\n  # two\n']])
  test(`a pipeline file with ${what} is called empty`, async () => {
    const said = await refused(text);
    assert.match(said, /broken\.pipe/);
    assert.match(said, /empty|no pipeline/i);
  });

test('a pipeline file that is not UTF-8 is refused', async () => {
  const said = await refused(Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9, 0xff]), Buffer.from(`\nvideotestsrc ! ${encode}\n`)]));
  assert.match(said, /broken\.pipe/);
  assert.match(said, /UTF-8/);
});

test('a NUL byte in a pipeline file is refused', async () => {
  assert.match(await refused(`videotestsrc ! \0 ! ${encode}\n`), /broken\.pipe/);
});

for (const [what, text, line, token] of [
  ['a bracket that nothing opened', `# one\n\nvideotestsrc !\n  ) videoconvert !\n  ${encode}\n`, 4, /[`'"‘“]?\)/],
  ['two links in a row', `videotestsrc ! # comment\n  videoconvert ! ! queue !\n  ${encode}\n`, 2, /!/],
  ['a link at the end', `# one\nvideotestsrc ! ${encode} !\n`, 2, /!|end/],
  ['a property without a value', `videotestsrc\n  pattern= ! ${encode}\n`, 2, /pattern/],
  ['a quote that is never closed', `videotestsrc !\n  video/x-raw,format="I420 !\n ${encode}\n`, 2, /"|quot/],
])
  test(`a syntax error is told with file, line and token: ${what}`, async () => {
    const said = await refused(text);
    assert.match(said, new RegExp(`broken\\.pipe(:|,? (at )?line )${line}\\b`), said);
    assert.match(said, token);
  });

test('an element that does not exist is told with file, line and name', async () => {
  const said = await refused(`# one\nvideotestsrc !\n  nosuchelement !\n  ${encode}\n`);
  assert.match(said, /broken\.pipe(:|,? (at )?line )3\b/);
  assert.match(said, /nosuchelement/);
});

test('a variable of several lines leaves the line numbers right', async () => {
  const path = pipelineFile('videotestsrc !\n ${more} !\n nosuchelement ! webrtcbin\n', 'broken.pipe');
  const said = await refusal([`--pipeline=${path}`, '--set=more=videoconvert\n!\nqueue']);
  assert.match(said, /broken\.pipe(:|,? (at )?line )3\b/);
});

for (const [what, line, wanted] of [
  ['an element that is not there', 'adjustable model.runtime', /no element in front of the payloaders is named "model"; give it that name with name=model/],
  ['one that each viewer has for itself', 'adjustable payer.mtu', /no element in front of the payloaders is named "payer"/],
  ['a property that is not there', 'adjustable source.pattern', /the property "pattern" of "source" is not there; gst-inspect-1\.0 ballsrc lists/],
  ['a property that can only be set before', 'adjustable source.seed', /"seed" of "source" can't be changed while the pipeline runs/],
  ['a property that can only be read', 'adjustable same.last-message', /"last-message" of "same" can't be changed while the pipeline runs/],
  ['a text', 'adjustable encoder.multipass-cache-file', /"multipass-cache-file" of "encoder" is a gchararray; numbers, booleans and enumerations are adjustable/],
  ['a limit out of the range', 'adjustable encoder.target-bitrate max=3000000000', /3000000000 is out of the range of "encoder\.target-bitrate", which is from 0 to 2147483647/],
  ['a limit of what is no number', 'adjustable encoder.keyframe-mode max=3', /"encoder\.keyframe-mode" is no number; it has no min and no max/],
  ['the same twice', 'adjustable source.speed\nadjustable source.speed', /"source\.speed" is adjustable twice/],
])
  test(`what can't be adjusted is told with file and line: ${what}`, async () => {
    const said = await refused(`ballsrc name=source ! identity name=same ! vp8enc name=encoder !\n  rtpvp8pay name=payer ! webrtcbin\n${line}\n`);
    assert.ok(said.includes(`broken.pipe:${2 + line.split('\n').length}: `), said);
    assert.match(said, wanted);
  });

test('the Debian package of an element that is not installed is named', async () => {
  assert.match(await refused(`videotestsrc ! rtspclientsink\nvideotestsrc ! ${encode}\n`), /gstreamer1\.0-rtsp\b/);
});

const installed = ['coreelements', 'videotestsrc', 'vpx', 'x264', 'rtp', 'rtpmanager', 'webrtc', 'nice', 'dtls', 'srtp', 'sctp'];
for (const [element, plugin, debian] of [
  ['x264enc', 'x264', 'gstreamer1.0-plugins-ugly'],
  ['vp8enc', 'vpx', 'gstreamer1.0-plugins-good'],
  ['webrtcbin', 'webrtc', 'gstreamer1.0-plugins-bad'],
  ['videotestsrc', 'videotestsrc', 'gstreamer1.0-plugins-base'],
  ['nicesrc', 'nice', 'gstreamer1.0-nice'],
  ['dtlssrtpenc', 'dtls', 'gstreamer1.0-plugins-bad'],
])
  test(`where ${element} is missing, ${debian} is named`, async () => {
    const machine = await machineWith(installed.filter((name) => name !== plugin));
    const encoder = element === 'x264enc' ? 'x264enc ! rtph264pay ! webrtcbin' : encode;
    const said = await refused(`videotestsrc !\n  ${encoder}\n`, machine);
    assert.match(said, new RegExp(`\\b${element}\\b`));
    assert.match(said, new RegExp(debian.replaceAll('.', '\\.')));
  });

test('a property that an element does not have is told with file, line, element and name', async () => {
  const said = await refused(`# one\nvideotestsrc\n  nosuchproperty=1 !\n  ${encode}\n`);
  assert.match(said, /broken\.pipe(:|,? (at )?line )3\b/);
  assert.match(said, /nosuchproperty/);
  assert.match(said, /videotestsrc/);
});

test('a value that a property cannot take is told with the property', async () => {
  const said = await refused(`videotestsrc pattern=nosuchpattern !\n  ${encode}\n`);
  assert.match(said, /broken\.pipe/);
  assert.match(said, /pattern/);
  assert.match(said, /nosuchpattern/);
});

test('elements that cannot be linked are told', async () => {
  const said = await refused('audiotestsrc !\n  vp8enc ! rtpvp8pay ! webrtcbin\n');
  assert.match(said, /link/i);
  assert.match(said, /audiotestsrc/);
});

test('two videos are refused, by name: a page shows one', async () => {
  const said = await refused(`webrtcbin name=viewers
    videotestsrc ! vp8enc ! rtpvp8pay name=left ! viewers.
    videotestsrc ! vp8enc ! rtpvp8pay name=right ! viewers.`);
  assert.match(said, /broken\.pipe: two streams of video .*left and right.*take one out/);
});

test('a pipeline without webrtcbin is told so', async () => {
  const said = await refused('videotestsrc ! fakesink\n');
  assert.match(said, /broken\.pipe/);
  assert.match(said, /webrtcbin/);
});

test('a webrtcbin with nothing linked to it is told so', async () => {
  assert.match(await refused('videotestsrc ! fakesink webrtcbin\n'), /webrtcbin/);
});

test('a variable without a value is told with file, line and name', async () => {
  const said = await refused(`# one\nvideotestsrc !\n  video/x-raw,width=\${width} !\n  ${encode}\n`);
  assert.match(said, /broken\.pipe(:|,? (at )?line )3\b/);
  assert.match(said, /\bwidth\b/);
});

for (const text of ['${', '${}', '${a', '${a b}', '${a:-'])
  test(`a malformed variable is told with file and line: ${text}`, async () => {
    assert.match(await refused(`# one\nvideotestsrc ! identity name=${text} ! ${encode}\n`), /broken\.pipe(:|,? (at )?line )2\b/);
  });

test('--set of a variable that the file does not have is told with its name', async () => {
  const said = await refusal([`--pipeline=${pipe('plain')}`, '--set=widht=320']);
  assert.match(said, /widht/);
  assert.match(said, /\bwidth\b/, 'the names that there are');
});

for (const set of ['width', '=5', ''])
  test(`--set without name or value is told: "--set=${set}"`, async () => {
    assert.match(await refusal([`--pipeline=${pipe('plain')}`, `--set=${set}`]), /--set/);
  });

// What each shipped pipeline needs, and values that would not take effect: the name of the property or field is in the error, and what would do.
const needed = {
  faces: ['location=film.webm'], file: ['location=film.webm'], mjpeg: ['location=http://127.0.0.1:1/'], onnx: ['location=film.webm', 'network=a.onnx', 'labels=a.txt'],
  rtsp: ['location=rtsp://127.0.0.1:1/'], shm: ['location=/nonexistent/socket'],
};
const useless = [
  ['width=abc', /width can be \d+ to \d+ here/], ['width=640.5', /width can be/], ['width=-5', /width can be/], ['width=', /width can be/], ['width=640 480', /width can be/],
  ['height=1000000', /height can be \d+ to \d+ here/],
  ['framerate=abc', /framerate can be \d+\/1 to \d+\/1 here; a number such as 30 or 29\.97 will do, or a fraction such as 30000\/1001/],
  ['framerate=-5', /framerate can be/], ['framerate=1/0', /framerate can be/],
  ['bitrate=-5', /vp8enc takes a whole number from 0 to \d+ as target-bitrate; the default of "bitrate" is "[14]000000"/],
  ['bitrate=1M', /as target-bitrate/], ['bitrate=99999999999', /as target-bitrate/], ['bitrate=300', /vp8enc makes "0" of it; it takes .* as target-bitrate/],
  ['most=abc', /width can be/],
  ['threads=1000', /vp8enc takes a whole number from 0 to 64 as threads/], ['threads=', /as threads/],
  ['runtime=-1', /circledetect takes a whole number from 0 to 60000 as runtime/], ['runtime=20ms', /as runtime/], ['runtime=010', /as runtime/],
  ['jitter=60001', /as runtime-jitter/], ['speed=fast', /ballsrc takes a number from 0 to 10 as speed/],
  ['rotate=sideways', /videoflip takes one of .*90r.* as video-direction/], ['protocols=pigeon', /rtspsrc takes one of .*tcp.* as protocols/],
  ['latency=-5', /rtspsrc takes a whole number .* as latency/], ['patience=-5', /watchdog takes a whole number .* as timeout/],
  ['format=nosuch', /format can be (\w+, )+.* here|the media type can be (.*, or )?image\/jpeg, or .* here/],
];
for (const file of readdirSync(dirname(pipe('async'))).filter((name) => name.endsWith('.pipe')))
  test(`a value that would not take effect is told with variable, value and what would do: ${file}`, async () => {
    const name = file.slice(0, -'.pipe'.length);
    const { stdout } = await runLaunch([`--pipeline=${pipe(name)}`, '--variables']);
    const has = new Set(stdout.split('\n').map((line) => line.split(/[= ]/)[0]));
    const set = (needed[name] ?? []).map((each) => `--set=${each}`);
    for (const [wrong, what] of useless) {
      const [variable, value] = wrong.split('=');
      if (!has.has(variable)) continue;
      const said = await refusal([`--pipeline=${pipe(name)}`, ...set, `--set=${wrong}`]);
      assert.ok(said.includes(`the variable "${variable}" is "${value}"`), `${wrong}: ${said}`);
      assert.match(said, /\.pipe:\d+: /, wrong);
      assert.match(said, what, wrong);
    }
  });

for (const [codec, wrong, what] of [
  ['h264', 'bitrate=-5', /"bitrate" is "-5"; it must be a whole number/],
  ['h264', 'bitrate=300', /the variable "bitrate" is "300" \(here "0"\), but x264enc takes a whole number from 1 to \d+ as bitrate/],
  ['openh264', 'bitrate=-5', /openh264enc takes a whole number from 0 to \d+ as bitrate/],
  ['vp9', 'bitrate=-5', /vp9enc takes a whole number from 0 to \d+ as target-bitrate/],
])
  test(`a value that ${codec} does not take is told: ${wrong}`, async () => {
    assert.match(await refusal([`--pipeline=${pipe('plain')}`, `--set=codec=${codec}`, `--set=${wrong}`]), what);
  });

test('values that only the running encoder refuses are told with its error', async () => {
  const set = ['--set=codec=h264', '--set=bitrate=500000', '--set=width=65', '--set=height=65'];
  assert.match(await refusal([`--pipeline=${pipe('plain')}`, ...set]), /can't start: x264enc .* \(with --set width=65 --set height=65\)\n/);
});

test('a value that GLib would leave out is told where no variable is in it', async () => {
  const said = await refused('videotestsrc !\n  vp8enc target-bitrate=-5 ! rtpvp8pay ! webrtcbin\n');
  assert.match(said, /broken\.pipe:2: "target-bitrate=-5", but vp8enc takes a whole number from 0 to \d+ as target-bitrate/);
});

test('a property that can only be read is told', async () => {
  assert.match(await refused(`videotestsrc ! framestamp rows=8 ! ${encode}\n`), /"rows=8", but framestamp only tells its rows; it can't be set/);
});

test('an element that a variable names, and does not exist, is told with the variable', async () => {
  const said = await refusal([`--pipeline=${pipe('file')}`, '--set=location=film.webm', '--set=model=nosuchmodel']);
  assert.match(said, /file\.pipe:\d+: no element "nosuchmodel".*; the variable "model" is "nosuchmodel"/);
});

test('a film that is not there is named', async () => {
  const said = await refused(`filesrc location=/nonexistent/film.webm ! decodebin ! videoconvert ! ${encode}\n`);
  assert.match(said, /\/nonexistent\/film\.webm/);
});

test('a camera that is not there is named', async () => {
  assert.match(await refused(`v4l2src device=/dev/video99 ! videoconvert ! ${encode}\n`), /\/dev\/video99/);
});

test('file.pipe without a film says how to name one', async () => {
  assert.match(await refusal([`--pipeline=${pipe('file')}`]), /location/);
});
