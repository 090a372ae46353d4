"""A block that may not be signed does not replace the unfinished one that must be."""

from pathlib import Path

import pytest

from core.errors import MunimentError
from core.store.intent import IntentLog, Mark
from core.store.journal import FileJournal


def test_a_refused_block_leaves_the_unfinished_one(tmp_path: Path) -> None:
    intent = IntentLog.create(tmp_path / "intent", b"n" * 32, b"c" * 32)
    journal = FileJournal(intent, tmp_path / "pending", b"k" * 32)
    journal.prepare(Mark(1, b"1" * 32), b"the first")
    with pytest.raises(MunimentError, match="would-fork"):
        journal.prepare(Mark(1, b"2" * 32), b"another first")
    assert journal.unfinished() == b"the first"
    journal.prepare(Mark(2, b"2" * 32), b"the second")
    assert (journal.last(), journal.unfinished()) == (Mark(2, b"2" * 32), b"the second")
    journal.close()
