"""Announces itself and prints whom it finds: `discovering.py NETWORK PORT`. Ends with its input."""

import asyncio
import json
import sys

from sync.discovery import Discovery


def say(neighbours):
    found = [[neighbour.addresses[0], neighbour.port, neighbour.matches_network] for neighbour in neighbours]
    print(json.dumps({"found": sorted(found)}), flush=True)


async def run(network, port):
    discovery = Discovery(network.encode().ljust(32), port.encode().ljust(32), int(port), say)
    await discovery.start()
    await asyncio.to_thread(sys.stdin.read)
    await discovery.close()


asyncio.run(run(*sys.argv[1:]))
