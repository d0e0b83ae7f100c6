// SPDX-License-Identifier: LGPL-2.1-or-later
// The unit cv-launch.service, and what the Debian package does with it. systemd need not run here.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Child, run } from './lib/child.js';
import { build, cvLaunch, env, root, temporaryFolder } from './lib/paths.js';
import { runLaunch } from './lib/server.js';
import { startManager } from './lib/service.js';
import { test } from './lib/test.js';

const unitFile = join(build, 'packaging/cv-launch.service');
const templateFile = join(build, 'packaging/cv-launch@.service');
const defaults = readFileSync(join(root, 'packaging/cv-launch.default'), 'utf8');
/** The unit's settings. @type {Record<string, string>} */
const unit = Object.fromEntries(settings(readFileSync(unitFile, 'utf8')));

/** The lines NAME=VALUE of a unit or of a file of variables. */
function settings(text) {
  return [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value.replace(/^"(.*)"$/, '$1')]);
}

test('the unit is one that systemd takes, and shuts the service in', async () => {
  const { code, stdout, stderr } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=25', unitFile]);
  assert.equal(code, 0, stdout);
  assert.equal(stderr, '');
  assert.match(stdout, /exposure level for cv-launch\.service: \d\.\d/);
});

test('the template is the same for each camera, with a file and a folder of its own', async () => {
  const template = Object.fromEntries(settings(readFileSync(templateFile, 'utf8')));
  const changed = Object.keys(unit).filter((name) => template[name] !== unit[name]);
  assert.deepEqual(changed, ['Description', 'EnvironmentFile', 'StateDirectory', 'CacheDirectory', 'WorkingDirectory', 'Environment']);
  assert.deepEqual(Object.keys(template), Object.keys(unit));
  assert.equal(template.EnvironmentFile, `${unit.EnvironmentFile}-%i`);
  assert.equal(template.StateDirectory, 'cv-launch/%i');
  const door = join(temporaryFolder(), 'cv-launch@door.service');
  cpSync(templateFile, door);
  const { code, stdout, stderr } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=25', door]);
  assert.deepEqual([code, stderr], [0, ''], stdout);
});

test('systemd\'s deadlines leave cv-launch time for its own', () => {
  const seconds = (name) => Number(unit[name]);
  assert.ok(seconds('TimeoutStopSec') > 1);
  assert.ok(seconds('WatchdogSec') >= 10);
  assert.equal(unit.Type, 'notify');
});

test('the unit\'s command runs with the installed variables, where systemd would run it', async (t) => {
  const manager = await startManager(t);
  const [state, cache] = [temporaryFolder(), temporaryFolder()];
  const expand = (value) => value.replace('%C', cache).replace('%S', state);
  const cwd = expand(unit.WorkingDirectory);
  for (const folder of [join(state, unit.StateDirectory), join(cache, unit.CacheDirectory)]) mkdirSync(folder, { recursive: true });
  const variables = Object.fromEntries(settings(defaults));
  const [program, ...words] = unit.ExecStart.split(' ')
    .flatMap((word) => (word.startsWith('$') ? variables[word.slice(1)].split(/\s+/) : word));
  assert.equal(basename(program), 'cv-launch');
  assert.equal(unit.ExecReload, '/bin/kill -HUP $MAINPID');
  const given = { PATH: env.PATH, GST_PLUGIN_PATH: env.GST_PLUGIN_PATH, CV_PIPELINES: env.CV_PIPELINES, NOTIFY_SOCKET: manager.address, ...variables };
  const service = new Child('env', ['-i', ...Object.entries(given).map((pair) => pair.join('=')), ...unit.Environment.split(' ').map(expand), cvLaunch, ...words, '--port=0'], { cwd });
  t.after(() => service.alive && service.stop());
  const { STATUS } = await manager.hears('that there is a picture', (message) => message.STATUS?.startsWith('live at '));
  assert.equal((await fetch(STATUS.slice('live at '.length))).status, 200);
  assert.match(readdirSync(join(cache, 'cv-launch/gstreamer-1.0')).join(), /^registry\./);
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
});

test('the examples of the variables\' file are what cv-launch takes', async () => {
  const examples = settings(defaults.replaceAll(/^#(?=\w+=)/gm, ''));
  const commands = examples.filter(([name]) => name === 'CV_LAUNCH_ARGS');
  assert.ok(commands.length > 2);
  for (const [, words] of commands) {
    const { code, stderr } = await runLaunch([...words.split(' '), '--print']);
    assert.equal(code, 0, stderr);
  }
  const page = readFileSync(join(root, 'packaging/cv-launch.1'), 'utf8');
  for (const name of new Set(examples.map(([variable]) => variable))) assert.ok(page.includes(name), name);
});

test('the package neither enables nor starts the service; one that runs is started again by an upgrade, and ends with the package', async () => {
  const folder = temporaryFolder();
  cpSync(join(root, 'packaging/debian'), join(folder, 'debian'), { recursive: true });
  for (const file of [unitFile, templateFile]) cpSync(file, join(folder, 'debian/tmp/usr/lib/systemd/system', basename(file)));
  writeFileSync(join(folder, 'debian/changelog'),
    'cv-launch (0) unstable; urgency=medium\n\n  * Test.\n\n -- Test <test@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n');
  for (const command of [['make', ['-f', 'debian/rules', 'unit', 'override_dh_installsystemd']], ['dh_installdeb', ['--package=cv-launch']]]) {
    const { code, stderr } = await run(command[0], command[1], { cwd: folder, env });
    assert.equal(code, 0, stderr);
  }
  // what the scripts would call where systemd runs
  const script = (name) => readFileSync(join(folder, 'debian/cv-launch/DEBIAN', name), 'utf8').replaceAll('[ -d /run/systemd/system ]', 'true');
  const stubs = `deb-systemd-helper() { echo "helper $*" >&3; [ "$*" != "--quiet was-enabled cv-launch.service" ]; }
    deb-systemd-invoke() { echo "invoke $*" >&3; }
    systemctl() { echo "systemctl $*" >&3; }`;
  const calls = async (name, ...args) => {
    const { code, stdout, stderr } = await run('bash', ['-c', `exec 3>&1\n${stubs}\n${script(name)}`, name, ...args], { env });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  assert.doesNotMatch(await calls('postinst', 'configure'), /helper enable|invoke/);
  assert.match(await calls('postinst', 'configure', '0.1'), /^invoke try-restart cv-launch\.service$/m);
  assert.equal(await calls('prerm', 'remove'), 'invoke stop cv-launch.service\nsystemctl stop cv-launch@*.service\n');
  assert.equal(await calls('prerm', 'upgrade', '0.1'), '');
  for (const name of ['cv-launch', 'cv-launch@'])
    assert.ok(['lib', 'usr/lib'].some((place) => existsSync(join(folder, 'debian/cv-launch', place, 'systemd/system', `${name}.service`))), name);
});
