"""Accepting connections from anybody, at a bounded cost until they have proved who they are.

A connection costs one socket and one TLS state until its handshake is over; at most 64 handshakes run at
once and at most 4 from one address, each for at most ten seconds (sync/link.py). What comes above that is
closed unheard.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

MAX_HANDSHAKES = 64
MAX_HANDSHAKES_PER_ADDRESS = 4
_PAUSE_S = 0.5
_MOMENT_S = 0.3

# Takes over the connection; returns when its handshake is over, well or badly.
Handshake = Callable[[socket.socket, str], Awaitable[None]]


class Listener:
    """Listens from `start` to `close` on the running loop, which must be a selector loop.

    Sockets are accepted by a reader callback: cancelling `loop.sock_accept` may lose a connection just accepted.
    """

    def __init__(self, handshake: Handshake) -> None:
        self._handshake = handshake
        self._socket: socket.socket | None = None
        self._handshakes: dict[asyncio.Future[None], str] = {}
        self._per_address: Counter[str] = Counter()
        self.refused_unheard = 0

    @property
    def port(self) -> int:
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def start(self, host: str, port: int) -> None:
        """Port 0: any free one. Raises OSError when it is taken."""
        self._socket = socket.create_server((host, port), backlog=MAX_HANDSHAKES)
        self._socket.setblocking(False)
        self._listen(True)

    async def close(self) -> None:
        """Hear nobody any more; handshakes under way get a moment."""
        if self._socket is not None:
            self._listen(False)
            self._socket.close()
        # asyncio loses a socket whose TLS is cancelled in the very turn in which it begins.
        if self._handshakes:
            await asyncio.wait(self._handshakes, timeout=_MOMENT_S)
        for task in self._handshakes:
            task.cancel()
        await asyncio.gather(*self._handshakes, return_exceptions=True)

    def _listen(self, wanted: bool) -> None:
        loop = asyncio.get_running_loop()
        if self._socket is None or self._socket.fileno() < 0:
            return
        if wanted:
            loop.add_reader(self._socket, self._accept)
        else:
            loop.remove_reader(self._socket)

    def _accept(self) -> None:
        assert self._socket is not None
        try:
            connection, address = self._socket.accept()
        except BlockingIOError:  # the peer was gone before we looked
            return
        except OSError:  # out of descriptors: look again when some may be free
            self._listen(False)
            asyncio.get_running_loop().call_later(_PAUSE_S, self._listen, True)
            return
        host = str(address[0])
        if len(self._handshakes) >= MAX_HANDSHAKES or self._per_address[host] >= MAX_HANDSHAKES_PER_ADDRESS:
            self.refused_unheard += 1
            connection.close()
            return
        connection.setblocking(False)
        self._per_address[host] += 1
        task = asyncio.ensure_future(self._handshake(connection, host))
        self._handshakes[task] = host
        task.add_done_callback(partial(self._forget, connection))

    def _forget(self, connection: socket.socket, task: "asyncio.Future[None]") -> None:
        if task.cancelled():  # maybe before its first step: then nobody has taken the connection over
            connection.close()
        host = self._handshakes.pop(task)
        self._per_address[host] -= 1
        if not self._per_address[host]:
            del self._per_address[host]
