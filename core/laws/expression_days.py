"""Days that are known only by their month or year, and comparison that never guesses.

A day in an evaluation is [year], [year, month], [year, month, day] or, reckoned from one of the first two, the first
and the last day that it can be: six numbers. What is compared lies surely before, surely after, or is undecided: then
`Undecided` leaves the evaluation, and the act is held. In its own place in time an act is such a stretch of days too.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from core.laws.expression_types import Frame, Run, Scope, Typed, require
from core.laws.field_types import DayType
from core.ledger.encoding import Value

Whole = tuple[int, int, int]
DAY_UNDECIDED, TIME_UNDECIDED = "day-undecided", "time-undecided"


class Undecided(Exception):  # noqa: N818  # an answer of its own kind: neither true nor false
    """A condition's verdict hangs on what is not sure: `time-undecided`, or with facts on what nobody has entered."""

    def __init__(self, code: str = TIME_UNDECIDED, **facts: Value) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def first_and_last(day: Sequence[int]) -> tuple[Whole, Whole]:
    """The first and the last whole day that it can be."""
    match day:
        case [year]:
            return (year, 1, 1), (year, 12, 31)
        case [year, month]:
            return (year, month, 1), (year, month, monthrange(year, month)[1])
        case [year, month, on]:
            return (year, month, on), (year, month, on)
    return (day[0], day[1], day[2]), (day[3], day[4], day[5])


def stretch(first: date, last: date) -> list[int]:
    """The shortest form of a stretch of days: a day, a month, a year, or its two ends."""
    if first == last:
        return [first.year, first.month, first.day]
    if first.day == 1 and first.year == last.year and last.day == monthrange(last.year, last.month)[1]:
        if first.month == last.month:
            return [first.year, first.month]
        if (first.month, last.month) == (1, 12):
            return [first.year]
    return [first.year, first.month, first.day, last.year, last.month, last.day]


def surely_less(left: Sequence[int], right: Sequence[int]) -> bool | None:
    """Whether one lies before the other; None: undecided."""
    (first, last), (other_first, other_last) = first_and_last(left), first_and_last(right)
    if last < other_first:
        return True
    return False if first >= other_last else None


def same_day(left: Typed, right: Typed) -> Callable[[Sequence[int], Sequence[int]], bool] | None:
    """How two days are found to be the same where one is an act's place, which may be any of several; else None.

    What this returns raises `Undecided`. A day known by month or year only is never written like the whole one.
    """
    placed = [isinstance(side.type, DayType) and side.type.placed for side in (left, right)]
    if not any(placed):
        return None

    def same(one: Sequence[int], other: Sequence[int]) -> bool:
        if any(len(day) != 3 and not of_place for day, of_place in zip((one, other), placed, strict=True)):
            return False
        (first, last), (other_first, other_last) = first_and_last(one), first_and_last(other)
        if last < other_first or other_last < first:
            return False
        if first == last == other_first == other_last:
            return True
        raise Undecided

    return same


def order_days(sign: str, left: Typed, right: Typed, text: str, scope: Scope) -> Run:
    """Which of two days comes first, where one of them may be known by month or year only.

    Raises `day-without-precision` outside the conditions of a procedure, where nothing could be held.
    """
    require(scope.timed, "day-without-precision", text)
    scope.unsure.add(text)
    first, second = left.run, right.run
    placed = any(isinstance(side.type, DayType) and side.type.placed for side in (left, right))
    compare = _ORDERS[sign]

    def run(frame: Frame) -> bool:
        one, other = first(frame), second(frame)
        answer = compare(one, other)
        if answer is None:
            if placed:
                raise Undecided
            raise Undecided(DAY_UNDECIDED, day=list(other if len(one) == 3 else one))
        return answer

    return run


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


_ORDERS: Mapping[str, Callable[[Sequence[int], Sequence[int]], bool | None]] = {
    "<": surely_less,
    ">": lambda one, other: surely_less(other, one),
    "<=": lambda one, other: _not(surely_less(other, one)),
    ">=": lambda one, other: _not(surely_less(one, other)),
}
