"""A replica: the block graph in memory, the store on the disk, and the fold between them. It holds no key.

Rules: a block is judged, stored and executed in one transaction before anything else happens (save, then speak).
Acts of an uncertified block live in the overlay of their author; when the block is certified its acts are folded into
the agreed state, each chain in its own order: while every register is homed, that order decides every outcome
(3-ledger §6, Keeper). A proven forker's uncertified blocks have no effect at all, on either branch.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.crypto.signing import verify
from core.errors import MunimentError
from core.folding import REJECTED, Checked, Fold, write_working
from core.laws.law_check import check_law
from core.laws.law_reading import law_from_canonical
from core.ledger.block import Block, block_id, block_preimage, decode_header
from core.ledger.blocklace import Added, Blocklace, Vertex
from core.ledger.charter import Charter
from core.ledger.forks import check_evidence, evidence_of
from core.ledger.payload import Evidence, Payload, decode_payload, payload_root
from core.store.chain import ActRow
from core.store.replica import ReplicaStore
from core.store.working import WorkingState


@dataclass(frozen=True)
class Judged:
    """The verdicts on a block's acts and their effect, worked out before the block was made."""

    working: WorkingState
    rows: list[ActRow]


@dataclass(frozen=True)
class Admitted:
    """A block whose form, signature, payload and place in the graph hold, with its acts read and their signatures
    verified: nothing is left but to execute it.
    """

    block: Block
    payload: Payload | None
    acts: Checked


class Replica:
    """Used from one thread."""

    newest_taken: "tuple[int, Admitted] | None" = None  # position and block

    def __init__(self, store: ReplicaStore, charter: Charter) -> None:
        self.store = store
        self.charter = charter
        self.network = charter.network
        self.roll = charter.roll
        self.laws = {law.name: law for law in map(law_from_canonical, charter.laws)}
        for law in self.laws.values():
            check_law(law, charter.homes).raise_any()
        self.fold = Fold(self.network, self.roll, self.laws, charter.homes)
        self._load()

    def _load(self) -> None:
        """Rebuild the graph from the stored headers; their signatures are checked again in the background."""
        self.lace = Blocklace(self.roll)
        with self._reading_own_disk():
            for stored_id, header_bytes, has_acts, accused in self.store.chain.headers():
                header = decode_header(header_bytes)
                if self.lace.missing(header):  # an old page put back takes blocks away from the middle
                    raise MunimentError("replica-damaged", path=self.store.database.path, block=stored_id)
                self.lace.add(stored_id, header, has_acts, accused)
            for author, _ in self.store.chain.evidence():
                self.lace.accuse(author)

    @contextmanager
    def _reading_own_disk(self) -> Iterator[None]:
        """What does not even decode is damage: SQLite gives NULL for a value that an old page has cut off."""
        try:
            yield
        except (MunimentError, TypeError, ValueError, LookupError) as error:
            if isinstance(error, MunimentError) and error.code == "replica-damaged":
                raise
            raise MunimentError("replica-damaged", path=self.store.database.path, detail=str(error)) from None

    # -- taking blocks in ---------------------------------------------------------------------------------------

    def admit(self, header_bytes: bytes, signature: bytes, payload_bytes: bytes | None) -> Admitted:
        """Verify a block with all its signatures; raises the first rule it breaks. A bad act spoils no block."""
        header = decode_header(header_bytes)
        member = self.roll.member(header.author)
        if member is None:
            raise MunimentError("unknown-author", author=header.author)
        if not verify(member.key, block_preimage(self.network, header_bytes), signature):
            raise MunimentError("bad-block-signature", author=header.author)
        payload = self._check_payload(header.payload, payload_bytes, header.author)
        block = Block(block_id(self.network, header_bytes), header, header_bytes, signature, payload_bytes)
        if not self.lace.missing(header):
            self.lace.check(header)
        return Admitted(block, payload, self.fold.check(payload.groups) if payload else Checked())

    def _check_payload(
        self, named: tuple[bytes, int] | None, payload_bytes: bytes | None, author: int
    ) -> Payload | None:
        if named is None and payload_bytes is None:
            return None
        if named is None or payload_bytes is None or named[1] != len(payload_bytes):
            raise MunimentError("payload-differs", author=author)
        payload = decode_payload(payload_bytes)
        if payload_root(self.network, payload) != named[0]:
            raise MunimentError("payload-differs", author=author)
        return payload

    def take(self, admitted: Admitted, judged: Judged | None = None) -> Added:
        """Store and execute an admitted block whose parents are here. Durable on return."""
        block, payload = admitted.block, admitted.payload
        accused = self._accused(payload)
        act_count = sum(len(group.transactions) for group in payload.groups) if payload else 0
        try:
            with self.store.database.atomic():
                position = self.store.chain.add_block(block, act_count, accused)
                added = self.lace.add(block.id, block.header, act_count > 0, accused)
                self._keep_evidence(added, block, payload)
                if payload is not None and act_count:
                    self._enter(added.vertex, payload, admitted.acts, position, judged)
                self._certify(added.certified)
        except BaseException:
            self._load()  # the graph must not know what the disk does not
            raise
        self.newest_taken = (position, admitted)
        return added

    def _accused(self, payload: Payload | None) -> list[int]:
        """Authors whose fork the payload proves; evidence that does not hold is ignored, the block stands."""
        accused = set()
        for evidence in payload.evidence if payload else ():
            author = self._proven(evidence)
            if author is not None:
                accused.add(author)
        return sorted(accused)

    def _proven(self, evidence: Evidence) -> int | None:
        try:
            header = decode_header(evidence.first)
            member = self.roll.member(header.author)
            if member is None:
                return None
            check_evidence(evidence, self.network, member.key, verify)
        except MunimentError:
            return None
        return header.author

    def _keep_evidence(self, added: Added, block: Block, payload: Payload | None) -> None:
        found = [evidence for evidence in (payload.evidence if payload else ()) if self._proven(evidence) is not None]
        if added.siblings:
            found.append(evidence_of(self.store.chain.block(added.siblings[0].id).block, block))
        for evidence in found:
            self.keep_evidence(evidence)

    def keep_evidence(self, evidence: Evidence) -> None:
        """Keep checked evidence; an author that is proven now for the first time loses its overlay. Inside `atomic`."""
        header = decode_header(evidence.first)
        self.store.chain.add_evidence(header.author, header.incarnation, header.seq, evidence, len(self.lace.vertices))
        self.lace.accuse(header.author)
        self._drop_overlay(header.author)

    def _drop_overlay(self, author: int) -> None:
        """Search finds the records by what the agreed state says of them again."""
        dropped = self.store.state.clear_overlay(author)
        agreed = (self.store.state.agreed(record_id) for record_id in dropped)
        self.store.pages.replace_words(record for record in agreed if record is not None)

    # -- executing ----------------------------------------------------------------------------------------------

    def _enter(self, vertex: Vertex, payload: Payload, acts: Checked, position: int, judged: Judged | None) -> None:
        """First execution of a block's acts: their predicted outcome, and their effect on the overlay."""
        if judged is None:
            working = WorkingState(self.store.state, vertex.author)
            judged = Judged(working, self._run(working, payload, vertex, position, acts))
        working = judged.working
        self.store.chain.add_acts(position, judged.rows)
        if not self.lace.forkers >> vertex.author & 1:
            write_working(self.store, working, vertex.author)

    def _certify(self, certified: Iterable[Vertex]) -> None:
        """Fold newly certified blocks into the agreed state, each chain in its order."""
        by_author: dict[int, list[Vertex]] = {}
        for vertex in certified:
            if vertex.has_acts:
                by_author.setdefault(vertex.author, []).append(vertex)
        for author, vertices in sorted(by_author.items()):
            working = WorkingState(self.store.state, None)
            positions = []
            differs = False
            for vertex in sorted(vertices, key=lambda vertex: vertex.seq):
                row = self.store.chain.block(vertex.id)
                positions.append(row.position)
                differs |= self._execute_agreed(working, row.position, vertex, row.block)
            write_working(self.store, working, None)
            self.store.chain.mark_certified(positions)
            if differs:
                self._rebuild_overlay(author)

    def _execute_agreed(self, working: WorkingState, position: int, vertex: Vertex, block: Block) -> bool:
        """Whether an outcome differs from the predicted one: only if the author forked."""
        assert block.payload is not None
        predicted = self.store.chain.acts_of_block(position)
        # Signatures were checked when the block came in: what was bad then is bad now.
        faults = {row.id: row.code for row in predicted if row.outcome == REJECTED and row.code in _LASTING_FAULTS}
        rows = self._run(working, decode_payload(block.payload), vertex, position, Checked(faults=faults))
        changed = [new for new, old in zip(rows, predicted, strict=True) if new != old]
        self.store.chain.set_outcomes(changed)
        return bool(changed)

    def _run(
        self, working: WorkingState, payload: Payload, vertex: Vertex, position: int, acts: Checked
    ) -> list[ActRow]:
        """An act runs once, at its first place on the block's own chain: what stands on another branch, or merely
        came earlier, must not count, or replicas that met a forker in another order would disagree.
        """
        groups = payload.groups
        ids = [act_id for group in groups for act_id in group.ids(self.network)]
        enclosures = self.store.chain.enclosures(vertex.author, ids)
        before = self.lace.standing_before({block for _, block in enclosures}, vertex)
        already = {act_id for act_id, block in enclosures if block in before}
        return self.fold.run_block(working, groups, vertex.author, position, already, acts)

    def _rebuild_overlay(self, author: int) -> None:
        self._drop_overlay(author)
        if self.lace.forkers >> author & 1:
            return
        for position in self.store.chain.pending_positions(author):
            row = self.store.chain.block_at(position)
            assert row.block.payload is not None
            vertex = self.lace.vertices[row.block.id]
            working = WorkingState(self.store.state, author)
            predicted = self.store.chain.acts_of_block(position)
            faults = {act.id: act.code for act in predicted if act.outcome == REJECTED and act.code in _LASTING_FAULTS}
            self.store.chain.set_outcomes(
                self._run(working, decode_payload(row.block.payload), vertex, position, Checked(faults=faults))
            )
            write_working(self.store, working, author)

    # -- checking what is on the disk ---------------------------------------------------------------------------

    def verify_stored(self, after_position: int, count: int) -> int | None:
        """Check so many stored blocks again, as if they came from outside; the last position, None at the end.

        Raises `replica-damaged` naming the block. SQLCipher finds a changed page, not an old page put back.
        """
        last, expected = None, after_position
        with self._reading_own_disk():
            rows = self.store.chain.blocks(after_position, count)
        for row in rows:
            expected += 1
            block = row.block
            member = self.roll.member(block.header.author)
            intact = (
                member is not None
                and block_id(self.network, block.header_bytes) == block.id
                and verify(member.key, block_preimage(self.network, block.header_bytes), block.signature)
                and block.id in self.lace.vertices
                and row.position == expected
            )
            try:
                self._check_payload(block.header.payload, block.payload, block.header.author)
            except MunimentError:
                intact = False
            if not intact:
                raise MunimentError("replica-damaged", path=self.store.database.path, block=row.position)
            last = row.position
        return last


_LASTING_FAULTS = {
    "bad-signature",
    "signature-missing",
    "group-of-different-signers",
    "malformed-transaction",
    "not-canonical",
    "too-deep",
    "too-large",
}
