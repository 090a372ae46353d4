"""Working days: Monday to Friday, less the holidays and with the moved working days of a territory's calendar.

Calendars are records of the charter law's register `calendar`, one a territory and year ("BY/2026"), which all offices
keep together (8-practice 9). A year without one is never guessed: whatever asks for it stays undecided. The day of the
event is not counted. Days are days of UTC.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from core.ledger.encoding import encode
from core.ledger.record import State

CALENDAR_INDEX = "charter.calendar.code"  # the unique key of the register
CALENDAR_MISSING = "calendar-missing"
MAX_WORKING_DAYS = 1_000
_SATURDAY = 5
_DAY = timedelta(days=1)


class CalendarMissingError(Exception):
    """No calendar is in force for this territory and year; `code` names it, such as "BY/2026"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Year:
    rest: frozenset[date]
    moved: frozenset[date]


class WorkingDays:
    """The working days of one territory, as the state knows them. Each call may raise `CalendarMissingError`."""

    def __init__(self, state: State, territory: str) -> None:
        self._state, self._territory = state, territory
        self._years: dict[int, _Year] = {}

    def is_working(self, day: date) -> bool:
        year = self._years.get(day.year) or self._read(day.year)
        return (day.weekday() < _SATURDAY and day not in year.rest) or day in year.moved

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after a day. Raises OverflowError beyond what is reckoned with."""
        if not 0 <= count <= MAX_WORKING_DAYS:
            raise OverflowError
        while count:
            day += _DAY
            count -= self.is_working(day)
        return day

    def roll_forward(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def _read(self, number: int) -> _Year:
        code = f"{self._territory}/{number:04}"
        found = self._state.find(CALENDAR_INDEX, encode([None, code]), 1)
        record = self._state.record(found[0]) if found else None
        if record is None:
            raise CalendarMissingError(code)
        days = (
            frozenset(date(*row["day"]) for row in record.fields.get(name, ())) for name in ("rest_days", "moved_days")
        )
        year = self._years[number] = _Year(*days)
        return year
