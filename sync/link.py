"""A link: length-prefixed messages over an authenticated TLS stream, with a bound on what a peer can spend.

A message is preceded by its length, four bytes big-endian. A declared length above 1 MiB closes the link
before anything is allocated for it; the stream itself buffers at most 64 KiB beyond what was asked for. Each
message has to arrive within the time that a 16 kbit/s line would need, so a peer that sends a byte a minute
is not waited for.
"""

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Sequence
from hashlib import sha256

from core.errors import MunimentError
from sync import tls

MAX_MESSAGE_BYTES = 1 << 20
PREFIX_BYTES = 4
CONNECT_TIMEOUT_S = 10.0
HANDSHAKE_TIMEOUT_S = 10.0
MESSAGE_TIMEOUT_S = 60.0  # for a short message; a peer may need this long to commit what it got
SLOWEST_BYTES_PER_S = 2048  # 16 kbit/s
_BUFFER_BYTES = 64 << 10
_PORT = re.compile(r"[0-9]{1,5}")  # no longer: Python refuses to read a number of thousands of digits


class Link:
    """One authenticated connection. Counts message bytes with their prefixes, not what TLS adds."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: bytes) -> None:
        self.peer_key = key  # raw Ed25519, compared with the roll by the caller
        self.bytes_sent = 0
        self.bytes_received = 0
        self._reader = reader
        self._writer = writer
        _set_up(writer)
        self._here = bytearray()  # what has come of the messages that are next: never more than was sent
        host, port = (writer.get_extra_info("peername") or ("", 0))[:2]  # not told any more once the link is lost
        self.peer_address = format_address(host.removeprefix("::ffff:"), port)  # IPv4 as a socket for both tells it

    @property
    def cipher(self) -> str:
        """What the link is protected by, as in `TLSv1.3 TLS_AES_256_GCM_SHA384`."""
        name, version, _ = self._writer.get_extra_info("cipher")
        return f"{version} {name}"

    async def send(self, message: bytes) -> None:
        """Raises `message-too-large` (ours), `peer-slow`, `link-lost` or `peer-refused-us`."""
        if len(message) > MAX_MESSAGE_BYTES:
            raise MunimentError("message-too-large", bytes=len(message), limit=MAX_MESSAGE_BYTES)
        try:
            self._writer.write(struct.pack(">I", len(message)) + message)
            async with asyncio.timeout(_time_for(len(message))):
                await self._writer.drain()
        except OSError as error:  # includes TimeoutError and every ssl.SSLError
            raise self._failure(error) from None
        self.bytes_sent += PREFIX_BYTES + len(message)

    async def receive(self, most: int = MAX_MESSAGE_BYTES, wait_s: float | None = None) -> bytes:
        """The next message, of at most so many bytes; its beginning is waited for so long, else as for any message.

        Raises `message-too-large`, `peer-slow`, `link-lost` or `peer-refused-us`.
        """
        message = self.arrived(most)
        if message is not None:
            return message
        try:
            async with asyncio.timeout(MESSAGE_TIMEOUT_S if wait_s is None else wait_s):
                length = await self._length()
            if length > most:
                raise MunimentError("message-too-large", bytes=length, limit=most)
            async with asyncio.timeout(_time_for(length)):
                while len(self._here) < PREFIX_BYTES + length:
                    await self._read()
        except (OSError, EOFError) as error:
            raise self._failure(error) from None
        message = self.arrived(most)
        assert message is not None
        return message

    def arrived(self, most: int = MAX_MESSAGE_BYTES) -> bytes | None:
        """The next message if all of it is here already. Raises `message-too-large`."""
        if len(self._here) < PREFIX_BYTES:
            return None
        end = PREFIX_BYTES + int.from_bytes(self._here[:PREFIX_BYTES], "big")
        if end > PREFIX_BYTES + most:
            raise MunimentError("message-too-large", bytes=end - PREFIX_BYTES, limit=most)
        if len(self._here) < end:
            return None
        message = bytes(memoryview(self._here)[PREFIX_BYTES:end])
        del self._here[:end]
        self.bytes_received += end
        return message

    async def _length(self) -> int:
        while len(self._here) < PREFIX_BYTES:
            await self._read()
        return int.from_bytes(self._here[:PREFIX_BYTES], "big")

    async def _read(self) -> None:
        data = await self._reader.read(_BUFFER_BYTES)
        if not data:
            raise EOFError
        self._here += data

    async def close(self) -> None:
        """Flush and close; a peer that does not take the rest is dropped. May come twice, and after `abort`."""
        if not self._writer.is_closing():  # told so again, asyncio forgets what it was to close
            self._writer.close()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                # Shielded: a wait that is given up would call off asyncio's own future, and whoever asks again with it.
                await asyncio.shield(self._writer.wait_closed())
        except OSError:
            pass
        finally:
            self._writer.transport.abort()

    def abort(self) -> None:
        self._writer.transport.abort()

    def _failure(self, error: Exception) -> MunimentError:
        if self.bytes_received == 0:  # a TLS 1.3 client learns only now what became of its handshake
            return tls.handshake_error(error)
        if isinstance(error, TimeoutError):
            return MunimentError("peer-slow")
        return MunimentError("link-lost", bytes_received=self.bytes_received)


async def connect(
    credentials: tls.Credentials, trusted: Sequence[bytes], host: str, port: int, source: str | None = None
) -> Link:
    """A link to a listening node; `trusted` as in `Credentials`. Raises as `tls.handshake_error` says."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(
                host,
                port,
                ssl=credentials.context(False, trusted),
                server_hostname="",
                limit=_BUFFER_BYTES,
                local_addr=(source, 0) if source else None,
            )
    except OSError as error:
        raise _connect_error(error, host, port) from None
    return _authenticated(reader, writer)


async def accept(credentials: tls.Credentials, trusted: Sequence[bytes], connection: socket.socket) -> Link:
    """A link over a connection just accepted; it owns the socket. Raises as `tls.handshake_error` says."""
    return _authenticated(*await _shake_hands(credentials.context(True, trusted), connection))


async def accept_anybody(context: ssl.SSLContext, connection: socket.socket) -> Link:
    """As `accept`, of a caller without a certificate: its key is unknown, `b""`."""
    return Link(*await _shake_hands(context, connection), b"")


async def connect_pinned(certificate_digest: bytes, host: str, port: int) -> Link:
    """A link to whoever shows the certificate of this SHA-256, without a certificate of ours.

    Raises `not-the-inviter`, and as `tls.handshake_error` says.
    """
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(
                host, port, ssl=tls.context_for_pinned(), server_hostname="", limit=_BUFFER_BYTES
            )
    except OSError as error:
        raise _connect_error(error, host, port) from None
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
    if sha256(shown).digest() != certificate_digest:
        writer.transport.abort()
        raise MunimentError("not-the-inviter", address=format_address(host, port))
    return Link(reader, writer, b"")


async def _shake_hands(
    context: ssl.SSLContext, connection: socket.socket
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_BUFFER_BYTES)
    protocol = asyncio.StreamReaderProtocol(reader)
    try:
        async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    except OSError as error:
        connection.close()
        raise tls.handshake_error(error) from None
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def parse_address(text: str, default_port: int) -> tuple[str, int]:
    """Host and port of `192.168.1.5`, `192.168.1.5:7420`, `[fe80::1%eth0]:7420`, `name:7420`.

    Raises `bad-address`.
    """
    text = text.strip()
    host, separator, port_text = text.rpartition(":")
    if text.startswith("["):
        inner, bracket, rest = text[1:].partition("]")
        host, separator, port_text = inner, rest[:1], rest[1:]
        if not bracket or (rest and separator != ":"):
            raise MunimentError("bad-address", address=text)
    elif not separator or ":" in host:  # no port; or bare IPv6
        host, separator, port_text = text, "", ""
    if not host or (separator and not _PORT.fullmatch(port_text)):
        raise MunimentError("bad-address", address=text)
    port = int(port_text) if separator else default_port
    if not 0 < port < 1 << 16:
        raise MunimentError("bad-address", address=text)
    return host, port


def format_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _set_up(writer: asyncio.StreamWriter) -> None:
    """What lies between the two sides is what the slower one has to work through before it answers in time: megabytes
    of blocks in the system's buffers are minutes of work on an old computer. And nothing waits to be sent.
    """
    writer.transport.set_write_buffer_limits(_BUFFER_BYTES)
    connection = writer.get_extra_info("socket")
    # asyncio sees to that where it made the socket: on one that was accepted the end of each turn waited 40 ms.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for side in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        connection.setsockopt(socket.SOL_SOCKET, side, _BUFFER_BYTES)


def _authenticated(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Link:
    try:
        key = tls.peer_key(writer.get_extra_info("ssl_object"))
    except MunimentError:
        writer.transport.abort()
        raise
    return Link(reader, writer, key)


def _connect_error(error: OSError, host: str, port: int) -> MunimentError:
    if isinstance(error, ConnectionRefusedError):
        return MunimentError("port-refused", address=format_address(host, port))
    if isinstance(error, TimeoutError):
        return MunimentError("peer-silent", address=format_address(host, port))
    if isinstance(error, ssl.SSLError | ConnectionError):
        return tls.handshake_error(error)
    return MunimentError("peer-unreachable", address=format_address(host, port), why=type(error).__name__)


def _time_for(byte_count: int) -> float:
    return MESSAGE_TIMEOUT_S + byte_count / SLOWEST_BYTES_PER_S
