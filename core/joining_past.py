"""The past that a snapshot's checkpoint C has settled: headers decide the anchors once more, entries say what has run.

Nothing is executed: a block of which C has executed the acts comes as its header and what stands for its payload, and
the entries, which are hashed into C, tell which acts ran, with which outcome. Versions of the network's own records
say which change passed, and so which roll the anchors of the next epoch are counted by.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from core.charter_view import CharterView
from core.crypto.signing import verify
from core.epochs import LAW_PREFIX
from core.errors import MunimentError
from core.laws.requests import WAITING
from core.ledger.anchors import Anchor
from core.ledger.block import Block, Header, block_id, decode_header
from core.ledger.blocklace import Vertex
from core.ledger.charter import decode_head
from core.ledger.checkpoint import Certificate, CheckpointCosignature, check_certificate
from core.ledger.encoding import decode
from core.ledger.entry import Entry, decode_entry
from core.ledger.epoch_proof import EpochProof, check_steps
from core.ledger.payload import Payload
from core.ledger.record import decode_record, record_digest
from core.ledger.request import REQUESTED
from core.ledger.snapshot import Stub, decode_stub, stub_root
from core.ledger.transaction import decode_transaction
from core.reindexing import rebuild_indexes
from core.replica import Replica
from core.snapshot_file import DIFFERS, SnapshotFile
from core.store.chain import ActRow, AnchorRow
from core.voting import LAW

ROWS_A_STEP = 20_000  # of one transaction
MAX_BLOCK_FRAME_BYTES = 1 << 20
_BLOCKS_A_STEP = 2_000


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


class SettledPast:
    """Given to a replica that knows no block yet."""

    def __init__(self, replica: Replica, certificate: Certificate, steps: EpochProof) -> None:
        self._replica, self._store, self._steps = replica, replica.store, steps
        self._certificate, self._checkpoint = certificate, certificate.checkpoint
        self._waiting: dict[Vertex, _Waiting] = {}
        self._view = CharterView(replica.laws.get(LAW))
        self._looked = False  # nothing was written to the network's own records since the last look
        self._next_entry = 0
        self.decided: set[bytes] = set()  # requests
        self.inner: set[bytes] = set()  # records that no page lists
        self._versions: dict[bytes, deque[bytes]] = {}
        replica.finality.last_number = self._checkpoint.anchor
        self._store.pruned.prepare()

    # -- entries ------------------------------------------------------------------------------------------------

    def take_entries(self, source: SnapshotFile) -> None:
        entries, checkpoint = source.items(), self._checkpoint
        while leaves := list(islice(entries, ROWS_A_STEP)):
            require_fit(self._store.entries.size + len(leaves) <= checkpoint.size, "entries")
            with self._store.database.atomic():
                self._store.entries.append(leaves)
        require_fit(self._store.entries.size == checkpoint.size, "entries")
        require_fit(self._store.entries.root() == checkpoint.root, "entries")

    def take_versions(self, source: SnapshotFile) -> None:
        """Of the network's own records, in the order in which they were written."""
        for body in source.items():
            self._versions.setdefault(record_digest(body), deque()).append(body)

    # -- the graph up to C --------------------------------------------------------------------------------------

    def take_blocks(self, frames: Iterator[bytes]) -> None:
        position = before = 0
        while self._replica.finality.count < self._checkpoint.anchor:
            with self._store.database.atomic():
                for frame in islice(frames, _BLOCKS_A_STEP):
                    position = self._take_block(frame)
                    if self._replica.finality.count == self._checkpoint.anchor:
                        break
                else:  # so many were there, or the section has ended
                    require_fit(position > before, "anchors")
            before = position
            self._replica.settle_graph()
        with self._store.database.atomic():
            self._store.pages.pass_over()
        require_fit(self._next_entry == self._checkpoint.size, "anchors")

    def _take_block(self, frame: bytes) -> int:
        """Place a block in the graph; nothing is executed. Its position."""
        header_bytes, signature, payload_bytes, stub_bytes = decode(frame, MAX_BLOCK_FRAME_BYTES)
        header = decode_header(header_bytes)
        self._replica.check_signature(header, header_bytes, signature)
        require_fit(not self._replica.lace.waits(header), "blocks")
        self._replica.lace.check(header)
        block = Block(block_id(self._replica.network, header_bytes), header, header_bytes, signature, payload_bytes)
        require_fit(block.id not in self._replica.lace.vertices, "blocks")
        payload: Payload | None = None
        content: Stub | Payload | None
        if stub_bytes is None:
            content = payload = self._replica.check_payload(header.payload, payload_bytes, header.author)
        else:
            content = self._stub(header, stub_bytes)
            require_fit(payload_bytes is None, "blocks")
        accused = self._replica.accused_in(payload, header.epoch)
        waiting = _Waiting(0, header.payload[0], content) if content is not None and header.payload else None
        acts = waiting.acts if waiting else 0
        added = self._replica.lace.add(block.id, header, acts > 0, accused)
        position = added.vertex.position
        self._store.chain.add_block(position, block, acts, accused)
        if stub_bytes is not None:
            self._store.pruned.add(position, stub_bytes)
        self._replica.keep_proven(added, block, payload)
        if waiting is not None and acts:
            self._waiting[added.vertex] = _Waiting(position, waiting.root, waiting.content)
        for anchor in self._replica.finality.add(added.vertex):
            self._settle(anchor)
        return position

    def _stub(self, header: Header, stub_bytes: bytes) -> Stub:
        stub = decode_stub(stub_bytes)
        require_fit(header.payload is not None, "blocks")
        if not stub.acts:
            require_fit(header.payload is not None and stub_root(stub, ()) == header.payload[0], "blocks")
        return stub

    def _settle(self, anchor: Anchor) -> None:
        """What an anchor up to C has executed, as the entries say."""
        acts = 0
        for vertex in anchor.batch:
            waiting = self._waiting.pop(vertex)
            entries = self._entries_of(waiting)
            acts += len(entries)
            self._store.chain.add_acts(waiting.position, list(self._rows(anchor, vertex, waiting, entries)))
            self._store.chain.mark_executed(waiting.position, anchor.number)
            for entry in entries:
                self._put_versions(entry)
        place = (anchor.number, anchor.vertex.id, anchor.epoch, anchor.round, anchor.consensus_ms, anchor.spread_ms)
        self._store.chain.add_anchor(AnchorRow(*place, acts, anchor.closing))
        if anchor.number == self._checkpoint.anchor:
            told = self._checkpoint
            require_fit(
                (told.block, told.epoch, told.consensus_ms) == (anchor.vertex.id, anchor.epoch, anchor.consensus_ms),
                "anchors",
            )
        if not anchor.closing:
            if not self._looked:
                self._replica.epochs.look_for_change(self._view)
                self._looked = True
            return
        self._replica.begin_epoch(self._replica.epochs.close(anchor.vertex.id), anchor)
        self._view.begin_epoch(self._replica.laws, LAW)
        self._looked = False

    def _entries_of(self, waiting: _Waiting) -> list[Entry]:
        """The next entries, if they are of these very acts."""
        first, count = self._next_entry, waiting.acts
        require_fit(first + count <= self._checkpoint.size, "entries")
        self._next_entry += count
        entries = [decode_entry(leaf) for leaf in self._leaves(first, count)]
        ids = [entry.act for entry in entries]
        content = waiting.content
        if isinstance(content, Stub):
            require_fit(stub_root(content, ids) == waiting.root, "entries")
        else:
            require_fit(ids == [one for group in content.groups for one in group.ids(self._replica.network)], "entries")
        return entries

    def _leaves(self, first: int, count: int) -> list[bytes]:
        leaves = list[bytes]()
        while len(leaves) < count:
            leaves.extend(self._store.entries.leaves(first + len(leaves), count - len(leaves)))
        return leaves

    def _rows(self, anchor: Anchor, vertex: Vertex, waiting: _Waiting, entries: list[Entry]) -> Iterator[ActRow]:
        acts = [] if isinstance(waiting.content, Stub) else waiting.content.groups
        transactions = [one for group in acts for one in group.transactions]
        for place, entry in enumerate(entries):
            facts: dict[str, object] = {}
            if entry.outcome == REQUESTED and entry.act not in self.decided:
                require_fit(bool(transactions), "requests")
                asked = decode_transaction(transactions[place]).addressed_to
                facts = {"office": asked, "asked_ms": anchor.consensus_ms}
            records = tuple(record for record, _ in entry.written if record not in self.inner)
            asks = entry.outcome == REQUESTED
            code = WAITING if asks else entry.code
            yield ActRow(entry.act, waiting.position, place, vertex.author, entry.outcome, code, facts, records, asks)

    def _put_versions(self, entry: Entry) -> None:
        for record, digest in entry.written:
            bodies = self._versions.get(digest)
            if bodies:
                version = decode_record(bodies.popleft())
                require_fit(version.id == record and version.register.startswith(LAW_PREFIX), "versions")
                before = self._view.record(record)
                if before is not None:
                    self._store.state.write_history([before])
                self._view.put(version)
                self._looked = False

    def finish(self) -> None:
        """The certificate by the roll of its epoch; the network's own records to the last version; steps for papers."""
        own = {record: self._store.state.agreed(record) for record in self._store.state.ids_of(LAW_PREFIX)}
        require_fit(own == self._view.records, "versions")
        epoch = self._checkpoint.epoch
        # What was given in person names the constitution too; one that was written before such names has none.
        require_fit(self._checkpoint.constitution in (None, self._replica.epochs.digests[epoch]), "constitution")
        roll = self._replica.epochs.constitutions[epoch].roll
        check_certificate(self._certificate, roll, verify)
        with self._store.database.atomic():
            self._store.checkpoints.add(self._checkpoint, roll, verify)
            for cosignature in self._certificate.cosignatures:
                self._store.checkpoints.take(cosignature, roll, verify)
            self._keep_steps()
            if self._replica.epochs.present.laws != self._replica.charter.laws:
                rebuild_indexes(self._store, self._replica.laws, self._replica.laws)

    def _keep_steps(self) -> None:
        """What leads a stranger from the charter to C's roll: papers of this office need it as others' do."""
        check_steps(self._steps, decode_head(self._replica.charter.head), verify)
        for step in self._steps.steps:
            stated = step.checkpoint
            up_to_c = stated.epoch <= self._checkpoint.epoch and stated.anchor <= self._checkpoint.anchor
            anchor = next(iter(self._store.chain.anchors(stated.anchor - 1, 1)), None) if up_to_c else None
            require_fit(anchor is not None and (anchor.block, anchor.epoch) == (stated.block, stated.epoch), "steps")
            digests = [None, *self._replica.epochs.digests[1:], None]
            require_fit(stated.constitution == digests[stated.epoch], "steps")
            require_fit(stated.following in (None, digests[stated.epoch + 1]), "steps")
            roll = self._replica.epochs.constitutions[stated.epoch].roll
            held = self._store.checkpoints.at(stated.anchor)  # where it is C itself, or that of the step before
            require_fit(held in (None, stated), "steps")
            if held is None:
                self._store.checkpoints.add(stated, roll, verify)
            signed = step.certificate
            for parts in zip(signed.witnesses, signed.timestamps_s, signed.signatures, strict=True):
                self._store.checkpoints.take(CheckpointCosignature(stated, *parts), roll, verify)


def require_fit(holds: bool, part: str) -> None:
    """Raises `snapshot-differs` where it does not."""
    if not holds:
        raise MunimentError(DIFFERS, part=part)
