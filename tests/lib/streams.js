// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams by name: where each is, and the list of all.
import { until } from './wait.js';
import { connect } from './websocket.js';

/** Where viewers of a stream connect. @param {{url: string}} server @param {string} name */
export const at = (server, name) => ({ ...server, url: server.url, socketUrl: `${server.url.replace(/^http/, 'ws')}${name}/ws` });

/** Reads which streams there are, as a page does. */
export async function listOf(server, options) {
  const signalling = await connect(server, { path: '/streams', ...options });
  let seen = 0;
  return {
    signalling,
    /** Waits for a list that satisfies `condition`. */
    async reads(what, condition) {
      return until(what, () => {
        const { messages } = signalling;
        for (; seen < messages.length; ++seen)
          if (messages[seen].type === 'streams') signalling.send({ type: 'ack', number: messages.slice(0, seen + 1).filter(({ type }) => type === 'streams').length, at: 0 });
        const last = messages.findLast(({ type }) => type === 'streams')?.streams;
        return last && condition(last) ? last : null;
      }, { state: () => signalling.messages });
    },
  };
}
export const states = (list) => Object.fromEntries(list.map(({ name, state }) => [name, state]));
