# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/latency's peer `webrtcbin`: GStreamer's own element with the line of its examples, none of cv-launch's settings.

webrtcbin_server.py SOURCE BITRATE
"""
import asyncio
import json
import re
import sys
import threading

import gi
from aiohttp import web

from serving import CORS, play, serve

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

source, bitrate = sys.argv[1:]
Gst.init(None)
pipelines = []


def ask(peer, action, argument):
    promise = Gst.Promise.new()
    peer.emit(action, argument, promise)
    promise.wait()
    return promise


def answer(sdp):
    payload = re.search(r"a=rtpmap:(\d+) VP8/90000", sdp)[1]
    pipeline = Gst.parse_launch(
        f"{source} ! queue ! vp8enc deadline=1 target-bitrate={bitrate} ! rtpvp8pay "
        f"! application/x-rtp,media=video,encoding-name=VP8,payload={payload} ! webrtcbin name=peer")
    pipelines.append(pipeline)
    peer = pipeline.get_by_name("peer")
    gathered = threading.Event()
    peer.connect("notify::ice-gathering-state", lambda *_: peer.get_property("ice-gathering-state")
                 == GstWebRTC.WebRTCICEGatheringState.COMPLETE and gathered.set())
    play(pipeline)
    message = GstSdp.SDPMessage.new_from_text(sdp)[1]
    offered = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, message)
    ask(peer, "set-remote-description", offered)
    # Each of these lives only as long as that of which it is a part.
    created = ask(peer, "create-answer", None)
    reply = created.get_reply()
    ask(peer, "set-local-description", reply.get_value("answer"))
    gathered.wait()
    description = peer.get_property("local-description")
    return description.sdp.as_text()


async def offer(request):
    sdp = json.loads(await request.text())["sdp"]
    reply = await asyncio.get_running_loop().run_in_executor(None, answer, sdp)
    return web.json_response({"type": "answer", "sdp": reply}, headers=CORS)


serve(web.post("/offer", offer))
