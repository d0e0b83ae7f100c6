# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/latency's peers without WebRTC: JPEG pictures, at /mjpeg as multipart over HTTP, at /base64 as texts of a WebSocket.

jpeg_server.py SOURCE
"""
import asyncio
import base64
import sys

import gi
from aiohttp import web

from serving import CORS, Newest, play, serve

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

source, = sys.argv[1:]
Gst.init(None)


class Pictures:
    sent = 0

    async def start(self):
        self.newest = Newest()
        loop = asyncio.get_running_loop()
        self.pipeline = Gst.parse_launch(
            f"{source} ! queue max-size-buffers=1 leaky=downstream ! jpegenc "
            "! appsink name=sink sync=false emit-signals=true max-buffers=1 drop=true")

        def arrived(sink):
            buffer = sink.emit("pull-sample").get_buffer()
            picture = buffer.extract_dup(0, buffer.get_size())
            asyncio.run_coroutine_threadsafe(self.newest.put(picture), loop)
            return Gst.FlowReturn.OK

        self.pipeline.get_by_name("sink").connect("new-sample", arrived)
        play(self.pipeline)


async def mjpeg(request):
    response = web.StreamResponse(
        headers={**CORS, "Content-Type": "multipart/x-mixed-replace; boundary=frame", "Cache-Control": "no-store"})
    await response.prepare(request)
    # Chromium shows a picture when the next one's headers come: they go with it, and not a frame later.
    head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
    await response.write(head)
    async for picture in pictures.newest.readings():
        part = picture + b"\r\n" + head
        await response.write(part)
        pictures.sent += len(part)


async def as_text(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for picture in pictures.newest.readings():
        text = base64.b64encode(picture).decode()
        await socket.send_str(text)
        pictures.sent += len(text)


async def sent(_):
    return web.Response(text=str(pictures.sent))


pictures = Pictures()
serve(web.get("/mjpeg", mjpeg), web.get("/base64", as_text), web.get("/sent", sent), start=pictures.start)
