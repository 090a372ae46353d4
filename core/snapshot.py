"""Writing a snapshot: what an office that joins needs, and nothing that is settled (3-ledger §9, SNAPSHOT.md).

It is taken at the newest certified checkpoint C, whatever was executed since: versions that later anchors made are
undone with the history that every replica keeps. All headers stand in it with their signatures, so whoever joins
recomputes rounds, votes and anchors; payloads of blocks that C has settled do not, but for those that carry evidence, a
cosignature of a later checkpoint or a request that nobody has decided. Every entry stands in it: their ids say which
acts have run, for an act runs once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.epochs import LAW_PREFIX
from core.errors import MunimentError
from core.exchange import Exchange
from core.laws.requests import DECISIONS_REGISTER
from core.ledger.checkpoint import Certificate, Checkpoint, decode_cosignature
from core.ledger.encoding import encode
from core.ledger.entry import decode_entry
from core.ledger.epoch_proof import Step
from core.ledger.payload import Cosignature, Payload, decode_payload
from core.ledger.record import RECORD_ID_BYTES, decode_record, record_digest
from core.ledger.request import REQUESTED
from core.ledger.snapshot import checkpoint_hash, chunked, encode_snapshot_head, encode_stub, framed, stub_of
from core.ledger.state_proof import TreeLeaf, item_of, state_root, tree_root
from core.people.actions import Action
from core.proving_epochs import EpochProving
from core.store.chain import BlockRow
from core.store.files import stream_durably

_ROWS_A_READ = 500
_BLOCKS_A_READ = 64  # with payloads of up to 256 KiB
_TOLD_EVERY = 500  # entries, records or blocks
Progress = Callable[[int, int], None]  # (entries, records and blocks so far, of how many about)


@dataclass(frozen=True)
class SnapshotSummary:
    """What was written. `checkpoint`: the 32 bytes to hand over in person."""

    network: bytes
    checkpoint: bytes
    anchor: int
    entries: int
    blocks: int
    records: int
    size_bytes: int


def state_for_joining(replica: Exchange) -> tuple[int, bytes] | None:
    """(anchor, hash) of the checkpoint that a snapshot taken now would be of; None before the first certified one."""
    certificate = replica.store.checkpoints.newest_certified()
    return (certificate.checkpoint.anchor, checkpoint_hash(certificate.checkpoint)) if certificate else None


def write_snapshot(replica: Exchange, path: Path, progress: Progress | None = None) -> SnapshotSummary:
    """Durable on return; what stood at the path is replaced only then, and not at all if `progress` raises.

    Raises what `take_snapshot` raises, `disk-full` and `file-not-written`.
    """
    return take_snapshot(replica, lambda parts: stream_durably(path, parts), progress)


def take_snapshot(
    replica: Exchange, write: Callable[[Iterable[bytes]], None], progress: Progress | None = None
) -> SnapshotSummary:
    """Have all of it written, piece by piece, in the order of the file.

    Raises `nothing-certified`, `snapshot-not-possible` (this replica cannot say what the register was then).
    """
    replica.people.require(Action.SNAPSHOT)
    certificate = replica.store.checkpoints.newest_certified()
    if certificate is None:
        raise MunimentError("nothing-certified")
    taking = _Taking(replica, certificate, progress)
    write(taking.parts())
    told = certificate.checkpoint
    return SnapshotSummary(
        told.network,
        checkpoint_hash(told),
        told.anchor,
        told.size,
        taking.blocks,
        taking.records,
        taking.size_bytes,
    )


class _Taking:
    def __init__(self, replica: Exchange, certificate: Certificate, progress: Progress | None) -> None:
        self._replica, self._store, self._certificate = replica, replica.store, certificate
        self._checkpoint: Checkpoint = certificate.checkpoint
        self._progress, self._done = progress, 0
        self._whole = self._checkpoint.size + self._store.state.record_count() + self._store.chain.counts()[0]
        self.blocks = self.records = self.size_bytes = 0
        self._charter_ids = set(self._store.state.ids_of(LAW_PREFIX))
        self._requested: set[bytes] = set()

    def parts(self) -> Iterator[bytes]:
        later = self._versions_then()
        for section in (
            iter([framed(encode_snapshot_head(self._certificate, self._steps()))]),
            iter([framed(self._replica.charter.encoded)]),
            chunked(self._told(self._entries())),
            chunked(self._told(self._records(later))),
            chunked(self._versions()),
            self._told(self._block_frames(later)),
            self._evidence(),
        ):
            for frame in section:
                self.size_bytes += len(frame)
                yield frame
            yield framed(b"")

    def _steps(self) -> tuple[Step, ...]:
        certified = EpochProving(self._store.checkpoints, self._replica.epochs).certify(self._checkpoint)
        return certified.steps if certified else ()

    def _told(self, items: Iterable[bytes]) -> Iterator[bytes]:
        for item in items:
            self._done += 1
            if self._progress is not None and self._done % _TOLD_EVERY == 1:
                self._progress(self._done, self._whole)
            yield item

    # -- entries, and the versions that say which change passed -------------------------------------------------

    def _leaves(self, first: int, end: int) -> Iterator[bytes]:
        while first < end:
            leaves = self._store.entries.leaves(first, min(_ROWS_A_READ, end - first))
            yield from leaves
            first += len(leaves)

    def _entries(self) -> Iterator[bytes]:
        yield from self._leaves(0, self._checkpoint.size)

    def _versions(self) -> Iterator[bytes]:
        """Every version that a record of the network's own rules has had, in the order of the entries."""
        for leaf in self._leaves(0, self._checkpoint.size):
            entry = decode_entry(leaf)
            if entry.outcome == REQUESTED:
                self._requested.add(entry.act)
            for record, digest in entry.written:
                if record in self._charter_ids:
                    yield self._store.state.version_made(record, entry.act, digest)

    # -- blocks -------------------------------------------------------------------------------------------------

    def _block_frames(self, later: dict[bytes, bytes | None]) -> Iterator[bytes]:
        undecided = self._undecided(later)
        needed = {row.block for row in map(self._store.chain.act, undecided) if row is not None}
        after = 0
        while rows := self._store.chain.blocks(after, _BLOCKS_A_READ):
            for row in rows:
                self.blocks += 1
                block = row.block
                payload, stub = block.payload, None
                if payload is None and block.header.payload is not None:
                    stub = self._store.pruned.stub(row.position)
                elif payload is not None and row.position not in needed:
                    read = decode_payload(payload)
                    if self._is_settled(row, read):
                        payload, stub = None, encode_stub(stub_of(self._replica.network, read))
                yield framed(encode([block.header_bytes, block.signature, payload, stub]))
            after = rows[-1].position

    def _is_settled(self, row: BlockRow, payload: Payload) -> bool:
        """Whether C's anchor has executed its acts, or has it in its past if there are none."""
        settled = 0 < row.anchor <= self._checkpoint.anchor
        if not payload.groups:
            lace = self._replica.lace
            settled = lace.in_past(lace.vertices[row.block.id], lace.vertices[self._checkpoint.block])
        return settled and not payload.evidence and not any(map(self._speaks_later, payload.items))

    def _speaks_later(self, item: object) -> bool:
        """Whether it is a cosignature that whoever joins has yet to count."""
        if not isinstance(item, Cosignature):
            return False
        try:
            stated = decode_cosignature(self._replica.network, item.note).checkpoint
        except MunimentError:
            return False
        return stated.anchor >= self._checkpoint.anchor

    def _undecided(self, later: dict[bytes, bytes | None]) -> set[bytes]:
        decided = set()
        for record_id in self._store.state.ids_of(DECISIONS_REGISTER):
            body = later[record_id] if record_id in later else self._store.state.agreed_body(record_id)
            if body is not None:
                decided.add(decode_record(body).key["request"])
        return self._requested - decided

    def _evidence(self) -> Iterator[bytes]:
        for _, proof in self._store.chain.evidence():
            yield framed(encode([proof.first, proof.first_signature, proof.second, proof.second_signature]))

    # -- records as they were -----------------------------------------------------------------------------------

    def _records(self, later: dict[bytes, bytes | None]) -> Iterator[bytes]:
        after, trees = b"", dict[tuple[str, int], list[bytes]]()
        while rows := self._store.state.agreed_after(after, _ROWS_A_READ):
            for record_id, register, district, present in rows:
                body = later.get(record_id, present)
                if body is None:
                    continue
                self.records += 1
                if later:  # what was undone is compared with what the offices cosigned
                    place = (register, district) if body is present else _place(body)
                    trees.setdefault(place, []).append(item_of(record_id, record_digest(body)))
                yield body
            after = rows[-1][0]
        if later and self._root(trees) != self._checkpoint.state_root:
            raise MunimentError("snapshot-not-possible", anchor=self._checkpoint.anchor)

    def _root(self, trees: dict[tuple[str, int], list[bytes]]) -> bytes:
        return state_root([TreeLeaf(*place, len(items), tree_root(items)) for place, items in sorted(trees.items())])

    def _versions_then(self) -> dict[bytes, bytes | None]:
        """What each record was at the checkpoint that a later act has written; None: it was not there."""
        written = {
            record
            for leaf in self._leaves(self._checkpoint.size, self._store.entries.size)
            for record, _ in decode_entry(leaf).written
        }
        return {record: self._version_then(record) for record in written}

    def _version_then(self, record: bytes) -> bytes | None:
        """The highest version among those that an entry before the checkpoint names."""
        bodies = self._store.state.bodies(record)
        versions = sorted(((decode_record(body), body) for body in bodies), key=lambda one: -one[0].version)
        for version, body in versions:
            if self._was_executed(version.last_act, record, record_digest(body)):
                return body
        return None

    def _was_executed(self, act_prefix: bytes, record: bytes, digest: bytes) -> bool:
        act = self._store.chain.act_by_prefix(act_prefix[:RECORD_ID_BYTES])
        anchor = self._store.chain.block_at(act.block).anchor if act is not None else 0
        if act is None or not 0 < anchor <= self._checkpoint.anchor:
            return False
        first, end = self._store.checkpoints.entries_of(anchor)
        if end == first:  # settled before this replica joined: it has no other version of that age
            return True
        number = self._store.entries.find_entered(act.id, first, end)
        return number is not None and (record, digest) in decode_entry(self._store.entries.leaf(number)).written


def _place(body: bytes) -> tuple[str, int]:
    record = decode_record(body)
    return record.register, -1 if record.keeper is None else record.keeper
