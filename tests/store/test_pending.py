"""The block being signed comes back exactly, or not at all."""

from pathlib import Path

from core.store.intent import Mark
from core.store.pending import keep_pending, recall_pending

KEY = b"k" * 32
FIRST, SECOND = Mark(1, b"a" * 32), Mark(2, b"b" * 32)


def test_the_last_kept_block_comes_back_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "pending"
    assert recall_pending(path, KEY, FIRST) is None
    keep_pending(path, KEY, FIRST, b"a long first block" * 100)
    keep_pending(path, KEY, SECOND, b"second")
    assert recall_pending(path, KEY, SECOND) == b"second"
    assert recall_pending(path, KEY, FIRST) is None
    assert recall_pending(path, b"x" * 32, SECOND) is None
    assert recall_pending(path, KEY, Mark(2, b"a" * 32)) is None


def test_the_block_is_not_readable_without_the_key(tmp_path: Path) -> None:
    keep_pending(tmp_path / "pending", KEY, FIRST, b"Anna sells the mill")
    assert b"mill" not in (tmp_path / "pending").read_bytes()


def test_a_slot_torn_at_any_byte_brings_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pending"
    keep_pending(path, KEY, FIRST, b"first block")
    old = path.read_bytes()
    keep_pending(path, KEY, SECOND, b"second one")
    new = path.read_bytes()
    for length in range(len(new) - 1):
        path.write_bytes(new[:length] + old[length:])
        assert recall_pending(path, KEY, SECOND) in (None, b"second one")
        path.write_bytes(new[:length])
        assert recall_pending(path, KEY, SECOND) in (None, b"second one")
    for at in range(len(new) - 1):
        path.write_bytes(new[:at] + bytes([new[at] ^ 1]) + new[at + 1 :])
        assert recall_pending(path, KEY, SECOND) in (None, b"second one")
