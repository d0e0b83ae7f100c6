// SPDX-License-Identifier: LGPL-2.1-or-later
// A window in the cell of a notebook: in JupyterLab and Notebook, through jupyter-server-proxy, and directly; and in frames as VS Code has them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { Notebook } from '../lib/jupyter.js';
import { root } from '../lib/paths.js';
import { Site } from '../lib/site.js';
import { listOf } from '../lib/streams.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { alone, pythonIn } from '../lib/windows.js';

/** As docs/opencv-windows.md has it. */
const [shown] = readFileSync(join(root, 'docs/opencv-windows.md'), 'utf8').split('## In a notebook')[1].match(/(?<=```python\n)[^]*?(?=```)/) ?? [];
/** Pictures that go on while other cells run, till the window is gone; nothing else than the notebook holds it. */
const film = `
import numpy, threading, time, weakref

def film(held):
  picture = numpy.zeros((240, 320, 3), numpy.uint8)
  while window := held():
    picture[:] = (0, 200, 0)
    picture[:, int(time.monotonic() * 100) % 300:][:, :20] = 255
    try:
      window.imshow(picture, [{"label": "all", "x": 10, "y": 10, "w": 300, "h": 220}])
    except cv_launch.error as wrong:
      print(wrong)
      return
    del window
    time.sleep(0.03)

threading.Thread(target=film, args=[weakref.ref(window)]).start()
print(window)`;

const proxied = { way: 'through jupyter-server-proxy', env: {}, place: /^http:\/\/127\.0\.0\.1:\d+\/user\/me\/proxy\/(\d+)\/\w{32}\/\?window=camera$/ };

/** What Notebook 7.6 says of itself where its settings are quicker than its shortcuts. */
const itsOwn = /reading 'schema'|property "schema"/;
/** As VS Code 1.139 frames what a cell has shown. */
const framed = (src) => `<iframe sandbox="allow-same-origin allow-pointer-lock allow-scripts allow-downloads allow-forms" allow="autoplay"
  src="${src}" style="width: 100%; height: 600px"></iframe>`;

/* Runs in the page. */
const frames = () => [...document.querySelectorAll('iframe')].map(({ src }) => src);
/** Runs in the frame. */
const state = () => {
  const player = document.querySelector('cv-player');
  return { state: player?.window?.state, decoded: player?.report?.()?.frames?.decoded ?? 0, transport: player?.report?.()?.transport, mode: player?.mode };
};

/** Its player has shown so many more pictures. @param {import('../lib/tab.js').Tab} tab @param {number} more */
async function plays(tab, more) {
  const inFrame = () => tab.evaluateInFrame(/\/camera\//, state);
  const first = await until('the player', async () => await inFrame() ?? null);
  let last;
  return until('moving pictures', async () => {
    last = await inFrame();
    return last?.decoded >= first.decoded + more && last.state === 'open' && last;
  }, { every: 100, state: () => [last, tab.errors, tab.complaints] });
}

for (const [name, startBrowser] of Object.entries(browsers)) {
  for (const { application, way, env, place } of [
    { application: 'JupyterLab', ...proxied },
    { application: 'JupyterLab', way: 'directly', env: { CV_LAUNCH_PROXY: 'http://localhost:{port}/' }, place: /^http:\/\/localhost:(\d+)\/\w{32}\/\?window=camera$/ },
    ...(name === 'Chromium' ? [{ application: 'Notebook', ...proxied }] : []),  // in one browser: it takes half a minute
  ])
    test(`${name}: a window plays in its cell of ${application} ${way}, a second run replaces it, and it ends when it is deleted`, async (t) => {
      const browser = await startBrowser();
      t.after(() => browser.stop());
      const notebook = await Notebook.open(t, browser, [shown, film, '%xdel window'], { ...alone(), ...env }, { application });
      const { tab } = notebook;
      const inFrame = async () => await tab.evaluateInFrame(/\/camera\//, state) ?? null;
      await notebook.run(0);
      const [src, ...more] = await until('the frame', async () => (await tab.evaluate(frames)).length > 0 && tab.evaluate(frames));
      assert.deepEqual(more, []);
      const [, port] = src.match(place) ?? assert.fail(src);
      assert.match(await notebook.run(1), /<cv_launch\.Window 'camera'>/);
      assert.equal((await plays(tab, 30)).mode, 'exact', 'with its objects');
      const url = `http://127.0.0.1:${port}/`;
      const list = await listOf({ url, socketUrl: `${url.replace('http', 'ws')}ws` });
      const names = (streams) => streams.map(({ name }) => name).join();
      await list.reads('one window', (streams) => names(streams) === 'camera');
      await tab.evaluate(() => { document.querySelector('iframe').src += '&transport=socket'; });
      await until('the way without UDP', async () => (await inFrame())?.transport === 'socket', { state: inFrame });
      await plays(tab, 30);

      await notebook.run(0);
      await until('that the first one\'s pictures ended', async () => /another one has its name/.test(await tab.evaluate(() => document.body.textContent)));
      assert.deepEqual(await tab.evaluate(frames), [src]);
      await notebook.run(1);
      await plays(tab, 30);
      await list.reads('one window still', (streams) => names(streams) === 'camera');

      await notebook.run(2);
      await until('the window\'s end in the page', async () => (await inFrame())?.state === 'closed', { state: inFrame });
      await list.reads('no window', (streams) => streams.length === 0);
      assert.deepEqual(tab.errors.filter((error) => !itsOwn.test(error)), []);
    });

  test(`${name}: a window plays in frames of another site that allow what VS Code's do`, async (t) => {
    const browser = await startBrowser();
    t.after(() => browser.stop());
    const [editor, output] = [new Site(), new Site()];
    for (const site of [editor, output]) {
      await site.listen();
      t.after(() => site.close());
    }
    const program = pythonIn(t, { ...alone(), CV_LAUNCH_PROXY: 'http://localhost:{port}/' }, `import cv_launch
window = cv_launch.Window("camera")
print(window._repr_html_())
${film}`);
    [output.page] = await program.says(/<iframe.*<\/iframe>/);
    editor.page = framed(output.origin);
    editor.policy = `default-src 'none'; img-src 'self'; frame-src ${output.origin}; style-src 'unsafe-inline'`;
    const tab = await browser.newTab();
    await tab.open(editor.origin);
    assert.equal((await plays(tab, 30)).mode, 'exact', 'with its objects');
    assert.deepEqual(tab.errors, []);
  });
}
