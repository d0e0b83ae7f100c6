// SPDX-License-Identifier: LGPL-2.1-or-later
// The packages of packaging/build-deb, from their sources to their removal.
import assert from 'node:assert/strict';
import { temporaryFolder } from '../lib/paths.js';
import { describe } from '../lib/test.js';
import { debians, runFresh, showsItself, test } from './fresh.js';

// signals reach what it runs, as they don't through su; it takes the shell's place, so a script that goes on calls it in ( )
const asUser = `useradd --create-home user
  as_user() { exec setpriv --reuid=user --regid=user --init-groups env --chdir=/ HOME=/home/user "$@"; }`;
const install = `
  apt-get update -qq
  apt-get install -y -qq man-db /fresh/*.deb >/dev/null 2>&1
  ${asUser}`;
const elements = ['ballsrc', 'circledetect', 'modelproc', 'overlaydraw', 'framestamp', 'framelimit'];
const ours = 'gstreamer1.0-cv libcvdetector-dev cv-launch python3-cv-model';

test('meson install into a prefix: a user runs it from there', async () => {
  await showsItself(debians['Debian 12'], `
    . scripts/setup.sh
    install "\${build_packages[@]}" "\${run_packages[@]}"
    meson setup build --prefix=/opt/cv >/dev/null
    meson install -C build >/dev/null
    test -z "$(find /usr -name 'libgstcv*')"
    ${asUser}
    serve as_user /opt/cv/bin/cv-launch --pipeline=async.pipe --port=0`);
});

for (const [name, suite] of Object.entries(debians))
  describe(`packages for ${name}`, () => {
    const shared = temporaryFolder();

    test('build from the tarball that meson dist makes, and lintian finds no error', async () => {
      await runFresh(suite, `
        . scripts/setup.sh
        install "\${build_packages[@]}"
        meson setup build >/dev/null
        meson dist -C build --formats=gztar >/dev/null
        tar -C /tmp -xf build/meson-dist/*.tar.gz
        /tmp/cv-launch-*/packaging/build-deb /fresh
        lintian --allow-root --fail-on error /fresh/*.changes`, { packages: ['lintian'], shared });
    });

    for (const pipe of ['async', 'model'])
      test(`a user who is not root runs ${pipe}.pipe, from /`, async () => {
        await showsItself(suite, `${install}\nserve as_user cv-launch --pipeline=${pipe}.pipe --port=0`, { shared });
      });

    test('the example of a detector is built by a user', async () => {
      const said = await runFresh(suite, `${install}
        apt-get install -y -qq g++ meson pkg-config >/dev/null 2>&1
        (as_user cp -r /usr/share/cv-launch/example /home/user/my-detector)
        (as_user meson setup /home/user/my-detector/build /home/user/my-detector)
        (as_user ninja -C /home/user/my-detector/build)
        (as_user GST_PLUGIN_PATH=/home/user/my-detector/build gst-launch-1.0 -m ballsrc num-buffers=5 is-live=false ! brightspot ! fakesink)`, { shared });
      assert.equal(said.match(/brightspot, frame-id=/g)?.length, 5, said);
    });

    test('elements, man page, module and completion are there; removed, nothing is left', async (t) => {
      const said = await runFresh(suite, `${install}
        for element in ${elements.join(' ')}; do (as_user gst-inspect-1.0 $element) >/dev/null; done
        (as_user man cv-launch) | grep -A1 '^NAME'
        (as_user python3 -c 'import cv_model; print(cv_model.__file__)')
        bash -c 'source /usr/share/bash-completion/completions/cv-launch; complete -p cv-launch'
        test -f /usr/lib/systemd/system/cv-launch.service
        test -f /usr/lib/systemd/system/cv-launch@.service
        test -z "$(find /etc/systemd -name 'cv-launch*' 2>/dev/null)"
        dpkg -L ${ours} | grep -vx '/.' | sort -u >/tmp/files
        apt-get purge -y -qq ${ours} >/dev/null 2>&1
        echo left:
        while read -r file; do dpkg -S "$file" >/dev/null 2>&1 || ls -d "$file" 2>/dev/null || true; done </tmp/files
        find / -xdev '(' -name '*cv-launch*' -o -name '*cv_model*' -o -name 'libgstcv*' -o -name '*cvdetector*' ')' -not -path '/root/*' -not -path '/fresh/*' -not -path '/home/*'
        echo files:
        cat /tmp/files`, { shared });
      assert.match(said, /cv-launch *- *show a GStreamer pipeline/);
      assert.match(said, /dist-packages\/cv_model/);
      assert.match(said, /complete -F \S+ cv-launch/);
      assert.equal(said.slice(said.indexOf('left:'), said.indexOf('files:')), 'left:\n');
      t.diagnostic(said.slice(said.indexOf('files:')));
    });
  });
