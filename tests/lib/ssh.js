// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's ssh -L and ssh -Y, to an sshd that nothing else knows of.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Child, run } from './child.js';
import { root, temporaryFolder } from './paths.js';

const unpacked = join(root, 'tests/unpacked');
const bin = join(unpacked, 'openssh-client/usr/bin');

// As root sshd wants a user and a folder that only its installation makes. daemon is a user that every Debian has; nobody is locked on some.
const [user, asUser] = process.getuid?.() === 0 ?
  ['daemon', ['setpriv', '--reuid=daemon', '--regid=daemon', '--clear-groups']] : [userInfo().username, []];

async function succeeds(program, ...args) {
  const { code, stderr } = await run(program, args);
  assert.equal(code, 0, stderr);
}

/** From OpenSSH 9.8 on sshd has two more programs, whose absolute paths are built in. */
const configuration = (folder, helpers) => `
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/key.pub
StrictModes no
UsePAM no
${Object.entries(helpers).map(([option, path]) => existsSync(path) ? `${option} ${path}` : '').join('\n')}
`;

const option = ([name, value]) => ['-o', `${name}=${value}`];

/**
 * A client that starts sshd at the other end of a pipe: sshd can't say which free port it took.
 * @param {string} folder its user's @param {string[]} args of ssh @param {{env?: object, before?: string[], more?: string}} [options]
 *   `before`: a command that runs sshd; `more`: lines of its configuration
 */
async function connect(folder, args, { env, before = [], more = '' } = {}) {
  cpSync(join(unpacked, 'openssh-server/usr'), join(folder, 'usr'), { recursive: true });  // its user may not enter ours
  for (const name of ['host', 'key']) await succeeds(join(bin, 'ssh-keygen'), '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name));
  const helpers = { SshdSessionPath: join(folder, 'usr/lib/openssh/sshd-session'), SshdAuthPath: join(folder, 'usr/lib/openssh/sshd-auth') };
  writeFileSync(join(folder, 'sshd_config'), configuration(folder, helpers) + more);
  if (asUser.length > 0) await succeeds('chown', '-R', user, folder);

  const sshd = [...before, ...asUser, join(folder, 'usr/sbin/sshd'), '-i', '-e', '-f', join(folder, 'sshd_config')];
  const options = {
    ProxyCommand: sshd.join(' '), IdentityFile: join(folder, 'key'), IdentitiesOnly: 'yes', BatchMode: 'yes', ExitOnForwardFailure: 'yes',
    StrictHostKeyChecking: 'no', UserKnownHostsFile: '/dev/null',
  };
  return new Child(join(bin, 'ssh'), ['-F', 'none', ...Object.entries(options).flatMap(option), ...args], { env });
}

/** @param {{port: number}} server */
export async function startSsh(server) {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');  // the client can't say which free port it took
  const child = await connect(folder, ['-v', '-N', '-L', `${socket}:127.0.0.1:${server.port}`, `${user}@localhost`]);
  await child.says(/Entering interactive session/);  // it listens by then
  return { socket, path: '/', stop: () => child.stop() };
}

/** The files that startWindows() needs. */
export const neededForWindows = [join(unpacked, 'openssh-server/usr/sbin/sshd'), join(bin, 'ssh'), '/usr/bin/xauth'];

/**
 * `ssh -Y` with a command, whose windows are on a display here.
 * @param {string} display @param {string} folder with the command's files: it becomes that of its user
 * @param {string[]} command
 */
export async function startWindows(display, folder, command) {
  const before = [];
  if (asUser.length > 0) {  // daemon has no shell: in a namespace it has one
    writeFileSync(join(folder, 'passwd'), readFileSync('/etc/passwd', 'utf8').replace(/^(daemon:.*):.*:.*$/m, `$1:${folder}:/bin/sh`));
    before.push('unshare', '--mount', 'sh', '-c', `'mount --bind ${folder}/passwd /etc/passwd && exec "$@"'`, 'sh');
  }
  const more = `X11Forwarding yes\nXAuthLocation /usr/bin/xauth\nSetEnv XAUTHORITY=${folder}/authority XDG_RUNTIME_DIR=${folder}\n`;
  return connect(folder, ['-Y', `${user}@localhost`, ...command], { env: { DISPLAY: display }, before, more });
}
