"""Kinds of damage to the files of an office: each changes a file in place, at a place that chance tells."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from core.store.intent_format import HEAD_BYTES, place_of
from tests.damage.worked_office import WorkedOffice

PAGE_BYTES = 4096

Damage = Callable[[WorkedOffice, Random], None]


def zero_page(office: WorkedOffice, random: Random) -> None:
    replica = office.desk.folder.replica
    content = replica.read_bytes()
    replica.write_bytes(_with_page(content, random.randrange(_pages(content)), bytes(PAGE_BYTES)))


def flip_bit(office: WorkedOffice, random: Random) -> None:
    _flip(office.desk.folder.replica, random)


def cut_short(office: WorkedOffice, random: Random) -> None:
    """In the middle of a page, at its end, or down to nothing but a page."""
    replica = office.desk.folder.replica
    content = replica.read_bytes()
    length = random.choice((random.randrange(1, len(content)), PAGE_BYTES * random.randrange(1, _pages(content))))
    replica.write_bytes(content[:length])


def swap_pages(office: WorkedOffice, random: Random) -> None:
    replica = office.desk.folder.replica
    content = replica.read_bytes()
    one, other = random.sample(range(_pages(content)), 2)
    first, second = _page(content, one), _page(content, other)
    replica.write_bytes(_with_page(_with_page(content, one, second), other, first))


def copy_page(office: WorkedOffice, random: Random) -> None:
    replica = office.desk.folder.replica
    content = replica.read_bytes()
    one, other = random.sample(range(_pages(content)), 2)
    replica.write_bytes(_with_page(content, one, _page(content, other)))


def put_back_file(office: WorkedOffice, _random: Random) -> None:
    office.desk.folder.replica.write_bytes(office.older[office.desk.folder.replica])


def empty_file(office: WorkedOffice, _random: Random) -> None:
    office.desk.folder.replica.write_bytes(b"")


def flip_archive(office: WorkedOffice, random: Random) -> None:
    _flip(office.desk.folder.archive, random)


def cut_archive(office: WorkedOffice, random: Random) -> None:
    archive = office.desk.folder.archive
    archive.write_bytes(archive.read_bytes()[: random.randrange(archive.stat().st_size)])


def lose_archive(office: WorkedOffice, _random: Random) -> None:
    office.desk.folder.archive.unlink()


def flip_intent(office: WorkedOffice, random: Random) -> None:
    """In the head of one of the two marks; what lies behind them is not all in use."""
    intent = office.desk.folder.intent
    content = bytearray(intent.read_bytes())
    content[place_of(random.randrange(2)) + random.randrange(HEAD_BYTES)] ^= 1 << random.randrange(8)
    intent.write_bytes(content)


def zero_intent(office: WorkedOffice, _random: Random) -> None:
    intent = office.desk.folder.intent
    intent.write_bytes(bytes(intent.stat().st_size))


def cut_intent(office: WorkedOffice, random: Random) -> None:
    intent = office.desk.folder.intent
    intent.write_bytes(intent.read_bytes()[: random.randrange(intent.stat().st_size)])


def put_back_intent(office: WorkedOffice, _random: Random) -> None:
    office.desk.folder.intent.write_bytes(office.older[office.desk.folder.intent])


def flip_key(office: WorkedOffice, random: Random) -> None:
    _flip(office.desk.folder.node_key, random)


def flip_officer_key(office: WorkedOffice, random: Random) -> None:
    _flip(office.desk.folder.officer_key(0), random)


def flip_charter(office: WorkedOffice, random: Random) -> None:
    _flip(office.desk.folder.charter, random)


KINDS: dict[str, Damage] = {
    "page of zeros": zero_page,
    "bit flipped": flip_bit,
    "file cut short": cut_short,
    "two pages swapped": swap_pages,
    "page copied over another": copy_page,
    "old file put back": put_back_file,
    "file emptied": empty_file,
    "archive: bit flipped": flip_archive,
    "archive: cut short": cut_archive,
    "archive: gone": lose_archive,
    "intent file: bit flipped": flip_intent,
    "intent file: zeros": zero_intent,
    "intent file: cut short": cut_intent,
    "intent file: old one": put_back_intent,
    "key file: bit flipped": flip_key,
    "officer's key: bit flipped": flip_officer_key,
    "charter: bit flipped": flip_charter,
}


def _flip(path: Path, random: Random) -> None:
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def _pages(content: bytes) -> int:
    return len(content) // PAGE_BYTES


def _page(content: bytes, number: int) -> bytes:
    return content[number * PAGE_BYTES : (number + 1) * PAGE_BYTES]


def _with_page(content: bytes, number: int, page: bytes) -> bytes:
    return content[: number * PAGE_BYTES] + page + content[(number + 1) * PAGE_BYTES :]
