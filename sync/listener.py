"""Accepting connections from anybody, at a bounded cost until they have proved who they are.

A connection costs one socket and one TLS state until its handshake is over; at most 64 handshakes run at
once and at most 4 from one address, each for at most ten seconds (sync/link.py). What comes above that is
closed unheard.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Awaitable, Callable

MAX_HANDSHAKES = 64
MAX_HANDSHAKES_PER_ADDRESS = 4
_PAUSE_S = 0.5  # when the system has no descriptor left

# Takes over the connection; returns when its handshake is over, well or badly.
Handshake = Callable[[socket.socket, str], Awaitable[None]]


class Listener:
    """Listens from `start` to `close` on the running loop."""

    def __init__(self, handshake: Handshake) -> None:
        self._handshake = handshake
        self._sockets: list[socket.socket] = []
        self._loops: list[asyncio.Task[None]] = []
        self._handshakes: dict[asyncio.Task[None], str] = {}
        self._per_address: Counter[str] = Counter()
        self.refused_unheard = 0

    @property
    def port(self) -> int:
        return int(self._sockets[0].getsockname()[1])

    def start(self, host: str, port: int) -> None:
        """Port 0: any free one. Raises OSError when it is taken."""
        listening = socket.create_server((host, port), backlog=MAX_HANDSHAKES)
        listening.setblocking(False)
        self._sockets.append(listening)
        self._loops.append(asyncio.create_task(self._accept_all(listening)))

    async def close(self) -> None:
        tasks = [*self._loops, *self._handshakes]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for listening in self._sockets:
            listening.close()

    async def _accept_all(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError:  # out of descriptors, or the peer was gone before we looked
                await asyncio.sleep(_PAUSE_S)
                continue
            host = str(address[0])
            if len(self._handshakes) >= MAX_HANDSHAKES or self._per_address[host] >= MAX_HANDSHAKES_PER_ADDRESS:
                self.refused_unheard += 1
                connection.close()
                continue
            self._per_address[host] += 1
            task = asyncio.ensure_future(self._shake(connection, host))
            self._handshakes[task] = host
            task.add_done_callback(self._forget)

    async def _shake(self, connection: socket.socket, host: str) -> None:
        await self._handshake(connection, host)

    def _forget(self, task: "asyncio.Task[None]") -> None:
        host = self._handshakes.pop(task)
        self._per_address[host] -= 1
        if not self._per_address[host]:
            del self._per_address[host]
