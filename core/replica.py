"""A replica: the block graph in memory, the store on the disk, and the fold between them. It holds no key.

Rules: a block is judged, stored and executed, with every anchor that it decides, in one transaction before anything
else happens (save, then speak); blocks that arrive together become durable
together, each whole or not at all. What it means for the state stands in core/executing.py. Where a transaction may
execute so many acts only, the rest of an anchor's waits for `enter_in_order`, and the next anchor is decided behind it:
one is under way at a time, and whatever speaks of the agreed state speaks of those that are executed whole.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NamedTuple

from core.crypto.signing import verify
from core.epochs import Epochs
from core.errors import MunimentError
from core.executing import Execution, Judged, was_interrupted
from core.folding import Checked, Fold
from core.laws.law import Law, Register
from core.ledger.anchors import Anchor, Finality
from core.ledger.block import Block, Header, block_id, block_preimage, decode_header
from core.ledger.blocklace import Added, Blocklace, Vertex
from core.ledger.charter import Charter
from core.ledger.checkpoint import cosignatures_in
from core.ledger.constitution import Constitution
from core.ledger.forks import evidence_of, proven_fork
from core.ledger.payload import Evidence, Payload, decode_payload, payload_root
from core.ledger.roll import Roll
from core.people.actions import Gate
from core.reindexing import complete_indexes, rebuild_indexes
from core.sealing.intake import Intake
from core.store.checkpoints import Counted
from core.store.replica import ReplicaStore
from core.store.working import WorkingState

_STOPPED = "finality-stopped"
_TOLD_AS_IT_IS = ("replica-damaged", "looks-damaged", "disk-full", "disk-failed")
Signing = Callable[[], bytes]
__all__ = ["Admitted", "Judged", "Replica"]


class Admitted(NamedTuple):
    """A block whose form, signature, payload and place in the graph hold, with its acts read and their signatures
    verified: nothing is left but to execute it.
    """

    block: Block
    payload: Payload | None
    acts: Checked


class Replica:
    """Used from one thread."""

    newest_taken: "tuple[int, Admitted] | None" = None  # position and block
    acts_at_once: int | None = None  # that one transaction may execute, one block at least; None: all
    when_due: Callable[[], None] | None = None  # told when a block leaves something to `enter_in_order`
    unread = False  # a write was undone, and the disk did not say again what it holds: nothing is taken in or signed

    def __init__(self, store: ReplicaStore, charter: Charter) -> None:
        self.store = store
        self.charter = charter
        self.network = charter.network
        self.people: Gate = Gate()  # an office knows persons (core/people)
        self._load()

    @property
    def roll(self) -> Roll:
        """The roll in force."""
        return self.epochs.present.roll

    @property
    def laws(self) -> Mapping[str, Law]:
        """The laws in force, by name."""
        return self.epochs.laws

    def register_of(self, full_name: str) -> Register | None:
        """A register of the laws in force."""
        law = self.laws.get(full_name.partition(".")[0])
        return law.by_full_name.get(full_name) if law is not None else None

    @property
    def fold(self) -> Fold:
        return self.execution.fold

    def _load(self) -> None:
        """Rebuild the graph from the stored headers; their signatures are checked again in the background.

        The anchors follow from it once more: those that are stored must be the same ones.
        """
        self.epochs = Epochs(self.store.database, self.charter)
        self.lace = Blocklace(self.epochs.constitutions[0].roll, self.network, self.store.settled)
        self.finality = Finality(self.lace)
        self.closed_at = 0  # number of the anchor that closed the epoch before; 0: none did
        self._stayed = 0  # blocks in memory beyond the newest ones, the last time that others left
        stops, interrupted = self.finality_stopped is not None, was_interrupted(self.store)
        if stops or interrupted:
            self.finality.last_number = self.store.chain.anchor_count()
        with self.reading_own_disk():
            complete_indexes(self.store)
            anchors: list[Anchor] = []
            for stored_id, header_bytes, has_acts, accused in self.store.chain.headers():
                header = decode_header(header_bytes)
                if self.lace.waits(header):  # an old page put back takes blocks away from the middle
                    raise MunimentError("replica-damaged", path=self.store.database.path, block=stored_id)
                added = self.lace.add(stored_id, header, has_acts, accused)
                for anchor in self.finality.add(added.vertex):
                    anchors.append(anchor)
                    if anchor.closing and not (interrupted and anchor.number == self.finality.last_number):
                        self.begin_epoch(self.epochs.constitutions[anchor.epoch + 1], anchor)
                self.settle_graph()
            for author, incarnation in self.store.chain.accused():
                self.lace.accuse(author, incarnation)
            stored = [(row.number, row.block) for row in self.store.chain.anchors(0, len(anchors) + 1)]
        if stored != [(anchor.number, anchor.vertex.id) for anchor in anchors]:
            raise MunimentError("replica-damaged", path=self.store.database.path)
        self.execution = Execution(self.store, self.lace, self.finality, self._new_fold(), self.epochs)
        if interrupted:
            self.execution.resume(anchors[-1])
        elif not stops:
            self.finality.last_number = self.finality.count + 1
        if any(law.seals for law in self.epochs.laws.values()):
            self.store.database.overwrite()
        self.unread = False

    def _load_again(self) -> None:
        """After a write that was undone: the graph must not know what the disk does not.

        Where the disk cannot be read either, what failed first is told, pages go on with what they had, and nothing is
        taken in before the disk has been asked again.
        """
        had = self.epochs, self.lace, self.finality
        self.unread = True
        try:
            self._load()
        except MunimentError:
            self.epochs, self.lace, self.finality = had

    def require_read(self) -> None:
        """Ask the disk again if it did not answer last time. Raises `replica-damaged`."""
        if self.unread:
            self._load()

    def _intake(self) -> Intake:
        return Intake(self.store, self.network, self.epochs.laws, self.roll)

    def _new_fold(self) -> Fold:
        present = self.epochs.present
        late = self.epochs.late(self.store.chain.closings)
        return Fold(self.network, present.roll, self.epochs.laws, present.homes, self.epochs.former, late)

    def begin_epoch(self, constitution: Constitution, closing: Anchor) -> None:
        self.lace.begin_epoch(constitution.roll, closing.vertex)
        self.finality.begin()
        self.closed_at = closing.number

    @contextmanager
    def reading_own_disk(self) -> Iterator[None]:
        """What does not even decode is damage: SQLite gives NULL for a value that an old page has cut off."""
        try:
            yield
        except (MunimentError, TypeError, ValueError, LookupError) as error:
            if isinstance(error, MunimentError) and error.code in _TOLD_AS_IT_IS:
                raise
            raise MunimentError("replica-damaged", path=self.store.database.path, detail=str(error)) from None

    def vertex(self, block: bytes) -> Vertex:
        """A block of the graph by its id. Raises `unknown-block`."""
        found = self.lace.vertices.get(block)
        if found is None:
            raise MunimentError("unknown-block", block=block)
        return found

    # -- taking blocks in ---------------------------------------------------------------------------------------

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """What is taken in meanwhile is durable together, on return: nobody is told of it before.

        After an error, too, whatever came before it is; where the disk failed, nothing may be.
        """
        failed: Exception | None = None
        try:
            with self.store.database.gathered():
                try:
                    yield
                except Exception as error:  # noqa: BLE001  # it is raised again: one block must not undo the others
                    failed = error
        except BaseException:
            self._load_again()
            if failed is not None:
                raise failed from None
            raise
        self.settle_graph()
        if failed is not None:
            raise failed

    def admit(self, header_bytes: bytes, signature: bytes, payload_bytes: bytes | None) -> Admitted:
        """Verify a block with all its signatures; raises the first rule it breaks. A bad act spoils no block."""
        header, payload = self.verify_block(header_bytes, signature, payload_bytes)
        block = Block(block_id(self.network, header_bytes), header, header_bytes, signature, payload_bytes)
        if not self.lace.waits(header):
            self.lace.check(header)
        return Admitted(block, payload, self.check_acts(header.epoch, payload))

    def verify_block(
        self, header_bytes: bytes, signature: bytes, payload_bytes: bytes | None
    ) -> tuple[Header, Payload | None]:
        """A block's form, its author's signature and its payload, wherever it stands. Raises the first rule broken."""
        header = decode_header(header_bytes)
        self.check_signature(header, header_bytes, signature)
        return header, self.check_payload(header.payload, payload_bytes, header.author)

    def check_acts(self, epoch: int, payload: Payload | None) -> Checked:
        """Signatures by the roll of the block's epoch: what it is found to be must not depend on when it arrives."""
        if payload is None:
            return Checked()
        if epoch >= self.epochs.present.epoch:
            return self.fold.check(payload.groups)
        return replace(self.fold, roll=self.epochs.constitutions[epoch].roll).check(payload.groups)

    def check_signature(self, header: Header, header_bytes: bytes, signature: bytes) -> None:
        key = self.epochs.key_of(header.author, header.incarnation)
        if key is None:
            known = self.roll.member(header.author) is not None
            raise MunimentError("wrong-incarnation" if known else "unknown-author", author=header.author)
        if not verify(key, block_preimage(self.network, header_bytes), signature):
            raise MunimentError("bad-block-signature", author=header.author)

    def check_payload(
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

    def take(self, admitted: Admitted, judged: Judged | None = None, sign: Signing | None = None) -> Added:
        """Store and execute a block whose parents are here; durable on return. `sign`: gives its signature, late."""
        block, payload = admitted.block, admitted.payload
        if block.id in self.lace.vertices:  # the table of blocks has no index of ids that would refuse it
            raise MunimentError("replica-damaged", path=self.store.database.path, block=self.vertex(block.id).position)
        accused = self.accused_in(payload, block.header.epoch)
        act_count = sum(len(group.transactions) for group in payload.groups) if payload else 0
        forks_before = self.lace.fork_count
        if self.acts_at_once is None and block.header.refs and self.execution.much_waits:
            self.store.database.settle_gathered()
        try:
            with self.store.database.atomic():
                added = self.lace.add(block.id, block.header, act_count > 0, accused)
                position = added.vertex.position
                self.keep_proven(added, block, payload)
                if payload is not None and act_count:
                    self.execution.enter(added.vertex, payload.groups, admitted.acts, position, judged)
                if payload is not None and (intake := self._intake()).needed:
                    intake.take_block(block, payload)
                if sign is not None:
                    block = Block(block.id, block.header, block.header_bytes, sign(), block.payload)
                    admitted = admitted._replace(block=block)
                self.store.chain.add_block(position, block, act_count, accused)
                if self._take_up(self.finality.add(added.vertex)) or self.acts_at_once is None:
                    self._execute()
                if payload is not None:
                    self._count_cosignatures(payload, block.header)
                if self.lace.fork_count > forks_before or self._restores(added):
                    self.execution.rebuild_overlay()
        except BaseException:
            self._load_again()
            raise
        self.newest_taken = (position, admitted)
        self.settle_graph()
        if self.when_due is not None and self.execution.under_way is not None:
            self.when_due()
        return added

    def settle_graph(self) -> None:
        """Old blocks leave memory, many at once. What does not work now, for want of room, the next time does."""
        keep, graph = self.store.settled.keep, self.lace.settled
        if graph.in_memory - self._stayed >= keep + self.store.settled.step and not self.store.database.in_transaction:
            with suppress(MunimentError):
                self.finality.settle(keep)
            self._stayed = max(0, graph.in_memory - keep)

    def _restores(self, added: Added) -> bool:
        """Whether a proven forker's block was certified: it counts after all."""
        return any(vertex.has_acts and self.lace.is_forked(vertex.chain) for vertex in added.certified)

    # -- what anchors execute -----------------------------------------------------------------------------------

    def enter_in_order(self) -> bool:
        """Execute more of what is decided, durable on return; whether some of it still is to be."""
        self.require_read()
        if self.execution.under_way is None:
            return False
        try:
            with self.store.database.atomic():
                self._execute()
        except BaseException:
            self._load_again()
            raise
        self.settle_graph()
        return self.execution.under_way is not None

    def _take_up(self, decided: Sequence[Anchor]) -> bool:
        """Keep an anchor that was just decided: one at most, since the next is decided behind it."""
        for anchor in decided:
            self.execution.begin(anchor)
        return bool(decided)

    def _execute(self) -> None:
        """The anchor under way and what is decided behind it, as much as one transaction may execute."""
        room = self.acts_at_once
        while (under := self.execution.under_way) is not None:
            executed = self.execution.go_on(room)
            if self.execution.under_way is not None:
                self.execution.keep_place()
                return
            room = max(0, room - executed) if room is not None else None
            self._pass(under.anchor)
            self._take_up(self._decide_next())
        if self.execution.stale:
            self.execution.rebuild_overlay()

    def _decide_next(self) -> list[Anchor]:
        """The anchor behind the newest one that the blocks held here decide, if there is one."""
        if self.finality_stopped is not None:
            return []
        self.finality.last_number = self.finality.count + 1
        return self.finality.go_on()

    def _pass(self, anchor: Anchor) -> None:
        """After its acts: look whether a vote has passed by it, and begin the next epoch behind a closing one."""
        if (intake := self._intake()).needed:
            intake.pass_anchor(anchor)
        self._doubt_own_state(anchor.number, self.epochs.constitutions[anchor.epoch].roll)  # for what came early
        if not anchor.closing:
            self.epochs.look_for_change(WorkingState(self.store.state, None))
            return
        before = self.laws
        self.begin_epoch(self.epochs.close(anchor.vertex.id), anchor)
        changed = [name for name, law in self.laws.items() if name not in before or before[name].digest != law.digest]
        rebuild_indexes(self.store, self.laws, changed)
        self.execution.fold = self._new_fold()
        self.execution.rebuild_overlay()

    def _count_cosignatures(self, payload: Payload, header: Header) -> None:
        for one in cosignatures_in(payload, header, self.network):
            roll = self.epochs.constitutions[one.checkpoint.epoch].roll
            if self.store.checkpoints.take(one, roll, verify) is Counted.CONFLICT:
                self._doubt_own_state(one.checkpoint.anchor, roll)

    def _doubt_own_state(self, anchor: int, roll: Roll) -> None:
        """More witnesses than may lie say another register state than ours: an honest one differs, so stop.

        Fewer are liars, or err themselves: their word is kept, and the order goes on (FINALITY.md).
        """
        if len(self.store.checkpoints.contradicting(anchor)) > roll.tolerated:
            self.store.database.set_meta(_STOPPED, str(anchor).encode())
            self.finality.last_number = self.finality.count

    @property
    def finality_stopped(self) -> int | None:
        """The anchor at which this replica's state was found to differ; from there nothing becomes final here."""
        stored = self.store.database.meta(_STOPPED)
        return int(stored) if stored else None

    def accused_in(self, payload: Payload | None, epoch: int) -> list[int]:
        """Authors whose fork with the key of that epoch the payload proves; evidence that does not hold is ignored."""
        roll = self.epochs.constitutions[epoch].roll  # it may be older than the office that is accused
        proven = [self._proven(evidence) for evidence in payload.evidence] if payload else []
        return sorted({who[0] for who in proven if who is not None and roll.holds(*who)})

    def _proven(self, evidence: Evidence) -> tuple[int, int] | None:
        return proven_fork(evidence, self.network, self.epochs.key_of, verify)

    def keep_proven(self, added: Added, block: Block, payload: Payload | None) -> None:
        found = [evidence for evidence in (payload.evidence if payload else ()) if self._proven(evidence) is not None]
        if added.siblings:
            found.append(evidence_of(self.store.chain.block_at(added.siblings[0].position).block, block))
        for evidence in found:
            self._store_evidence(evidence)

    def _store_evidence(self, evidence: Evidence) -> None:
        """Whatever key it speaks of: what is stored accuses from now on, as it will after the next start."""
        header = decode_header(evidence.first)
        self.lace.accuse(header.author, header.incarnation)
        self.store.chain.add_evidence(header.author, header.incarnation, header.seq, evidence, len(self.lace.vertices))

    def keep_evidence(self, evidence: Evidence) -> None:
        """Keep checked evidence; an author proven for the first time loses what was only predicted. Inside `atomic`."""
        forks_before = self.lace.fork_count
        self._store_evidence(evidence)
        if self.lace.fork_count > forks_before:
            self.execution.rebuild_overlay()
