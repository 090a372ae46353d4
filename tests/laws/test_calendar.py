"""Working days of the charter's calendar, ages, and the terms that end by them; a missing year holds."""

from datetime import date
from typing import Any

import pytest

from core.laws import Accepted, Context, LawError, Order, check_law, parse_law
from core.laws.calendar import CALENDAR_INDEX, CalendarMissingError, WorkingDays
from core.laws.placing import DAY_MS, day_of
from core.laws.undecided import find_undecided
from core.ledger.encoding import Value, encode
from core.ledger.record import Record
from core.ledger.transaction import Transaction
from tests.laws.counter import Counter, DictState, library_law, placed

ADMINISTRATOR = (("administrator", 0),)
CLERK = (("clerk", 3),)
THURSDAY_MS = 1_790_208_000_000  # 24 September 2026
NEW_YEARS_EVE_MS = THURSDAY_MS + 98 * DAY_MS
LAW = """
law: permits
version: 1
title: {en: Permits}
calendar: BY
registers:
  permit:
    home: office
    key: {code: {type: text, pattern: "[a-z]"}}
    fields: {since: {type: day, precision: day}}
    states: {start: lodged}
procedures:
  lodge:
    title: {en: Lodge}
    class: application
    creates: {permit: permit}
    signed_by: {all_of: [clerk]}
    fields:
      code: {type: text, pattern: "[a-z]"}
      day: {type: day, precision: day}
      until: {type: day, precision: day}
      born: {type: day, optional: true}
      photo: {type: text, max_chars: 9, optional: true}
    requires:
      - {code: too-late, article: "1", outcome: refuse, rule: "add_working_days(act.day, 3, 'BY') >= act.until",
         says: {en: Late.}}
      - {code: no-work, article: "2", outcome: warn, rule: "roll_forward(act.until, 'BY') == act.until", says: {en: Rolls.}}
      - {code: too-young, article: "3", outcome: refuse, rule: "!has(act.born) || age(act.born, act.day) >= 18",
         says: {en: Young.}}
      - {code: no-photo, article: "4", outcome: suspend, cure: {working_days: 3}, rule: has(act.photo), says: {en: No.}}
    effects: [{create: permit, key: {code: act.code}, set: {since: act.day}}]
"""


class Administrator(Counter):
    """Three offices, two of which are a quorum."""

    @staticmethod
    def roles(office: int, officer: int) -> frozenset[str]:
        return frozenset({"administrator"}) if officer == 0 else frozenset()

    def context(self, transaction: Transaction, order: Order | None = None, waiting: Any = frozenset()) -> Context:
        return super().context(transaction, order, waiting)._replace(agrees=lambda offices: len(offices) >= 2)

    def do(self, procedure: str, act: dict[str, Value], office: int = 0, **records: Record) -> Any:
        self.author = office
        return self.put(self.transaction(procedure, act, records, ADMINISTRATOR), placed())


def propose(
    counter: Administrator, code: str, rest: list[list[int]], moved: list[list[int]], office: int = 0
) -> Record:
    act = {"code": code, "rest_days": [{"day": day} for day in rest], "moved_days": [{"day": day} for day in moved]}
    verdict = counter.do("enter_calendar", act, office)
    assert (verdict.outcome, verdict.shared) == ("entered", True)
    return next(change.new for change in verdict.changes if change.new.register == "charter.calendar")


def in_force(state: DictState, code: str, rest: list[list[int]], moved: list[list[int]]) -> Administrator:
    """Proposed by one office, voted for by another, put in force by a third."""
    counter = Administrator(library_law("charter"), state, homes={})
    calendar = propose(counter, code, rest, moved)
    assert counter.do("vote_for_calendar", {"calendar": calendar.id}, 1).outcome == "entered"
    assert counter.do("enforce_calendar", {}, 2, calendar=calendar).outcome == "entered"
    return counter


@pytest.fixture
def state() -> DictState:
    state = DictState()
    in_force(state, "BY/2026", [[2026, 9, 25], [2026, 12, 31]], [[2026, 9, 26]])
    return state


def lodge(state: DictState, at_ms: int = THURSDAY_MS, **fields: Value) -> Any:
    counter = Counter(parse_law(LAW), state, homes={})
    act = {"code": "a", "day": [2026, 9, 24], "until": [2026, 9, 28], "photo": "p"} | fields
    transaction = counter.transaction("lodge", {k: v for k, v in act.items() if v is not None}, {}, CLERK)
    return counter.put(transaction, placed(at_ms=at_ms))


def told(verdict: Any) -> tuple[str, list[str]]:
    if not isinstance(verdict, Accepted):
        return verdict.code, []
    return verdict.outcome, [finding.code for finding in verdict.findings]


def test_holidays_are_left_out_and_moved_days_counted(state: DictState) -> None:
    days = WorkingDays(state, "BY")
    assert day_of(THURSDAY_MS) == date(2026, 9, 24)
    assert [days.add(date(2026, 9, 24), n) for n in (0, 1, 2)] == [
        date(2026, 9, 24), date(2026, 9, 26), date(2026, 9, 28)
    ]  # fmt: skip
    assert days.roll_forward(date(2026, 9, 25)) == date(2026, 9, 26)
    assert days.roll_forward(date(2026, 9, 27)) == date(2026, 9, 28)
    with pytest.raises(CalendarMissingError, match="BY/2027"):
        days.add(date(2026, 12, 30), 1)
    with pytest.raises(OverflowError):
        days.add(date(2026, 9, 24), 1001)


def test_no_office_alone_moves_the_terms_of_all() -> None:
    counter = Administrator(library_law("charter"), DictState(), homes={})
    calendar = propose(counter, "BY/2026", [], [])
    assert told(counter.do("vote_for_calendar", {"calendar": calendar.id})) == ("key-taken", [])  # one vote an office
    assert told(counter.do("enforce_calendar", {}, calendar=calendar)) == ("no-quorum", [])
    with pytest.raises(CalendarMissingError):
        WorkingDays(counter.state, "BY").is_working(date(2026, 9, 24))
    counter.do("vote_for_calendar", {"calendar": calendar.id}, 1)
    vote = next(one for one in map(counter.state.record, counter.state.records) if one and one.keeper == 1)
    assert told(counter.do("withdraw_calendar_vote", {}, 1, vote=vote)) == ("entered", [])
    verdict = counter.do("enforce_calendar", {}, calendar=calendar)
    assert (verdict.code, verdict.shared) == ("no-quorum", True)


def test_one_that_is_in_force_is_replaced_in_one_step_and_terms_that_have_begun_keep_their_end(
    state: DictState,
) -> None:
    assert told(lodge(state, photo=None)) == ("suspended", ["no-photo"])
    ends_ms = [find_undecided(state, one.key["act"]).ends_ms for one in undecided_records(state)]
    counter = Administrator(library_law("charter"), state, homes={}, acts=9)
    present = state.record(state.find(CALENDAR_INDEX, encode([None, "BY/2026"]), 1)[0])
    new, other = propose(counter, "BY/2026", [[2026, 9, 28]], []), propose(counter, "BY/2027", [], [])
    assert told(counter.do("enforce_calendar", {}, 1, calendar=new)) == ("no-quorum", [])
    reason = {"reason": "A day was missing"}
    assert told(counter.do("replace_calendar", reason, 1, calendar=present, new=new)) == ("no-quorum", [])
    for one in (new, other):
        counter.do("vote_for_calendar", {"calendar": one.id}, 2)
    assert told(counter.do("enforce_calendar", {}, 1, calendar=new)) == ("key-taken", [])
    assert told(counter.do("replace_calendar", reason, 1, calendar=present, new=other)) == ("another-year", [])
    assert told(counter.do("replace_calendar", reason, 1, calendar=present, new=new)) == ("entered", [])
    days = WorkingDays(state, "BY")
    assert days.add(date(2026, 9, 24), 2) == date(2026, 9, 29)
    assert ends_ms == [find_undecided(state, one.key["act"]).ends_ms for one in undecided_records(state)] != [None]


def undecided_records(state: DictState) -> list[Record]:
    records = (state.record(one) for one in state.records)
    return [one for one in records if one is not None and one.register == "#undecided"]


def test_conditions_reckon_with_them(state: DictState) -> None:
    assert told(lodge(state, until=[2026, 9, 29])) == ("entered", [])
    assert told(lodge(state, until=[2026, 9, 30])) == ("too-late", [])
    assert told(lodge(state, until=[2026, 9, 27])) == ("warned", ["no-work"])


def test_a_year_without_a_calendar_holds_and_names_it(state: DictState) -> None:
    verdict = lodge(state, day=[2026, 12, 30], until=[2026, 9, 28])
    assert told(verdict) == ("held", ["calendar-missing"])
    assert verdict.findings[0].facts == {"rule": "lodge.too-late", "calendar": "BY/2027"}
    assert told(lodge(DictState())) == ("held", ["calendar-missing", "calendar-missing"])


@pytest.mark.parametrize(
    ("born", "outcome"),
    [
        ([2008, 9, 24], ("entered", [])),
        ([2008, 9, 25], ("too-young", [])),
        ([2008, 8], ("entered", [])),
        ([2008, 9], ("held", ["day-undecided"])),
        ([2008], ("held", ["day-undecided"])),
        ([2007], ("held", ["day-undecided"])),  # 18 or 19: what the number is compared with is not looked at
    ],
)
def test_age_is_told_where_the_precision_allows(
    state: DictState, born: list[int], outcome: tuple[str, list[str]]
) -> None:
    assert told(lodge(state, born=born)) == outcome


def test_a_term_of_working_days_ends_by_the_calendar(state: DictState) -> None:
    verdict = lodge(state, photo=None)
    assert told(verdict) == ("suspended", ["no-photo"])
    act = next(change.new.key["act"] for change in verdict.changes if change.new.register == "#undecided")
    undecided = find_undecided(state, act)
    assert undecided is not None
    assert undecided.ends_ms is not None
    assert day_of(undecided.ends_ms) == date(2026, 9, 29)
    later = lodge(state, at_ms=NEW_YEARS_EVE_MS, photo=None, code="b")  # into a year without a calendar
    fields = [change.new.fields for change in later.changes if change.new.register == "#undecided"]
    assert "ends_ms" not in fields[0]


def begun_without_a_calendar(state: DictState) -> bytes:
    """An act suspended on the last day of 2026, for three working days; its id."""
    verdict = lodge(state, at_ms=NEW_YEARS_EVE_MS, photo=None, code="c")
    assert told(verdict) == ("suspended", ["no-photo"])
    return next(change.new.key["act"] for change in verdict.changes if change.new.register == "#undecided")


def cure(state: DictState, act: bytes, at_ms: int, **brought: Value) -> Any:
    counter = Counter(parse_law(LAW), state, homes={}, acts=50)
    transaction = counter.transaction("#cure", {"act": act, "fields": brought} if brought else {"act": act}, {}, CLERK)
    return counter.put(transaction, placed(at_ms=at_ms, not_before_ms=at_ms))


@pytest.mark.parametrize(("day", "comes_to"), [(6, ("entered", [])), (7, ("act-lapsed", []))])
def test_a_term_begun_without_a_calendar_ends_once_it_comes(
    state: DictState, day: int, comes_to: tuple[str, list[str]]
) -> None:
    """From where it began, whatever was brought in between; until the calendar is there nobody is late."""
    act = begun_without_a_calendar(state)
    assert find_undecided(state, act).ends_ms is None
    still = cure(state, act, NEW_YEARS_EVE_MS + 90 * DAY_MS, born=[2000, 1, 1])  # the photo is missing still
    assert (told(still), still.shared) == (("suspended", ["no-photo"]), True)
    assert find_undecided(state, act).ends_ms is None
    in_force(state, "BY/2027", [[2027, 1, 1]], [])
    assert day_of(find_undecided(state, act).ends_ms) == date(2027, 1, 6)
    assert told(cure(state, act, NEW_YEARS_EVE_MS + day * DAY_MS, photo="p")) == comes_to


def test_before_the_calendar_comes_such_an_act_is_cured_whenever(state: DictState) -> None:
    act = begun_without_a_calendar(state)
    assert told(cure(state, act, NEW_YEARS_EVE_MS + 300 * DAY_MS, photo="p")) == ("entered", [])


def test_what_reckons_with_a_calendar_waits_for_the_order() -> None:
    report = check_law(parse_law(LAW), {})
    assert {reason.code for reason in report.waits["lodge"]} == {"working-days"}
    for old, new in (("3, 'BY'", "3, 'by'"), ("3, 'BY'", "'3', 'BY'"), ("3, 'BY')", "3, act.code)")):
        with pytest.raises(LawError):
            parse_law(LAW.replace(old, new, 1))
