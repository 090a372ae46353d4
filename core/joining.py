"""Joining with a snapshot: everything in it is verified, and nothing that is settled is executed again (3-ledger §9).

What is known beforehand is the network id and the hash of the checkpoint C, both received in person. From them follows
all else: the charter, the entries and the records as they were are hashed; headers are verified one by one and decide
the anchors once more; entries say which acts have run; proposals and votes say which change passed. Blocks above C are
taken in as from a neighbour. The replica is written into a database that nobody uses until all of it holds.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from core.charter_view import CharterView
from core.crypto.signing import verify
from core.epochs import LAW_PREFIX
from core.errors import MunimentError
from core.exchange import Exchange, Received, SignedHeader
from core.executing import Execution
from core.laws.requests import DECISIONS_REGISTER
from core.ledger.anchors import Anchor
from core.ledger.block import Block, Header, block_id, decode_header
from core.ledger.blocklace import Vertex
from core.ledger.charter import Charter, decode_charter
from core.ledger.checkpoint import Certificate, check_certificate, decode_cosignature
from core.ledger.encoding import decode
from core.ledger.entry import Entry, decode_entry
from core.ledger.payload import Cosignature, Payload, decode_payload
from core.ledger.record import Record, decode_record, record_digest
from core.ledger.request import REQUESTED
from core.ledger.snapshot import (
    LENGTH_BYTES,
    MAX_FRAME_BYTES,
    Stub,
    checkpoint_hash,
    decode_snapshot_head,
    decode_stub,
    stub_root,
    unchunked,
)
from core.ledger.transaction import decode_transaction
from core.reindexing import groups_in, rebuild_indexes
from core.store.chain import ActRow, AnchorRow
from core.store.database import Database
from core.store.pages import label
from core.store.replica import ReplicaStore
from core.voting import LAW

_ROWS_A_STEP = 20_000  # of one transaction
_BLOCKS_A_STEP = 2_000
_MAX_BLOCK_FRAME_BYTES = 1 << 20
_DIFFERS = "snapshot-differs"
Progress = Callable[[str, int], None]  # (section, how many of its items are in)


def _quietly(_section: str, _count: int) -> None:
    """Nobody watches."""


class SnapshotFile:
    """A snapshot as it is read: section after section, each to its end. Everything in it is a claim."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def frame(self, limit: int = MAX_FRAME_BYTES) -> bytes | None:
        """None at the end of a section. Raises `not-a-snapshot`, `snapshot-cut-off`, `file-not-read`."""
        length = int.from_bytes(self._read(LENGTH_BYTES), "big")
        if length > limit:
            raise MunimentError("not-a-snapshot")
        return self._read(length) if length else None

    def only(self) -> bytes:
        """The content of a section of one frame."""
        content = self.frame()
        if content is None or self.frame() is not None:
            raise MunimentError("not-a-snapshot")
        return content

    def frames(self, limit: int = MAX_FRAME_BYTES) -> Iterator[bytes]:
        while (content := self.frame(limit)) is not None:
            yield content

    def items(self) -> Iterator[bytes]:
        for content in self.frames():
            yield from unchunked(content)

    def end(self) -> None:
        if self._stream.read(1):
            raise MunimentError("not-a-snapshot")

    def _read(self, count: int) -> bytes:
        try:
            content = self._stream.read(count)
        except OSError:
            raise MunimentError("file-not-read", path=str(getattr(self._stream, "name", ""))) from None
        if len(content) < count:
            raise MunimentError("snapshot-cut-off")
        return content


@dataclass(frozen=True)
class Given:
    """What whoever joins was given in person."""

    network: bytes
    checkpoint: bytes  # hash


def read_beginning(source: SnapshotFile, given: Given) -> tuple[Certificate, Charter]:
    """Head and charter. Raises `not-a-snapshot`, `snapshot-of-another-network`, `snapshot-of-another-state`."""
    certificate = decode_snapshot_head(source.only())
    if certificate.checkpoint.network != given.network:
        raise MunimentError("snapshot-of-another-network")
    if checkpoint_hash(certificate.checkpoint) != given.checkpoint:
        raise MunimentError("snapshot-of-another-state", anchor=certificate.checkpoint.anchor)
    charter = decode_charter(source.only(), verify)
    if charter.network != given.network:
        raise MunimentError(_DIFFERS, part="charter")
    return certificate, charter


def join(database: Database, path: Path, given: Given, progress: Progress | None = None) -> Charter:
    """Fill an empty database from a snapshot file. What is in it counts only after the return.

    Raises the codes of `read_beginning`, `snapshot-cut-off`, `snapshot-differs` (facts: part), of whatever block or
    act breaks a rule, and `disk-full`.
    """
    try:
        stream = path.open("rb")
    except OSError:
        raise MunimentError("file-not-found", path=str(path)) from None
    with stream, database.bulk():
        source = SnapshotFile(stream)
        certificate, charter = read_beginning(source, given)
        joining = Joining(ReplicaStore(database), charter, certificate, progress or _quietly)
        try:
            joining.take_all(source)
        except (TypeError, ValueError, LookupError) as error:  # what is written in it does not fit together
            raise MunimentError(_DIFFERS, part=str(error)) from None
    return charter


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Acts of a block that no anchor up to C has executed yet: its payload, or what stands for it."""

    position: int
    root: bytes
    content: Stub | Payload

    @property
    def acts(self) -> int:
        if isinstance(self.content, Stub):
            return self.content.acts
        return sum(len(group.transactions) for group in self.content.groups)


class Joining(Exchange):
    """A replica that comes into being from a snapshot."""

    def __init__(self, store: ReplicaStore, charter: Charter, certificate: Certificate, progress: Progress) -> None:
        super().__init__(store, charter)
        self._certificate, self._checkpoint = certificate, certificate.checkpoint
        self._progress = progress
        self._waiting: dict[Vertex, _Waiting] = {}
        self._view = CharterView(self.laws.get(LAW))
        self._looked = False  # nothing was written to the network's own records since the last look
        self._next_entry = 0
        self._decided: set[bytes] = set()  # requests
        self._inner: set[bytes] = set()  # records that no page lists
        self._versions: dict[bytes, deque[bytes]] = {}
        self.finality.last_number = self._checkpoint.anchor
        store.pruned.prepare()

    def take_all(self, source: SnapshotFile) -> None:
        self._take_entries(source)
        self._take_records(source)
        for body in source.items():
            self._versions.setdefault(record_digest(body), deque()).append(body)
        blocks = source.frames(_MAX_BLOCK_FRAME_BYTES)
        self._take_settled_blocks(blocks)
        self._finish_settled()
        self._open_rest()
        self._take_rest(blocks)
        for proof in source.frames(_MAX_BLOCK_FRAME_BYTES):
            first, first_signature, second, second_signature = decode(proof, _MAX_BLOCK_FRAME_BYTES)
            self.add_evidence(SignedHeader(first, first_signature), SignedHeader(second, second_signature))
        source.end()

    def _require(self, holds: bool, part: str) -> None:
        if not holds:
            raise MunimentError(_DIFFERS, part=part)

    # -- entries ------------------------------------------------------------------------------------------------

    def _take_entries(self, source: SnapshotFile) -> None:
        entries, checkpoint = source.items(), self._checkpoint
        while leaves := list(islice(entries, _ROWS_A_STEP)):
            self._require(self.store.entries.size + len(leaves) <= checkpoint.size, "entries")
            with self.store.database.atomic():
                self.store.entries.append(leaves)
            self._progress("entries", self.store.entries.size)
        self._require(self.store.entries.size == checkpoint.size, "entries")
        self._require(self.store.entries.root() == checkpoint.root, "entries")

    # -- the graph up to C --------------------------------------------------------------------------------------

    def _take_settled_blocks(self, frames: Iterator[bytes]) -> None:
        position = before = 0
        while self.finality.count < self._checkpoint.anchor:
            with self.store.database.atomic():
                for frame in islice(frames, _BLOCKS_A_STEP):
                    position = self._take_settled(frame)
                    if self.finality.count == self._checkpoint.anchor:
                        break
                else:  # so many were there, or the section has ended
                    self._require(position > before, "anchors")
            before = position
            self._progress("blocks", position)
        self._require(self._next_entry == self._checkpoint.size, "anchors")

    def _take_settled(self, frame: bytes) -> int:
        """Place a block in the graph; nothing is executed. Its position."""
        header_bytes, signature, payload_bytes, stub_bytes = decode(frame, _MAX_BLOCK_FRAME_BYTES)
        header = decode_header(header_bytes)
        self._check_signature(header, header_bytes, signature)
        self._require(not self.lace.waits(header), "blocks")
        self.lace.check(header)
        block = Block(block_id(self.network, header_bytes), header, header_bytes, signature, payload_bytes)
        self._require(block.id not in self.lace.vertices, "blocks")
        payload: Payload | None = None
        content: Stub | Payload | None
        if stub_bytes is None:
            content = payload = self._check_payload(header.payload, payload_bytes, header.author)
        else:
            content = self._stub(header, stub_bytes)
            self._require(payload_bytes is None, "blocks")
        accused = self._accused(payload, header.epoch)
        waiting = _Waiting(0, header.payload[0], content) if content is not None and header.payload else None
        acts = waiting.acts if waiting else 0
        position = self.store.chain.add_block(block, acts, accused)
        if stub_bytes is not None:
            self.store.pruned.add(position, stub_bytes)
        added = self.lace.add(block.id, header, acts > 0, accused)
        self._keep_evidence(added, block, payload)
        if waiting is not None and acts:
            self._waiting[added.vertex] = _Waiting(position, waiting.root, waiting.content)
        for anchor in self.finality.add(added.vertex):
            self._settle(anchor)
        return position

    def _stub(self, header: Header, stub_bytes: bytes) -> Stub:
        stub = decode_stub(stub_bytes)
        self._require(header.payload is not None, "blocks")
        if not stub.acts:
            self._require(header.payload is not None and stub_root(stub, ()) == header.payload[0], "blocks")
        return stub

    def _settle(self, anchor: Anchor) -> None:
        """What an anchor up to C has executed, as the entries say."""
        acts = 0
        for vertex in anchor.batch:
            waiting = self._waiting.pop(vertex)
            entries = self._entries_of(waiting)
            acts += len(entries)
            self.store.chain.add_acts(waiting.position, list(self._rows(anchor, vertex, waiting, entries)))
            self.store.chain.mark_executed(waiting.position, anchor.number)
            for entry in entries:
                self._put_versions(entry)
        place = (anchor.number, anchor.vertex.id, anchor.epoch, anchor.round, anchor.consensus_ms, anchor.spread_ms)
        self.store.chain.add_anchor(AnchorRow(*place, acts, anchor.closing))
        if anchor.number == self._checkpoint.anchor:
            told = self._checkpoint
            self._require(
                (told.block, told.epoch, told.consensus_ms) == (anchor.vertex.id, anchor.epoch, anchor.consensus_ms),
                "anchors",
            )
        if not anchor.closing:
            if not self._looked:
                self.epochs.look_for_change(self._view)
                self._looked = True
            return
        self._begin_epoch(self.epochs.close(anchor.vertex.id), anchor)
        self._view.begin_epoch(self.laws, LAW)
        self._looked = False

    def _entries_of(self, waiting: _Waiting) -> list[Entry]:
        """The next entries, if they are of these very acts."""
        first, count = self._next_entry, waiting.acts
        self._require(first + count <= self._checkpoint.size, "entries")
        self._next_entry += count
        entries = [decode_entry(leaf) for leaf in self._leaves(first, count)]
        ids = [entry.act for entry in entries]
        content = waiting.content
        if isinstance(content, Stub):
            self._require(stub_root(content, ids) == waiting.root, "entries")
        else:
            self._require(ids == [one for group in content.groups for one in group.ids(self.network)], "entries")
        return entries

    def _leaves(self, first: int, count: int) -> list[bytes]:
        leaves = list[bytes]()
        while len(leaves) < count:
            leaves.extend(self.store.entries.leaves(first + len(leaves), count - len(leaves)))
        return leaves

    def _rows(self, anchor: Anchor, vertex: Vertex, waiting: _Waiting, entries: list[Entry]) -> Iterator[ActRow]:
        acts = [] if isinstance(waiting.content, Stub) else waiting.content.groups
        transactions = [one for group in acts for one in group.transactions]
        for place, entry in enumerate(entries):
            facts: dict[str, object] = {}
            if entry.outcome == REQUESTED and entry.act not in self._decided:
                self._require(bool(transactions), "requests")
                asked = decode_transaction(transactions[place]).addressed_to
                facts = {"office": asked, "asked_ms": anchor.consensus_ms}
            records = tuple(record for record, _ in entry.written if record not in self._inner)
            yield ActRow(entry.act, waiting.position, place, vertex.author, entry.outcome, entry.code, facts, records)

    def _put_versions(self, entry: Entry) -> None:
        for record, digest in entry.written:
            bodies = self._versions.get(digest)
            if bodies:
                version = decode_record(bodies.popleft())
                self._require(version.id == record and version.register.startswith(LAW_PREFIX), "versions")
                before = self._view.record(record)
                if before is not None:
                    self.store.state.write_history([before])
                self._view.put(version)
                self._looked = False

    def _finish_settled(self) -> None:
        """The certificate by the roll of its epoch; the network's own records to the last version."""
        own = {record: self.store.state.agreed(record) for record in self.store.state.ids_of(LAW_PREFIX)}
        self._require(own == self._view.records, "versions")
        roll = self.epochs.constitutions[self._checkpoint.epoch].roll
        check_certificate(self._certificate, roll, verify)
        with self.store.database.atomic():
            self.store.checkpoints.add(self._checkpoint, roll, verify)
            for cosignature in self._certificate.cosignatures:
                self.store.checkpoints.take(cosignature, roll, verify)
            if self.epochs.present.laws != self.charter.laws:
                rebuild_indexes(self.store, self.laws, self.laws)

    # -- the register at C --------------------------------------------------------------------------------------

    def _take_records(self, source: SnapshotFile) -> None:
        """Their groups are those of the founding rules, until it is known which rules hold at C."""
        items, last, taken = source.items(), b"", 0
        while bodies := list(islice(items, _ROWS_A_STEP)):
            records = [decode_record(body) for body in bodies]
            ids = [record.id for record in records]
            self._require(all(a < b for a, b in zip([last, *ids], ids, strict=False)), "records")
            last, taken = ids[-1], taken + len(ids)
            with self.store.database.atomic():
                labels = map(self._label, records)
                self.store.state.fill(zip(records, bodies, labels, strict=True), groups_in(self.laws, records))
                self.store.pages.fill(record for record in records if "#" not in record.register)
            for record in records:
                if "#" in record.register:
                    self._inner.add(record.id)
                if record.register == DECISIONS_REGISTER:
                    self._decided.add(record.key["request"])
            self._progress("records", taken)
        self._require(self.store.state.state_root() == self._checkpoint.state_root, "records")

    def _label(self, record: Record) -> str:
        """As the act that made it had it: in the order in which the law names the parts of the key."""
        law = self.laws.get(record.register.partition(".")[0])
        register = law.by_full_name.get(record.register) if law else None
        if register is None or len(record.key) < 2:
            return label(record)
        return " · ".join(str(record.key[name]) for name in register.key if name in record.key)

    # -- what C has not settled ---------------------------------------------------------------------------------

    def _open_rest(self) -> None:
        """Acts that arrived before C and wait, and what may follow from the blocks that are here already."""
        self.execution = Execution(self.store, self.lace, self.finality, self._new_fold())
        with self.store.database.atomic():
            for position, payload_bytes in self.store.chain.payloads():
                payload, block = decode_payload(payload_bytes), self.store.chain.block_at(position).block
                self._count_late_cosignatures(payload, block.header)
                vertex = self.lace.vertices[block.id]
                if payload.groups and not vertex.anchor:
                    acts = self._check_acts(block.header.epoch, payload)
                    self.execution.enter(vertex, payload.groups, acts, position, None)
            self.finality.last_number = None
            for anchor in self.finality.go_on():
                self._pass(anchor)

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
            header, signature, payload, stub = decode(frame, _MAX_BLOCK_FRAME_BYTES)
            self._require(stub is None, "blocks")
            self._require(self.receive(header, signature, payload) is Received.ACCEPTED, "blocks")
