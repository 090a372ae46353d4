"""One attack as a process of its own, until it is killed: `python -m tests.sync.attacking NAME PORT`."""

import asyncio
import sys

from tests.offices import land_network
from tests.sync import hostile
from tests.sync.hostile import Strikes, strike


async def run(name: str, port: int) -> None:
    strikes = Strikes(land_network(), port)
    striking = asyncio.create_task(strike(strikes, getattr(hostile, name), asyncio.Event()))
    await strikes.struck.wait()
    print("struck", flush=True)
    await striking


asyncio.run(run(sys.argv[1], int(sys.argv[2])))
