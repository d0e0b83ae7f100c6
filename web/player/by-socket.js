// SPDX-License-Identifier: LGPL-2.1-or-later
// What only a page needs that gets its frames by WebSocket: a file of its own, which no other page loads.
import { SocketSession } from '../core/socket-session.js';
import { ReceivedFrames } from './received-frames.js';
import { ReceivedSound } from './received-sound.js';

export { ReceivedFrames };
export { WayBack } from './way-back.js';

/**
 * @param {string|import('../core/signaling.js').Signaling} to see SocketSession
 * @param {import('../core/clock.js').ServerClock} clock
 * @param {import('./feed.js').FeedEvents & Pick<import('../core/socket-session.js').SocketEvents, 'begun'>} events `frame`: is told of each before
 *   the player shows it, and closes nothing
 * @param {import('./received-frames.js').Parts} parts of the attempt
 */
export function watchBySocket(to, clock, events, parts) {
  const frames = new ReceivedFrames(parts);
  const sound = new ReceivedSound(parts.view.sound, parts.store);
  const session = new SocketSession(to, parts.store, {
    ...events, frame: (frame, info) => {
      events.frame(frame, info);
      frames.show(frame, info);
    }, sound: (data) => sound.play(data),
  }, clock);
  return {
    /** @param {number} id */
    want: (id) => session.want(id),
    /** @param {number} id */
    seen: (id) => session.seen(id),
    /** @param {import('../core/protocol.js').Request} message */
    send: (message) => session.send(message),
    close: () => {
      session.close();
      frames.close();
    },
  };
}
