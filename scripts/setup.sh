# SPDX-License-Identifier: LGPL-2.1-or-later
# What ./demo, ./check and bench/latency share: packages, build, environment. Sourced from the top folder.

build_packages=(g++ meson ninja-build pkg-config libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  libgstreamer-plugins-bad1.0-dev libsoup-3.0-dev libgnutls28-dev libnice-dev libpng-dev nlohmann-json3-dev libopencv-imgproc-dev esbuild libjs-dygraphs)
run_packages=(gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-nice python3-numpy)
test_packages=(libjson-glib-dev libgtest-dev libgmock-dev libgstrtspserver-1.0-dev gstreamer1.0-opencv python3-opencv libopencv-highgui-dev opencv-data opencv-doc pulseaudio
  clang-tidy python3-venv python3-hatchling mypy python3-jupyter-server python3-aiohttp openssl
  debhelper bsdutils iproute2 nftables procps psmisc systemd)
browser_packages=(chromium firefox-esr)
fuzz_packages=(clang libclang-rt-dev)
# Debian 12 has promtool in prometheus, 13 in a package of its own
promtool_package=$(grep -qs '^VERSION_ID="12"' /etc/os-release && echo prometheus || echo promtool)
unpacked_packages=(nginx openssh-server openssh-client haproxy coturn libnss3-tools caddy "$promtool_package")

# Debian 13 has no Janus
has_janus() { grep -qs '^VERSION_ID="12"' /etc/os-release; }

die() {
  echo "$0: $*" >&2
  exit 1
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# as_root COMMAND…: with sudo where that is needed
as_root() {
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "$@"
}

update_apt() { as_root apt-get update -qq >&2 || die "apt-get update failed; is there a network?"; }

# install PACKAGE…: those that are missing, with apt
install() {
  local missing=() package
  for package; do installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing, and only root can install them: ${missing[*]}
  Run this once as root, or install them yourself: apt-get install ${missing[*]}"
  fi
  echo "Installing ${missing[*]} …" >&2
  update_apt
  as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || die "apt-get could not install ${missing[*]}"
}

# unpack FOLDER PACKAGE…: each into a folder of its name there. For programs that would be services of this machine if they were installed;
# their libraries are.
unpack() {
  local folder=$1 package libraries
  shift
  for package; do
    [ ! -d "$folder/$package" ] || continue
    rm -rf "$folder/.new"
    mkdir -p "$folder/.new"
    download "$folder/.new" "$package" 2>/dev/null || { update_apt; download "$folder/.new" "$package"; } ||
      die "apt-get could not download $package; is there a network?"
    mapfile -t libraries < <(dpkg-deb -f "$folder/.new/"*.deb Depends | tr , '\n' | sed -nE '/^ *libjs-/d; s/^ *(lib[^ ]+).*/\1/p')
    install "${libraries[@]}"
    dpkg -x "$folder/.new/"*.deb "$folder/.new/files" || die "$package can't be unpacked"
    mv "$folder/.new/files" "$folder/$package"
    rm -r "$folder/.new"
  done
}

# its own user could not write there
download() { (cd "$1" && apt-get download -qq -o APT::Sandbox::User= "$2" >/dev/null); }

# npm_packages FOLDER: Node.js, and what the folder's lock file names
npm_packages() {
  command -v node >/dev/null || install nodejs
  command -v npm >/dev/null || install npm
  if [ ! "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ]; then
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  fi
}

# python_packages FOLDER LOCK: a virtual environment with what the lock file names, on top of Debian's packages. Nothing else: what those say
# they depend on is not always what pip finds.
python_packages() {
  local folder=$1 lock=$2
  [ ! "$folder/done" -nt "$lock" ] || return 0
  /usr/bin/python3 -m venv --clear --system-site-packages "$folder"
  "$folder/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps -r "$lock"
  touch "$folder/done"
}

need_debian() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    die "this script installs what it needs with apt, so it wants Debian 12 or 13. Elsewhere: install
  GStreamer 1.22 or newer with its base, good, bad and ugly plugins and libnice's, libsoup 3, nlohmann-json, OpenCV, esbuild and dygraphs, then
  run: meson setup build && ninja -C build"
}

# build DIR TARGET [meson option…]: configures once, then compiles what changed of the target (all: everything)
build() {
  local dir=$1 target=$2
  shift 2
  if [ ! -f "$dir/build.ninja" ]; then
    meson setup "$dir" "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; rm -rf "$dir"; die "meson setup failed"; }
    rm -f "$dir.log"
  fi
  ninja -C "$dir" -n "$target" 2>/dev/null | grep -q 'no work to do' || echo "Building in $dir (some minutes the first time) …" >&2
  local log
  log=$(ninja -C "$dir" "$target" 2>&1) || { echo "$log" >&2; die "the build failed"; }
}

# libFuzzer's targets, in a folder of their own: only clang has it
build_fuzz() { CXX=clang++ build build-fuzz fuzz -Dfuzz=enabled; }

# configure DIR option…: changes a folder that is there already
configure() { [ ! -f "$1/build.ninja" ] || meson configure "$@"; }

# The build's plugin, launcher and pipelines are found first from here on
use_build() {
  export GST_PLUGIN_PATH=${GST_PLUGIN_PATH:-} LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}
  eval "$(meson devenv -C build --dump)"
  LD_LIBRARY_PATH=${LD_LIBRARY_PATH%:}  # an empty part would be the current folder
}
