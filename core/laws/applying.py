"""Applies the effects of an act that stands, and checks the state after it.

Effects write into drafts. Then, for each record: keeper and numbers, declared bounds, `always`, size; and with the
whole act in view: unique keys and full indexes. The first that fails refuses the act, and nothing has changed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import NamedTuple

from core.errors import MunimentError
from core.laws.drafts import Draft
from core.laws.expression_types import BUDGET, MAX_STEPS, Frame
from core.laws.indexing import check_room, group_changes, record_frame
from core.laws.judging import UNFIT, Judge, evaluate
from core.laws.law import Condition, Law, Procedure, Register
from core.laws.numbers import Pool, next_number, year_of
from core.laws.placing import Order
from core.laws.powers import Limits
from core.laws.record_checks import check_bounds, check_size
from core.laws.totals import StateAfter
from core.laws.verdict import Refused
from core.laws.waiting import followers
from core.ledger.encoding import encode
from core.ledger.record import RELEASED_TO, Change, GroupChange, IndexChange, Record, State, new_record_id

__all__ = ["Applying", "Context", "Order"]


def _never_ended(_office: int, _officer: int, _role: str) -> None:
    """Where officers never change."""


def _unlimited(_office: int, _officer: int, _role: str) -> None:
    """Where no power has a term or a territory."""


def _no_key(_office: int, _officer: int) -> None:
    """Where each officer has a key of his own: the founding and every vote saw to it."""


def _nobody_agrees(_offices: Collection[int | None]) -> bool:
    """Where no roll says who counts."""
    return False


class Context(NamedTuple):
    """What an execution knows of its place. `roles` of an officer are those at this place in the order.

    `order` is None for an act that no anchor has placed yet: its outcome is then only predicted if it is shared.
    `waiting`: what the acts of this chain that are shared and not yet executed at an anchor have touched
    (`Accepted.touched`): an act that touches any of it waits with them.
    `ended_unseen`: the act (first 16 bytes of its id) that ended an officer's role before this place in the order,
    where neither that act nor this one had seen the other.
    `agrees`: whether so many of these offices count that together they are a quorum of the roll in force.
    """

    network: bytes
    author: int  # number of the node whose block carries the act
    incarnation: int
    transaction_id: bytes
    roles: Callable[[int, int], frozenset[str]]
    homes: Mapping[str, str] = MappingProxyType({})  # "<law>.<register>" → "office" | "shared"
    order: Order | None = None
    waiting: AbstractSet[bytes] = frozenset()
    powers_change: bool = False  # offices appoint and end officers: what another office's may do, the order decides
    ended_unseen: Callable[[int, int, str], bytes | None] = _never_ended
    limits: Callable[[int, int, str], Limits | None] = _unlimited  # of a role that an officer holds
    key: Callable[[int, int], bytes | None] = _no_key  # that an officer signs with
    agrees: Callable[[Collection[int | None]], bool] = _nobody_agrees
    late: bool = False  # the block is of an epoch before the law's, and the order still takes acts of that one
    former: Mapping[int, Law] = MappingProxyType({})  # by version: of acts begun before (transition.py)
    lacking: AbstractSet[str] = frozenset()  # what laws rely on in others that are not so in force (relying.lacking)


def is_shared(register: Register, context: Context) -> bool:
    """Whether all offices keep the records of the register together; of one kept with another, that one tells."""
    home = context.homes.get(register.full_name) if register.home.kind == "by_charter" else register.home.kind
    return home == "shared"


class Applying:
    """One act that its conditions let through. `records`: those it names, as they are."""

    def __init__(self, state: State, law: Law, context: Context, judge: Judge, records: Mapping[str, Record]) -> None:
        self._state = state
        self._law = law
        self._context = context
        self._judge = judge
        self._records = records
        self._drafts: dict[str, Draft] = {}
        self._counters: dict[bytes, Draft] = {}

    def run(
        self, procedure: Procedure, frame: Frame, claimed_ms: int
    ) -> tuple[tuple[Change, ...], tuple[GroupChange, ...]]:
        """The changes, records in the procedure's order and counters last. Raises `Refused`."""
        self._start_drafts(procedure, frame)
        evaluate(lambda places: self._take_effects(procedure, places), frame, procedure.name)
        for name in procedure.accepts:
            self._bring_followers(self._law.registers[procedure.changes[name]], self._drafts[name])
        self._finish_created(procedure, claimed_ms)
        act_id = self._context.transaction_id
        changes, moved = [], []
        for name, draft in self._drafts.items():
            register = self._law.by_full_name[draft.register]
            check_bounds(name, register, draft)
            change = Change(draft.old, draft.become_record(act_id))
            self._check_always(register, change.new)
            check_size(register, change.new)
            changes.append(change)
            if name in procedure.regroups or name not in procedure.slots:
                moves = self._regroup(name, register, change)
                if moves:
                    moved.append((register, moves))
        all_moves = [move for _, moves in moved for move in moves]
        self._check_totals(changes, all_moves)
        places = [move for move in all_moves if isinstance(move, IndexChange)]
        for register, _ in moved:
            check_room(register, places, self._state)
        changes.extend(Change(counter.old, counter.become_record(act_id)) for counter in self._counters.values())
        return tuple(changes), tuple(all_moves)

    def _take_effects(self, procedure: Procedure, frame: Frame) -> None:
        for effect in procedure.effects:
            frame[BUDGET] = MAX_STEPS
            effect.apply(frame, self._drafts)

    def _start_drafts(self, procedure: Procedure, frame: Frame) -> None:
        context = self._context
        for name in procedure.changes:
            old = self._records[name]
            beside = old.keeper not in (None, context.author) and name not in procedure.accepts
            incarnation = old.incarnation if beside else context.incarnation  # of another keeper: it stays as it was
            self._drafts[name] = Draft(old.register, old.id, old.keeper, incarnation, old)
        for number, (name, register_name) in enumerate(procedure.creates.items()):
            register = self._law.registers[register_name]
            record_id = new_record_id(context.transaction_id, number)
            draft = Draft(register.full_name, record_id, context.author, context.incarnation, None)
            frame[procedure.slots[name]] = self._drafts[name] = draft

    def _bring_followers(self, register: Register, moved: Draft) -> None:
        """What is kept with a record passes to its new keeper in the same act."""
        drafts = {draft.id: draft for draft in self._drafts.values()}
        for other, index in followers(register, self._law.registers):
            assert index is not None  # the law was checked
            for record_id in self._state.find(index.full_name, encode([moved.id]), index.max):
                draft = drafts.get(record_id)
                if draft is None:
                    old = self._state.record(record_id)
                    draft = Draft(other.full_name, record_id, None, self._context.incarnation, old)
                    self._drafts[f"#{len(self._drafts)}"] = draft  # the procedure has no name for it
                draft.keeper = moved.keeper
                self._bring_followers(other, draft)

    def _finish_created(self, procedure: Procedure, claimed_ms: int) -> None:
        """Keeper and numbers of new records: both follow from what the effects have set."""
        for name, register_name in procedure.creates.items():
            register, draft = self._law.registers[register_name], self._drafts[name]
            draft.keeper = self._keeper_of(register, draft, name)
            if draft.pending is not None and draft.keeper is None:
                raise Refused("kept-by-all", record=name)
            if draft.pending == {RELEASED_TO: draft.keeper}:
                draft.pending = None
            for key in register.numbers:
                pool = Pool(self._context.author, year_of(claimed_ms), self._context.incarnation)
                number = next_number(self._state, self._counters, pool, f"{register.full_name}.{key}")
                draft.key = {**draft.key, key: number}

    def _keeper_of(self, register: Register, draft: Draft, name: str) -> int | None:
        if register.home.kind == "with":
            target = draft.fields[register.home.field]
            kept = self._state.record(target)
            if kept is None:
                kept_draft = next((other for other in self._drafts.values() if other.id == target), None)
                return kept_draft.keeper if kept_draft else self._context.author
            if kept.keeper is not None and kept.keeper != self._context.author:
                raise Refused("not-keeper", office=kept.keeper, record=name)
            if kept.pending is not None and RELEASED_TO in kept.pending:
                raise Refused("record-released", record=name, office=kept.pending[RELEASED_TO])
            return kept.keeper
        return None if is_shared(register, self._context) else self._context.author

    def _check_always(self, register: Register, record: Record) -> None:
        if register.always:
            self._check_rules(register.always, register, record, self._state)

    def _check_totals(self, changes: Sequence[Change], moves: Sequence[GroupChange]) -> None:
        """What `always` says of totals, with everything that the act adds to them."""
        for change in changes:
            register = self._law.by_full_name[change.new.register]
            if register.always_after:
                self._check_rules(register.always_after, register, change.new, StateAfter(self._state, moves))

    def _regroup(self, name: str, register: Register, change: Change) -> list[GroupChange]:
        try:
            return group_changes(register, change)
        except (MunimentError, *UNFIT):
            raise Refused("rule-undecided", name, why="value-missing") from None

    def _check_rules(self, rules: Sequence[Condition], register: Register, record: Record, state: State) -> None:
        frame = record_frame(register, record, state)
        for condition in rules:
            if not self._judge.holds(condition, frame):
                raise Refused.by(condition.code, condition.path, condition.article, {})
