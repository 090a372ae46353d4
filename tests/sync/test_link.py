"""Links between nodes that know each other's keys, and what a stranger or a removed node is told."""

import asyncio
import shutil
import socket
import ssl
import struct
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.crypto.signing import public_key
from core.errors import MunimentError
from sync import link as link_module
from sync.link import MAX_MESSAGE_BYTES, Link, accept, connect, format_address, parse_address
from sync.tls import Credentials

SEEDS = [bytes([number]) * 32 for number in range(1, 5)]
NODES = [Credentials(seed) for seed in SEEDS]
ROLL = [node.certificate for node in NODES]
STRANGER = Credentials(b"\x77" * 32)


@asynccontextmanager
async def listening(credentials, trusted):
    """The port and a queue of what became of each connection: a Link or the error."""
    outcomes: asyncio.Queue[Link | MunimentError] = asyncio.Queue()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)

    async def accept_all():
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(listener)
            try:
                await outcomes.put(await accept(credentials, trusted, connection))
            except MunimentError as error:
                await outcomes.put(error)

    task = asyncio.create_task(accept_all())
    try:
        yield listener.getsockname()[1], outcomes
    finally:
        task.cancel()
        listener.close()


async def meet(server, server_trusts, client, client_trusts):
    """(server's outcome, client's outcome): links, closed in the end, or errors. The client reads once."""
    async with listening(server, server_trusts) as (port, outcomes):
        try:
            theirs = await connect(client, client_trusts, "127.0.0.1", port)
        except MunimentError as error:
            return await outcomes.get(), error
        ours = await outcomes.get()
        if isinstance(ours, Link):
            await ours.send(b"welcome")
            assert await theirs.receive() == b"welcome"
            await asyncio.gather(ours.close(), theirs.close())
            return ours, theirs
        try:
            await theirs.receive()
        except MunimentError as error:
            return ours, error
        finally:
            theirs.abort()
        raise AssertionError("a refused client read something")


def test_four_nodes_all_meet_and_see_each_others_keys():
    async def run():
        for server in range(4):
            for client in range(4):
                if client == server:
                    continue
                ours, theirs = await meet(NODES[server], ROLL, NODES[client], ROLL)
                assert ours.peer_key == public_key(SEEDS[client])
                assert theirs.peer_key == public_key(SEEDS[server])
                assert theirs.cipher.startswith("TLSv1.3 ")

    asyncio.run(run())


def test_little_lies_between_a_quick_side_and_one_that_is_at_work():
    """An old computer works through what has come before it answers; megabytes of it would be minutes."""
    part = bytes(16 << 10)

    async def run():
        async with listening(NODES[0], ROLL) as (port, outcomes):
            quick = await connect(NODES[1], ROLL, "127.0.0.1", port)
            at_work = await outcomes.get()
            sent = 0
            while sent < 16 << 20 and await _goes(quick.send(part)):
                sent += len(part)
            for side in (quick, at_work):
                side.abort()
                await side.close()
            return sent

    async def _goes(sending):
        try:
            async with asyncio.timeout(0.3):
                await sending
        except TimeoutError:
            return False
        return True

    assert asyncio.run(run()) < 1 << 20


def test_a_stranger_is_refused_and_told_so():
    ours, theirs = asyncio.run(meet(NODES[0], ROLL, STRANGER, ROLL))
    assert ours.code == "unknown-peer"
    assert theirs.code == "peer-refused-us"


def test_a_node_refuses_a_listener_it_does_not_know():
    ours, theirs = asyncio.run(meet(STRANGER, ROLL, NODES[0], ROLL))
    assert theirs.code == "unknown-peer"
    assert ours.code == "peer-refused-us"


def test_a_removed_node_is_refused_from_its_next_handshake_on():
    removed, rest = NODES[3], ROLL[:3]

    async def run():
        before, _ = await meet(NODES[0], ROLL, removed, ROLL)
        assert isinstance(before, Link)
        return await meet(NODES[0], rest, removed, ROLL)

    ours, theirs = asyncio.run(run())
    assert ours.code == "unknown-peer"
    assert theirs.code == "peer-refused-us"


def test_a_client_without_a_certificate_is_refused():
    async def run():
        async with listening(NODES[0], ROLL) as (port, outcomes):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            outcome = await outcomes.get()
            writer.transport.abort()
            return outcome

    assert asyncio.run(run()).code == "unknown-peer"


def test_an_older_tls_is_refused():
    async def run():
        async with listening(NODES[0], ROLL) as (port, outcomes):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises((ssl.SSLError, ConnectionError)):  # whichever comes first
                await asyncio.open_connection("127.0.0.1", port, ssl=context)
            return await outcomes.get()

    assert asyncio.run(run()).code == "other-protocol-version"


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MunimentError, match="port-refused"):
        asyncio.run(connect(NODES[0], ROLL, "127.0.0.1", port))


def test_a_silent_client_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(link_module, "HANDSHAKE_TIMEOUT_S", 0.05)

    async def run():
        async with listening(NODES[0], ROLL) as (port, outcomes):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            outcome = await outcomes.get()
            writer.transport.abort()
            return outcome

    assert asyncio.run(run()).code == "peer-silent"


@asynccontextmanager
async def linked():
    async with listening(NODES[0], ROLL) as (port, outcomes):
        theirs = await connect(NODES[1], ROLL, "127.0.0.1", port)
        ours = await outcomes.get()
        try:
            yield ours, theirs
        finally:
            ours.abort()
            theirs.abort()


def test_messages_arrive_whole_in_order_and_are_counted():
    async def run():
        async with linked() as (ours, theirs):
            sent = [b"", b"one", bytes(MAX_MESSAGE_BYTES)]

            async def send_all():
                for message in sent:
                    await ours.send(message)

            sending = asyncio.create_task(send_all())
            assert [await theirs.receive() for _ in sent] == sent
            await sending
            assert ours.bytes_sent == theirs.bytes_received == sum(len(message) + 4 for message in sent)

    asyncio.run(run())


def test_a_declared_length_above_the_limit_is_refused_at_once():
    async def run():
        async with linked() as (ours, theirs):
            theirs._writer.write(struct.pack(">I", 1 << 30))
            await ours.receive()

    with pytest.raises(MunimentError, match="message-too-large") as refusal:
        asyncio.run(run())
    assert refusal.value.facts == {"bytes": 1 << 30, "limit": MAX_MESSAGE_BYTES}


def test_a_message_too_large_is_not_sent():
    async def run():
        async with linked() as (ours, _):
            await ours.send(bytes(MAX_MESSAGE_BYTES + 1))

    with pytest.raises(MunimentError, match="message-too-large"):
        asyncio.run(run())


def test_a_cut_in_the_middle_of_a_message_is_a_lost_link():
    async def run():
        async with linked() as (ours, theirs):
            await theirs.send(b"whole")
            assert await ours.receive() == b"whole"
            theirs._writer.write(struct.pack(">I", 100) + b"half")
            await theirs._writer.drain()
            theirs._writer.close()
            await ours.receive()

    with pytest.raises(MunimentError, match="link-lost"):
        asyncio.run(run())


def test_where_the_peer_was_is_known_after_the_link_is_lost():
    async def run():
        async with linked() as (ours, theirs):
            before = ours.peer_address
            theirs.abort()
            with pytest.raises(MunimentError):
                await ours.receive()
            ours.abort()
            for _ in range(3):  # turns of the loop, in which the transport forgets its socket
                await asyncio.sleep(0)
            assert ours._writer.get_extra_info("peername") is None
            assert ours.peer_address == before

    asyncio.run(run())


@pytest.mark.parametrize("ends", [["close", "close"], ["abort", "close"], ["close", "abort"]])
def test_a_link_that_is_ended_twice_is_a_lost_link(ends):
    """asyncio forgets what it was to close where it is told so twice: whoever still sends would meet no refusal of ours,
    the peer is not dropped, and on Python 3.11.2 (Debian 12) `abort` fails.
    """

    async def run():
        async with linked() as (ours, theirs):
            for one, other in ((ours, theirs), (theirs, ours)):
                await one.send(b"whole")
                assert await other.receive() == b"whole"
            for end in ends:
                if end == "close":
                    await ours.close()
                else:
                    ours.abort()
            with pytest.raises(MunimentError, match="link-lost"):
                await ours.send(b"more")
            with pytest.raises(MunimentError, match="link-lost"):
                await theirs.receive()

    asyncio.run(run())


@pytest.mark.parametrize("wait_s", [0.0, 60.0], ids=["given up", "called off"])
def test_a_link_whose_end_was_not_waited_for_is_ended_again(wait_s, monkeypatch):
    """The wait for asyncio's own end of it is given up, not that end: asked for once more it must not look as if whoever
    asks had been called off.
    """

    async def run():
        async with linked() as (ours, _):  # that one does not read, so the rest stays with us
            monkeypatch.setattr(link_module, "CONNECT_TIMEOUT_S", wait_s)
            for _ in range(64):
                ours._writer.write(bytes(1 << 20))
            closing = asyncio.create_task(ours.close())
            await asyncio.sleep(0)
            if wait_s:
                closing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await closing
            else:
                await closing
            await ours.close()

    asyncio.run(run())


def test_a_peer_that_stops_in_the_middle_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(link_module, "MESSAGE_TIMEOUT_S", 0.05)

    async def run():
        async with linked() as (ours, theirs):
            await theirs.send(b"whole")
            assert await ours.receive() == b"whole"
            await ours.receive()

    with pytest.raises(MunimentError, match="peer-slow"):
        asyncio.run(run())


def test_the_key_file_is_encrypted_and_gone(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    written = []
    load = ssl.SSLContext.load_cert_chain

    def spy(context, path, password):
        written.append(Path(path).read_text())
        load(context, path, password=password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", spy)
    Credentials(SEEDS[0]).context(True, ROLL)
    assert len(written) == 1
    assert "BEGIN ENCRYPTED PRIVATE KEY" in written[0]
    assert list(tmp_path.iterdir()) == []


CLOCK_SHIM = """
#include <time.h>
#include <sys/time.h>
time_t time(time_t *out) { time_t now = CLOCK; if (out) *out = now; return now; }
int gettimeofday(struct timeval *now, void *zone) {
    (void)zone; now->tv_sec = CLOCK; now->tv_usec = 0; return 0;
}
"""
HANDSHAKE = """
import asyncio, sys, time
sys.path.insert(0, sys.argv[1])
from tests.sync.test_link import NODES, ROLL, Link, meet
import ctypes
clock = ctypes.CDLL(None).time
clock.restype = ctypes.c_long
assert clock(None) == int(sys.argv[2]), "the shim is not in the way"
outcomes = asyncio.run(meet(NODES[0], ROLL, NODES[1], ROLL))
assert all(isinstance(outcome, Link) for outcome in outcomes), outcomes
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("gcc") is None,
    reason="the clock of one process is set by a small C library: needs Linux and gcc",
)
@pytest.mark.parametrize("clock", [0, 4_086_892_800], ids=["1970", "2099"])
def test_a_clock_off_by_decades_still_connects(clock, tmp_path):
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(CLOCK_SHIM)
    subprocess.run(["gcc", "-shared", "-fPIC", f"-DCLOCK={clock}L", "-o", library, source], check=True)
    project = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", HANDSHAKE, project, str(clock)],
        env={"LD_PRELOAD": str(library)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.5", ("192.168.1.5", 7420)),
        (" 192.168.1.5:99 ", ("192.168.1.5", 99)),
        ("[fe80::1%eth0]:99", ("fe80::1%eth0", 99)),
        ("[::1]", ("::1", 7420)),
        ("fe80::1", ("fe80::1", 7420)),
        ("office.local:99", ("office.local", 99)),
    ],
)
def test_addresses_are_read(text, address):
    assert parse_address(text, 7420) == address
    assert parse_address(format_address(*address), 7420) == address


@pytest.mark.parametrize(
    "text", ["", ":99", "host:", "host:0", "host:65536", "host:x", "[::1", "[::1]99", "[]:1", f"host:{'9' * 5000}"]
)
def test_bad_addresses_are_refused(text):
    with pytest.raises(MunimentError, match="bad-address"):
        parse_address(text, 7420)
