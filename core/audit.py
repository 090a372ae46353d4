"""What a stranger needs to check this replica without the application: AUDIT.md in core/ledger says the format.

Everything signed (charter, blocks with payloads, proofs of forks) in the order of arrival, and beside it what this
replica claims of it. A verifier computes the claims from the signed part. Files are sequences of items, each written
as it is read: a long ledger is never in memory. The manifest is written last: without it a copy is not whole.
No key leaves the replica, and of persons only what the charter and the acts themselves say.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from core.errors import MunimentError
from core.exchange import Exchange
from core.ledger.constitution import encode_constitution
from core.ledger.encoding import Value, encode
from core.ledger.entry import decode_entry
from core.people.actions import Action
from core.store.files import file_error, stream_durably

VERSION = 1
LENGTH_BYTES = 4
_ROWS_A_READ = 500
_BLOCKS_A_READ = 64  # with payloads of up to 256 KiB

Items = Iterator[Value]


@dataclass
class _Told:
    """What went through a file, for the manifest."""

    items: int = 0
    size_bytes: int = 0
    digest: bytes = b""


@dataclass(frozen=True)
class AuditSummary:
    """How many items each file holds, by its name."""

    items: dict[str, int] = field(default_factory=dict)


def export_audit(replica: Exchange, folder: Path) -> AuditSummary:
    """Write the replica's signed content and claims into an empty or new folder; durable on return.

    Raises `audit-folder-not-empty`, `file-not-written`, `disk-full`, and where this replica did not see the
    beginning or has pruned it `payload-not-held`, `entry-not-held` or `version-not-held`; then the folder is as it was
    before.
    """
    replica.people.require(Action.EXPORT_AUDIT)
    while replica.enter_in_order():  # what is claimed is told of anchors executed whole
        pass
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MunimentError("audit-folder-not-empty", path=str(folder))
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, folder) from None
    written: list[Path] = []
    try:
        return _write(replica, folder, written)
    except BaseException:
        with suppress(OSError):
            for path in written:
                path.unlink(missing_ok=True)
            if made:
                folder.rmdir()
        raise


def _write(replica: Exchange, folder: Path, written: list[Path]) -> AuditSummary:
    counts = {}
    for name, parts in audit_files(replica):
        written.append(folder / name)
        told = _Told()
        stream_durably(folder / name, _counted(parts, told))
        counts[name] = told.items
    return AuditSummary(counts)


def audit_files(replica: Exchange) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name of a file, its content in parts, one an item) in the order in which they must be read to their ends: the
    last one, the manifest, tells of all the others.
    """
    contents: dict[str, Iterator[bytes]] = {
        "charter": iter([replica.charter.encoded]),
        "constitutions": map(_framed, _constitutions(replica)),
        "blocks": map(_item, _blocks(replica)),
        "evidence": map(_item, _evidence(replica)),
        "certified": map(_item, _certified(replica)),
        "anchors": map(_item, _anchors(replica)),
        "entries": map(_framed, _entries(replica)),
        "versions": map(_framed, _versions(replica)),
        "checkpoints": map(_item, _checkpoints(replica)),
    }
    listed: list[Value] = []
    for name, parts in contents.items():
        told = _Told()
        yield name, _counted(parts, told)
        listed.append([name, told.size_bytes, told.digest])
    yield "manifest", iter([encode(["muniment-audit", VERSION, replica.network, listed])])


def _counted(parts: Iterable[bytes], told: _Told) -> Iterator[bytes]:
    digest = sha256()
    for part in parts:
        told.items += 1
        told.size_bytes += len(part)
        digest.update(part)
        yield part
    told.digest = digest.digest()


def _item(value: Value) -> bytes:
    return _framed(encode(value))


def _framed(encoded: bytes) -> bytes:
    return len(encoded).to_bytes(LENGTH_BYTES, "big") + encoded


def _constitutions(replica: Exchange) -> Iterator[bytes]:
    """Of the epochs after the charter's."""
    return map(encode_constitution, replica.epochs.constitutions[1:])


def _blocks(replica: Exchange) -> Items:
    after = 0
    while rows := replica.store.chain.blocks(after, _BLOCKS_A_READ):
        for row in rows:
            yield [row.block.header_bytes, row.block.signature, replica.store.payload(row)]
        after = rows[-1].position


def _evidence(replica: Exchange) -> Items:
    for _, proof in replica.store.chain.evidence():
        yield [proof.first, proof.first_signature, proof.second, proof.second_signature]


def _certified(replica: Exchange) -> Items:
    """Ids of the blocks with acts that a quorum has approved, in the order of arrival."""
    for vertex in replica.lace.vertices.values():
        if vertex.has_acts and vertex.certified:
            yield vertex.id


def _anchors(replica: Exchange) -> Items:
    """Each anchor with the ids of the blocks that it executed, these in the order of arrival."""
    executed: dict[int, list[bytes]] = {}
    for vertex in replica.lace.vertices.values():
        if vertex.anchor:
            executed.setdefault(vertex.anchor, []).append(vertex.id)
    after = 0
    while rows := replica.store.chain.anchors(after, _ROWS_A_READ):
        for row in rows:
            place = [row.number, row.block, row.epoch, row.round, row.consensus_ms, row.spread_ms, row.closing]
            yield [*place, executed.pop(row.number, [])]
        after = rows[-1].number


def _entries(replica: Exchange) -> Iterator[bytes]:
    """The leaves of the tree of entries. Raises `entry-not-held` where this replica joined with a snapshot."""
    number, size = 0, replica.store.entries.size
    while number < size:
        leaves = replica.store.entries.leaves(number, _ROWS_A_READ)
        yield from leaves
        number += len(leaves)


def _versions(replica: Exchange) -> Iterator[bytes]:
    """Every record version that the entries name, in their order. Raises `version-not-held`."""
    for leaf in _entries(replica):
        entry = decode_entry(leaf)
        for record, digest in entry.written:
            yield replica.store.state.version_made(record, entry.act, digest)


def _checkpoints(replica: Exchange) -> Items:
    """State root of each checkpoint, and whether a quorum has cosigned it; all else of it is in other files."""
    after = 0
    while rows := replica.store.chain.anchors(after, _ROWS_A_READ):
        for row in rows:
            checkpoint = replica.store.checkpoints.at(row.number)
            if checkpoint is not None:
                yield [checkpoint.state_root, replica.store.checkpoints.certificate(row.number) is not None]
        after = rows[-1].number
