"""Checking that what is derived from the blocks is what the offices agreed: records, indexes, totals, entries, history.

SQLCipher finds a changed page, not an old page put back in its place; blocks prove themselves, derived rows do not. But
the newest checkpoint says which state and which entries follow from all anchors so far: a row that is older than it is
found here. Each entry names the versions that its act made: so the log of entries proves the history and what is said
of each act. What the archive holds proves itself by the headers. In steps, because a register is large and the office
has other work; when an anchor was executed in between, a check begins again.
"""

from collections.abc import Callable, Iterator, Mapping

from core.crypto.signing import verify
from core.errors import MunimentError
from core.executing import was_interrupted
from core.laws.law import Law
from core.ledger.block import block_id
from core.ledger.checkpoint import check_certificate
from core.ledger.entry import REJECTED, Entry, decode_entry
from core.ledger.payload import decode_payload, payload_root
from core.ledger.record import TotalChange, decode_record, record_digest
from core.ledger.roll import Roll
from core.ledger.snapshot import decode_stub, stub_root
from core.ledger.state_proof import district_of
from core.reindexing import groups_in
from core.store.chain import BlockRow
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from core.store.state_tree import RecordChange, StateTree
from core.store.totals import add_sums

RECORDS_A_STEP = 500
ENTRIES_A_STEP = 200
PAYLOADS_A_STEP = 32
CHECKPOINTS_A_STEP = 50


def verify_state(store: ReplicaStore, laws: Mapping[str, Law], epoch: int) -> Iterator[None]:
    """Yields between steps. Raises `replica-damaged`. `epoch`: the present one."""
    return _until_it_stands(store, lambda: _verify_once(store, laws, epoch))


def verify_past(store: ReplicaStore) -> Iterator[None]:
    """Entries, the versions that were replaced, and what is said of executed acts. Raises `replica-damaged`.

    A replica that joined with a snapshot does not hold all versions: there only those that it has are checked.
    """
    return _until_it_stands(store, lambda: _verify_past_once(store))


def _until_it_stands(store: ReplicaStore, check: Callable[[], Iterator[None]]) -> Iterator[None]:
    seen = (-1, -1)
    while seen != (seen := _standing(store)):
        try:
            yield from check()
        except (TypeError, ValueError, LookupError) as error:  # an old page cuts values off
            raise _damaged(store, str(error)) from None
        except MunimentError as error:
            if _standing(store) == seen:
                raise error if error.code == "replica-damaged" else _damaged(store, error.code) from None


def _standing(store: ReplicaStore) -> tuple[int, int]:
    """What grows whenever the agreed state changes: (anchors, entries)."""
    return store.chain.anchor_count(), store.entries.size


def _verify_once(store: ReplicaStore, laws: Mapping[str, Law], epoch: int) -> Iterator[None]:
    scratch = Database(IN_MEMORY, bytes(32))
    try:
        tree, after, entries = StateTree(scratch), b"", 0
        sums: dict[tuple[str, bytes], dict[str, int]] = {}
        while rows := store.state.agreed_after(after, RECORDS_A_STEP):
            changes = []
            for record_id, register, district, body in rows:
                record = decode_record(body)
                if (record.id, record.register, district_of(record)) != (record_id, register, district):
                    raise _damaged(store, register)
                changes.append(RecordChange(register, district, record_id, record_digest(body)))
                for group in groups_in(laws, [record]):
                    if isinstance(group, TotalChange):
                        add_sums(sums.setdefault((group.total, group.group), {}), group.added)
                        continue
                    entries += 1
                    if not store.state.holds(group.index, group.group, record_id):
                        raise _damaged(store, group.index)
            tree.update(changes)
            after = rows[-1][0]
            yield
        _compare_roots(store, tree.root(), entries, epoch)
        if {(name, group): held for name, group, held in store.state.totals.all_agreed()} != {
            place: held for place, held in sums.items() if held
        }:
            raise _damaged(store, "total")
        for number, _ in enumerate(store.state.tree.verify()):
            if number % RECORDS_A_STEP == 0:
                yield
    finally:
        scratch.close()


def _compare_roots(store: ReplicaStore, root: bytes, index_entries: int, epoch: int) -> None:
    if root != store.state.state_root() or index_entries != store.state.index_count():
        raise _damaged(store, "state")
    newest = store.checkpoints.newest()
    # What begins an epoch is written after the closing checkpoint and stands under the next one. And no checkpoint is
    # of the state between two portions of an anchor.
    if newest is None or newest.epoch < epoch or was_interrupted(store):
        return
    if newest.state_root != root or (newest.size, newest.root) != (store.entries.size, store.entries.root()):
        raise _damaged(store, "checkpoint")


def _verify_past_once(store: ReplicaStore) -> Iterator[None]:
    entries, number, written = store.entries, store.entries.first_held, 0
    digests, whole = entries.growing(number), number == 0 and not store.pruned.lacks_any()
    while number < entries.size:
        leaves = entries.leaves(number, ENTRIES_A_STEP)
        for leaf in leaves:
            digests.append(leaf)
            written += _verify_entry(store, decode_entry(leaf), whole)
        number += len(leaves)
        yield
    if digests.root() != entries.root():
        raise _damaged(store, "entries")
    if whole and written != store.state.version_count():
        raise _damaged(store, "history")
    for number, checkpoint in enumerate(store.checkpoints.all_held()):
        if checkpoint.size >= store.entries.first_held and checkpoint.root != entries.root(checkpoint.size):
            raise _damaged(store, "checkpoint")
        if number % CHECKPOINTS_A_STEP == 0:
            yield


def verify_certificates(store: ReplicaStore, roll_of: Callable[[int], Roll]) -> Iterator[None]:
    """Every certified checkpoint is cosigned by a quorum of its epoch. Raises `replica-damaged`."""
    for number, anchor in enumerate(store.checkpoints.certified_anchors(-1)):
        certificate = store.checkpoints.certificate(anchor)
        try:
            assert certificate is not None
            check_certificate(certificate, roll_of(certificate.checkpoint.epoch), verify)
        except MunimentError:
            raise _damaged(store, "certificate") from None
        if number % CHECKPOINTS_A_STEP == 0:
            yield


def _verify_entry(store: ReplicaStore, entry: Entry, whole: bool) -> int:
    """How many versions its act made."""
    if entry.outcome == REJECTED:
        return 0
    row = store.chain.act(entry.act)
    shown = {record for record, _ in entry.written}
    if row is None or row.outcome != entry.outcome or not shown.issuperset(row.records):
        raise _damaged(store, "act")
    for record, digest in entry.written:
        try:
            store.state.version_made(record, entry.act, digest)
        except MunimentError:
            if whole:
                raise _damaged(store, "history") from None
    return len(entry.written)


def verify_blocks(
    store: ReplicaStore,
    network: bytes,
    stands: Callable[[BlockRow], bool],
    check_payload: Callable[[tuple[bytes, int] | None, bytes | None, int], object],
    after: int,
    count: int,
) -> int | None:
    """Check so many stored blocks again, as if they came from outside; the last position, None at the end.

    `stands`: whether it is one of the graph, by its author; `check_payload` raises where its payload is another. Raises
    `replica-damaged`.
    """
    last, expected = None, after
    for row in store.chain.blocks(after, count):
        expected += 1
        block = row.block
        intact = row.position == expected and block_id(network, block.header_bytes) == block.id and stands(row)
        try:
            if block.payload is None and block.header.payload is not None:
                intact = intact and _stub_holds(store, row)
            else:
                check_payload(block.header.payload, block.payload, block.header.author)
        except MunimentError:
            intact = False
        if not intact:
            raise MunimentError("replica-damaged", path=store.database.path, block=row.position)
        last = row.position
    return last


def _stub_holds(store: ReplicaStore, row: BlockRow) -> bool:
    """Whether what is left of a settled payload, with the ids of its acts, is what the header names."""
    stub = store.pruned.stub(row.position)
    ids = [act.id for act in store.chain.acts_of_block(row.position)]
    named = row.block.header.payload
    return stub is not None and named is not None and stub_root(decode_stub(stub), ids) == named[0]


def verify_archive(store: ReplicaStore, network: bytes) -> Iterator[None]:
    """Every payload that stands in the archive is what its block's header names.

    Raises `archive-missing`, `archive-damaged`.
    """
    for number, (position, _) in enumerate(store.pruned.places()):
        row = store.chain.block_at(position)
        payload, named = store.payload(row), row.block.header.payload
        try:
            holds = (
                payload is not None and named is not None and payload_root(network, decode_payload(payload)) == named[0]
            )
        except MunimentError:
            holds = False
        if not holds:
            raise MunimentError("archive-damaged", path=store.database.path)
        if number % PAYLOADS_A_STEP == 0:
            yield


def _damaged(store: ReplicaStore, detail: str) -> MunimentError:
    return MunimentError("replica-damaged", path=store.database.path, detail=detail)
