"""Damage to the replica's file: whatever is done to it, opening the office or checking it says so.

The office has worked for a while and is closed; the file is then damaged in place. It counts as detected when opening
refuses or ends in quarantine, when a page's HMAC or a b-tree does not hold, when a stored block does not verify, or
when the state no longer follows from the blocks.

An old page in its old place passes every HMAC. It is found wherever it breaks a chain, a signature or a b-tree; where it
only takes back a row's newer content, nothing finds it yet but folding all blocks again. So these tries stand apart,
with how many were not found, and do not fail the run.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import monotonic

from core.errors import MunimentError
from core.folder import open_office
from core.ledger.encoding import decode
from core.ledger.payload import Group
from tests.kills.cases import NEIGHBOUR_FILE, PASSPHRASE
from tests.kills.test_kills import Desk
from tests.offices import StepClock, propose_registration
from tests.torture.part import Part

PLANNED = 2_000
PAGE_BYTES = 4096
ACTS = 60
LATER_ACTS = 12

Damage = Callable[[bytes, bytes, Random], bytes]  # (the file, an older one, chance) → the damaged file


def zero_page(content: bytes, _older: bytes, random: Random) -> bytes:
    return _with_page(content, random.randrange(_pages(content)), bytes(PAGE_BYTES))


def flip_bit(content: bytes, _older: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]


def cut_short(content: bytes, _older: bytes, random: Random) -> bytes:
    """In the middle of a page, at its end, or down to nothing but a page."""
    length = random.choice((random.randrange(1, len(content)), PAGE_BYTES * random.randrange(1, _pages(content))))
    return content[:length]


def swap_pages(content: bytes, _older: bytes, random: Random) -> bytes:
    one, other = random.sample(range(_pages(content)), 2)
    first, second = _page(content, one), _page(content, other)
    return _with_page(_with_page(content, one, second), other, first)


def copy_page(content: bytes, _older: bytes, random: Random) -> bytes:
    one, other = random.sample(range(_pages(content)), 2)
    return _with_page(content, one, _page(content, other))


def put_back_file(content: bytes, older: bytes, random: Random) -> bytes:  # every damage takes the same
    return older


def put_back_page(content: bytes, older: bytes, random: Random) -> bytes:
    """An old page in its old place: its HMAC holds."""
    changed = [n for n in range(_pages(older)) if _page(older, n) != _page(content, n)]
    number = random.choice(changed)
    return _with_page(content, number, _page(older, number))


KINDS: dict[str, Damage] = {
    "page of zeros": zero_page,
    "bit flipped": flip_bit,
    "file cut short": cut_short,
    "two pages swapped": swap_pages,
    "page copied over another": copy_page,
    "old file put back": put_back_file,
}


def torture_damage(work: Path, first_seed: int, until_s: float) -> list[Part]:
    part, replayed = Part("damage to the replica", PLANNED), Part("old page in its old place", PLANNED)
    desk, older = _worked_office(work / "damaged")
    sound = desk.folder.replica.read_bytes()
    names: Sequence[str] = list(KINDS)

    def one(seed: int) -> None:
        name = names[seed % len(names)]
        desk.put_back()
        damaged = KINDS[name](sound, older, Random(seed))
        assert damaged != sound
        desk.folder.replica.write_bytes(damaged)
        found = detect(desk)
        part.count(f"{name}: {found or 'NOT DETECTED'}")
        assert found is not None, f"{name} was not detected"

    def old_page(seed: int) -> None:
        desk.put_back()
        desk.folder.replica.write_bytes(put_back_page(sound, older, Random(seed)))
        replayed.count(detect(desk) or "not detected")

    part.repeat(one, first_seed, until_s - (until_s - monotonic()) / 5)
    replayed.repeat(old_page, first_seed, until_s)
    return [part, replayed]


def detect(desk: Desk) -> str | None:
    """The code by which opening or checking tells of damage; None when everything passes."""
    try:
        office = open_office(desk.folder, PASSPHRASE, StepClock()).office
    except MunimentError as error:
        return error.code
    try:
        if office.quarantine is not None:
            return office.quarantine
        office.store.database.check_pages()
        position: int | None = 0
        while position is not None:
            position = office.verify_stored(position, 1000)
        for _ in office.verify_state():
            pass
    except MunimentError as error:
        return error.code
    finally:
        office.close()
    return None


def _worked_office(path: Path) -> tuple[Desk, bytes]:
    """An office after its work, kept as `put_back` gives it, and the replica's file from before the last acts."""
    desk = Desk(path)
    _work(desk, range(1, 1 + ACTS), take_blocks=False)
    older = desk.folder.replica.read_bytes()
    _work(desk, range(1 + ACTS, 1 + ACTS + LATER_ACTS), take_blocks=True)
    desk.keep()
    return desk, older


def _work(desk: Desk, numbers: range, take_blocks: bool) -> None:
    """Record so many registrations; a neighbour's blocks make some pages change in place."""
    office = open_office(desk.folder, PASSPHRASE, StepClock()).office
    if take_blocks:
        for block in decode((desk.folder.path / NEIGHBOUR_FILE).read_bytes()):
            office.receive(*block)
        office.write()
    for number in numbers:
        proposal = propose_registration(office, number)
        signature = desk.network.officers[0][0].sign(office.signing_message([proposal.encoded]))
        office.record(Group((proposal.encoded,), (signature,)))
    office.close()


def _pages(content: bytes) -> int:
    return len(content) // PAGE_BYTES


def _page(content: bytes, number: int) -> bytes:
    return content[number * PAGE_BYTES : (number + 1) * PAGE_BYTES]


def _with_page(content: bytes, number: int, page: bytes) -> bytes:
    return content[: number * PAGE_BYTES] + page + content[(number + 1) * PAGE_BYTES :]
