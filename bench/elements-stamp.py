#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How well framestamp's stamp survives encoders: writes results/elements-stamp.csv and .svg.

Run it in the build's environment: meson devenv -C build bench/elements-stamp.py [frames]
"""
import csv
import itertools
import pathlib
import re
import subprocess
import sys

FRAMES = int(sys.argv[1]) if len(sys.argv) > 1 else 120
RATE = 30
HERE = pathlib.Path(__file__).parent

VPX = "deadline=1 cpu-used=8 end-usage=cbr lag-in-frames=0 buffer-size=200 buffer-initial-size=100 buffer-optimal-size=150"
X264 = ("x264enc tune=zerolatency speed-preset=ultrafast key-int-max=1000 vbv-buf-capacity=VBV bitrate={kbps}"
        " ! video/x-h264,profile=constrained-baseline ! identity name=coded silent=false ! avdec_h264")
CODECS = {
    "VP8": "vp8enc " + VPX + " keyframe-max-dist=1000 target-bitrate={bps} ! identity name=coded silent=false ! vp8dec",
    "VP9": "vp9enc " + VPX + " keyframe-max-dist=1000 target-bitrate={bps} ! identity name=coded silent=false ! vp9dec",
    "H.264": X264.replace("VBV", "600"),
    "H.264 tight": X264.replace("VBV", "120"),  # the encoder's buffer in ms: repeats old macroblocks when starved
    "AV1": "av1enc usage-profile=realtime cpu-used=8 end-usage=cbr lag-in-frames=0 min-quantizer=2 max-quantizer=56 target-bitrate={kbps}"
           " ! identity name=coded silent=false ! av1dec",
}
CONTENTS = {
    "noise": "videotestsrc pattern=snow",
    "moving checker": "videotestsrc pattern=checkers-8 horizontal-speed=3",
    "ball": "ballsrc is-live=false",
}
SIZES = {(320, 180): (8, 4), (640, 360): (8, 4), (1280, 720): (16, 8)}
BITRATES = (100, 300, 1000)  # kbit/s
READING = re.compile(r"framestamp, running-time=\(guint64\)(\d+), id=\(uint\)(\d+), valid=\(boolean\)(\w+), margin=\(double\)([\d.e-]+)")
CODED = re.compile(r"\((\d+) bytes")


def measure(codec, content, size, cell, kbps):
    """One run: what was asked for, what the encoder made of it, and how the stamps were read."""
    width, height = size
    encode = CODECS[codec].format(kbps=kbps, bps=kbps * 1000)
    line = (f"{CONTENTS[content]} num-buffers={FRAMES} ! video/x-raw,format=I420,width={width},height={height},"
            f"framerate={RATE}/1 ! framestamp force-cell-size={cell} ! {encode} ! videoconvert ! video/x-raw,format=I420"
            f" ! framestamp mode=read force-cell-size={cell} ! fakesink")
    run = subprocess.run(["gst-launch-1.0", "-m", "-v", *line.split()], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        # libaom 3.6 aborts (an assertion in its rate control) at bit rates far too low for the picture.
        print("encoder failed:", codec, content, size, kbps, file=sys.stderr)
        return None
    out = run.stdout
    right = wrong = rejected = 0
    margin = 1.0
    for running_time, stamp, valid, distance in READING.findall(out):
        if valid != "true":
            rejected += 1
        elif int(stamp) == int(running_time) * 9 // 100000 % 2**32:
            right += 1
            margin = min(margin, float(distance))
        else:
            wrong += 1
    shown = right + wrong + rejected
    got = sum(map(int, CODED.findall(out))) * 8 * RATE / FRAMES / 1000
    return {"codec": codec, "content": content, "width": width, "height": height, "cell": cell, "asked_kbps": kbps,
            "got_kbps": round(got), "frames": shown, "right": right, "wrong": wrong, "rejected": rejected,
            "least_margin": round(margin, 2)}


def plot(rows):
    """One row for each picture and content, one column for each codec and bit rate."""
    lines = sorted({(r["width"], r["height"], r["cell"], r["content"]) for r in rows})
    columns = list(itertools.product(CODECS, BITRATES))
    left, top, dx, dy = 230, 60, 46, 22
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + dx * len(columns) + 20}"'
           f' height="{top + dy * len(lines) + 40}" font-family="sans-serif" font-size="11">',
           '<rect width="100%" height="100%" fill="white"/>']
    for i, (codec, kbps) in enumerate(columns):
        x = left + dx * i + dx / 2
        if i % len(BITRATES) == 1:
            svg.append(f'<text x="{x}" y="20" text-anchor="middle" font-weight="bold">{codec}</text>')
        svg.append(f'<text x="{x}" y="40" text-anchor="middle">{kbps}k</text>')
    for j, key in enumerate(lines):
        y = top + dy * j + dy / 2
        svg.append(f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{key[0]}×{key[1]}, cell {key[2]}, {key[3]}</text>')
        for r in (r for r in rows if (r["width"], r["height"], r["cell"], r["content"]) == key):
            x = left + dx * columns.index((r["codec"], r["asked_kbps"])) + dx / 2
            bad = r["wrong"] + r["rejected"]
            color = "#2e7d32" if bad == 0 else "#c62828" if r["wrong"] else "#ef6c00"
            text = "" if bad == 0 else f'{r["wrong"]}/{r["rejected"]}'
            svg.append(f'<rect x="{x - dx / 2 + 1}" y="{y - dy / 2 + 1}" width="{dx - 2}" height="{dy - 2}" fill="{color}"/>')
            svg.append(f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="white">{text}</text>')
    svg.append(f'<text x="10" y="{top + dy * len(lines) + 25}">Green: every stamp of {FRAMES} frames read right. Orange: some'
               ' rejected by the CRC. Red: some valid, but of another frame. Figures: wrong/rejected.</text></svg>')
    (HERE / "results" / "elements-stamp.svg").write_text("\n".join(svg) + "\n")


def main():
    rows = []
    for size, cells in SIZES.items():
        for codec, content, cell, kbps in itertools.product(CODECS, CONTENTS, cells, BITRATES):
            if codec == "AV1" and size[1] > 360:
                continue  # far from real time on a small machine
            row = measure(codec, content, size, cell, kbps)
            if row is not None:
                rows.append(row)
                print(*row.values(), flush=True)
    with open(HERE / "results" / "elements-stamp.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    plot(rows)


main()
