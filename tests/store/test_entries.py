"""The log of executed entries: every root, path and consistency proof is the one of RFC 6962 over the same leaves."""

from hashlib import sha256
from random import Random

import pytest

from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.encoding import encode
from core.ledger.entry import Entry, decode_entry, entry_leaf, rejected_leaf
from core.store.database import IN_MEMORY, Database
from core.store.entries import EntryLog
from tests.store.records import KEY

MANY = 300  # more hashes than four rows hold


def act_id(number: int) -> bytes:
    return sha256(f"act {number}".encode()).digest()


def leaves(count: int) -> list[bytes]:
    return [entry_leaf(act_id(n), "entered", [(act_id(n)[:16], act_id(-n))]) for n in range(count)]


def log_of(count: int, seed: int = 0) -> EntryLog:
    """Filled in parts of random sizes."""
    database, random = Database(IN_MEMORY, KEY), Random(seed)
    log, waiting = EntryLog(database), leaves(count)
    while waiting:
        part = random.choice((1, 2, 7, 64, 130))
        with database.atomic():
            log.append(waiting[:part])
        waiting = waiting[part:]
    return log


def hashes(count: int) -> list[bytes]:
    return [merkle.leaf_hash(leaf) for leaf in leaves(count)]


@pytest.mark.parametrize("seed", range(3))
def test_the_root_at_every_size_is_that_of_the_leaves(seed: int) -> None:
    log, expected = log_of(MANY, seed), hashes(MANY)
    assert log.size == MANY
    assert all(log.root(size) == merkle.root(expected[:size]) for size in range(MANY + 1))
    assert log.root() == merkle.root(expected)


def test_every_path_is_that_of_the_leaves() -> None:
    log, expected = log_of(70), hashes(70)
    for size in range(1, 71):
        for number in range(size):
            path = log.path(number, size)
            assert path == merkle.path(expected[:size], number)
            assert merkle.root_from_path(expected[number], number, size, path) == log.root(size)


def test_every_consistency_proof_holds_and_no_altered_one() -> None:
    log = log_of(70)
    for new in range(1, 71):
        for old in range(1, new + 1):
            proof, roots = log.consistency(old, new), (log.root(old), log.root(new))
            assert merkle.is_consistent(old, new, *roots, proof)
            assert not merkle.is_consistent(old, new, roots[0], bytes(32), proof)
            assert not merkle.is_consistent(old, new, bytes(32), roots[1], proof)
            assert not merkle.is_consistent(old, new, *roots, [*proof, bytes(32)])
            if proof:
                assert not merkle.is_consistent(old, new, *roots, proof[:-1])
    assert not merkle.is_consistent(0, 5, merkle.EMPTY_ROOT, log.root(5), [])
    assert not merkle.is_consistent(6, 5, log.root(6), log.root(5), [])


def test_an_entry_is_found_by_its_act_among_some() -> None:
    log = log_of(50)
    assert log.leaf(17) == leaves(50)[17]
    assert (log.find(act_id(17), 0, 50), log.find(act_id(17), 17, 18)) == (17, 17)
    assert (log.find(act_id(17), 0, 17), log.find(act_id(99), 0, 50)) == (None, None)


@pytest.mark.parametrize("size", [1, 2, 31, 32, 33, 100, 191])
def test_a_log_goes_on_from_peaks_alone(size: int) -> None:
    whole = log_of(MANY)
    database = Database(IN_MEMORY, KEY)
    joined = EntryLog(database)
    with database.atomic():
        joined.resume(size, whole.peaks(size))
        joined.append(leaves(MANY)[size:])
    assert joined.root() == whole.root()
    assert joined.path(MANY - 1, MANY) == whole.path(MANY - 1, MANY)
    assert joined.root(size) == whole.root(size)
    with pytest.raises(MunimentError, match="entry-not-held"):
        joined.leaf(0)
    if size > 1:
        with pytest.raises(MunimentError, match="entry-not-held"):
            joined.path(0, MANY)


def test_what_is_not_there_is_refused() -> None:
    log = log_of(5)
    for refused in (lambda: log.root(6), lambda: log.path(5, 5), lambda: log.path(0, 6), lambda: log.consistency(0, 5)):
        with pytest.raises(IndexError):
            refused()
    with pytest.raises(ValueError, match="empty log"):
        log.resume(1, log.peaks(1))
    assert log_of(0).root() == merkle.EMPTY_ROOT


def test_a_failed_batch_leaves_nothing() -> None:
    database = Database(IN_MEMORY, KEY)
    log = EntryLog(database)
    with database.atomic():
        log.append(leaves(3))

    def fail() -> None:
        with database.atomic():
            log.append(leaves(9))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (log.size, log.root()) == (3, merkle.root(hashes(3)))


def test_entries_say_what_became_of_an_act() -> None:
    written = ((bytes(16), bytes(32)), (b"\x01" * 16, b"\x02" * 32))
    entered, refused = entry_leaf(act_id(1), "warned", written), rejected_leaf(act_id(1), "late")
    assert decode_entry(entered) == Entry(act_id(1), "warned", None, written)
    assert decode_entry(refused) == Entry(act_id(1), "rejected", "late")
    for bad in ([act_id(1), "rejected", []], [act_id(1), "entered", "late"], [b"", "entered", []], [act_id(1)], 7,
                [act_id(1), "entered", [[bytes(15), bytes(32)]]], [act_id(1), "entered", [[bytes(16)]]]):  # fmt: skip
        with pytest.raises(MunimentError, match="malformed-entry"):
            decode_entry(encode(bad))
    with pytest.raises(MunimentError, match="not-canonical"):
        decode_entry(entered[:-1])
