"""The intent file: cuts at any byte, damage, copies, a full disk, kills; and that no fork passes."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.store.computer import UNKNOWN_COMPUTER, computer_identity, file_identity
from core.store.intent import HEADER_BYTES, RECORD_BYTES, IntentLog, Mark, compare

NODE, COMPUTER = b"n" * 32, b"c" * 32
ROOT = Path(__file__).parents[2]


def block_id(seq: int) -> bytes:
    return tagged_hash("test", b"%d" % seq)


def written(path: Path, count: int) -> Path:
    log = IntentLog.create(path, NODE, COMPUTER)
    for seq in range(1, count + 1):
        log.append(seq, block_id(seq))
    log.close()
    return path


def reopened(path: Path, node: bytes = NODE, computer: bytes = COMPUTER) -> Mark | None:
    log = IntentLog(path, node, computer)
    try:
        return log.last()
    finally:
        log.close()


def overwrite(path: Path, content: bytes) -> None:
    """In place: the same file, as a crash or a bad sector leaves it."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def refusal(path: Path, node: bytes = NODE) -> str:
    with pytest.raises(MunimentError) as caught:
        IntentLog(path, node, COMPUTER)
    return caught.value.code


def test_the_mark_survives_closing(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 0)
    assert reopened(path) is None
    log = IntentLog(path, NODE, COMPUTER)
    log.append(1, block_id(1))
    log.append(2, block_id(2))
    assert log.last() == (2, block_id(2))
    log.close()
    assert reopened(path) == (2, block_id(2))
    assert log.computer_matches()


def test_the_bytes_are_as_documented(tmp_path: Path) -> None:
    path = tmp_path / "intent"
    log = IntentLog.create(path, NODE, COMPUTER, lambda descriptor, path: 7)
    log.append(1, block_id(1))
    log.close()
    stated = b"muniment intent\n" + NODE + COMPUTER + bytes(7) + b"\x07" + bytes(8)
    header = stated + tagged_hash("intent-file", stated)
    entry = bytes(7) + b"\x01" + block_id(1)
    assert path.read_bytes() == header + entry + tagged_hash("intent", header[-32:], entry)[:24]


def test_a_cut_at_every_byte(tmp_path: Path) -> None:
    """Whole records stay, the torn one is dropped, and the file goes on from there."""
    path = written(tmp_path / "intent", 3)
    content = path.read_bytes()
    for length in range(len(content)):
        overwrite(path, content[:length])
        if length < HEADER_BYTES:
            assert refusal(path) == "intent-damaged"
            continue
        whole = (length - HEADER_BYTES) // RECORD_BYTES
        log = IntentLog(path, NODE, COMPUTER)
        assert log.last() == ((whole, block_id(whole)) if whole else None)
        assert path.stat().st_size == length  # reading changes nothing
        log.append(whole + 1, block_id(100))
        log.close()
        assert reopened(path) == (whole + 1, block_id(100))


def test_a_place_enlarged_but_not_filled_is_a_torn_end(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 2)
    content = path.read_bytes()
    for zeros in (1, 63, 64):
        overwrite(path, content + bytes(zeros))
        assert reopened(path) == (2, block_id(2))
    for zeros in (65, 128):  # two appends are never under way
        overwrite(path, content + bytes(zeros))
        assert refusal(path) == "intent-damaged"


def test_damage_at_every_byte_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    content = path.read_bytes()
    for at in range(len(content)):
        overwrite(path, content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert refusal(path) == "intent-damaged"


def test_a_record_taken_from_the_middle_is_missed(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    content = path.read_bytes()
    for record in range(2):
        start = HEADER_BYTES + record * RECORD_BYTES
        overwrite(path, content[:start] + content[start + RECORD_BYTES :])
        assert refusal(path) == "intent-damaged"


def test_a_long_file_is_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 0)
    content, checksum = path.read_bytes(), path.read_bytes()[-32:]
    for seq in range(1, 10_001):
        entry = seq.to_bytes(8, "big") + block_id(seq)
        checksum = tagged_hash("intent", checksum, entry)[:24]
        content += entry + checksum
    overwrite(path, content)
    assert reopened(path) == (10_000, block_id(10_000))
    overwrite(path, content + b"torn")
    assert reopened(path) == (10_000, block_id(10_000))


def test_no_second_block_of_a_seq_is_ever_meant(tmp_path: Path) -> None:
    path = written(tmp_path / "intent", 3)
    log = IntentLog(path, NODE, COMPUTER)
    size = path.stat().st_size
    log.append(3, block_id(3))  # the same block signed anew after a crash
    assert path.stat().st_size == size
    for seq in (3, 2, 1, 0, 5):
        with pytest.raises(MunimentError, match="would-fork"):
            log.append(seq, block_id(99))
        with pytest.raises(MunimentError, match="would-fork"):
            log.check(Mark(seq, block_id(99)))
    assert path.stat().st_size == size
    log.append(4, block_id(4))
    log.close()


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
    assert reopened(path) == (1, block_id(1))


def test_the_computer_has_one_identity() -> None:
    assert computer_identity() == computer_identity()
    assert len(computer_identity()) == len(UNKNOWN_COMPUTER) == 32


def test_the_mark_against_the_head() -> None:
    one, two, other = Mark(1, block_id(1)), Mark(2, block_id(2)), Mark(2, block_id(9))
    assert compare(None, None) == compare(two, two) == "level"
    assert compare(two, one) == compare(one, None) == "database-behind"
    assert compare(one, two) == compare(None, one) == "database-ahead"
    assert compare(two, other) == "differs"


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=400))
def test_hostile_bytes_end_in_a_code(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("hostile") / "intent"
    path.write_bytes(content)
    assert refusal(path) in {"intent-damaged", "intent-of-another-node"}


# A process whose files may not grow past a limit meets a real failed write, as on a full disk.
FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from core.errors import MunimentError
from core.store.intent import IntentLog
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = IntentLog(Path(sys.argv[1]), b"n" * 32, b"c" * 32)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
for seq in (4, 4):
    try:
        log.append(seq, b"i" * 32)
        print("kept")
    except MunimentError as error:
        print(error.code)
"""


@pytest.mark.parametrize("room", [0, 1, 63])
def test_a_full_disk_stops_the_log_and_loses_nothing(tmp_path: Path, room: int) -> None:
    path = written(tmp_path / "intent", 3)
    limit = str(path.stat().st_size + room)
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), limit],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == ["disk-full", "intent-not-kept"]
    assert reopened(path) == (3, block_id(3))


APPEND_FOREVER = """
import sys
from pathlib import Path
from core.store.intent import IntentLog
log = IntentLog(Path(sys.argv[1]), b"n" * 32, b"c" * 32)
seq = log.last().seq if log.last() else 0
while True:
    seq += 1
    log.append(seq, seq.to_bytes(32, "big"))
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
        mark = reopened(path)
        assert mark is not None
        assert acknowledged <= mark.seq <= acknowledged + 1
