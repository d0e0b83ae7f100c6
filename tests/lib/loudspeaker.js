// SPDX-License-Identifier: LGPL-2.1-or-later
// A sound card that nobody hears. Without one, Firefox plays no sound at all.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.js';
import { temporaryFolder } from './paths.js';
import { variant } from './server.js';
import { until } from './wait.js';

/** Browsers that are started from here on play through it. */
export async function startLoudspeaker() {
  const folder = temporaryFolder();
  const socket = join(folder, 'native');
  const server = new Child('pulseaudio', ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--load=module-null-sink',
    `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`], { env: { HOME: folder, XDG_RUNTIME_DIR: folder } });
  await until('the sound server', () => existsSync(socket), { state: () => server.stderr });
  process.env.PULSE_SERVER = `unix:${socket}`;
  return server;
}

/** A shipped pipeline with one more branch, as anyone with a microphone would write it: a sine of 0.8. @param {string} name */
export const withSound = (name) => variant(name, {
  'ballsrc name=source': 'audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! opusenc ! rtpopuspay ! viewers.\nballsrc name=source' });

/** What is heard of it. @param {{level: number}} heard */
export const loud = ({ level }) => level > 0.6 && level < 0.9;
