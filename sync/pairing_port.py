"""The port that is open while an invitation is: it proves itself and takes anybody, so it takes few and waits briefly.

At most four callers at once and two from one address; ten seconds for the handshake, and whoever serves them gives
the first message as long. Nothing is allocated for a caller before that but one socket and one TLS state.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress

from core.errors import MunimentError
from sync.link import Link, accept_anybody

DEFAULT_PAIRING_PORT = 7421
MAX_CALLERS = 4
MAX_CALLERS_PER_ADDRESS = 2
FIRST_MESSAGE_S = 10.0
_MOMENT_S = 0.3


class PairingPort:
    """Open from `start` to `close` on the running loop, which must be a selector loop."""

    def __init__(self, context: ssl.SSLContext, serve: Callable[[Link], Awaitable[None]]) -> None:
        """`serve` has a caller to itself; the link is closed when it returns."""
        self._context, self._serve = context, serve
        self._socket: socket.socket | None = None
        self._callers: dict[asyncio.Future[None], str] = {}

    @property
    def port(self) -> int:
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def start(self, host: str, port: int) -> None:
        """Port 0: any free one. Raises `port-taken`."""
        try:
            self._socket = socket.create_server((host, port), backlog=MAX_CALLERS)
        except OSError:
            raise MunimentError("port-taken", port=port) from None
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._accept)

    async def close(self) -> None:
        """Nobody is heard any more; callers that are being answered get a moment."""
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        others = {task for task in self._callers if task is not asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=_MOMENT_S)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _accept(self) -> None:
        assert self._socket is not None
        try:
            connection, address = self._socket.accept()
        except OSError:  # gone before we looked
            return
        host, hosts = str(address[0]), list(self._callers.values())
        if len(hosts) >= MAX_CALLERS or hosts.count(host) >= MAX_CALLERS_PER_ADDRESS:
            connection.close()
            return
        connection.setblocking(False)
        task = asyncio.ensure_future(self._answer(connection))
        self._callers[task] = host
        task.add_done_callback(lambda done: self._forget(done, connection))

    async def _answer(self, connection: socket.socket) -> None:
        with suppress(MunimentError):  # it spoke no TLS, or went away: nobody to tell
            link = await accept_anybody(self._context, connection)
            try:
                await self._serve(link)
            except BaseException:
                link.abort()
                raise
            await link.close()

    def _forget(self, done: "asyncio.Future[None]", connection: socket.socket) -> None:
        del self._callers[done]
        if done.cancelled():  # maybe before its first step: then nobody has taken the connection over
            connection.close()
        else:
            done.exception()
