"""Days known only by month or year: surely before, surely after, or the act is held; and what follows from the day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MunimentError
from core.laws import Accepted, check_law, parse_law
from core.laws.derived import derived_at
from core.laws.expression_days import first_and_last, stretch, surely_less
from core.laws.placing import DAY_MS, end_of_day
from core.ledger.encoding import Value
from desktop.wording import sentence
from tests.laws.counter import Counter, placed

CLERK = (("clerk", 3),)
LAW = """
law: works
version: 1
title: {en: Works}
registers:
  work:
    home: office
    key: {code: {type: text, pattern: "[a-z]"}}
    fields:
      made: {type: day}
      ends: {type: day, precision: day}
      began: {type: day, optional: true}
    derived:
      in_force: {rule: "today < work.ends", label: {en: In force}, visible: public}
      begun: {rule: "has(work.began) && today >= work.began"}
      on_the_day: {rule: "today == work.ends"}
      off_the_day: {rule: "!(today in [work.ends]) && today != work.made"}
    states: {start: kept, moves: {end: {from: [kept], to: ended}}}
procedures:
  keep:
    title: {en: Keep}
    class: application
    creates: {work: work}
    signed_by: {all_of: [clerk]}
    fields:
      code: {type: text, pattern: "[a-z]"}
      made: {type: day}
      day: {type: day}
      began: {type: day, optional: true}
    requires:
      - {code: too-early, article: "1", outcome: refuse, rule: "act.day >= add_months(act.made, 324)", says: {en: Early.}}
      - {code: too-late, article: "2", outcome: warn, rule: "add_days(add_months(act.made, 336), 0) >= act.day",
         says: {en: Late.}}
    effects: [{create: work, key: {code: act.code}, set: {made: act.made, ends: "[2026, 1, 1]", began: act.began}}]
  use:
    title: {en: Use}
    class: application
    changes: {work: work}
    in_state: {work: [kept]}
    signed_by: {all_of: [clerk]}
    fields: {by: {type: day, precision: day}}
    requires:
      - {code: not-in-force, article: "3", outcome: refuse, rule: work.in_force, says: {en: Ended.}}
      - {code: not-now, article: "4", outcome: warn, rule: "placed.not_before <= act.by && act.by <= placed.not_after",
         says: {en: Then.}}
    effects: [{move_state: work, move: end}]
  mark:
    title: {en: Mark}
    class: application
    changes: {work: work}
    in_state: {work: [kept]}
    signed_by: {all_of: [clerk]}
    requires:
      - {code: other-day, article: "5", outcome: refuse, rule: work.on_the_day, says: {en: Another day.}}
      - {code: that-day, article: "5", outcome: warn, rule: work.off_the_day, says: {en: That day.}}
    effects: [{move_state: work, move: end}]
""".replace('"[2026, 1, 1]"', '"act.until"').replace(
    "      began: {type: day, optional: true}\n    requires",
    "      began: {type: day, optional: true}\n      until: {type: day, precision: day}\n    requires",
)
ANY_DAY = st.dates(date(1800, 1, 1), date(2100, 12, 31)).map(lambda day: [day.year, day.month, day.day])
DAYS = st.builds(lambda day, known: day[:known], ANY_DAY, st.integers(1, 3))


def whole_days(day: list[int]) -> list[date]:
    """Every whole day that it can be, counted by the calendar one after another."""
    found = date(*[*day, 1, 1][:3])
    days = [found]
    while (found := found + timedelta(days=1)) and [found.year, found.month, found.day][: len(day)] == day:
        days.append(found)
    return days if len(day) < 3 else days[:1]


@given(DAYS, DAYS)
def test_what_is_sure_is_so_for_every_day_that_it_can_be(left: list[int], right: list[int]) -> None:
    ones, others = whole_days(left), whole_days(right)
    answers = {one < other for one in (ones[0], ones[-1]) for other in (others[0], others[-1])}
    assert surely_less(left, right) is (answers.pop() if len(answers) == 1 else None)


@given(DAYS)
def test_a_day_is_a_stretch_of_days_and_comes_back_from_it(day: list[int]) -> None:
    days = whole_days(day)
    assert [date(*end) for end in first_and_last(day)] == [days[0], days[-1]]
    assert stretch(days[0], days[-1]) == day
    six = stretch(days[0], days[-1] + timedelta(days=40))
    assert [date(*end) for end in first_and_last(six)] == [days[0], days[-1] + timedelta(days=40)]


def keep(made: list[int], day: list[int], **more: Value) -> tuple[Any, Counter]:
    counter = Counter(parse_law(LAW), homes={})
    act = {"code": "a", "made": made, "day": day, "until": [2026, 6, 30]} | more
    return counter.put(counter.transaction("keep", act, {}, CLERK)), counter


@pytest.mark.parametrize(
    ("made", "day", "told"),
    [
        ([1928, 3, 5], [1955, 3, 5], "entered"),
        ([1928, 3, 5], [1955, 3, 4], "too-early"),
        ([1928], [1956, 1, 1], "entered"),
        ([1928, 3], [1954], "too-early"),
        ([1928, 3], [1955, 4, 1], "entered"),
        ([1928, 3], [1955, 3, 30], "held"),
        ([1928], [1955], "held"),
        ([1926, 3, 5], [1954, 3, 6], "warned"),
        ([1926], [1954, 12, 30], "held"),
        ([1926], [1955], "warned"),
    ],
)
def test_a_window_in_years_is_kept_missed_or_undecided(made: list[int], day: list[int], told: str) -> None:
    verdict, _ = keep(made, day)
    if told == "held":
        assert verdict.outcome == "held"
        assert {finding.code for finding in verdict.findings} == {"day-undecided"}
        assert all(finding.facts["day"] for finding in verdict.findings)
    else:
        assert (verdict.outcome if isinstance(verdict, Accepted) else verdict.code) == told


def test_the_day_that_is_not_known_well_enough_is_named() -> None:
    assert "(1928-03)" in sentence("day-undecided", {"day": [1928, 3]})
    assert "(1928-03-01 – 1929-02-28)" in sentence("day-undecided", {"day": [1928, 3, 1, 1929, 2, 28]})


def kept(**more: Value) -> tuple[Any, Counter]:
    verdict, counter = keep([1928], [1960], **more)
    return verdict.changes[0].new, counter


def use(
    at_days: tuple[int, int], spread_ms: int = 0, procedure: str = "use", work_made: tuple[Any, Counter] | None = None
) -> Any:
    """Between these days after the last one of the work."""
    work, counter = work_made or kept()
    last_ms = end_of_day([2026, 6, 30])
    first, end = (last_ms + days * DAY_MS for days in at_days)
    act = counter.transaction(procedure, {"by": [2026, 6, 28]} if procedure == "use" else {}, {"work": work}, CLERK)
    return counter.put(act, placed(at_ms=end, not_before_ms=first, spread_ms=spread_ms))


@pytest.mark.parametrize(
    ("at_days", "told"),
    [((-3, -1), ("entered", [])), ((-1, -1), ("warned", ["not-now"])), ((-3, 0), ("held", ["time-undecided"])),
     ((0, 0), ("not-in-force", [])), ((1, 5), ("not-in-force", []))],
)  # fmt: skip
def test_a_condition_reads_a_derived_field_at_the_place_of_the_act(at_days: tuple[int, int], told: Any) -> None:
    verdict = use(at_days)
    assert verdict.shared
    if isinstance(verdict, Accepted):
        assert (verdict.outcome, [finding.code for finding in verdict.findings]) == told
    else:
        assert verdict.code == told[0]


@pytest.mark.parametrize(
    ("at_days", "told"),
    [((0, 0), ["that-day"]), ((-1, -1), "other-day"), ((1, 1), "other-day"), ((-1, 0), ["time-undecided"] * 2),
     ((-29, 0), ["time-undecided"] * 2), ((-40, -30), "other-day")],
)  # fmt: skip
def test_whether_it_is_the_very_day_is_undecided_where_it_may_be(at_days: tuple[int, int], told: Any) -> None:
    """A stretch of days is none of them for sure, also one that is just a month."""
    verdict = use(at_days, procedure="mark")
    if isinstance(verdict, Accepted):
        assert [finding.code for finding in verdict.findings] == told
    else:
        assert verdict.code == told


def test_clocks_too_far_apart_leave_it_undecided() -> None:
    verdict = use((-3, -2), spread_ms=2 * DAY_MS)
    assert [finding.code for finding in verdict.findings] == ["time-undecided", "time-undecided"]


def test_whoever_reads_is_told_as_of_the_day_asked() -> None:
    work, counter = kept(began=[2026, 5])
    register = counter.law.by_full_name["works.work"]
    days = ([2026, 4, 30], [2026, 5, 20], [2026, 6, 29], [2026, 6, 30])
    told = [derived_at(register, work, tuple(day)) for day in days]
    assert [one["in_force"] for one in told] == [True, True, True, False]
    assert [one["begun"] for one in told] == [False, None, True, True]


def test_it_is_told_which_acts_wait_for_it() -> None:
    waits = check_law(parse_law(LAW), {}).waits
    assert {(why.code, why.name) for why in waits["use"]} == {("consensus-time", "today"), ("consensus-time", "placed")}
    assert "keep" not in waits  # days that the act itself names are the same everywhere


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("rule: work.in_force", 'rule: "today < work.ends"', "unknown-name"),
        ('"today < work.ends"', '"add_days(today, 3)"', "not-a-condition"),
        ('"today < work.ends"', '"work.began < today"', "unguarded"),
        ('"today < work.ends"', '"!work.begun"', "unknown-field"),
        ('"today < work.ends"', "\"roll_forward(work.ends, 'BY') == work.ends\"", "no-time-here"),
        ("in_force: {rule", "ends: {rule", "name-twice"),
        ("    states: {start: kept", '    always: [{code: no, article: "1", rule: work.in_force, says: {en: X}}]\n    states: {start: kept', "unknown-field"),
        ("    requires:\n      - {code: not-in", "    let: {now: work.in_force}\n    requires:\n      - {code: not-in", "no-time-here"),
        ("    requires:\n      - {code: too-early", '    let: {old: "act.made < act.day"}\n    requires:\n      - {code: too-early', "day-without-precision"),
        ("    requires:\n      - {code: too-early", '    let: {old: "add_days(act.made, 2)"}\n    requires:\n      - {code: too-early', "day-without-precision"),
        ("placed.not_before", "placed.somewhen", "unknown-field"),
        ("made: act.made, ends", 'made: "add_days(act.made, 1)", ends', "day-without-precision"),
    ],
)  # fmt: skip
def test_what_would_guess_is_refused_when_the_law_is_checked(old: str, new: str, code: str) -> None:
    assert old in LAW
    with pytest.raises(MunimentError) as refused:
        parse_law(LAW.replace(old, new))
    assert code in {error["code"] for error in refused.value.facts["errors"]}


def test_what_such_a_condition_shows_to_be_there_is_not_known_after_it() -> None:
    """It may come to neither true nor false, and refuse nothing."""
    guarded = LAW.replace('rule: "act.day >= add', 'rule: "has(act.began) && act.day >= add').replace(
        'rule: "add_days(add_months', 'rule: "act.began > act.made && add_days(add_months'
    )
    with pytest.raises(MunimentError) as refused:
        parse_law(guarded)
    assert {error["code"] for error in refused.value.facts["errors"]} == {"unguarded"}


@given(DAYS, DAYS, st.one_of(st.none(), DAYS), st.integers(-2, 2), st.integers(0, 3))
def test_whatever_days_an_act_names_there_is_a_verdict(
    made: list[int], day: list[int], began: list[int] | None, at: int, wide: int
) -> None:
    verdict, counter = keep(made, day, **({} if began is None else {"began": began}))
    assert (
        verdict.outcome in ("entered", "warned", "held")
        if isinstance(verdict, Accepted)
        else verdict.code == "too-early"
    )
    if isinstance(verdict, Accepted) and verdict.changes and verdict.outcome != "held":
        work, last_ms = verdict.changes[0].new, end_of_day([2026, 6, 30])
        act = counter.transaction("use", {"by": [2026, 6, 28]}, {"work": work}, CLERK)
        place = placed(at_ms=last_ms + (at + wide) * DAY_MS, not_before_ms=last_ms + at * DAY_MS)
        used = counter.put(act, place)
        days = range(at, at + wide + 1)  # counted from the last day of the work, on which it is in force no more
        sure = {number < 0 for number in days}
        if sure == {False}:
            assert used.code == "not-in-force"
        else:
            assert ("time-undecided" in [finding.code for finding in used.findings]) is (len(sure) == 2)
