"""What a checkpoint costs beside the acts: the state root brought up to date, and entries put into their log.

The limits, measured in turns with them on the same disk: the smallest durable thing that keeps a digest of every
record, an update of so many rows of a table keyed by record id; and an insertion of the same entries into a bare table.
"""

from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from core.ledger.entry import entry_leaf
from core.store.database import Database
from core.store.entries import EntryLog
from core.store.state_tree import RecordChange, StateTree
from tests.bench.figure import Figure

BATCH = 4096
ROUNDS = 5
REGISTER = "land.parcel"


def measure_checkpointing(work: Path, record_count: int) -> list[Figure]:
    """`work` must lie on a real disk."""
    return [_measure_state_root(work, record_count), _measure_entries(work)]


def _measure_state_root(work: Path, record_count: int) -> Figure:
    """A batch of random records among so many, durable, with the root asked for."""
    ids = [_digest("record", number)[:16] for number in range(record_count)]
    batch = min(BATCH, record_count)
    database = Database(work / "state-tree.db", bytes(32), create=True)
    bare = Database(work / "bare-digests.db", bytes(32), create=True)
    bare.execute("CREATE TABLE digest(id BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID")
    tree = StateTree(database)
    with database.atomic():
        tree.update(RecordChange(REGISTER, 0, record, record * 2) for record in ids)
    with bare.atomic():
        bare.executemany("INSERT INTO digest VALUES (?,?)", [(record, record * 2) for record in sorted(ids)])
    ours, limits = [], []
    for number in range(ROUNDS):
        changed = [(record, _digest(number, record)) for record in Random(number).sample(ids, batch)]
        started_s = perf_counter()
        with database.atomic():
            tree.update(RecordChange(REGISTER, 0, record, digest) for record, digest in changed)
            tree.root()
        ours.append(perf_counter() - started_s)
        started_s = perf_counter()
        with bare.atomic():
            bare.executemany("UPDATE digest SET digest = ?2 WHERE id = ?1", sorted(changed))
        limits.append(perf_counter() - started_s)
    database.close()
    bare.close()
    return Figure(
        "bring the state root up to date",
        median(ours) * 1000,
        "ms",
        median(limits) * 1000,
        at_most=3,
        note=f"{batch} of {record_count} records changed",
    )


def _measure_entries(work: Path) -> Figure:
    database = Database(work / "entries.db", bytes(32), create=True)
    bare = Database(work / "bare-entries.db", bytes(32), create=True)
    bare.execute("CREATE TABLE bare_entry(number INTEGER PRIMARY KEY, leaf BLOB NOT NULL)")
    log = EntryLog(database)
    ours, limits = [], []
    for number in range(ROUNDS):
        acts = [_digest("act", number, place) for place in range(BATCH)]
        leaves = [entry_leaf(act, "entered", [(act[:16], act)]) for act in acts]
        started_s = perf_counter()
        with database.atomic():
            log.append(leaves)
            log.root()
        ours.append(perf_counter() - started_s)
        started_s = perf_counter()
        with bare.atomic():
            bare.executemany("INSERT INTO bare_entry(leaf) VALUES (?)", [(leaf,) for leaf in leaves])
        limits.append(perf_counter() - started_s)
    database.close()
    bare.close()
    return Figure(
        "append entries to their log",
        median(ours) * 1000,
        "ms",
        median(limits) * 1000,
        at_most=3,
        note=f"{BATCH} at a time",
    )


def _digest(*of: object) -> bytes:
    return sha256(repr(of).encode()).digest()
