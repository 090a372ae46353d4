"""Declared totals, kept by delta (8-practice §3): what the old version of a record added is taken away, what the new
one adds is added.

`where`, `by` and `add` read the record alone, so at every place in the order a total is the sum over all records of its
register, and a test adds them up from scratch. An act sees the totals after all earlier acts, without itself; `always`
sees them with it. Nothing is rounded and nothing overflows: sums are integers of any size.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.laws.expression_types import Frame
from core.laws.law import Register
from core.ledger.encoding import Value, encode
from core.ledger.record import GroupChange, State, TotalChange

Sums = Mapping[tuple[str, bytes], Mapping[str, int]]  # by total and group


def contributions(register: Register, frame: Frame) -> Iterator[tuple[str, list[Value], dict[str, int]]]:
    """Total, group and what the record of the frame adds to it."""
    for total in register.totals:
        if total.holds is not None and not total.holds(frame):
            continue
        group = [_part(run(frame)) for run in total.by.values()]
        added = {name: _whole(run(frame)) for name, run in total.add.items()}
        for length in range(0 if total.prefixes else len(group), len(group) + 1):
            yield total.full_name, group[:length], added


def sums(register: Register, frame: Frame) -> dict[tuple[str, bytes], dict[str, int]]:
    return {(name, encode(group)): added for name, group, added in contributions(register, frame)}


def total_changes(before: Sums, after: Sums, record: bytes) -> list[TotalChange]:
    """What replacing the one by the other does."""
    changes = []
    for place in {**before, **after}:
        old, new = before.get(place, {}), after.get(place, {})
        added = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
        added = {name: amount for name, amount in added.items() if amount}
        if added:
            changes.append(TotalChange(*place, record, added))
    return changes


def add_up(changes: Iterable[GroupChange]) -> dict[tuple[str, bytes], dict[str, int]]:
    """The sums of every group that some change touches, without those that come to 0."""
    found: dict[tuple[str, bytes], dict[str, int]] = {}
    for change in changes:
        if isinstance(change, TotalChange):
            place = found.setdefault((change.total, change.group), {})
            for name, amount in change.added.items():
                place[name] = place.get(name, 0) + amount
    return {place: kept for place, held in found.items() if (kept := {n: a for n, a in held.items() if a})}


class StateAfter:
    """The state with what one act adds to the totals; satisfies core.ledger.record.State."""

    def __init__(self, state: State, changes: Iterable[GroupChange]) -> None:
        self._added = add_up(changes)
        self._state = state
        self.record, self.find, self.count = state.record, state.find, state.count

    def total(self, total: str, group: bytes) -> Mapping[str, int]:
        held, added = self._state.total(total, group), self._added.get((total, group), {})
        return {name: held.get(name, 0) + added.get(name, 0) for name in {**held, **added}}


def _part(value: Value) -> Value:
    return value["number"] if isinstance(value, dict) else value


def _whole(value: int | Sequence[int]) -> int:
    return value if isinstance(value, int) else value[0]
