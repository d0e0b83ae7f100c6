# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the Python peers of bench/latency share: an HTTP server for the measuring page, and a clock for the stamps."""
import asyncio
import time

from aiohttp import web

CORS = {"Access-Control-Allow-Origin": "*"}  # the measuring page comes from another port


class Newest:
    """The newest of what comes: a reader that is slow misses some instead of falling behind."""

    def __init__(self):
        self.count = 0
        self.arrived = asyncio.Condition()

    async def put(self, value):
        async with self.arrived:
            self.value = value
            self.count += 1
            self.arrived.notify_all()

    async def readings(self):
        """Each as soon as it is there, for one reader."""
        seen = self.count
        while True:
            async with self.arrived:
                await self.arrived.wait_for(lambda: self.count > seen)
                seen, value = self.count, self.value
            yield value


async def nothing():
    pass


def serve(*routes, start=nothing):
    """Serves on a free port, once `start` has run, and prints the address."""

    async def run():
        await start()
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print("http://127.0.0.1:%d" % runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


def play(pipeline):
    """Starts it so that its stamps count from 1970: the page knows how old a frame is."""
    from gi.repository import Gst

    clock = Gst.SystemClock.obtain()
    pipeline.use_clock(clock)
    pipeline.set_start_time(Gst.CLOCK_TIME_NONE)  # the base time stays what it is set to here
    pipeline.set_base_time(clock.get_time())
    pipeline.get_by_name("stamp").set_property("running-time-offset", time.time_ns())
    pipeline.set_state(Gst.State.PLAYING)
