// SPDX-License-Identifier: LGPL-2.1-or-later
// Chromium and Firefox as Debian installs them, without a window.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Child, run } from './child.js';
import { root, temporaryFolder } from './paths.js';
import { Tab, keepPeers } from './tab.js';
import { patience, within } from './wait.js';

const noNetwork = ['--disable-quic', '--no-first-run', '--no-default-browser-check', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-domain-reliability', '--no-pings'];
const relaxed = ['--disable-gpu', '--autoplay-policy=no-user-gesture-required'];
// Root may not use the sandbox; nothing of this changes what a page may do.
const needed = ['--headless', '--no-sandbox', ...noNetwork];

const desktop = { width: 1280, height: 800 };

/** What both browsers of a test can do. None of it waits for ever. */
class Browser {
  #newTab;
  #stop;

  /** @param {string} name @param {(scale: number) => Promise<Tab>} newTab @param {() => Promise<void>} stop */
  constructor(name, newTab, stop) {
    this.name = name;
    this.#newTab = newTab;
    this.#stop = stop;
  }

  /** @param {{scale?: number}} [options] `scale`: pixels of the screen for one of CSS */
  newTab({ scale = 1 } = {}) { return within(`a new tab of ${this.name}`, this.#newTab(scale)); }

  stop() { return this.#stop(); }
}

/** A program that runs `path` with the command `prefix` before it. */
function wrapped(path, prefix) {
  const wrapper = join(temporaryFolder(), basename(path));
  const words = [...prefix, path].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  writeFileSync(wrapper, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  return wrapper;
}

const across = `const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
  process.stdin.pipe(socket).pipe(process.stdout);
  socket.on('close', () => process.exit());`;

/**
 * Listens on a free port of 127.0.0.1, and joins each connection to the same port of the 127.0.0.1 that `prefix` leads
 * to, through the pipes of a process there: a network namespace has a loopback of its own.
 * @param {string[]} prefix
 */
async function doorTo([program, ...args]) {
  const door = createServer((socket) => {
    const inside = spawn(program, [...args, process.execPath, '-e', across, String(socket.localPort)], { stdio: ['pipe', 'pipe', 'inherit'] });
    for (const end of [socket, inside, inside.stdin]) end.on('error', () => socket.destroy());
    socket.pipe(inside.stdin);
    inside.stdout.pipe(socket);
  });
  await once(door.listen(0, '127.0.0.1'), 'listening');
  return door.unref();
}

/** Through a prefix by pipes, which know no network; otherwise by its port, as any tool would. */
async function launchChromium(args, prefix) {
  if (prefix.length > 0) {
    const browser = await chromium.launch({
      executablePath: wrapped('/usr/bin/chromium', prefix), ignoreDefaultArgs: true, args: ['--remote-debugging-pipe', ...args],
      timeout: patience, handleSIGHUP: false, handleSIGINT: false, handleSIGTERM: false,  // with these a test would not end at a signal
    });
    return { browser, stop: () => within('the end of Chromium', browser.close()) };
  }
  const child = new Child('/usr/bin/chromium', ['--remote-debugging-port=0', ...args]);
  try {
    const endpoint = (await child.says(/DevTools listening on (ws:\S+)/))[1];
    const browser = await chromium.connectOverCDP(endpoint, { timeout: patience });
    return {
      browser,
      stop: async () => {
        await within('the end of Chromium', browser.close()).catch(() => {});
        await child.stop().catch(() => {});
      },
    };
  } catch (error) {
    child.signal('SIGKILL');
    throw error;
  }
}

/**
 * @param {{defaults?: boolean, prefix?: string[], anyCertificate?: boolean}} [options]
 *   `defaults`: as a user starts it, with no switch that relaxes a rule; `prefix`: a command that runs the rest of its
 *   line, as of badNetwork(); `anyCertificate`: it takes one that nobody has signed
 */
export async function startChromium({ defaults = false, prefix = [], anyCertificate = false } = {}) {
  const switches = [...needed, ...(defaults ? [] : relaxed), ...(anyCertificate ? ['--ignore-certificate-errors'] : []), `--user-data-dir=${temporaryFolder()}`];
  const { browser, stop } = await launchChromium([...switches, 'about:blank'], prefix);
  const newTab = async (scale) => {
    const context = await browser.newContext({ viewport: desktop, deviceScaleFactor: scale });
    await context.addInitScript(keepPeers);
    const page = await context.newPage();
    return new Tab(page, {
      resize: (size) => page.setViewportSize(size),
      wheel: (x, y) => page.mouse.wheel(x, y),
      crash: async () => {
        const session = await context.newCDPSession(page);
        const crashed = page.waitForEvent('crash');
        session.send('Page.crash').catch(() => {});  // its reply never comes
        await crashed;
      },
      painted: async (seen) => {
        const session = await context.newCDPSession(page);
        session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
          seen(Buffer.from(data, 'base64'), metadata.timestamp);
          session.send('Page.screencastFrameAck', { sessionId }).catch(() => {});  // it may have ended
        });
        await session.send('Page.startScreencast', { format: 'png' });
        return () => session.detach();
      },
      heap: async () => {
        const session = await context.newCDPSession(page);
        await session.send('HeapProfiler.collectGarbage');
        const { usedSize } = await session.send('Runtime.getHeapUsage');
        await session.detach();
        return usedSize;
      },
      close: () => context.close(),
    });
  };
  return new Browser('Chromium', newTab, stop);
}

/** A profile that trusts an authority. @param {string} authority its certificate's file */
async function profileWith(authority) {
  const folder = temporaryFolder();
  const { code, stderr } = await run(join(root, 'tests/unpacked/libnss3-tools/usr/bin/certutil'), ['-A', '-d', `sql:${folder}`, '-n', 'authority', '-t', 'C,,', '-i', authority]);
  if (code !== 0) throw new Error(`certutil: ${stderr}`);
  return folder;
}

/**
 * @param {{defaults?: boolean, prefix?: string[], anyCertificate?: boolean, authority?: string}} [options] as for Chromium; `authority`: the
 *   file of one that it trusts, for what no exception is made for
 */
export async function startFirefox({ defaults = false, prefix = [], anyCertificate = false, authority } = {}) {
  const door = prefix.length > 0 ? await doorTo(prefix) : null;
  const place = door ? { executablePath: wrapped('/usr/bin/firefox-esr', prefix), debuggingPort: door.address().port } : { executablePath: '/usr/bin/firefox-esr' };
  const browser = await puppeteer.launch({
    ...place, ...(authority ? { userDataDir: await profileWith(authority) } : {}), browser: 'firefox', headless: true, acceptInsecureCerts: anyCertificate, protocolTimeout: patience, timeout: patience,
    extraPrefsFirefox: {
      'app.update.auto': false, 'media.gmp-manager.updateEnabled': false, 'extensions.update.enabled': false,
      'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
      'media.autoplay.default': defaults ? 1 : 0,  // 1: what Firefox ships, sound needs a click
    },
  });
  const newTab = async (scale) => {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const resize = (size) => page.setViewport({ ...size, deviceScaleFactor: scale });
    await resize(desktop);
    await page.evaluateOnNewDocument(keepPeers);
    return new Tab(page, {
      resize,
      wheel: (deltaX, deltaY) => page.mouse.wheel({ deltaX, deltaY }),
      crash: () => page.close(),
      close: () => context.close(),
    });
  };
  return new Browser('Firefox', newTab, async () => {
    // after a tab that hangs it may not close
    await within('the end of Firefox', browser.close()).catch(() => process.kill(-browser.process().pid, 'SIGKILL'));
    door?.close();
  });
}

/** Both, by name. */
export const browsers = { Chromium: startChromium, Firefox: startFirefox };
