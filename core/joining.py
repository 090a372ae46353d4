"""Joining with a snapshot: everything in it is verified, and nothing that is settled is executed again (3-ledger §9).

What is known beforehand is the network id and the hash of the checkpoint C, both received in person. From them follows
all else: the charter, the entries and the records as they were are hashed; headers are verified one by one and decide
the anchors once more; entries say which acts have run; proposals and votes say which change passed. Blocks above C are
taken in as from a neighbour. The replica is written into a database that nobody uses until all of it holds.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from core.errors import MunimentError
from core.exchange import Exchange, Received, SignedHeader
from core.executing import Execution
from core.joining_past import MAX_BLOCK_FRAME_BYTES, ROWS_A_STEP, SettledPast, require_fit
from core.laws.requests import DECISIONS_REGISTER
from core.ledger.block import Header
from core.ledger.charter import Charter
from core.ledger.checkpoint import Certificate, decode_cosignature
from core.ledger.encoding import decode
from core.ledger.epoch_proof import EpochProof
from core.ledger.payload import Cosignature, Payload, decode_payload
from core.ledger.record import decode_record
from core.reindexing import groups_in
from core.snapshot_file import DIFFERS, Given, Progress, SnapshotFile, read_beginning
from core.store.database import Database
from core.store.pages import label
from core.store.replica import ReplicaStore


def join(database: Database, snapshot: Path | BinaryIO, given: Given, progress: Progress | None = None) -> Charter:
    """Fill an empty database from a snapshot, a file or what is read as one. It counts only after the return.

    Raises the codes of `read_beginning`, `snapshot-cut-off`, `snapshot-differs` (facts: part), of whatever block or
    act breaks a rule, and `disk-full`.
    """
    try:
        stream = snapshot.open("rb") if isinstance(snapshot, Path) else snapshot
    except OSError:
        raise MunimentError("file-not-found", path=str(snapshot)) from None
    with stream, database.bulk():
        source = SnapshotFile(stream, progress)
        certificate, charter, epochs = read_beginning(source, given)
        joining = Joining(ReplicaStore(database), charter, certificate, epochs)
        try:
            joining.take_all(source)
        except (TypeError, ValueError, LookupError) as error:  # what is written in it does not fit together
            raise MunimentError(DIFFERS, part=str(error)) from None
    return charter


class Joining(Exchange):
    """A replica that comes into being from a snapshot."""

    def __init__(self, store: ReplicaStore, charter: Charter, certificate: Certificate, steps: EpochProof) -> None:
        super().__init__(store, charter)
        self._checkpoint = certificate.checkpoint
        self._past = SettledPast(self, certificate, steps)

    def take_all(self, source: SnapshotFile) -> None:
        self._past.take_entries(source)
        self._take_records(source)
        self._past.take_versions(source)
        blocks = source.frames(MAX_BLOCK_FRAME_BYTES)
        self._past.take_blocks(blocks)
        self._past.finish()
        self._open_rest()
        self._take_rest(blocks)
        for proof in source.frames(MAX_BLOCK_FRAME_BYTES):
            first, first_signature, second, second_signature = decode(proof, MAX_BLOCK_FRAME_BYTES)
            self.add_evidence(SignedHeader(first, first_signature), SignedHeader(second, second_signature))
        self._intake().take_state()
        source.end()

    # -- the register at C --------------------------------------------------------------------------------------

    def _take_records(self, source: SnapshotFile) -> None:
        """Their groups are those of the founding rules, until it is known which rules hold at C."""
        items, last = source.items(), b""
        while bodies := list(islice(items, ROWS_A_STEP)):
            records = [decode_record(body) for body in bodies]
            ids = [record.id for record in records]
            require_fit(all(a < b for a, b in zip([last, *ids], ids, strict=False)), "records")
            last = ids[-1]
            with self.store.database.atomic():
                labels = map(label, records)
                self.store.state.fill(zip(records, bodies, labels, strict=True), groups_in(self.laws, records))
                self.store.pages.fill(record for record in records if "#" not in record.register)
            for record in records:
                if "#" in record.register:
                    self._past.inner.add(record.id)
                if record.register == DECISIONS_REGISTER:
                    self._past.decided.add(record.key["request"])
        require_fit(self.store.state.state_root() == self._checkpoint.state_root, "records")

    # -- what C has not settled ---------------------------------------------------------------------------------

    def _open_rest(self) -> None:
        """Acts that arrived before C and wait, and what may follow from the blocks that are here already."""
        self.execution = Execution(self.store, self.lace, self.finality, self._new_fold(), self.epochs)
        with self.store.database.atomic():
            for position, payload_bytes in self.store.chain.payloads():
                payload, block = decode_payload(payload_bytes), self.store.chain.block_at(position).block
                self._count_late_cosignatures(payload, block.header)
                vertex = self.lace.vertices[block.id]
                if payload.groups and not vertex.anchor:
                    acts = self.check_acts(block.header.epoch, payload)
                    self.execution.enter(vertex, payload.groups, acts, position, None)
            self._take_up(self._decide_next())
            self._execute()

    def _count_late_cosignatures(self, payload: Payload, header: Header) -> None:
        """Those of older checkpoints are settled; this replica knows none of them."""
        items = tuple(
            item
            for item in payload.items
            if isinstance(item, Cosignature) and self._anchor_of(item) >= self._checkpoint.anchor
        )
        if items:
            self._count_cosignatures(Payload(items), header)

    def _anchor_of(self, item: Cosignature) -> int:
        try:
            return decode_cosignature(self.network, item.note).checkpoint.anchor
        except MunimentError:
            return 0

    def _take_rest(self, frames: Iterator[bytes]) -> None:
        for frame in frames:
            header, signature, payload, stub = decode(frame, MAX_BLOCK_FRAME_BYTES)
            require_fit(stub is None, "blocks")
            require_fit(self.receive(header, signature, payload) is Received.ACCEPTED, "blocks")
