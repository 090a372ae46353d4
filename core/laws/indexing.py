"""Declared indexes and unique keys, kept by delta: what the old version had is taken away, what the new has
is added.

An index "<law>.<name>" groups by the values of its `by` fields, in their order; a unique key is the index
"<law>.<register>.<key>" with the group [keeper, value]. Groups are canonical bytes, a party stands by its
number. Both read only the record itself, so a test can recompute them from scratch (8-practice §3, rule 2).
"""

from collections.abc import Collection, Iterator, Sequence

from core.errors import MunimentError
from core.laws.expression_types import FIRST_NAME, MAX_STEPS, TRACE, EvaluationError, Frame
from core.laws.law import Index, Register
from core.laws.totals import Share, shares, total_changes
from core.laws.verdict import Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import Change, GroupChange, IndexChange, Record, State


def key_group(keeper: int | None, value: Value) -> bytes:
    """The group of a unique key: one per keeper, because no office can know another's newest records."""
    return encode([keeper, value])


def record_frame(register: Register, record: Record, state: State | None = None) -> Frame:
    """The frame in which the register's name is this record."""
    frame: Frame = [None] * register.frame_size
    frame[:TRACE] = [MAX_STEPS, state, b""]
    frame[FIRST_NAME] = record
    return frame


def groups_of(register: Register, record: Record) -> Iterator[tuple[str, list[Value]]]:
    """Every index that the record belongs to, with the values of its group."""
    frame = record_frame(register, record)
    for unique in register.uniques:
        if unique.holds(frame):
            yield unique.index, [record.keeper, record.key[unique.key]]
    for index in register.indexes:
        group = _group(index, record)
        if group is not None and (index.holds is None or index.holds(frame)):
            yield index.full_name, group


def group_changes(register: Register, change: Change) -> list[GroupChange]:
    """What one change does to indexes and totals."""
    if not register.uniques and not register.indexes and not register.totals:
        return []
    before, added_before = _standing(register, change.old)
    after, added_after = _groups(register, change.new, change.old, added_before)
    record = change.new.id
    removed = [IndexChange(group[0], encode(group[1]), record, False) for group in before if group not in after]
    joined = [IndexChange(group[0], encode(group[1]), record, True) for group in after if group not in before]
    return [*removed, *joined, *total_changes(added_before, added_after, record)]


def groups_from_nothing(register: Register, record: Record) -> list[GroupChange]:
    """Everything that the record, as it is, belongs to and adds.

    Nothing, where it was written under older rules and no act has brought it up to these: so for all offices.
    """
    groups, added = _standing(register, record)
    joined = [IndexChange(index, encode(group), record.id, True) for index, group in groups]
    return [*joined, *total_changes([], added, record.id)]


def _standing(register: Register, record: Record | None) -> tuple[list[tuple[str, list[Value]]], list[Share]]:
    try:
        return _groups(register, record) if record is not None else ([], [])
    except (MunimentError, EvaluationError, LookupError, TypeError, ValueError):
        return [], []


def _groups(
    register: Register, record: Record, old: Record | None = None, before: Sequence[Share] = ()
) -> tuple[list[tuple[str, list[Value]]], list[Share]]:
    groups = list(groups_of(register, record))
    if not register.totals:
        return groups, []
    return groups, shares(register, record_frame(register, record), record, old, before)


def check_room(register: Register, changes: list[IndexChange], state: State) -> None:
    """Refuses `key-taken` (winner: the act that wrote the holder) and `index-full`, with the whole act in view.

    Where an index names its own code, that one.
    """
    uniques = {unique.index: unique.key for unique in register.uniques}
    limits = {index.full_name: index for index in register.indexes}
    for change in changes:
        if not change.add:
            continue
        place = (change.index, change.group)
        others = [o for o in changes if o is not change and (o.index, o.group) == place] if len(changes) > 1 else []
        leaving = {other.record for other in others if not other.add} if others else ()
        joining = [other.record for other in others if other.add] if others else ()
        if change.index in uniques:
            _check_unique(change, uniques[change.index], leaving, joining, state)
        index = limits.get(change.index)
        if index and state.count(change.index, change.group) - len(leaving) + len(joining) >= index.max:
            raise _full(index, change, state)


def _full(index: Index, change: IndexChange, state: State) -> Refused:
    """With which words one record more is refused; of an index for one alone, by whom it is taken."""
    refused = Refused(index.code, index=change.index, most=index.max)
    if index.says:
        refused = Refused.by(index.code, index.path, index.article, {})
    holders = state.find(change.index, change.group, 1) if index.max == 1 else ()
    refused.over = state.record(holders[0]) if holders else None
    refused.taken = refused.over is not None
    refused.winner = refused.over.last_act if refused.over else None
    return refused


def _check_unique(
    change: IndexChange, key: str, leaving: Collection[bytes], joining: Collection[bytes], state: State
) -> None:
    for holder in state.find(change.index, change.group, 2):
        if holder not in leaving and holder != change.record:
            record = state.record(holder)
            if record is None:
                raise Refused("key-taken", key=key)
            refused = Refused.lost("key-taken", record, key=key, value=record.key[key])
            refused.taken = True
            raise refused
    if any(twin != change.record for twin in joining):
        raise Refused("key-taken", key=key)


def _group(index: Index, record: Record) -> list[Value] | None:
    values = []
    for name in index.by:
        if name in record.key:
            value = record.key[name]
        elif name in record.fields:
            value = record.fields[name]
        else:
            return None
        values.append(value["number"] if isinstance(value, dict) else value)
    return values
