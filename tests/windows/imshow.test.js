// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-launch/imshow.hpp, in a program that was built with OpenCV, and in one that was built without.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Child } from '../lib/child.js';
import { build } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { FakeLauncher, printed, started } from '../lib/windows.js';

for (const name of ['imshow-program', 'imshow-program-without-opencv'])
  test(`${name}: pictures with objects, and what viewers do`, async (t) => {
    const launcher = await FakeLauncher.start(t);
    const program = started(t, new Child(join(build, 'tests/windows', name), [], { env: launcher.env }));
    assert.equal('objects' in await launcher.picture('nothing is said'), false);
    assert.deepEqual((await launcher.picture('none')).objects, []);
    assert.deepEqual((await launcher.picture('objects')).objects, [{ x: 1, y: 2, w: 3.5, h: 4, label: 'a "cup"', confidence: 0.9 }]);
    assert.deepEqual((await launcher.picture('several')).objects, [
      { polygon: [[1, 1], [5, 1], [3, 6.25]], label: 'person', track: 7, lane: 'left' }, { 'center-x': 4, 'center-y': 4, radius: 2 }]);
    if (name === 'imshow-program') assert.deepEqual((await launcher.picture('mat')).pixels, Array(6).fill([1, 2, 3]));

    const window = await launcher.window('none');
    await launcher.hears('that the mouse is wanted', () => launcher.said('mouse').some(({ wanted }) => wanted));
    await launcher.hears('both texts', () => launcher.said('text').length === 2);
    assert.deepEqual(launcher.said('text').map(({ over, text }) => [over, text]), [[true, 'saved'], [false, 'busy']]);
    launcher.say(window, { type: 'mouse', event: 10, x: 3, y: 4, flags: -120 * 65536 });
    launcher.say(window, { type: 'trackbar', name: 'level', value: 7 });
    launcher.press(window, 'q');
    launcher.say(window, { type: 'close' });
    const again = await launcher.hears('the window again', () => launcher.said('trackbar').find((one) => one.window !== window.window));
    assert.deepEqual([again.name, again.value], ['level', 7]);
    assert.deepEqual(await printed(program), ['level 3', 'mouse 10 3 4 -120', 'level 7', 'key 113, level 7', 'closed, 10, level 7-1', 'cv_launch: the picture is empty', 'children 50', 'without windows -1']);
  });
