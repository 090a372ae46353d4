"""The intent file: power cuts in any sector, damage, copies, a full disk, kills; and that no fork passes."""

import os
import shutil
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.store.computer import UNKNOWN_COMPUTER, computer_identity, file_identity
from core.store.intent import IntentLog, Mark, compare, was_used
from core.store.intent_format import (
    BOX_AT,
    FILE_BYTES,
    FIRST_SLOT,
    HEAD_BYTES,
    HEADER_BYTES,
    MAX_BOX_BYTES,
    SLOT_BYTES,
    place_of,
)

NODE, COMPUTER = b"n" * 32, b"c" * 32
ROOT = Path(__file__).parents[2]
SECTOR = 512


def block_id(seq: int) -> bytes:
    return tagged_hash("test", b"%d" % seq)


def box(seq: int, length: int = 700) -> bytes:
    return (b"%d " % seq * length)[:length]


def mark(seq: int) -> Mark | None:
    return Mark(seq, block_id(seq)) if seq else None


def written(path: Path, count: int) -> Path:
    log = IntentLog.create(path, NODE, COMPUTER)
    for seq in range(1, count + 1):
        log.append(seq, block_id(seq), box(seq))
    log.close()
    return path


def reopened(path: Path, head: Mark | None = None) -> tuple[Mark | None, bytes | None]:
    """The last mark and its box, where the database stands at `head`."""
    log = IntentLog(path, NODE, COMPUTER)
    try:
        log.settle(head)
        return log.last(), log.last_box()
    finally:
        log.close()


def overwrite(path: Path, content: bytes) -> None:
    """In place: the same file, as a crash or a bad sector leaves it."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (old,) = file.read(1)
        file.seek(at)
        file.write(bytes([old ^ 4]))


def refusal(path: Path, node: bytes = NODE) -> str:
    with pytest.raises(MunimentError) as caught:
        IntentLog(path, node, COMPUTER)
    return caught.value.code


def test_mark_and_box_survive_closing(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 0)
    assert reopened(path) == (None, None)
    log = IntentLog(path, NODE, COMPUTER)
    for seq, length in ((1, 1), (2, MAX_BOX_BYTES), (3, 0), (4, 5000)):
        log.append(seq, block_id(seq), box(seq, length))
        assert (log.last(), log.last_box()) == (mark(seq), box(seq, length))
        assert reopened(path) == (mark(seq), box(seq, length))
    with pytest.raises(MunimentError, match="too-large"):
        log.append(5, block_id(5), bytes(MAX_BOX_BYTES + 1))
    log.append(5, block_id(5), b"")
    log.close()
    assert path.stat().st_size == FILE_BYTES


def test_the_bytes_are_as_documented(tmp_path: Path) -> None:
    path = tmp_path / "intent"
    log = IntentLog.create(path, NODE, COMPUTER, lambda descriptor, path: 7)
    log.append(1, block_id(1), b"first box")
    log.append(2, block_id(2), b"second")
    log.close()
    stated = b"muniment intent\n" + NODE + COMPUTER + bytes(7) + b"\x07" + bytes(8)
    header = stated + tagged_hash("intent-file", stated)
    slots, previous = b"", header[-32:]
    for seq, content in ((1, b"first box"), (2, b"second")):
        length = bytes([0, 0, 0, len(content)]) + bytes(4)
        entry = bytes([0] * 7 + [seq]) + block_id(seq) + length + tagged_hash("intent-box", content) + previous
        previous = tagged_hash("intent", header[-32:], entry)
        slots += ((entry + previous).ljust(BOX_AT, b"\0") + content).ljust(SLOT_BYTES, b"\0")
    assert path.read_bytes() == header.ljust(FIRST_SLOT, b"\0") + slots


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_power_cut_leaves_any_sectors_old_and_the_others_new(tmp_path: Path, count: int) -> None:
    """Either the mark stands with its whole box, or it is dropped and another block may take its place."""
    path = written(tmp_path / "intent", count)
    old = path.read_bytes()
    log = IntentLog(path, NODE, COMPUTER)
    log.append(count + 1, block_id(count + 1), box(count + 1, 2000))
    log.close()
    new = path.read_bytes()
    places = [at for at in range(0, FILE_BYTES, SECTOR) if old[at : at + SECTOR] != new[at : at + SECTOR]]
    assert len(places) == 5
    for reached in product((False, True), repeat=len(places)):
        torn = bytearray(old)
        for at, is_new in zip(places, reached, strict=True):
            if is_new:
                torn[at : at + SECTOR] = new[at : at + SECTOR]
        overwrite(path, torn)
        stands = count + 1 if all(reached) else count
        last, kept = reopened(path, mark(count))
        assert last == mark(stands)
        assert kept == (box(stands, 2000 if all(reached) else 700) if stands else None)
        log = IntentLog(path, NODE, COMPUTER)
        log.settle(mark(count))
        log.append(stands + 1, block_id(100), b"another")
        log.close()
        assert reopened(path) == (Mark(stands + 1, block_id(100)), b"another")


def test_a_mark_without_its_box_holds_where_the_database_stands_elsewhere(tmp_path: Path) -> None:
    """Not torn but damaged later: a database at the mark needs no box, one that was put back must not sign."""
    path = written(tmp_path / "intent", 3)
    flip(path, place_of(0) + BOX_AT + 10)
    for head in (None, mark(1), mark(3), Mark(2, block_id(9))):
        assert reopened(path, head)[0] == mark(3)
    assert reopened(path, mark(2)) == (mark(2), box(2))


def test_damage_at_every_byte_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    heads = [place + at for place in map(place_of, (0, 1)) for at in range(HEAD_BYTES)]
    for at in (*range(HEADER_BYTES), *heads):
        flip(path, at)
        assert refusal(path) == "intent-damaged"
        flip(path, at)
    assert reopened(path) == (mark(3), box(3))


def test_a_file_of_another_length_is_damaged(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    content = path.read_bytes()
    for length in (0, 1, HEADER_BYTES, FIRST_SLOT, place_of(1), FILE_BYTES - 1):
        overwrite(path, content[:length])
        assert refusal(path) == "intent-damaged"
    overwrite(path, content + b"\0")
    assert refusal(path) == "intent-damaged"


def test_slots_that_do_not_follow_one_another_are_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    early = path.read_bytes()
    log = IntentLog(path, NODE, COMPUTER)
    for seq in (4, 5, 6):
        log.append(seq, block_id(seq), box(seq))
    log.close()
    late = path.read_bytes()
    middle = place_of(1)
    overwrite(path, early[:middle] + late[middle:])  # 3 and 6
    assert refusal(path) == "intent-damaged"
    overwrite(path, late[:FIRST_SLOT] + bytes(SLOT_BYTES) + late[middle:])  # 6 alone, in the second slot
    assert refusal(path) == "intent-damaged"
    overwrite(path, late[:middle] + bytes(SLOT_BYTES))  # 5 alone: no first mark
    assert refusal(path) == "intent-damaged"


def test_slots_of_another_file_are_damage(tmp_path: Path) -> None:
    other = written(tmp_path / "other", 2).read_bytes()
    path = tmp_path / "intent"
    IntentLog.create(path, b"m" * 32, COMPUTER).close()
    overwrite(path, path.read_bytes()[:FIRST_SLOT] + other[FIRST_SLOT:])
    assert refusal(path, b"m" * 32) == "intent-damaged"


def test_no_second_block_of_a_seq_is_ever_meant(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    log = IntentLog(path, NODE, COMPUTER)
    content = path.read_bytes()
    log.append(3, block_id(3), box(3))  # the same block signed anew after a crash
    for seq in (3, 2, 1, 0, 5):
        with pytest.raises(MunimentError, match="would-fork"):
            log.append(seq, block_id(99), b"another")
    assert path.read_bytes() == content
    log.append(4, block_id(4), box(4))
    log.close()


def test_only_what_was_used_counts_as_used(tmp_path: Path) -> None:
    path = tmp_path / "intent"
    assert not was_used(path)
    assert not was_used(written(path, 0))
    path.unlink()
    assert was_used(written(path, 1))


def test_a_copy_on_another_computer_is_seen(tmp_path: Path) -> None:
    log = IntentLog(written(tmp_path / "intent", 1), NODE, b"d" * 32)
    assert (log.origin, log.computer_matches()) == ("other-computer", False)
    log.close()


def test_a_copied_or_restored_file_is_seen(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 1)
    with path.open("rb") as file:
        if not file_identity(file.fileno(), path):
            pytest.skip("this file system gives files no lasting number")
    shutil.copy2(path, tmp_path / "backup")
    (tmp_path / "backup").replace(path)
    log = IntentLog(path, NODE, COMPUTER)
    assert (log.origin, log.computer_matches()) == ("copied-file", False)
    log.close()


def test_a_renamed_file_is_still_the_same(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 1).rename(tmp_path / "renamed")
    log = IntentLog(path, NODE, COMPUTER)
    assert log.computer_matches()
    log.close()


def test_another_nodes_file_a_missing_one_and_one_too_many(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 1)
    assert refusal(path, b"m" * 32) == "intent-of-another-node"
    assert refusal(tmp_path / "nowhere") == "intent-missing"
    with pytest.raises(MunimentError, match="intent-exists"):
        IntentLog.create(path, NODE, COMPUTER)
    assert reopened(path) == (mark(1), box(1))


def test_the_computer_has_one_identity() -> None:
    assert computer_identity() == computer_identity()
    assert len(computer_identity()) == len(UNKNOWN_COMPUTER) == 32


def test_the_mark_against_the_head() -> None:
    one, two, other = Mark(1, block_id(1)), Mark(2, block_id(2)), Mark(2, block_id(9))
    assert compare(None, None) == compare(two, two) == "level"
    assert compare(two, one) == compare(one, None) == "database-behind"
    assert compare(one, two) == compare(None, one) == "database-ahead"
    assert compare(two, other) == "differs"


@settings(max_examples=300)
@given(content=st.binary(max_size=400))
def test_hostile_bytes_end_in_a_code(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("hostile") / "intent"
    path.write_bytes(content)
    assert refusal(path) in {"intent-damaged", "intent-of-another-node"}


def test_what_the_disk_did_not_take_was_never_there(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    log = IntentLog(path, NODE, COMPUTER)
    log.append(4, block_id(4), box(4))
    os.close(log._descriptor)  # no disk any more
    for code in ("file-not-written", "intent-not-kept"):
        with pytest.raises(MunimentError, match=code):
            log.sync()
    assert log.last() == mark(3)
    with pytest.raises(MunimentError, match="intent-not-kept"):
        log.append(4, block_id(4), box(4))


# A process that may write its files only up to a limit meets a real failed write in the middle of one.
FAILED_WRITE = """
import resource, signal, sys
from pathlib import Path
from core.errors import MunimentError
from core.store.intent import IntentLog
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = IntentLog(Path(sys.argv[1]), b"n" * 32, b"c" * 32)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
for seq in (4, 4):
    try:
        log.append(seq, b"i" * 32, b"box" * 1000)
        print("kept")
    except MunimentError as error:
        print(error.code)
"""


@pytest.mark.parametrize("room", [0, BOX_AT, BOX_AT + 1, BOX_AT + 2999])
def test_a_write_that_fails_stops_the_log_and_loses_nothing(tmp_path: Path, room: int) -> None:
    path = written(tmp_path / "intent", 3)
    answer = subprocess.run(
        [sys.executable, "-c", FAILED_WRITE, str(path), str(place_of(1) + room)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == ["disk-full", "intent-not-kept"]
    assert reopened(path, mark(3)) == (mark(3), box(3))


APPEND_FOREVER = """
import sys
from pathlib import Path
from core.store.intent import IntentLog
log = IntentLog(Path(sys.argv[1]), b"n" * 32, b"c" * 32)
seq = log.last().seq if log.last() else 0
while True:
    seq += 1
    log.append(seq, seq.to_bytes(32, "big"), seq.to_bytes(8, "big") * 2000)
    print(seq, flush=True)
"""


def test_a_kill_loses_no_acknowledged_mark(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 0)
    acknowledged = 0
    for wanted in (1, 2, 5, 11):
        child = subprocess.Popen(
            [sys.executable, "-c", APPEND_FOREVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(wanted):
            acknowledged = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, child.stdout.read().split())])
        child.wait()
        child.stdout.close()
        last, kept = reopened(path, Mark(acknowledged, acknowledged.to_bytes(32, "big")))
        assert last is not None
        assert acknowledged <= last.seq <= acknowledged + 1
        assert kept == last.seq.to_bytes(8, "big") * 2000
        acknowledged = last.seq
