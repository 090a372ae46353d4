"""Suspended and held acts as an office sees them: those that wait for it. What became of each: outcomes.py."""

from core.act_views import Acts
from core.errors import MunimentError
from core.laws.undecided import OPEN_INDEX, OPEN_STATES, SUSPENDED, open_group, read_undecided, undecided_id
from core.outcomes import DECISION_OUTCOMES, Outcomes
from core.replica import Replica
from core.store.pages import label
from core.store.working import WorkingState
from core.views import LIST_LIMIT, ActView, UndecidedView


class UndecidedActs:
    """Acts that stand and are not decided; `number`: of this office."""

    def __init__(self, replica: Replica, number: int, outcomes: Outcomes, acts: Acts) -> None:
        self._store, self._number, self._outcomes, self._acts = replica.store, number, outcomes, acts

    def acts(self) -> list[UndecidedView]:
        """What this office may end, and what any office may; at most `LIST_LIMIT` of each, oldest first."""
        views = []
        for keeper in (self._number, None):
            found, changed = self._store.state.find_with_overlay(OPEN_INDEX, open_group(keeper), LIST_LIMIT)
            present = {*found, *(one for one, added in changed.items() if added)}
            present -= {one for one, added in changed.items() if not added}
            views += [view for view in map(self._view, present) if view is not None]
        return sorted(views, key=lambda view: (view.act.transaction.claimed_ms, view.act.id))

    def view(self, act: bytes) -> UndecidedView:
        """Raises `no-such-undecided`, also for an act that has ended."""
        view = self._view(undecided_id(act))
        if view is None:
            raise MunimentError("no-such-undecided", act=act)
        return view

    def _view(self, record_id: bytes) -> UndecidedView | None:
        record = self._store.state.present(record_id)
        row = self._store.chain.act(record.key["act"]) if record is not None else None
        if record is None or row is None or record.state not in OPEN_STATES:
            return None
        undecided = read_undecided(record, WorkingState(self._store.state, None))
        about = [self._store.state.present(one) for one in undecided.records.values()]
        return UndecidedView(
            self._acts.view_of(row),
            record.state,
            undecided.codes,
            " · ".join(label(one) for one in about if one is not None),
            undecided.records,
            undecided.fields,
            record.keeper,
            undecided.ends_ms if record.state == SUSPENDED else None,
            self._outcomes.has_lapsed(undecided),
        )

    def needing_decision(self) -> tuple[tuple[ActView, ...], int]:
        """Own acts that wait still, and those of others that this office may end."""
        rows = self._store.chain.unusual_acts(self._number, DECISION_OUTCOMES, LIST_LIMIT)
        open_ = [row for row in rows if (ended := self._outcomes.ended(row)) is None or ended[1] is None]
        waiting = {row.id: self._acts.view_of(row) for row in open_}
        for view in self.acts():
            waiting.setdefault(view.act.id, view.act)
        return tuple(waiting.values())[:LIST_LIMIT], len(waiting)
