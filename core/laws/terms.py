"""Terms to bring what is missing (`cure`): a number of days, working days or months from the act's place in the order.

The day of the place is not counted; a term of months or days that ends on no working day of the law's calendar ends on
the next one (8-practice 9). An act with several things missing has the longest of their terms.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from core.laws.calendar import CalendarMissingError, WorkingDays
from core.laws.law import Cure, Law
from core.laws.placing import day_of, end_of_day
from core.laws.verdict import Finding
from core.ledger.encoding import Value
from core.ledger.record import State


def open_term(law: Law, findings: Sequence[Finding], at_ms: int) -> list[Value]:
    """What a term follows from: [consensus time of its beginning, territory of the calendar, [[count, unit], …]]."""
    cures = [law.rules[finding.rule or str(finding.facts["rule"])].cure for finding in findings if _waits(finding)]
    return [at_ms, law.calendar, [[cure.count, cure.unit] for cure in cures if cure is not None]]


def term_end(state: State, term: Sequence[Value]) -> int | None:
    """The consensus time after which the act has lapsed; None while no end can be told, and it does not lapse.

    Without a calendar of the year no working day is guessed; once there is one, the end follows from it (LAWS.md §15).
    """
    at_ms, territory, cures = term
    ends = [_end(state, territory, Cure(unit, count), day_of(at_ms)) for count, unit in cures]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return None
    return max(end_of_day([end.year, end.month, end.day]) for end in known)


def _waits(finding: Finding) -> bool:
    return finding.outcome == "suspended"


def _end(state: State, territory: str, cure: Cure, start: date) -> date | None:
    working = WorkingDays(state, territory)
    try:
        if cure.unit == "working_days":
            return working.add(start, cure.count) if territory else None
        end = start + timedelta(days=cure.count) if cure.unit == "days" else add_months(start, cure.count)
        return working.roll_forward(end) if territory else end
    except (CalendarMissingError, OverflowError, ValueError):
        return None


def add_months(day: date, count: int) -> date:
    """Ends on the same-numbered day, or on the month's last. Raises ValueError, OverflowError outside the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    following = date(year, month + 1, 1) + timedelta(days=31)
    last = following - timedelta(days=following.day)
    return last.replace(day=min(day.day, last.day))
