// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs of opencv.test.js with pip's OpenCV that has no windows, where the package cv_launch is in the plugin's place.
import { useEnvironment } from '../lib/windows.js';

useEnvironment('build-opencv-headless');
await import('./opencv.test.js');
