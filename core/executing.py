"""Executing blocks: first as a prediction into the overlay, then, at an anchor, into the agreed state.

Rules: the agreed state is a fold over what anchors execute, in their order (3-ledger §6), and nothing else. Everything
not executed yet is folded over it in order of arrival: the *overlay*, which pages read and which predicts outcomes.
A block of a proven forker that is not certified, and a void one, has no effect on it. Where an anchor decides
otherwise than predicted the overlay is folded anew. All of it happens inside the transaction of the block that decided,
or in portions: a batch is an ordered list of blocks, so "the first so many are executed" is a state like any other, and
how far it has come stands beside what it has changed. Whatever follows from the whole anchor waits for its last block.
What a keeper alone decides is not judged twice: the verdict of the prediction is applied if every record it replaces is
still the version that it replaced (a bounded number of verdicts is kept in memory, else the act is judged again).
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import merge
from types import MappingProxyType
from typing import NamedTuple

from core.crypto.signing import verify
from core.epochs import Epochs
from core.folding import REJECTED, Checked, Fold, Place, Ran, write_agreed, write_foreseen
from core.laws.engine_codes import FORM
from core.laws.placing import Order
from core.laws.verdict import Accepted, Rejected
from core.ledger.anchors import Anchor, Finality
from core.ledger.blocklace import Blocklace, Vertex
from core.ledger.checkpoint import Checkpoint
from core.ledger.encoding import decode, encode
from core.ledger.entry import entry_leaf, rejected_leaf
from core.ledger.payload import Group, decode_payload
from core.ledger.record import Record, record_digest
from core.ledger.transaction import Transaction
from core.store.chain import ActRow, AnchorRow, BlockRow
from core.store.replica import ReplicaStore
from core.store.working import WorkingState

MAX_FORESEEN_ACTS = 8192  # verdicts kept until their anchor: some 5 KB each
MUCH_WAITS = 50_000  # acts: some 0.6 KB each to undo, if an anchor executes them
MAX_ACTS_AT_ONCE = 4096  # of executed acts whose effect is held in memory before it is written
_PLACE = "executing"  # how far the newest anchor's batch is executed; there only while some of it is not


def was_interrupted(store: ReplicaStore) -> bool:
    """Whether an earlier run has begun to execute the newest anchor, and not ended it."""
    return store.database.meta(_PLACE) is not None


class Judged(NamedTuple):
    """The verdicts on a block's acts and their effect, worked out before the block was made."""

    working: WorkingState
    ran: list[Ran]
    transactions: Mapping[bytes, Transaction] = MappingProxyType({})  # by id, those at hand


@dataclass
class UnderWay:
    """An anchor whose acts are being executed; how many of them have been, also in an earlier run."""

    anchor: Anchor
    all_acts: int
    blocks: int = 0
    acts: int = 0
    differs: bool = False  # from what was predicted
    kept: bool = False  # how far it has come stands on the disk


@dataclass
class Execution:
    """Writes both layers of one replica's state. Every call that writes is inside `atomic`."""

    store: ReplicaStore
    lace: Blocklace
    finality: Finality
    fold: Fold
    epochs: Epochs
    _foreseen: OrderedDict[bytes, list[Ran]] = field(default_factory=OrderedDict)  # by block, oldest first
    _foreseen_acts: int = 0
    executed: list[tuple[int, int]] = field(default_factory=list)  # anchor and position of blocks, since it was looked
    watched: Collection[bytes] = ()  # records whose changes of either layer are noted until somebody looks …
    changed_watched: set[bytes] = field(default_factory=set)  # … here (core/linking.py)
    under_way: UnderWay | None = None
    stale: bool = False  # the overlay is to be folded anew once all that is decided is executed
    _waiting: int | None = None  # acts that no anchor has taken up; None: not counted yet

    @property
    def much_waits(self) -> bool:
        """Whether one block may have very many acts executed."""
        if self._waiting is None:
            told = (
                self.lace.open_acts.told_apart(chain, lambda _vertex: "", forked=False)
                for chain in self.lace.open_acts.chains()
            )
            self._waiting = sum(self.store.chain.act_count_at(places) for parts in told for _, places in parts)
        return self._waiting >= MUCH_WAITS

    # -- the overlay --------------------------------------------------------------------------------------------

    def enter(
        self, vertex: Vertex, groups: Sequence[Group], acts: Checked, position: int, judged: Judged | None
    ) -> list[ActRow]:
        """First execution of a block's acts: their predicted outcome, and their effect on the overlay."""
        if judged is None:
            working = WorkingState(self.store.state, vertex.author)
            judged = Judged(working, self._predict(working, vertex, groups, position, acts))
        rows = [ran.row for ran in judged.ran]
        self.store.chain.add_acts(position, rows)
        if self._waiting is not None:
            self._waiting += len(rows)
        if not self.lace.is_forked(vertex.chain) and not self.lace.is_void(vertex):
            self._keep_waiting(vertex.author, position, judged.ran)
            self._note_watched(judged.ran)
            write_foreseen(self.store, judged.working, vertex.author, position)
            self._foresee(vertex, judged.ran)
        return rows

    def rebuild_overlay(self) -> None:
        """Fold everything that waits over the agreed state again, in order of arrival."""
        self.changed_watched.update(self.watched)
        self._forget_foreseen()
        self.stale = False
        self.store.waiting.clear()
        dropped = self.store.state.clear_overlay()
        agreed = (self.store.state.agreed(record_id) for record_id in dropped)
        # Search finds the records by what the agreed state says of them again.
        self.store.pages.replace_words(record for record in agreed if record is not None)
        rest = sorted(self.rest(), key=_by_arrival)
        for vertex in merge(rest, self.lace.foreseen(), key=_by_arrival):
            row = self.store.chain.block_at(vertex.position)
            working = WorkingState(self.store.state, vertex.author)
            ran = self._predict(working, vertex, _groups(row), row.position, self._known_faults(row))
            self.store.chain.set_outcomes([one.row for one in ran])
            self._keep_waiting(vertex.author, row.position, ran)
            write_foreseen(self.store, working, vertex.author, row.position)
            self._foresee(vertex, ran)

    def _forget_foreseen(self) -> None:
        self._foreseen.clear()
        self._foreseen_acts = 0

    def _foresee(self, vertex: Vertex, ran: list[Ran]) -> None:
        """Keep the verdicts of a block whose author alone decides all of its acts, if it refuses none of them.

        A refusal names no version that could be compared at the anchor: such a block is judged again.
        """
        if any(one.verdict.shared or isinstance(one.verdict, Rejected) for one in ran):
            return
        self._foreseen[vertex.id] = ran
        self._foreseen_acts += len(ran)
        while self._foreseen_acts > MAX_FORESEEN_ACTS:
            self._foreseen_acts -= len(self._foreseen.popitem(last=False)[1])

    def _predict(
        self, working: WorkingState, vertex: Vertex, groups: Sequence[Group], position: int, acts: Checked
    ) -> list[Ran]:
        """An act runs once, at its first place on the block's own chain: what stands on another branch, or merely
        came earlier, must not count, or replicas that met a forker in another order would disagree.
        """
        enclosures = self._enclosures(vertex, groups)
        before = self.lace.standing_before({block for _, block in enclosures}, vertex)
        already = {act_id for act_id, block in enclosures if block in before or self.lace.vertices[block].anchor}
        place = Place(vertex.author, position, already, self.store.waiting.of(vertex.author), epoch=vertex.epoch)
        return self.fold.run_block(working, groups, place, acts)

    def _keep_waiting(self, author: int, position: int, ran: Iterable[Ran]) -> None:
        touched = {key for one in ran for key in one.verdict.touched}
        if touched:
            self.store.waiting.add(author, position, touched)

    def _enclosures(self, vertex: Vertex, groups: Sequence[Group]) -> list[tuple[bytes, bytes]]:
        ids = [act_id for group in groups for act_id in group.ids(self.fold.network)]
        return [one for one in self.store.chain.enclosures(vertex.author, ids) if one[1] != vertex.id]

    def _known_faults(self, row: BlockRow) -> Checked:
        """Signatures were checked when the block came in: what was bad then is bad now."""
        acts = self.store.chain.acts_of_block(row.position)
        faults = {act.id: act.code for act in acts if act.outcome == REJECTED and act.code in FORM}
        return Checked(faults=faults)

    def _note_watched(self, ran: Iterable[Ran]) -> None:
        if self.watched:
            changed = (
                change.new.id for one in ran if isinstance(one.verdict, Accepted) for change in one.verdict.changes
            )
            self.changed_watched.update(one for one in changed if one in self.watched)

    # -- the agreed state ---------------------------------------------------------------------------------------

    def begin(self, anchor: Anchor) -> None:
        """Keep an anchor that was just decided; `go_on` executes its batch."""
        acts = self.store.chain.act_count_at([vertex.position for vertex in anchor.batch])
        if self._waiting is not None:
            self._waiting -= acts
        self.store.chain.add_anchor(
            AnchorRow(
                anchor.number,
                anchor.vertex.id,
                anchor.epoch,
                anchor.round,
                anchor.consensus_ms,
                anchor.spread_ms,
                acts,
                anchor.closing,
            )
        )
        self.under_way = UnderWay(anchor, acts)

    def go_on(self, room: int | None) -> int:
        """Fold blocks of the anchor under way into the agreed state; how many acts they had.

        `room`: no further block is begun once there are so many; None: all of the batch. With its last block the
        anchor is executed and under way no more.
        """
        under = self.under_way
        assert under is not None
        working, held, before = WorkingState(self.store.state, None), 0, under.acts
        while under.blocks < len(under.anchor.batch) and (room is None or under.acts - before < room):
            ran = self._execute_next(working, under)
            held += len(ran)
            if held >= MAX_ACTS_AT_ONCE:
                write_agreed(self.store, working)
                working, held = WorkingState(self.store.state, None), 0
        write_agreed(self.store, working)
        if under.blocks == len(under.anchor.batch):
            self._finish(under)
        return under.acts - before

    def _execute_next(self, working: WorkingState, under: UnderWay) -> list[Ran]:
        anchor, vertex = under.anchor, under.anchor.batch[under.blocks]
        row = self.store.chain.block_at(vertex.position)
        ran = self._as_foreseen(working, vertex)
        if ran is None:
            ran = self._execute_block(working, anchor, vertex, row)
            under.differs |= self._settle(row, ran)
        self.store.chain.mark_executed(row.position, anchor.number)
        self.store.waiting.drop(row.position)
        self.store.state.foreseen.drop(row.position)
        self._note_watched(ran)
        if self.fold.asking:
            self.executed.append((anchor.number, row.position))
        self.store.entries.append([_entry(one, working) for one in ran])
        under.blocks, under.acts = under.blocks + 1, under.acts + len(ran)
        return ran

    def _finish(self, under: UnderWay) -> None:
        """What follows from an anchor as a whole."""
        self.under_way = None
        if under.kept:
            self.store.database.drop_meta(_PLACE)
        if under.acts or under.anchor.closing:
            self._add_checkpoint(under.anchor)
        settled = under.acts and not self.lace.open_acts
        self.stale |= under.differs or bool(settled and not self.store.state.overlay_is_empty())
        if self.stale:  # verdicts were given on an overlay that is not so
            self._forget_foreseen()

    def keep_place(self) -> None:
        """How far the anchor under way has come, for the next portion, in this run or in another."""
        under = self.under_way
        assert under is not None
        self.store.database.set_meta(_PLACE, encode([under.blocks, under.acts]))
        under.kept = True

    def resume(self, newest: Anchor) -> None:
        """What an earlier run has begun. What it knew of the overlay is lost, so that is folded anew in the end."""
        kept = self.store.database.meta(_PLACE)
        if kept is not None:
            blocks, acts = decode(kept)
            all_acts = self.store.chain.anchors(newest.number - 1, 1)[0].acts
            self.under_way, self.stale = UnderWay(newest, all_acts, blocks, acts, kept=True), True

    def anchor_of(self, vertex: Vertex) -> int:
        """Number of the anchor that has executed a block's acts here; 0 while none has, also where one is about to."""
        under = self.under_way
        if under is None or vertex.anchor != under.anchor.number:
            return vertex.anchor
        return self.store.chain.anchor_at(vertex.position)

    def rest(self) -> Sequence[Vertex]:
        """Blocks that the anchor under way is still to execute, in its order."""
        return self.under_way.anchor.batch[self.under_way.blocks :] if self.under_way is not None else ()

    def _add_checkpoint(self, anchor: Anchor) -> None:
        """After exactly those anchors that executed an act or close an epoch: more would never end (3-ledger §9)."""
        entries = self.store.entries
        checkpoint = Checkpoint(
            self.fold.network,
            anchor.epoch,
            anchor.number,
            anchor.vertex.id,
            anchor.consensus_ms,
            entries.size,
            entries.root(),
            self.store.state.state_root(),
            self.epochs.digests[anchor.epoch] if anchor.epoch else None,
            self.epochs.next_digest(anchor.vertex.id) if anchor.closing else None,
        )
        self.store.checkpoints.add(checkpoint, self.lace.rolls[anchor.epoch], verify)

    def _execute_block(self, working: WorkingState, anchor: Anchor, vertex: Vertex, row: BlockRow) -> list[Ran]:
        groups = _groups(row)
        already = {
            act_id for act_id, block in self._enclosures(vertex, groups) if self.anchor_of(self.lace.vertices[block])
        }
        place = Place(vertex.author, row.position, already, order=self._order(anchor, vertex), epoch=vertex.epoch)
        return self.fold.run_block(working, groups, place, self._known_faults(row))

    def _as_foreseen(self, working: WorkingState, vertex: Vertex) -> list[Ran] | None:
        """Apply the kept verdicts of a block, if each of them meets the very versions that it was given on."""
        ran = self._foreseen.pop(vertex.id, None)
        if ran is None:
            return None
        self._foreseen_acts -= len(ran)
        accepted = [one.verdict for one in ran if isinstance(one.verdict, Accepted)]
        met: dict[bytes, Record | None] = {}
        for change in (change for verdict in accepted for change in verdict.changes):
            record_id, old = change.new.id, change.old
            present = met[record_id] if record_id in met else working.record(record_id)
            if _version(present) != _version(old):
                return None
            met[record_id] = change.new
        for verdict in accepted:
            working.apply(verdict.changes, verdict.index_changes)
        return ran

    def _settle(self, row: BlockRow, ran: Sequence[Ran]) -> bool:
        """Keep what an anchor decided of a block; whether it is not what was predicted."""
        predicted = self.store.chain.acts_of_block(row.position)
        changed = [new.row for new, old in zip(ran, predicted, strict=True) if new.row != old]
        self.store.chain.set_outcomes(changed)
        return bool(changed) or any(self._foreseen_otherwise(one.verdict) for one in ran)

    def _foreseen_otherwise(self, verdict: Accepted | Rejected) -> bool:
        """Whether the overlay holds another content of a version that a shared act made."""
        if isinstance(verdict, Rejected) or not verdict.shared:
            return False
        foreseen = ((self.store.state.overlaid(change.new.id), change.new) for change in verdict.changes)
        return any(old is not None and _version(old) == _version(new) and old != new for old, new in foreseen)

    # -- places in the order ------------------------------------------------------------------------------------

    def _order(self, anchor: Anchor, vertex: Vertex) -> Order:
        def unseen(act: bytes) -> bool:
            other = self._block_of(act)
            apart = other is not None and not self.lace.in_past(other, vertex)
            return apart and other is not None and not self.lace.in_past(vertex, other)

        def settled(act: bytes) -> bool:
            other = self._block_of(act)
            if other is None or not other.anchor:
                return False
            return self.lace.in_past(self.finality.anchor_vertex(other.anchor), vertex)

        return Order(
            anchor.number,
            anchor.consensus_ms,
            anchor.spread_ms,
            unseen,
            settled,
            cache(lambda: self.finality.newest_in_past(vertex)),
        )

    def _block_of(self, act: bytes) -> Vertex | None:
        """The block that encloses an act, named by the first 16 bytes of its id."""
        row = self.store.chain.act_by_prefix(act)
        return self.lace.vertices[self.store.chain.id_at(row.block)] if row else None


def _by_arrival(vertex: Vertex) -> int:
    return vertex.order


def _version(record: Record | None) -> tuple[int, bytes] | None:
    return (record.version, record.last_act) if record else None


def _entry(ran: Ran, working: WorkingState) -> bytes:
    """The leaf that the tree of entries keeps of an executed act, for ever."""
    if isinstance(ran.verdict, Rejected):
        return rejected_leaf(ran.row.id, ran.verdict.code)
    written = [(change.new.id, record_digest(working.encoded(change.new))) for change in ran.verdict.changes]
    return entry_leaf(ran.row.id, ran.verdict.outcome, written)


def _groups(row: BlockRow) -> Sequence[Group]:
    assert row.block.payload is not None
    return decode_payload(row.block.payload).groups
