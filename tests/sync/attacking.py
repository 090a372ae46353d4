"""One attack as a process of its own: `python -m tests.sync.attacking NAME PORT`, until it is killed or its standard
input ends, as it does with whoever started it, however that one ended.
"""

import asyncio
import os
import sys
import threading

from tests.offices import land_network
from tests.sync import hostile
from tests.sync.hostile import Strikes, strike


async def run(name: str, port: int) -> None:
    strikes = Strikes(land_network(), port)
    striking = asyncio.create_task(strike(strikes, getattr(hostile, name), asyncio.Event()))
    await strikes.struck.wait()
    print("struck", flush=True)
    await striking


def end_with_the_input() -> None:
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_the_input, daemon=True).start()
asyncio.run(run(sys.argv[1], int(sys.argv[2])))
