"""Checking that what is derived from the blocks is what the offices agreed: records, indexes, entries.

SQLCipher finds a changed page, not an old page put back in its place; blocks prove themselves, derived rows do not. But
the newest checkpoint says which state and which entries follow from all anchors so far: a row that is older than it is
found here. In steps, because a register is large and the office has other work; when an anchor was executed in between,
the check begins again.
"""

from collections.abc import Iterator, Mapping

from core.errors import MunimentError
from core.laws.indexing import groups_of
from core.laws.law import Law
from core.ledger.encoding import encode
from core.ledger.record import decode_record, record_digest
from core.ledger.state_proof import district_of
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from core.store.state_tree import RecordChange, StateTree

RECORDS_A_STEP = 500


def verify_state(store: ReplicaStore, laws: Mapping[str, Law], epoch: int) -> Iterator[None]:
    """Yields between steps. Raises `replica-damaged`. `epoch`: the present one."""
    seen = -1
    while seen != (seen := store.chain.anchor_count()):
        try:
            yield from _verify_once(store, laws, epoch)
        except (TypeError, ValueError, LookupError) as error:  # an old page cuts values off
            raise _damaged(store, str(error)) from None
        except MunimentError:
            if store.chain.anchor_count() == seen:
                raise


def _verify_once(store: ReplicaStore, laws: Mapping[str, Law], epoch: int) -> Iterator[None]:
    scratch = Database(IN_MEMORY, bytes(32))
    try:
        tree, after, entries = StateTree(scratch), b"", 0
        while rows := store.state.agreed_after(after, RECORDS_A_STEP):
            changes = []
            for record_id, register, district, body in rows:
                record = decode_record(body)
                if (record.id, record.register, district_of(record)) != (record_id, register, district):
                    raise _damaged(store, register)
                changes.append(RecordChange(register, district, record_id, record_digest(body)))
                law = laws.get(register.partition(".")[0])
                declared = law.by_full_name.get(register) if law else None
                for index, group in groups_of(declared, record) if declared else ():
                    entries += 1
                    if not store.state.holds(index, encode(group), record_id):
                        raise _damaged(store, index)
            tree.update(changes)
            after = rows[-1][0]
            yield
        _compare_roots(store, tree.root(), entries, epoch)
    finally:
        scratch.close()


def _compare_roots(store: ReplicaStore, root: bytes, index_entries: int, epoch: int) -> None:
    if root != store.state.state_root() or index_entries != store.state.index_count():
        raise _damaged(store, "state")
    newest = store.checkpoints.newest()
    # What begins an epoch is written after the closing checkpoint and stands under the next one.
    if newest is None or newest.epoch < epoch:
        return
    if newest.state_root != root or (newest.size, newest.root) != (store.entries.size, store.entries.root()):
        raise _damaged(store, "checkpoint")


def _damaged(store: ReplicaStore, detail: str) -> MunimentError:
    return MunimentError("replica-damaged", path=store.database.path, detail=detail)
