// SPDX-License-Identifier: LGPL-2.1-or-later
// What only a page needs that has its stream from an SFU: a file of its own, which no other page loads.
export { RelaySession } from '../core/relay-session.js';
