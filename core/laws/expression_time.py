"""Time in conditions: `surely_by`, `surely_after` a day, between which days an act was made, and reckoning with days.

Whether an act was in time has three answers (core/laws/placing.py). Where it is undecided no condition comes to true or
false: `Undecided` leaves the evaluation, and the condition suspends or holds. There is no "today" in a condition: the
same act under the same law has the same verdict whenever it is replayed. A derived field has one: the place of the act,
or for reading the day that is asked for (core/laws/derived.py).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Protocol

from core.laws.calendar import CALENDAR_MISSING, CalendarMissingError, WorkingDays
from core.laws.expression_days import DAY_UNDECIDED, Undecided, Whole, first_and_last, stretch
from core.laws.expression_macros import Check, arguments
from core.laws.expression_syntax import Call, Expression, ExpressionError, Literal, Member
from core.laws.expression_types import (
    STATE,
    TIME,
    EvaluationError,
    ForeignRead,
    Frame,
    Known,
    Run,
    Scope,
    Typed,
    require,
)
from core.laws.field_types import BOOLEAN, DayType, IntegerType
from core.laws.placing import day_of, end_of_day

_BRACKET = ("not_before", "not_after")
MAX_ADDED = 100_000
MAX_YEARS = 9_999
CALENDAR_STEPS = 200  # a year's calendar is read once and its days are looked through
TERRITORY = re.compile(r"[A-Z]{2}[A-Z0-9-]{0,8}")
_WHOLE_DAY = DayType(precise=True)


class Moment(Protocol):
    """When an act was made, as far as its place tells: an `Order`, or the claim of one that has no place yet."""

    def by(self, end_ms: int) -> bool | None: ...

    def bracket(self) -> tuple[int, int] | None: ...


def surely(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`surely_by(day)`, `surely_after(day)`. Raises `no-time-here` outside the conditions of a procedure."""
    require(scope.timed, "no-time-here", node.text)
    (argument,) = arguments(node, 1)
    day = check(argument, scope, known)
    _require_whole_day(day, node.text)
    scope.reads.add(ForeignRead("time", node.name, ()))
    scope.unsure.add(node.text)
    run = day.run
    wanted = node.name == "surely_by"

    def ask(frame: Frame) -> bool:
        answer: bool | None = frame[TIME].by(end_of_day(run(frame)))
        if answer is None:
            raise Undecided
        return answer is wanted

    return Typed(BOOLEAN, ask, day.cost + 4)


def fixed_day(node: Call, scope: Scope, known: Known, check: Check) -> Typed:  # noqa: ARG001  # as every function
    """`day(2026, 7, 1)`: a day that the law itself names. Raises `wrong-arguments`."""
    parts = [one.value if isinstance(one, Literal) else None for one in arguments(node, 3)]
    require(all(type(one) is int for one in parts), "wrong-arguments", node.text)
    year, month, day = (int(str(one)) for one in parts)
    try:
        stated = date(year, month, day)
    except (ValueError, OverflowError):
        raise ExpressionError("no-such-day", node.text) from None
    value = [stated.year, stated.month, stated.day]
    return Typed(_WHOLE_DAY, lambda _frame: value, 1)


def placed_day(node: Member, scope: Scope) -> Typed:
    """`placed.not_before`, `placed.not_after`: the days (UTC) between which the act was made."""
    require(scope.timed, "no-time-here", node.text)
    require(node.field in _BRACKET, "unknown-field", node.text)
    scope.reads.add(ForeignRead("time", "placed", ()))
    scope.unsure.add(node.text)
    place = _BRACKET.index(node.field)

    def run(frame: Frame) -> list[int]:
        end = day_of(_bracket(frame)[place])
        return [end.year, end.month, end.day]

    return Typed(_WHOLE_DAY, run, 4)


def day_asked(scope: Scope) -> Typed:
    """In a derived field: the day that is asked for; read by a condition, all days on which the act may be of."""
    scope.reads.add(ForeignRead("time", "today", ()))

    def run(frame: Frame) -> list[int]:
        first, last = _bracket(frame)
        return stretch(day_of(first), day_of(last))

    return Typed(DayType(placed=True), run, 4)


def _bracket(frame: Frame) -> tuple[int, int]:
    bracket: tuple[int, int] | None = frame[TIME].bracket()
    if bracket is None:
        raise Undecided
    return bracket


def add_to_day(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`add_days(day, n)`; `add_months(day, n)` ends on the same-numbered day, or on the month's last (8-practice 9).

    In conditions a day known by month or year only is carried on as what it can be.
    """
    first, second = arguments(node, 2)
    day, count = check(first, scope, known), check(second, scope, known)
    require(isinstance(day.type, DayType), "mixed-types", node.text)
    assert isinstance(day.type, DayType)
    require(day.type.precise or scope.timed, "day-without-precision", node.text)
    require(isinstance(count.type, IntegerType), "mixed-types", node.text)
    start, many, add = day.run, count.run, _ADDING[node.name]

    def run(frame: Frame) -> list[int]:
        added: int = many(frame)
        try:
            if abs(added) > MAX_ADDED:
                raise OverflowError
            ends = [add(date(*end), added) for end in first_and_last(start(frame))]
        except (ValueError, OverflowError):
            raise EvaluationError("value-missing") from None
        return stretch(ends[0], ends[1])

    return Typed(day.type, run, day.cost + count.cost + 2)


def last_of_month(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`last_of_month(day)`, of a whole day: what ends with the month and not with the day."""
    (argument,) = arguments(node, 1)
    day = check(argument, scope, known)
    _require_whole_day(day, node.text)
    start = day.run

    def run(frame: Frame) -> list[int]:
        year, month, _ = start(frame)
        return [year, month, monthrange(year, month)[1]]

    return Typed(_WHOLE_DAY, run, day.cost + 2)


def add_working_days(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`add_working_days(day, n, 'BY')`; only in conditions of a procedure, where a missing calendar holds the act."""
    require(scope.timed, "no-time-here", node.text)
    first, second, third = arguments(node, 3)
    day, count, territory = check(first, scope, known), check(second, scope, known), _territory(third, node.text)
    _require_whole_day(day, node.text)
    require(isinstance(count.type, IntegerType), "mixed-types", node.text)
    scope.reads.add(ForeignRead("calendar", territory, ()))
    scope.unsure.add(node.text)
    start, many = day.run, count.run
    run = _reckoned(territory, lambda frame, days: days.add(date(*start(frame)), many(frame)))
    return Typed(_WHOLE_DAY, run, day.cost + count.cost + CALENDAR_STEPS)


def roll_forward(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`roll_forward(day, 'BY')`: the day itself, or the next working one."""
    require(scope.timed, "no-time-here", node.text)
    first, second = arguments(node, 2)
    day, territory = check(first, scope, known), _territory(second, node.text)
    _require_whole_day(day, node.text)
    scope.reads.add(ForeignRead("calendar", territory, ()))
    scope.unsure.add(node.text)
    start = day.run
    run = _reckoned(territory, lambda frame, days: days.roll_forward(date(*start(frame))))
    return Typed(_WHOLE_DAY, run, day.cost + CALENDAR_STEPS)


def _territory(node: Expression, text: str) -> str:
    given = node.value if isinstance(node, Literal) else None
    if not isinstance(given, str) or not TERRITORY.fullmatch(given):
        raise ExpressionError("wrong-arguments", text)
    return given


def _reckoned(territory: str, reckon: Callable[[Frame, WorkingDays], date]) -> Run:
    def run(frame: Frame) -> list[int]:
        try:
            end = reckon(frame, WorkingDays(frame[STATE], territory))
        except CalendarMissingError as error:
            raise Undecided(CALENDAR_MISSING, calendar=error.code) from None
        except (ValueError, OverflowError):
            raise EvaluationError("value-missing") from None
        return [end.year, end.month, end.day]

    return run


def age(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`age(born, day)`: whole years; a day of birth without precision holds, unless all of its days agree."""
    require(scope.timed, "no-time-here", node.text)
    first, second = arguments(node, 2)
    born, day = check(first, scope, known), check(second, scope, known)
    require(isinstance(born.type, DayType), "mixed-types", node.text)
    _require_whole_day(day, node.text)
    scope.unsure.add(node.text)
    from_day, to_day = born.run, day.run

    def run(frame: Frame) -> int:
        given, at = from_day(frame), to_day(frame)
        years = {_years(end, at) for end in first_and_last(given)}
        if len(years) > 1:
            raise Undecided(DAY_UNDECIDED, day=given)
        return years.pop()

    return Typed(IntegerType(-MAX_YEARS, MAX_YEARS), run, born.cost + day.cost + 4)


def _years(born: Whole, at: list[int]) -> int:
    """A person born on the last of February of a leap year grows older on the first of March of the others."""
    return at[0] - born[0] - (tuple(at[1:]) < born[1:])


def _require_whole_day(day: Typed, text: str) -> None:
    require(isinstance(day.type, DayType), "mixed-types", text)
    require(isinstance(day.type, DayType) and day.type.precise, "day-without-precision", text)


def _add_days(day: date, count: int) -> date:
    return day + timedelta(days=count)


def _add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    following = date(year, month + 1, 1) + timedelta(days=31)
    last = following - timedelta(days=following.day)
    return last.replace(day=min(day.day, last.day))


_ADDING = {"add_days": _add_days, "add_months": _add_months}
TIME_FUNCTIONS: Mapping[str, Callable[[Call, Scope, Known, Check], Typed]] = {
    "surely_by": surely,
    "surely_after": surely,
    "add_days": add_to_day,
    "add_months": add_to_day,
    "last_of_month": last_of_month,
    "add_working_days": add_working_days,
    "roll_forward": roll_forward,
    "age": age,
    "day": fixed_day,
}
