"""Suspended and held acts as an office sees them: those that wait for it, and what became of each.

The ladder of such an act is its own until an act has ended it; from then on it is that act's, so that a paper printed
while it waited shows what came of it.
"""

from dataclasses import replace

from core.errors import MunimentError
from core.laws.undecided import OPEN_INDEX, OPEN_STATES, SUSPENDED, Undecided, open_group, read_undecided, undecided_id
from core.ledger.block import Block
from core.ledger.transaction import RecordRef, Transaction
from core.reading import DECISION_OUTCOMES, LIST_LIMIT
from core.requests import Requests
from core.store.chain import ActRow
from core.store.pages import label
from core.store.working import WorkingState
from core.views import ActView, Ladder, Step, UndecidedView

LAPSED_ACT, SET_ASIDE_CODE, WITHDRAWN_CODE = "act-lapsed", "act-set-aside", "act-withdrawn"
_ENDED_CODES = {"set_aside": SET_ASIDE_CODE, "withdrawn": WITHDRAWN_CODE}


class UndecidedActs(Requests):
    """Reading, for acts that stand and are not decided."""

    def undecided_acts(self) -> list[UndecidedView]:
        """What this office may end, and what any office may; at most `LIST_LIMIT` of each, oldest first."""
        views = []
        for keeper in (self.number, None):
            found, changed = self.store.state.find_with_overlay(OPEN_INDEX, open_group(keeper), LIST_LIMIT)
            present = {*found, *(one for one, added in changed.items() if added)}
            present -= {one for one, added in changed.items() if not added}
            views += [view for view in map(self._undecided_view, present) if view is not None]
        return sorted(views, key=lambda view: (view.act.transaction.claimed_ms, view.act.id))

    def undecided_view(self, act: bytes) -> UndecidedView:
        """Raises `no-such-undecided`, also for an act that has ended."""
        view = self._undecided_view(undecided_id(act))
        if view is None:
            raise MunimentError("no-such-undecided", act=act)
        return view

    def _undecided_view(self, record_id: bytes) -> UndecidedView | None:
        record = self.store.state.present(record_id)
        row = self.store.chain.act(record.key["act"]) if record is not None else None
        if record is None or row is None or record.state not in OPEN_STATES:
            return None
        undecided = read_undecided(record, WorkingState(self.store.state, None))
        about = [self.store.state.present(one) for one in undecided.records.values()]
        return UndecidedView(
            self._view(row),
            record.state,
            undecided.codes,
            " · ".join(label(one) for one in about if one is not None),
            undecided.records,
            undecided.fields,
            record.keeper,
            undecided.ends_ms if record.state == SUSPENDED else None,
            self._has_lapsed(undecided),
        )

    def _not_held(self, row: ActRow, block: Block) -> Transaction:
        """Of an act that waits still, what its record keeps of it, with what was brought since."""
        record = self.store.state.present(undecided_id(row.id))
        if record is None or record.state not in OPEN_STATES:
            return super()._not_held(row, block)
        kept = read_undecided(record, WorkingState(self.store.state, None))
        found = {name: self.store.state.present(one) for name, one in kept.records.items()}
        named = {name: RecordRef(one.id, one.version, one.last_act) for name, one in found.items() if one is not None}
        plain = super()._not_held(row, block)
        return replace(
            plain,
            law=kept.law,
            law_version=kept.version,
            procedure=kept.procedure,
            changes=named,
            act=kept.fields,
            signers=kept.signers,
        )

    def _has_lapsed(self, undecided: Undecided) -> bool:
        """No later act goes behind what the common order has reached."""
        newest = self.finality.count
        if undecided.record.state != SUSPENDED or undecided.ends_ms is None or not newest:
            return False
        consensus_ms: int = self.store.chain.anchors(newest - 1, 1)[0].consensus_ms
        return consensus_ms > undecided.ends_ms

    # -- what became of one -------------------------------------------------------------------------------------

    def _ended(self, row: ActRow) -> tuple[Undecided, ActRow | None] | None:
        """What is kept of a suspended or held act, and the act that has ended it."""
        record = self.store.state.present(undecided_id(row.id)) if row.outcome in DECISION_OUTCOMES else None
        if record is None:
            return None
        undecided = read_undecided(record, WorkingState(self.store.state, None))
        return undecided, None if undecided.is_open else self.store.chain.act_by_prefix(record.last_act)

    def _view(self, row: ActRow) -> ActView:
        view = super()._view(row)
        ended = self._ended(row)
        if ended is None or ended[1] is None or view.ladder.step is Step.REJECTED:
            return view
        return view._replace(records=ended[1].records)

    def _ladder(self, row: ActRow, block: bytes) -> Ladder:
        own = super()._ladder(row, block)
        ended = self._ended(row)
        if ended is None or own.step is Step.REJECTED:
            return own
        undecided, by = ended
        if by is None:
            waits = own._replace(outcome=undecided.record.state)
            return waits._replace(code=LAPSED_ACT, facts={}) if self._has_lapsed(undecided) else waits
        ladder = super()._ladder(by, self._opened(by.block)[0].id)._replace(decision=by.id)
        facts = {**ladder.facts, "decided_by": self._office_name(by.author)}
        code = _ENDED_CODES.get(undecided.record.state)
        if code is None or ladder.step is Step.REJECTED:
            return ladder._replace(facts=facts, outcome=undecided.record.state)
        facts |= {"office": self._office_name(by.author), "step": ladder.step.value}
        return ladder._replace(step=Step.REJECTED, code=code, facts=facts, outcome="rejected")

    def _needs_decision(self) -> tuple[tuple[ActView, ...], int]:
        """Own acts that wait still, and those of others that this office may end."""
        rows = self.store.chain.unusual_acts(self.number, DECISION_OUTCOMES, LIST_LIMIT)
        open_ = [row for row in rows if (ended := self._ended(row)) is None or ended[1] is None]
        waiting = {row.id: self._view(row) for row in open_}
        for view in self.undecided_acts():
            waiting.setdefault(view.act.id, view.act)
        return tuple(waiting.values())[:LIST_LIMIT], len(waiting)
