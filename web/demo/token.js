// SPDX-License-Identifier: LGPL-2.1-or-later

/** The server's token, which is behind "#" of the page's address: browsers tell it to nobody. Null: there is none. */
export const tokenOf = () => new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B')).get('token');
