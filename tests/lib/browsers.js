// SPDX-License-Identifier: LGPL-2.1-or-later
// Chromium and Firefox as Debian installs them, without a window.
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Child } from './child.js';
import { temporaryFolder } from './paths.js';
import { Tab, keepPeers } from './tab.js';

const noNetwork = ['--disable-quic', '--no-first-run', '--no-default-browser-check', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-domain-reliability', '--no-pings'];
const relaxed = ['--disable-gpu', '--autoplay-policy=no-user-gesture-required'];
// Root may not use the sandbox; nothing of this changes what a page may do.
const needed = ['--headless', '--no-sandbox', '--remote-debugging-port=0', ...noNetwork];

const desktop = { width: 1280, height: 800 };

/** What both browsers of a test can do. */
class Browser {
  #newTab;
  #stop;

  /** @param {string} name @param {() => Promise<Tab>} newTab @param {() => Promise<void>} stop */
  constructor(name, newTab, stop) {
    this.name = name;
    this.#newTab = newTab;
    this.#stop = stop;
  }

  newTab() { return this.#newTab(); }

  stop() { return this.#stop(); }
}

/** @param {{defaults?: boolean}} [options] `defaults`: as a user starts it, with no switch that relaxes a rule */
export async function startChromium({ defaults = false } = {}) {
  const profile = temporaryFolder();
  const child = new Child('/usr/bin/chromium', [...needed, ...(defaults ? [] : relaxed), `--user-data-dir=${profile}`, 'about:blank']);
  try {
    const endpoint = (await child.says(/DevTools listening on (ws:\S+)/))[1];
    const browser = await chromium.connectOverCDP(endpoint);
    const newTab = async () => {
      const context = await browser.newContext({ viewport: desktop });
      await context.addInitScript(keepPeers);
      const page = await context.newPage();
      return new Tab(page, {
        resize: (size) => page.setViewportSize(size),
        crash: async () => {
          const session = await context.newCDPSession(page);
          const crashed = page.waitForEvent('crash');
          session.send('Page.crash').catch(() => {});  // its reply never comes
          await crashed;
        },
        close: () => context.close(),
      });
    };
    return new Browser('Chromium', newTab, async () => {
      await browser.close();
      await child.stop().catch(() => {});
    });
  } catch (error) {
    child.signal('SIGKILL');
    throw error;
  }
}

/** @param {{defaults?: boolean}} [options] */
export async function startFirefox({ defaults = false } = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, protocolTimeout: 120_000, timeout: 120_000,
    extraPrefsFirefox: {
      'app.update.auto': false, 'media.gmp-manager.updateEnabled': false, 'extensions.update.enabled': false,
      'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
      'media.autoplay.default': defaults ? 1 : 0,  // 1: what Firefox ships, sound needs a click
    },
  });
  const newTab = async () => {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport(desktop);
    await page.evaluateOnNewDocument(keepPeers);
    return new Tab(page, {
      resize: (size) => page.setViewport(size),
      crash: () => page.close(),
      close: () => context.close(),
    });
  };
  return new Browser('Firefox', newTab, () => browser.close());
}

/** Both, by name. */
export const browsers = { Chromium: startChromium, Firefox: startFirefox };
