#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the shipped encoder settings (pipelines/encoders/*.pipe) give for their bits, beside MJPEG: prints a Markdown table, writes
results/quality.csv and .svg, and fails if the default codec misses its goal against MJPEG.

apt install python3-opencv opencv-doc gstreamer1.0-libav, then in the build's environment:
meson devenv -C build /usr/bin/python3 ../bench/quality.py
"""
import csv
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

import cv2
import numpy

HERE = pathlib.Path(__file__).resolve().parent
FILM = "/usr/share/doc/opencv-doc/examples/data/vtest.avi"
BITRATES = (50_000, 100_000, 200_000, 300_000, 500_000, 1_000_000, 2_000_000)
QUALITIES = (4, 7, 10, 15, 20, 30, 50, 70, 85, 95, 98)
BALL = "ballsrc is-live=false num-buffers=150 ! video/x-raw,format=I420,width={},height={},framerate=30/1"
CONTENTS = {  # what makes the frames, width, height, frames a second
    "ball 640×360": (BALL.format(640, 360), 640, 360, 30),
    "ball 1280×720": (BALL.format(1280, 720), 1280, 720, 30),
    "street 768×576": (f"filesrc location={FILM} ! decodebin ! videoconvert ! video/x-raw,format=I420 ! identity eos-after=201",
                       768, 576, 10),
}
# Times fewer bits than MJPEG at the same SSIM, and the least SSIM at which that counts; the default codec must reach it.
# Nearly all of the ball's picture is empty, so that its SSIM says "good" only from 0.99 on.
GOALS = {"ball 640×360": (30, 0.99), "ball 1280×720": (30, 0.99), "street 768×576": (5, 0.95)}
DEFAULT = "vp8"
CODECS = {"vp8": "vp8dec", "vp9": "vp9dec", "h264": "h264parse ! avdec_h264", "openh264": "h264parse ! avdec_h264"}
COLORS = {"vp8": "#1565c0", "vp9": "#2e7d32", "h264": "#c62828", "openh264": "#ef6c00", "mjpeg": "#616161"}
SSIM_STEP = 3  # SSIM is slow, and neighbouring frames have nearly the same


def shipped(codec, bitrate):
    """The encoder of a pipe file: what stands behind its "!", with values for its variables."""
    lines = (HERE.parent / "pipelines/encoders" / f"{codec}.pipe").read_text().splitlines()
    text = " ".join(line for line in lines if not line.lstrip().startswith("#"))
    encoder = text.split("!", 1)[1]

    def value(match):
        name, divisor, default = match.groups()
        if not default:
            return ""
        return str((bitrate if name == "bitrate" else int(default)) // int(divisor or 1))
    return re.sub(r"\$\{(\w+)(?:/(\d+))?:-(\d*)\}", value, encoder)


def launch(line):
    """Runs a pipeline; its output and the processor time that it took, in seconds."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(["gst-launch-1.0", *shlex.split(line)], stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        if process.returncode != 0:
            sys.exit(f"{line}\n{err.read()}")
        return out.read(), usage.ru_utime + usage.ru_stime


def seconds(line, runs=3):
    """Processor time, not time: other programs make a pipeline wait, and hardly make it work more."""
    return statistics.median(launch("-q " + line)[1] for _ in range(runs))


class Content:
    """Frames in a file, so that each encoder gets the same ones and making them costs it nothing."""

    def __init__(self, name, folder):
        self.name = name
        make, self.width, self.height, self.rate = CONTENTS[name]
        self.folder = folder
        launch(f"-q {make} ! filesink location={folder}/source")
        self.size = self.width * self.height * 3 // 2
        self.frames = os.path.getsize(f"{folder}/source") // self.size
        self.read = (f"filesrc location={folder}/source ! rawvideoparse format=i420 width={self.width} height={self.height}"
                     f" framerate={self.rate}/1")
        self.idle = seconds(f"{self.read} ! fakesink", runs=5)

    def luma(self, file, i):
        pixels = numpy.fromfile(f"{self.folder}/{file}", numpy.uint8, self.width * self.height, offset=i * self.size)
        return pixels.reshape(self.height, self.width)

    def measure(self, codec, asked, encoder, decoder):
        out, _ = launch(f"-v -m {self.read} ! {encoder} ! identity name=coded silent=false ! {decoder} ! videoconvert"
                        f" ! video/x-raw,format=I420 ! filesink location={self.folder}/decoded")
        sizes = [int(size) for size in re.findall(r"coded:sink\) \((\d+) bytes", out)]
        decoded = os.path.getsize(f"{self.folder}/decoded") // self.size
        if not len(sizes) == decoded == self.frames:  # each frame has an id: none may be dropped
            sys.exit(f"{codec} {asked}: {self.frames} frames in, {len(sizes)} coded, {decoded} decoded")
        ssim, error = [], []
        for i in range(0, self.frames, SSIM_STEP):
            source, shown = self.luma("source", i), self.luma("decoded", i)
            ssim.append(cv2.quality.QualitySSIM_compute(source, shown)[0][0])
            error.append(numpy.mean((source.astype(numpy.float32) - shown) ** 2))
        busy = seconds(f"{self.read} ! {encoder} ! fakesink")
        row = {"content": self.name, "codec": codec, "asked": asked, "bits_per_second": round(sum(sizes) * 8 * self.rate / self.frames),
               "ssim": round(float(numpy.mean(ssim)), 5), "psnr_db": round(float(10 * numpy.log10(255 ** 2 / numpy.mean(error))), 2),
               "ms_per_frame": round((busy - self.idle) * 1000 / self.frames, 2),
               "largest_frame": round(max(sizes) * self.frames / sum(sizes), 1)}
        print(*row.values(), file=sys.stderr, flush=True)
        return row


def compare(row, mjpeg):
    """MJPEG's bits at this row's SSIM, and a sign where its curve ends before that: then its nearest end's bits."""
    curve = []
    for r in sorted(mjpeg, key=lambda r: r["bits_per_second"]):
        if not curve or r["ssim"] > curve[-1][0]:  # on the ball a higher quality can look worse: nobody would set that one
            curve.append((r["ssim"], numpy.log(r["bits_per_second"])))
    ssim, bits = zip(*curve)
    return float(numpy.exp(numpy.interp(row["ssim"], ssim, bits))), "<" if row["ssim"] < ssim[0] else ">" if row["ssim"] > ssim[-1] else ""


def plot(rows, names):
    """SSIM (as distance from 1, for all that matters is near it) over bits a second."""
    wide, high, left, top = 330, 240, 60, 40
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{(wide + left) * len(names) + 20}" height="{high + top + 50}"'
           ' font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="white"/>']
    for k, codec in enumerate(COLORS):
        svg.append(f'<text x="{left + 80 * k}" y="14" fill="{COLORS[codec]}" font-weight="bold">{codec}</text>')
    for panel, name in enumerate(names):
        x0 = left + panel * (wide + left)
        here = [r for r in rows if r["content"] == name]
        x = lambda bits, x0=x0: x0 + wide * (numpy.log10(bits) - 4.5) / 3  # 30 kbit/s to 30 Mbit/s
        y = lambda ssim: top + high * (numpy.log10(min(max(1 - ssim, 1e-4), 10 ** -0.5)) + 4) / 3.5
        svg.append(f'<text x="{x0 + wide / 2}" y="{top - 8}" text-anchor="middle" font-weight="bold">{name}</text>')
        for bits, label in ((1e5, "100 k"), (1e6, "1 M"), (1e7, "10 Mbit/s")):
            svg.append(f'<path d="M{x(bits):.1f} {top}v{high}" stroke="#ddd"/><text x="{x(bits):.1f}" y="{top + high + 15}"'
                       f' text-anchor="middle">{label}</text>')
        for ssim in (0.7, 0.9, 0.95, 0.99, 0.999):
            svg.append(f'<path d="M{x0} {y(ssim):.1f}h{wide}" stroke="#ddd"/><text x="{x0 - 5}" y="{y(ssim) + 4:.1f}"'
                       f' text-anchor="end">{ssim}</text>')
        for codec, color in COLORS.items():
            points = [f'{x(r["bits_per_second"]):.1f},{y(r["ssim"]):.1f}' for r in here if r["codec"] == codec]
            svg.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" stroke-width="2"/>')
            svg += [f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="2.5" fill="{color}"/>' for p in points]
    svg.append(f'<text x="10" y="{top + high + 38}">SSIM of luma over bits a second; up and left is better.</text></svg>')
    (HERE / "results" / "quality.svg").write_text("\n".join(svg) + "\n")


def main():
    rows, goals, missed = [], [], []
    print("| content | codec | set, kbit/s | got, kbit/s | SSIM | PSNR, dB | MJPEG at this SSIM, kbit/s | ratio | CPU ms/frame"
          " | largest frame, averages |\n|---|---|---|---|---|---|---|---|---|---|")
    for name in CONTENTS:
        with tempfile.TemporaryDirectory() as folder:
            content = Content(name, folder)
            mjpeg = [content.measure("mjpeg", q, f"jpegenc quality={q} idct-method=islow", "jpegdec idct-method=islow")
                     for q in QUALITIES]
            coded = [content.measure(codec, bitrate, shipped(codec, bitrate), decoder)
                     for codec, decoder in CODECS.items() for bitrate in BITRATES]
        rows += mjpeg + coded
        for r in coded:
            bits, bound = compare(r, mjpeg)
            r["ratio"] = bits / r["bits_per_second"]
            print(f'| {name} | {r["codec"]} | {r["asked"] // 1000} | {r["bits_per_second"] / 1000:.0f} | {r["ssim"]:.4f}'
                  f' | {r["psnr_db"]:.1f} | {bound}{bits / 1000:.0f} | {bound}{r["ratio"]:.1f} | {r["ms_per_frame"]:.2f}'
                  f' | {r["largest_frame"]} |', flush=True)
        times, least = GOALS[name]
        best = {codec: max((r["ratio"] for r in coded if r["codec"] == codec and r["ssim"] >= least), default=0) for codec in CODECS}
        verdict = (f"{name}, {times} times fewer bits than MJPEG at SSIM ≥ {least}: "
                   + ", ".join(f"{codec} {ratio:.1f}" for codec, ratio in best.items()))
        (goals if best[DEFAULT] >= times else missed).append(verdict)
    with open(HERE / "results" / "quality.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, mjpeg[0].keys(), lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    plot(rows, ("ball 640×360", "street 768×576"))
    print("", *(f"reached: {goal}" for goal in goals), *(f"MISSED: {goal}" for goal in missed), sep="\n")
    return bool(missed)


sys.exit(main())
