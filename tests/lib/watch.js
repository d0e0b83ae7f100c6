// SPDX-License-Identifier: LGPL-2.1-or-later
import { startServer } from './server.js';

/**
 * A server, and a tab that shows its page and a first frame. Both end with the test.
 * @param {{size?: {width: number, height: number}}} options `size`: of the window; the others are those of startServer()
 */
export async function watch(t, browser, { size, ...options }) {
  const server = await startServer(options);
  t.after(() => server.stop());
  const tab = await browser.newTab();
  t.after(() => tab.close());
  if (size) await tab.resize(size);
  await tab.watch(server.url);
  return { server, tab };
}
