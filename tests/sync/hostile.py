"""A hostile neighbour on real sockets: each attack is one blow, struck again and again until it is told to stop.

It is a member with a valid key (office 3) where a stranger would not get so far. Nothing here waits for the victim to
be fair: whatever comes back is read and thrown away.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import zstandard

from core.errors import MunimentError
from core.ledger.block import Block, block_preimage, encode_header
from core.ledger.payload import MAX_PAYLOAD_BYTES
from sync.link import CONNECT_TIMEOUT_S, Link, connect
from sync.messages import Ask, BlockMessage, Buckets, Hello, Plan, Vector, encode_message
from sync.tls import Credentials
from tests.ledger.building import Network, seed

HOSTILE = 3
SOURCE = "127.0.0.66"
HALF_OPEN = 10_000
_MOST_HELD = 400  # at once: attacker and victim are one process here, which may have 1,024 files open
_BATCH = 500
_MOMENT_S = 0.05
_OVER = (MunimentError, OSError, EOFError)


@dataclass
class Strikes:
    """What is attacked, and with what."""

    network: Network
    port: int
    counter: int = 0  # tells blows apart
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    held: list[socket.socket] = field(default_factory=list)

    @property
    def credentials(self) -> Credentials:
        return Credentials(seed(self.network.charter.name, HOSTILE, "node"))

    @property
    def trusted(self) -> list[bytes]:
        return [member.certificate for member in self.network.charter.roll.members]

    def next(self) -> int:
        self.counter += 1
        return self.counter

    async def link(self) -> Link:
        return await connect(self.credentials, self.trusted, "127.0.0.1", self.port, SOURCE)

    async def in_turn(self) -> Link:
        """A link on which it is our turn to send blocks."""
        link = await self.link()
        hello = Hello(self.network.id, 0, 0, self.next().to_bytes(32, "big"))
        for message in (hello, Buckets((b"b" * 16,)), Vector(True, ()), Ask(())):
            await link.send(encode_message(message))
        return link

    async def pour(self, link: Link, messages: list[bytes]) -> None:
        """All at once, however many, while whatever is said to us is read."""
        reading = asyncio.create_task(_read_to_the_end(link))
        try:
            framed = b"".join(struct.pack(">I", len(message)) + message for message in messages)
            link._writer.write(framed)
            self.struck.set()
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await link._writer.drain()
                await reading
        finally:
            reading.cancel()
            link.abort()

    def block(self, seq: int, prev: bytes | None, claimed_ms: int) -> BlockMessage:
        block, _ = self.network.block(HOSTILE, seq=seq, prev=prev)
        return _signed(self.network, block, claimed_ms)


def _signed(network: Network, block: Block, claimed_ms: int) -> BlockMessage:
    data = encode_header(replace(block.header, claimed_ms=claimed_ms))
    return BlockMessage(data, network.nodes[HOSTILE].sign(block_preimage(network.id, data)), None)


async def _read_to_the_end(link: Link) -> None:
    with contextlib.suppress(*_OVER):
        while True:
            await link.receive()


# -- strangers ------------------------------------------------------------------------------------------------


async def slow_handshake(strikes: Strikes) -> None:
    """The beginning of a handshake, a byte at a time, until the other side has had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", strikes.port, local_addr=(SOURCE, 0))
    try:
        for byte in b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500):
            writer.write(bytes([byte]))
            strikes.struck.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_MOMENT_S):
                    if not await reader.read(1):
                        return
    finally:
        writer.transport.abort()


async def half_open_connections(strikes: Strikes) -> None:
    """Ten thousand from many addresses that say nothing; what the other side closes is let go."""
    for number in range(HALF_OPEN):
        connection = socket.socket()
        connection.setblocking(False)
        connection.bind((f"127.0.{1 + number // 250 % 40}.{1 + number % 250}", 0))
        connection.connect_ex(("127.0.0.1", strikes.port))
        strikes.held.append(connection)
        if number % 50 == 49:
            strikes.struck.set()
            await _let_go(strikes)
            while len(strikes.held) > _MOST_HELD:  # the victim has had no turn
                await _let_go(strikes)
    await asyncio.sleep(_MOMENT_S)


async def _let_go(strikes: Strikes) -> None:
    await asyncio.sleep(0)
    strikes.held[:] = [one for one in strikes.held if _is_open(one)]


def _is_open(connection: socket.socket) -> bool:
    try:
        if connection.recv(1) != b"":
            return True
    except BlockingIOError:
        return True
    except OSError:
        pass
    connection.close()
    return False


async def replayed_handshake(strikes: Strikes) -> None:
    """All that a member said on the wire in a handshake that succeeded, said again by somebody else."""
    said = await _handshake_on_the_wire(strikes)
    for _ in range(8):
        reader, writer = await asyncio.open_connection("127.0.0.1", strikes.port, local_addr=(SOURCE, 0))
        writer.write(said)
        strikes.struck.set()
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            while await reader.read(65536):
                pass
        writer.transport.abort()


async def _handshake_on_the_wire(strikes: Strikes) -> bytes:
    context = strikes.credentials.context(False, strikes.trusted)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=False)
    reader, writer = await asyncio.open_connection("127.0.0.1", strikes.port, local_addr=(SOURCE, 0))
    said = b""
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                break
            sending = outgoing.read()
            said += sending
            writer.write(sending)
            heard = await reader.read(65536)
            if not heard:
                writer.transport.abort()
                raise EOFError("closed unheard")
            incoming.write(heard)
    said += outgoing.read()
    writer.transport.abort()
    return said


# -- a member -------------------------------------------------------------------------------------------------


async def declared_length(strikes: Strikes) -> None:
    link = await strikes.link()
    link._writer.write(struct.pack(">I", 1 << 30) + bytes(1000))
    strikes.struck.set()
    await _read_to_the_end(link)
    link.abort()


async def malformed_bytes(strikes: Strikes) -> None:
    await strikes.pour(await strikes.link(), [b"\xff" * 40])


async def decompression_bomb(strikes: Strikes) -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(1 << 28))
    assert len(bomb) < MAX_PAYLOAD_BYTES
    link = await strikes.in_turn()
    await strikes.pour(link, [encode_message(replace(strikes.block(1, None, strikes.next()), payload=bomb))])


async def empty_words(strikes: Strikes) -> None:
    """Fifty thousand messages at once that are in order, and say nothing."""
    await strikes.pour(await strikes.in_turn(), [encode_message(Plan(1, 1, 1))] * 50_000)


async def the_same_block(strikes: Strikes) -> None:
    block = encode_message(strikes.block(1, None, 1))
    await strikes.pour(await strikes.in_turn(), [block] * 30_000)


async def blocks_on_nothing(strikes: Strikes) -> None:
    """Each rightly signed, on a block that does not exist."""
    await _pour_blocks(strikes, lambda number: strikes.block(2 + number, number.to_bytes(32, "big"), number))


async def endless_fork(strikes: Strikes) -> None:
    """Each another first block of its author's, rightly signed."""
    await _pour_blocks(strikes, lambda number: strikes.block(1, None, number))


async def _pour_blocks(strikes: Strikes, make: Callable[[int], BlockMessage]) -> None:
    """In batches: signing them takes longer than refusing them."""
    link = await strikes.in_turn()
    reading = asyncio.create_task(_read_to_the_end(link))
    try:
        while not reading.done():
            for _ in range(_BATCH):
                data = encode_message(make(strikes.next()))
                link._writer.write(struct.pack(">I", len(data)) + data)
            strikes.struck.set()
            await link._writer.drain()
            await asyncio.sleep(0)
    finally:
        reading.cancel()
        link.abort()


Attack = Callable[[Strikes], Awaitable[None]]
# With the codes by one of which the victim says what it refused.
ATTACKS: dict[Attack, set[str]] = {
    slow_handshake: {"peer-silent"},
    half_open_connections: {"too-many-calls"},
    replayed_handshake: {"bad-handshake", "peer-refused-us"},
    declared_length: {"message-too-large"},
    malformed_bytes: {"not-canonical"},
    decompression_bomb: {"bad-compression"},
    empty_words: {"over-quota"},
    the_same_block: {"over-quota"},
    blocks_on_nothing: {"over-quota"},
    endless_fork: {"over-quota"},
}


async def strike(strikes: Strikes, attack: Attack, stop: asyncio.Event) -> int:
    """Until told to stop; how many blows were struck. A blow that is refused is no reason not to strike again."""
    blows = 0
    while not stop.is_set():
        with contextlib.suppress(*_OVER):
            await attack(strikes)
        strikes.struck.set()
        blows += 1
        await asyncio.sleep(0)
    for connection in strikes.held:
        connection.close()
    return blows
