"""Links as an office sees them: what acts of other registers ask of the records that it keeps, and its answers.

Which acts ask, and for what, follows from the laws and from what anchors executed; this office keeps only how far it
has looked and what it found (by act and record), which is worked out again when it is lost. An answer is an act of
this office like any other: by an officer, or by its node where the law marks the procedure `automatic` and nothing that
it says stands in the way. Whether something was answered is told from the ledger: once an act of the procedure asked
for has made a version of the record after the asking act was executed, nothing waits any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.executing import Execution
from core.laws.conflicts import fits
from core.laws.law import Called
from core.laws.linking import calls
from core.laws.requests import ENTER
from core.laws.resolving import CONFIRM, CURE
from core.laws.signing import is_of_node
from core.ledger.encoding import Value, decode, encode
from core.ledger.request import act_of
from core.ledger.transaction import Transaction, decode_transaction
from core.sealing.sealing import Sealing
from core.store.chain import ActRow
from core.store.working import WorkingState
from core.views import ActView

MAX_WAITING = 1000  # the oldest go first
ENTERED = ("entered", "warned")
_LOOKED, _WAITING = "links-looked", "links-waiting"
_MAX_META_BYTES = 1 << 20
_NAMED_BEFORE = 48  # an act begins with the name of its law (FORMAT.md §2), at most 40 bytes


@dataclass(frozen=True, slots=True)
class AskedView:
    """What an act of another register asks of this office. `automatic`: its node answers if nothing is in the way."""

    act: ActView
    called: Called
    automatic: bool


class Linking(Sealing):
    """What other registers ask of this office."""

    _looked_with: Execution | None = None  # another one: the office was opened anew, or has read its graph again
    _evaluated_at: tuple[int, bytes] | None = None

    def asked_of_us(self) -> list[AskedView]:
        """What waits for this office to answer, oldest first."""
        self.look_for_links()
        return list(self._waiting_links())

    def _waiting_links(self) -> Iterator[AskedView]:
        state = WorkingState(self.store.state, self.number)
        for (act, record), tried in self._kept().items():
            row = self.store.chain.act(act)
            for called in self._called(row, state) if row is not None else ():
                if called.record == record and self._fits(called, state) and not self._is_answered(act, called):
                    view, procedure = self.act_view(act), self.laws[called.law].procedures[called.procedure]
                    # What a node has entered asks officers: two laws could else keep each other busy for ever.
                    by_node = is_of_node(view.transaction.signers)
                    yield AskedView(view, called, procedure.automatic and not tried and not by_node)

    def _kept(self) -> dict[tuple[bytes, bytes], bool]:
        """By asking act and record: whether the node has answered, and the order did not enter it."""
        stored = self.store.database.meta(_WAITING)
        return {(act, record): tried for act, record, tried in decode(stored, _MAX_META_BYTES)} if stored else {}

    def _mark_tried(self, asked: AskedView) -> None:
        """What was foreseen otherwise than the order decides would be answered at every anchor, for ever: once."""
        with self.store.database.atomic():
            self._keep({**self._kept(), (asked.called.act, asked.called.record): True})

    def _fits(self, called: Called, state: WorkingState) -> bool:
        """Whether the procedure can be entered on the records as they stand, as far as their states tell."""
        law = self.laws.get(called.law)
        procedure = law.procedures.get(called.procedure) if law else None
        if procedure is None:
            return False
        named = {**called.records, called.found: called.record}
        found = {name: state.record(named[name]) for name in procedure.referenced if name in named}
        return found.keys() == procedure.referenced.keys() and all(
            record is not None and fits(procedure, name, record, self.number) for name, record in found.items()
        )

    def _is_answered(self, act: bytes, called: Called, *, foreseen: bool = True) -> bool:
        """Whether an act of the procedure asked for has changed the record since the asking act was executed.

        `foreseen`: also one that no anchor has executed yet.
        """
        since, wanted = self._anchor_of(act), f"{called.law}.{called.procedure}"
        for entry in self.record_view(called.record).timeline:
            anchor = entry.ladder.anchor
            if anchor is not None and anchor < since:
                return False
            if entry.procedure == wanted and entry.act != act and (foreseen or anchor is not None):
                return True
        return False

    def _anchor_of(self, act: bytes) -> int:
        row = self.store.chain.act(act)
        return self.vertex(self.store.chain.id_at(row.block)).anchor if row is not None else 0

    def _automatic_links(self) -> list[AskedView]:
        """What the node may answer by itself, looked at once for each block of its own and each anchor."""
        if not any(law.asks_others for law in self.laws.values()):
            return []
        self.look_for_links()
        head = self._head()
        now = (self.finality.count, head.id if head else b"")
        if now == self._evaluated_at:
            return []
        self._evaluated_at = now
        return [asked for asked in self._waiting_links() if asked.automatic]

    # -- looking ------------------------------------------------------------------------------------------------

    def look_for_links(self) -> None:
        """Look at what anchors have executed since the last time. Durable on return."""
        execution = self.execution
        if self._looked_with is not execution:
            stored = self.store.database.meta(_LOOKED)
            anchor, position = decode(stored, _MAX_META_BYTES) if stored else (0, 0)
            execution.executed = self.store.chain.executed_since(anchor, position)
            self._looked_with = execution
        if not execution.executed:
            return
        state = WorkingState(self.store.state, self.number)
        found = [pair for _, position in execution.executed for pair in self._found_in(position, state)]
        # Whatever a later anchor executes is open now, or comes after all that is here.
        lowest = min((vertex.position for vertex in self.lace.open_acts), default=self.store.chain.newest_position())
        with self.store.database.atomic():
            if found:
                kept = self._kept()
                self._keep(self._unanswered({**dict.fromkeys([*kept, *found], False), **kept}))
            self.store.database.set_meta(_LOOKED, encode([self.finality.count, lowest]))
        execution.executed = []

    def _unanswered(self, pairs: Mapping[tuple[bytes, bytes], bool]) -> dict[tuple[bytes, bytes], bool]:
        """Those that no act has answered in the order; what is only foreseen may yet be refused there."""
        state, waiting = WorkingState(self.store.state, self.number), {}
        for (act, record), tried in pairs.items():
            row = self.store.chain.act(act)
            called = [one for one in self._called(row, state) if one.record == record] if row is not None else []
            if any(not self._is_answered(act, one, foreseen=False) for one in called):
                waiting[act, record] = tried
        return waiting

    def _keep(self, waiting: Mapping[tuple[bytes, bytes], bool]) -> None:
        rows: list[Value] = [[act, record, tried] for (act, record), tried in waiting.items()]
        self.store.database.set_meta(_WAITING, encode(rows[-MAX_WAITING:]))

    def _found_in(self, position: int, state: WorkingState) -> Iterator[tuple[bytes, bytes]]:
        """The asking acts of a block, each with a record that this office answers for."""
        _, acts = self._opened(position)
        asking = [law.name.encode() for law in self.laws.values() if law.asks_others]
        if not any(name in act[:_NAMED_BEFORE] for act in acts for name in asking):
            return  # as almost every block of an import: nothing is decoded
        for row in self.store.chain.acts_of_block(position):
            for called in self._called(row, state):
                record = state.record(called.record)
                keeper = record.keeper if record is not None else self.number
                if keeper == self.number or (keeper is None and row.author == self.number):
                    yield row.id, called.record

    def _called(self, row: ActRow, state: WorkingState) -> Iterator[Called]:
        transaction = self._entered(row)
        law = self.laws.get(transaction.law) if transaction is not None else None
        if law is not None and transaction is not None and law.asks_others:
            yield from calls(law, transaction, row.id, state, self.laws)

    def _entered(self, row: ActRow) -> Transaction | None:
        """The act that stands by this one: itself, the request that it enters, what it has completed or confirmed."""
        _, acts = self._opened(row.block)
        if row.outcome not in ENTERED or not acts:
            return None
        transaction = decode_transaction(acts[row.place])
        if transaction.procedure == ENTER:
            return act_of(transaction)
        if transaction.procedure not in (CURE, CONFIRM):
            return transaction
        ended = self.store.chain.act(transaction.act["act"])
        original = self._entered_text(ended) if ended is not None else None
        if original is None:
            return None
        whole = {**original.act, **transaction.act.get("fields", {})}
        return Transaction(
            original.law,
            original.law_version,
            original.procedure,
            transaction.changes,
            whole,
            original.signers,
            original.claimed_ms,
            original.nonce,
        )

    def _entered_text(self, row: ActRow) -> Transaction | None:
        _, acts = self._opened(row.block)
        return act_of(decode_transaction(acts[row.place])) if acts else None
