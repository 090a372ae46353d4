"""Accepting connections from anybody, at a bounded cost until they have proved who they are.

A connection costs one socket and one TLS state until its handshake is over; at most 64 handshakes run at
once and at most 4 from one address, each for at most ten seconds (sync/link.py). What comes above that is
closed unheard, and so is an address whose handshakes came to nothing too often (sync/quotas.py). Sixteen more
are kept for addresses at which a member has proved itself or is announced: strangers at many addresses do not keep
it out.
"""

import asyncio
import errno
import ipaddress
import socket
from collections import Counter
from functools import partial
from typing import Protocol

MAX_HANDSHAKES = 64
MAX_HANDSHAKES_PER_ADDRESS = 4
KEPT_FOR_MEMBERS = 16  # handshakes
TOLD_EVERY_S = 60.0
_AT_A_TIME = 64  # connections taken before others on this loop have their turn
_PAUSE_S = 0.5
_IPV4_IN_IPV6 = "::ffff:"  # RFC 4291 §2.5.5.2
_MOMENT_S = 0.3


class Calls(Protocol):
    """Who deals with those who call."""

    async def on_connection(self, connection: socket.socket, host: str) -> None:
        """Takes over the connection; returns when its handshake is over, well or badly."""

    def expects(self, host: str) -> bool:
        """Whether a member has proved itself at this address, or is announced there."""

    def hears(self, host: str) -> bool:
        """Whether a call from this address is worth a handshake."""

    def refuse_unheard(self, host: str) -> None:
        """A call was closed without a word; told once a minute, however many there are."""


class Listener:
    """Listens from `start` to `close` on the running loop, which must be a selector loop.

    Sockets are accepted by a reader callback: cancelling `loop.sock_accept` may lose a connection just accepted.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._socket: socket.socket | None = None
        self._handshakes: dict[asyncio.Future[None], str] = {}
        self._per_address: Counter[str] = Counter()
        self._told_s = -TOLD_EVERY_S
        self.refused_unheard = 0

    @property
    def port(self) -> int:
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def start(self, host: str | None, port: int) -> None:
        """Port 0: any free one. Host None: every interface, by IPv6 too where there is any. Raises OSError."""
        self._socket = _both_families(port) if host is None else None
        if self._socket is None:
            self._socket = socket.create_server((host or "", port), backlog=MAX_HANDSHAKES)
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
        """As many as wait, up to a bound: whoever fills the queue shall not keep others out of it."""
        assert self._socket is not None
        for _ in range(_AT_A_TIME):
            try:
                connection, address = self._socket.accept()
            except BlockingIOError:  # nobody waits, or the peer was gone before we looked
                return
            except OSError:  # out of descriptors: look again when some may be free
                self._listen(False)
                asyncio.get_running_loop().call_later(_PAUSE_S, self._listen, True)
                return
            self._take(connection, _place(str(address[0])))

    def _take(self, connection: socket.socket, host: str) -> None:
        most = MAX_HANDSHAKES + (KEPT_FOR_MEMBERS if self._calls.expects(host) else 0)
        crowded = len(self._handshakes) >= most or self._per_address[host] >= MAX_HANDSHAKES_PER_ADDRESS
        if crowded or not self._calls.hears(host):
            self._refuse(connection, host)
            return
        connection.setblocking(False)
        self._per_address[host] += 1
        task = asyncio.ensure_future(self._calls.on_connection(connection, host))
        self._handshakes[task] = host
        task.add_done_callback(partial(self._forget, connection))

    def _refuse(self, connection: socket.socket, host: str) -> None:
        self.refused_unheard += 1
        connection.close()
        now_s = asyncio.get_running_loop().time()
        if now_s - self._told_s >= TOLD_EVERY_S:
            self._told_s = now_s
            self._calls.refuse_unheard(host)

    def _forget(self, connection: socket.socket, task: "asyncio.Future[None]") -> None:
        if task.cancelled():  # maybe before its first step: then nobody has taken the connection over
            connection.close()
        host = self._handshakes.pop(task)
        self._per_address[host] -= 1
        if not self._per_address[host]:
            del self._per_address[host]


def _both_families(port: int) -> socket.socket | None:
    """A socket for IPv4 and IPv6; None where this computer has no IPv6. Raises OSError when the port is taken."""
    if not socket.has_dualstack_ipv6():
        return None
    try:
        return socket.create_server(("::", port), family=socket.AF_INET6, backlog=MAX_HANDSHAKES, dualstack_ipv6=True)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
        return None  # switched off


def _place(host: str) -> str:
    """What is counted as one address: of IPv6 a computer has as many as it likes in its subnet."""
    host = host.removeprefix(_IPV4_IN_IPV6)
    if ":" not in host or ipaddress.IPv6Address(host).is_link_local:
        return host
    return str(ipaddress.IPv6Network((host, 64), strict=False))
