"""Declared totals, kept by delta (8-practice §3): what the old version of a record added is taken away, what the new
one adds is added.

`where`, `by` and `add` read the record alone, so at every place in the order a total is the sum over all records of its
register, and a test adds them up from scratch. An act sees the totals after all earlier acts, without itself; `always`
sees them with it. Nothing is rounded and nothing overflows: sums are integers of any size.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.laws.expression_types import Frame
from core.laws.law import Register, Total
from core.ledger.encoding import Value, encode
from core.ledger.record import GroupChange, Record, State, TotalChange


@dataclass(frozen=True, slots=True)
class Share:
    """What one record adds to a total: to its group and, if beginnings have sums of their own, to each of them."""

    total: Total
    group: list[Value]
    added: Mapping[str, int]

    @property
    def lengths(self) -> range:
        """How many parts the groups have that it is added to."""
        return range(0 if self.total.prefixes else len(self.group), len(self.group) + 1)


def shares(
    register: Register, frame: Frame, record: Record, old: Record | None = None, before: Sequence[Share] = ()
) -> list[Share]:
    """What the record, which the frame holds, adds. `before`: what its version `old` did; the sums of that one are
    taken where nothing has changed that they are made of.
    """
    added_before = {share.total.full_name: share.added for share in before}
    found = []
    for total in register.totals:
        if total.holds is not None and not total.holds(frame):
            continue
        group = [_part(run(frame)) for run in total.by.values()]
        added = added_before.get(total.full_name)
        if added is None or old is None or not _made_of_the_same(total, old, record):
            added = {name: _whole(value) for name, value in total.add(frame).items()}
        found.append(Share(total, group, added))
    return found


def _made_of_the_same(total: Total, old: Record, new: Record) -> bool:
    """A state or version is never the same for certain; the keys of a record are."""
    return all(
        name in new.key or (name in old.fields and name in new.fields and old.fields[name] == new.fields[name])
        for name in total.added_from
    )


def contributions(
    register: Register, frame: Frame, record: Record
) -> Iterator[tuple[str, list[Value], Mapping[str, int]]]:
    """Total, group and what the record of the frame adds to it."""
    for share in shares(register, frame, record):
        for length in share.lengths:
            yield share.total.full_name, share.group[:length], share.added


def total_changes(before: Sequence[Share], after: Sequence[Share], record: bytes) -> list[TotalChange]:
    """What replacing the one by the other does."""
    changes: list[TotalChange] = []
    coming = {share.total.full_name: share for share in after}
    for old in before:
        changes.extend(_replaced(old, coming.pop(old.total.full_name, None), record))
    for new in coming.values():
        changes.extend(_whole_share(new, new.lengths, 1, record))
    return changes


def _replaced(old: Share, new: Share | None, record: bytes) -> Iterator[TotalChange]:
    """The beginnings that both groups have come first."""
    if new is None:
        yield from _whole_share(old, old.lengths, -1, record)
        return
    parted = next((n for n, (a, b) in enumerate(zip(old.group, new.group, strict=True)) if a != b), len(old.group))
    if new.added is not old.added:
        delta = {name: new.added[name] - amount for name, amount in old.added.items()}
        yield from _changes(old, [length for length in old.lengths if length <= parted], delta, record)
    apart = [length for length in old.lengths if length > parted]
    yield from _whole_share(old, apart, -1, record)
    yield from _whole_share(new, apart, 1, record)


def _whole_share(share: Share, lengths: Iterable[int], sign: int, record: bytes) -> Iterator[TotalChange]:
    return _changes(share, lengths, {name: sign * amount for name, amount in share.added.items()}, record)


def _changes(share: Share, lengths: Iterable[int], added: dict[str, int], record: bytes) -> Iterator[TotalChange]:
    added = {name: amount for name, amount in added.items() if amount}
    if added:
        for length in lengths:
            yield TotalChange(share.total.full_name, encode(share.group[:length]), record, added)


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
        self.record, self.has_any, self.find, self.count = state.record, state.has_any, state.find, state.count

    def total(self, total: str, group: bytes) -> Mapping[str, int]:
        held, added = self._state.total(total, group), self._added.get((total, group), {})
        return {name: held.get(name, 0) + added.get(name, 0) for name in {**held, **added}}


def _part(value: Value) -> Value:
    return value["number"] if isinstance(value, dict) else value


def _whole(value: int | Sequence[int]) -> int:
    return value if isinstance(value, int) else value[0]
