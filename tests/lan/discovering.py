"""Announces itself and prints whom it finds: `discovering.py NETWORK PORT [VERSION]`. Ends with its input."""

import asyncio
import json
import sys

from sync import discovery as discovery_module
from sync.discovery import Discovery


def say(neighbours):
    found = [[neighbour.addresses[0], neighbour.port, neighbour.matches_network] for neighbour in neighbours]
    print(json.dumps({"found": sorted(found)}), flush=True)


async def run(network, port, version=discovery_module.PROTOCOL_VERSION):
    discovery_module.PROTOCOL_VERSION = int(version)
    discovery = Discovery(network.encode().ljust(32), port.encode().ljust(32), int(port), say)
    await discovery.start()
    await asyncio.to_thread(sys.stdin.read)
    await discovery.close()


asyncio.run(run(*sys.argv[1:]))
