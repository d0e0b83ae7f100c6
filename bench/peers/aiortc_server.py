# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/latency's peer `aiortc`: as its examples do it, with frames that come when they come.

aiortc_server.py FRAME-WRITER SOURCE BITRATE RATE
"""
import asyncio
import json
import mmap
import os
import sys

from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.codecs import vpx
from aiortc.mediastreams import VIDEO_TIME_BASE
from av import VideoFrame

from serving import CORS, Newest, serve

writer, source, bitrate, rate = sys.argv[1:]
# aiortc has no option for these; the receiver's estimate (REMB) still moves the bitrate below the maximum
vpx.DEFAULT_BITRATE = vpx.MAX_BITRATE = int(bitrate)
vpx.MAX_FRAME_RATE = int(rate)


class Libvpx:
    """All of libvpx but the denoiser: it leaves blocks of the frame before where they are, and no stamp is readable then.
    Without it aiortc is quicker, by a third of the encoder's time."""

    def __getattr__(self, name):
        return getattr(libvpx, name)

    def vpx_codec_control_(self, codec, control, value):
        return 0 if control == libvpx.VP8E_SET_NOISE_SENSITIVITY else libvpx.vpx_codec_control_(codec, control, value)


libvpx, vpx.lib = vpx.lib, Libvpx()


class SharedFrames:
    """Frames of another process, which Python's lock does not hold up."""

    async def start(self):
        process = await asyncio.create_subprocess_exec(
            writer, source + " ! appsink name=sink sync=false max-buffers=1 drop=true", stdout=asyncio.subprocess.PIPE)
        path, width, height = (await process.stdout.readline()).decode().split()
        self.size = int(width), int(height)
        self.memory = memoryview(mmap.mmap(os.open(path, os.O_RDONLY), 0, prot=mmap.PROT_READ))
        self.newest = Newest()
        self.reading = asyncio.create_task(self.read(process))

    async def read(self, process):
        async for line in process.stdout:
            await self.newest.put(tuple(map(int, line.split())))
        os._exit(1)  # without frames there is nothing to serve

    def frame(self, start, time):
        frame = VideoFrame(*self.size, "yuv420p")
        for plane in frame.planes:
            plane.update(self.memory[start:start + plane.buffer_size])
            start += plane.buffer_size
        frame.pts, frame.time_base = time * 9 // 100000, VIDEO_TIME_BASE
        return frame


class BallTrack(VideoStreamTrack):
    def __init__(self):
        super().__init__()
        self.readings = frames.newest.readings()

    async def recv(self):
        # not next_timestamp(): it holds frames back to 30 a second
        return frames.frame(*await anext(self.readings))


async def offer(request):
    description = json.loads(await request.text())
    peer = RTCPeerConnection()
    peers.add(peer)
    peer.addTrack(BallTrack())
    await peer.setRemoteDescription(RTCSessionDescription(**description))
    await peer.setLocalDescription(await peer.createAnswer())
    answer = {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}
    return web.json_response(answer, headers=CORS)


peers = set()
frames = SharedFrames()
serve(web.post("/offer", offer), start=frames.start)
