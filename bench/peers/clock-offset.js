// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * The system's clock less the page's, in ms, from the moments at which Date.now() steps: of some looks the largest, since an
 * interruption makes one too small. The page's clock is set once, when it is opened; that of Node.js when it starts.
 */
export function clockOffset() {
  const looks = Array.from({ length: 7 }, () => {
    const last = Date.now();
    while (Date.now() === last);
    const page = performance.timeOrigin + performance.now();
    return last + 1 - page;
  });
  return Math.max(...looks);
}
