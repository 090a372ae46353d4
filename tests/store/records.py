"""Made-up records and a store in memory, for tests of the two layers."""

from collections.abc import Sequence
from hashlib import sha256

from core.ledger.record import Change, IndexChange, Record
from core.store.chain import ActRow
from core.store.database import IN_MEMORY, Database
from core.store.pages import label
from core.store.replica import ReplicaStore

KEY = bytes(range(32))


def empty_store() -> ReplicaStore:
    return ReplicaStore(Database(IN_MEMORY, KEY))


def record_id(number: int) -> bytes:
    return sha256(f"record {number}".encode()).digest()[:16]


def make_record(
    number: int, version: int = 1, keeper: int | None = 0, register: str = "land.parcel", **fields: object
) -> Record:
    """A version of the record of that number; versions differ by `last_act` as well."""
    last_act = sha256(f"act {number} {version} {sorted(fields.items())}".encode()).digest()[:16]
    key = {"cadastral": f"{number:010}"}
    return Record(register, record_id(number), keeper, 0, version, last_act, "registered", key, fields)


def next_version(old: Record, **fields: object) -> Record:
    number = int(str(old.key["cadastral"]))
    return make_record(number, old.version + 1, old.keeper, old.register, **{**old.fields, **fields})


def agree(store: ReplicaStore, changes: Sequence[Change], indexes: Sequence[IndexChange] = ()) -> None:
    """What certified acts do to the store."""
    with store.database.atomic():
        store.state.write_agreed(changes, indexes, {change.new.id: label(change.new) for change in changes})
        store.state.settle_overlay(changes, indexes)
        store.pages.index_words((change.old, change.new) for change in changes)


def overlay(store: ReplicaStore, author: int, changes: Sequence[Change], indexes: Sequence[IndexChange] = ()) -> None:
    """What uncertified acts do to the store, all of them in one block."""
    with store.database.atomic():
        labels = {change.new.id: label(change.new) for change in changes}
        position = store.chain.counts()[1] + 1
        store.chain.add_acts(
            position,
            [
                ActRow(one.last_act.ljust(32, b"\0"), position, n, author, "entered", None, {}, (one.id,))
                for n, one in enumerate(change.new for change in changes)
            ],
        )
        store.state.foreseen.add(position, changes, ())
        store.state.write_overlay(author, changes, indexes, labels)
        store.pages.index_foreseen(changes, position)
