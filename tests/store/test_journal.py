"""The block being signed comes back exactly, or not at all; one that may not be signed does not replace it."""

from pathlib import Path

import pytest

from core.errors import MunimentError
from core.store.intent import IntentLog, Mark
from core.store.intent_format import BOX_AT, place_of
from core.store.journal import FileJournal

KEY = b"k" * 32
FIRST, SECOND = Mark(1, b"1" * 32), Mark(2, b"2" * 32)


def journal(path: Path, key: bytes = KEY) -> FileJournal:
    opened = IntentLog if path.exists() else IntentLog.create
    return FileJournal(opened(path, b"n" * 32, b"c" * 32), key)


def test_the_last_block_comes_back_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "intent"
    kept = journal(path)
    assert (kept.last(), kept.unfinished()) == (None, None)
    kept.prepare(FIRST, b"a long first block" * 100)
    kept.prepare(SECOND, b"second")
    kept.close()
    again = journal(path)
    assert (again.last(), again.unfinished()) == (SECOND, b"second")
    again.close()
    other = journal(path, b"x" * 32)
    assert (other.last(), other.unfinished()) == (SECOND, None)
    other.close()


def test_a_refused_block_leaves_the_unfinished_one(tmp_path: Path) -> None:
    kept = journal(tmp_path / "intent")
    kept.prepare(FIRST, b"the first")
    with pytest.raises(MunimentError, match="would-fork"):
        kept.prepare(Mark(1, b"2" * 32), b"another first")
    assert kept.unfinished() == b"the first"
    kept.prepare(SECOND, b"the second")
    assert (kept.last(), kept.unfinished()) == (SECOND, b"the second")
    kept.close()


def test_the_block_is_not_readable_without_the_key(tmp_path: Path) -> None:
    kept = journal(tmp_path / "intent")
    kept.prepare(FIRST, b"Anna sells the mill")
    kept.close()
    assert b"mill" not in (tmp_path / "intent").read_bytes()


def test_a_damaged_box_brings_nothing(tmp_path: Path) -> None:
    path = tmp_path / "intent"
    kept = journal(path)
    kept.prepare(FIRST, b"the first")
    kept.close()
    whole = path.read_bytes()
    start = place_of(0) + BOX_AT
    for at in range(start, start + len(b"the first") + 40):
        with path.open("r+b") as file:
            file.seek(at)
            file.write(bytes([whole[at] ^ 1]))
        damaged = journal(path)
        damaged.settle(FIRST)
        assert (damaged.last(), damaged.unfinished()) == (FIRST, None)
        damaged.close()
        with path.open("r+b") as file:
            file.write(whole)
