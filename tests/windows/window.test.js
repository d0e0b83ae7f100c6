// SPDX-License-Identifier: LGPL-2.1-or-later
// cv_launch.Window: how long it is there, and where a notebook finds it. In a real one: tests/e2e/notebook.test.js.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { FakeLauncher, printed, python, pythonEnv, pythonIn } from '../lib/windows.js';

const imports = 'import cv_launch';

test('a window is there as long as its object, or until another one has its name', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
picture = np.zeros((4, 6), np.uint8)
window = cv_launch.Window('w')
window.imshow(picture, [])
first, window = window, cv_launch.Window('w')
def refused(work):
  try:
    work()
  except cv_launch.error as wrong:
    print(wrong)
def name_it():
  first.title = 'first'
refused(lambda: first.imshow(picture))
refused(name_it)
first.close()
del first
window.title = 'Second'
window.imshow(picture)
print(window, window.name, window.title, cv_launch.getWindowProperty('w', cv_launch.WND_PROP_VISIBLE), window.waitKey(1))
del window
print(cv_launch.getWindowProperty('w', cv_launch.WND_PROP_VISIBLE))
window = cv_launch.Window('closed')
window.close()
window.close()
refused(lambda: window.imshow(picture))
cv_launch.imshow('closed', picture)
del window
print(cv_launch.getWindowProperty('closed', cv_launch.WND_PROP_VISIBLE))
last = cv_launch.Window('last')
last.imshow(picture)`, imports);
  const gone = (name) => `the window '${name}' has been closed, or another one has its name`;
  assert.deepEqual(await printed(program), [gone('w'), gone('w'), '<cv_launch.Window \'w\'> w Second 1.0 -1', '-1.0', gone('closed'), '1.0']);
  await launcher.picture('last');
  const named = launcher.said('window').map(({ window, name }) => [window, name]);
  assert.deepEqual(named.map(([, name]) => name), ['w', 'w', 'closed', 'closed', 'last']);
  // what is shown as the program ends stays
  assert.deepEqual(launcher.said('close').map(({ window }) => window), named.slice(0, 3).map(([window]) => window));
  assert.deepEqual(launcher.said('title').map(({ title }) => title), ['Second']);
});

test('the garbage collector may end windows in the middle of anything', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = python(t, launcher, `
import gc
gc.set_threshold(1)
for number in range(50):
  window = cv_launch.Window(f'w{number}')
  window.itself = window
  cv_launch.displayOverlay(window.name, 'some', 1)
  cv_launch.pollKey()
del window
cv_launch.namedWindow('other')
cv_launch.destroyAllWindows()
gc.collect()
print(sum(cv_launch.getWindowProperty(f'w{number}', cv_launch.WND_PROP_VISIBLE) >= 0 for number in range(50)))`, imports);
  assert.deepEqual(await printed(program), ['0']);
  await launcher.hears('the end of all', () => launcher.said('close').length === 51);
});

/** What a Python has where Jupyter is installed with jupyter-server-proxy, as far as it matters, and files of its servers. */
function withJupyter() {
  const folder = temporaryFolder();
  for (const name of ['jupyter_core', 'jupyter_server_proxy']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, '__init__.py'), '');
  }
  writeFileSync(join(folder, 'jupyter_core/paths.py'), `def jupyter_runtime_dir(): return ${JSON.stringify(folder)}\n`);
  writeFileSync(join(folder, 'jpserver-7.json'), JSON.stringify({ base_url: '/lab/' }));
  writeFileSync(join(folder, 'jpserver-8.json'), 'no JSON');
  return { PYTHONPATH: `${pythonEnv.PYTHONPATH}:${folder}` };
}

const direct = 'http://127.0.0.1:8080/key/?window=a%20%2F%20%22b';
const proxied = '/proxy/8080/key/?window=a%20%2F%20%22b';
for (const [what, jupyter, variables, address, before = ''] of [
  ['on the browser\'s machine', false, { JPY_PARENT_PID: '7', JUPYTERHUB_SERVICE_PREFIX: '/user/me/' }, direct],
  ['through jupyter-server-proxy', true, { JPY_PARENT_PID: '7' }, `/lab${proxied}`],
  ['in JupyterHub', true, { JPY_PARENT_PID: '7', JUPYTERHUB_SERVICE_PREFIX: '/user/me/' }, `/user/me${proxied}`],
  ['of a kernel that no Jupyter server has started', true, {}, direct],
  ['of a kernel whose server is not there', true, { JPY_PARENT_PID: '9' }, direct],
  ['of a kernel whose server says something else', true, { JPY_PARENT_PID: '8' }, direct],
  ['in VS Code, of a kernel that a Jupyter server has started', true, { JPY_PARENT_PID: '7' }, direct, '__vsc_ipynb_file__ = "/home/me/film.ipynb"'],
  ['in a VS Code that JupyterHub shows, of a kernel of its own', true, { JUPYTERHUB_SERVICE_PREFIX: '/user/me/' }, `/user/me${proxied}`, '__vsc_ipynb_file__ = "/home/me/film.ipynb"'],
  ['where it was told', true, { JPY_PARENT_PID: '7', CV_LAUNCH_PROXY: 'https://x-{port}.example/' }, 'https://x-8080.example/key/?window=a%20%2F%20%22b'],
  ['without a key', false, { CV_LAUNCH_FRAME_KEY: '' }, direct.replace('key/', '')],
])
  test(`a window's page is found ${what}`, async (t) => {
    const launcher = await FakeLauncher.start(t);
    const program = pythonIn(t, { ...launcher.env, CV_LAUNCH_ADDRESS: 'http://127.0.0.1:8080/', CV_LAUNCH_FRAME_KEY: 'key', JPY_PARENT_PID: undefined,
      JUPYTERHUB_SERVICE_PREFIX: undefined, ...(jupyter && withJupyter()), ...variables }, `${before}
import cv_launch
window = cv_launch.Window('a / "b', height=99)
print(window.address)
print(window._repr_html_())`);
    assert.deepEqual(await printed(program), [address, `<iframe src="${address}" title="a / &quot;b" width="100%" height="99" style="border: 0"></iframe>`]);
  });

test('where its cv-launch is seen it does not know of one that stays, and says so', async (t) => {
  const launcher = await FakeLauncher.start(t);
  const program = pythonIn(t, launcher.env, `
import cv_launch
try:
  cv_launch.Window('w')._repr_html_()
except cv_launch.error as wrong:
  print(wrong)`);
  assert.deepEqual(await printed(program), ['where the cv-launch of CV_LAUNCH_WINDOWS is seen is not known; say it in CV_LAUNCH_ADDRESS']);
});
