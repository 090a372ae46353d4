"""A register on its way to a newcomer over a line that breaks: it goes on where it was, and lies sealed meanwhile."""

import asyncio
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from core.errors import MunimentError
from core.store.arriving import NOTHING, PART_BYTES, ArrivingCopy
from sync.handing_over import MAX_MESSAGE_BYTES, Copy, answer_challenge, collect
from sync.invitation import Invitation
from sync.invited import take_copy
from sync.inviting import HandingOver, make_terms
from sync.link import connect_pinned, format_address
from sync.tls import Credentials
from tests.offices import land_network, open_in_memory

NETWORK = land_network()
HOST, CALLER = 0, 1
TOKEN, CREDENTIALS, SECRET = bytes(range(16)), Credentials(b"\x21" * 32), bytes(range(32))
LOOPBACK = "127.0.0.1"
PARTS = 5
REGISTER = Random(3).randbytes((PARTS - 1) * PART_BYTES + 1_000)


class Host(HandingOver):
    """Hands these bytes over, whatever its register is, as a copy with this digest."""

    def __init__(self, work: Path, content: bytes = REGISTER, digest: bytes | None = None) -> None:
        self.beside = work / "beside"
        key = NETWORK.nodes[CALLER].public
        super().__init__(open_in_memory(NETWORK, HOST), CREDENTIALS, TOKEN, key, self.beside)
        self.written, self._content, self._said = 0, content, digest or sha256(content).digest()

    def _write_copy(self) -> Copy:
        self.written += 1
        self._lying.write([self._content[:70_000], self._content[70_000:]])
        return Copy(bytes(32), 1, len(self._content), self._said)

    async def __aenter__(self) -> Invitation:
        self.open(LOOPBACK, 0)
        return Invitation(self._terms, "Town", "Office 0", (format_address(LOOPBACK, self.port),), 1_800_000_000_000)

    async def __aexit__(self, *_why: object) -> None:
        await self.close()


def arriving(work: Path) -> ArrivingCopy:
    return ArrivingCopy(work / "arriving", SECRET)


async def fetch(invitation: Invitation, copy: ArrivingCopy, parts: int = PARTS + 1) -> int:
    """How many parts came; the line breaks after so many."""
    came = 0

    def count(_taken: int, _whole: int) -> None:
        nonlocal came
        came += 1
        if came == parts:
            raise MunimentError("link-lost")

    try:
        await take_copy(invitation, NETWORK.nodes[CALLER].sign, copy, count)
    except MunimentError as error:
        if error.code != "link-lost":
            raise
    return came


@pytest.mark.parametrize("cut", [1, 3, PARTS])
def test_a_cut_repeats_nothing_that_came(tmp_path: Path, cut: int) -> None:
    async def run() -> None:
        host = Host(tmp_path)
        async with host as invitation:
            assert await fetch(invitation, arriving(tmp_path), cut) == cut
            lying = (tmp_path / "arriving").read_bytes()
            lying += host.beside.read_bytes()
            assert all(REGISTER[start : start + 16] not in lying for start in range(0, len(REGISTER), 5_000))
            assert await fetch(invitation, arriving(tmp_path)) == PARTS - cut
            assert (await host.taken()).size_bytes == len(REGISTER)
        assert host.written == 1
        assert not host.beside.exists()

    asyncio.run(run())
    copy = arriving(tmp_path)
    assert copy.find() == (sha256(REGISTER).digest(), len(REGISTER))
    with copy.stream() as stream:
        assert stream.read() == REGISTER
    copy.drop()
    assert arriving(tmp_path).find() == NOTHING


def test_after_a_power_cut_what_is_intact_counts(tmp_path: Path) -> None:
    """The end of the file is missing, or of the right length and empty."""
    digest, path, box = sha256(REGISTER).digest(), tmp_path / "arriving", PART_BYTES + 40
    copy = arriving(tmp_path)
    copy.begin(digest)
    for start in range(0, 3 * PART_BYTES, PART_BYTES):
        copy.add(REGISTER[start : start + PART_BYTES])
    written = path.read_bytes()
    for left, parts in ((0, 0), (31, 0), (32, 0), (33, 0), (32 + box - 1, 0), (32 + box, 1), (40 + 2 * box, 2)):
        for garbage in (b"", bytes(5_000), bytes(100_000)):
            path.write_bytes(written[:left] + garbage)
            again = arriving(tmp_path)
            assert again.find().held_bytes == parts * PART_BYTES
            if parts:
                for start in range(parts * PART_BYTES, len(REGISTER), PART_BYTES):
                    again.add(REGISTER[start : start + PART_BYTES])
                again.finish()
                with again.stream() as stream:
                    assert stream.read() == REGISTER
    assert ArrivingCopy(path, bytes(32)).find().held_bytes == 0  # another computer's key opens nothing


def test_another_copy_begins_anew_and_a_false_one_is_dropped(tmp_path: Path) -> None:
    other = Random(4).randbytes(len(REGISTER))

    async def run() -> None:
        async with Host(tmp_path) as invitation:
            await fetch(invitation, arriving(tmp_path), 2)
        async with Host(tmp_path, other, sha256(REGISTER).digest()) as invitation:
            with pytest.raises(MunimentError, match="copy-differs"):
                await fetch(invitation, arriving(tmp_path))
            assert arriving(tmp_path).find() == NOTHING
            await fetch(invitation, arriving(tmp_path), 2)
        async with Host(tmp_path, other) as invitation:
            assert await fetch(invitation, arriving(tmp_path)) == PARTS
        copy = arriving(tmp_path)
        assert copy.find().held_bytes == len(other)
        with copy.stream() as stream:
            assert stream.read() == other

    asyncio.run(run())


def test_whoever_calls_again_does_not_wait_for_its_dead_line(tmp_path: Path) -> None:
    async def run() -> None:
        async with Host(tmp_path, REGISTER * 20) as invitation:
            terms = make_terms(NETWORK.charter.network, TOKEN, CREDENTIALS)
            dead = await connect_pinned(terms.certificate_digest, LOOPBACK, int(invitation.addresses[0].split(":")[1]))
            await dead.send(collect(terms))
            challenge = await dead.receive(MAX_MESSAGE_BYTES)
            await dead.send(answer_challenge(terms, challenge, NETWORK.nodes[CALLER].sign, NOTHING))
            await dead.receive(MAX_MESSAGE_BYTES)  # and no part of it is ever read
            assert await fetch(invitation, arriving(tmp_path), 1_000) == -(-len(REGISTER) * 20 // PART_BYTES)
            dead.abort()

    asyncio.run(run())
