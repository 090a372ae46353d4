"""Fees of a law: the story of them, once for all laws, on a law of boats; and what a table may not say."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.laws import LawError, law_from_canonical, parse_law
from core.laws.law import Law
from desktop.stories.run import never_failed, run_story
from tests.laws.test_walkthrough import EXAMPLE

STORY = (Path(__file__).parent / "fees.yaml").read_text(encoding="utf-8")
FEES = """fees:
  currency: EUR
  unpaid: suspend
  cure: {days: 10}
  day_outside: hold
  grounds: {museum: {en: A museum}, court: {en: Order of a court}}
  table:
    entry: {title: {en: Entry of a boat}, article: "21", amounts: [{amount: 4000}, {from: 2026-06-01, amount: 4500}]}
  asked: {enter_boat: {line: entry, record: boat}}
registers:
"""
BOATS = EXAMPLE.replace("registers:\n", FEES, 1)


def test_each_condition_of_a_fee_fails_in_the_story_and_the_extract_shows_it(qapp: object) -> None:  # papers are drawn
    law = parse_law(BOATS)
    assert law_from_canonical(law.canonical).digest == law.digest
    told = run_story("fees", STORY, law, dict[str, Law]().__getitem__)
    assert [seen for seen in told.seen if not seen.good] == []
    theirs = {path: replace(rule, of_every_law=False) for path, rule in law.rules.items() if rule.of_every_law}
    assert len(theirs) == 4
    assert list(never_failed(replace(law, rules=theirs), [told])) == []


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("unknown-word", "line: entry", "line: exit"),
        ("unknown-word", "unpaid: suspend", "unpaid: forgive"),
        ("unknown-word", "day_outside: hold", "day_outside: forget"),
        ("unknown-record", "record: boat}", "record: ship}"),
        ("unknown-record", "asked: {enter_boat", "asked: {enter_ship"),
        ("fees-out-of-order", "{from: 2026-06-01, amount: 4500}", "{amount: 4500}"),
        ("fees-out-of-order", "[{amount: 4000}, ", "["),
        ("fees-out-of-order", "amount: 4500}]", "amount: 4500}, {from: 2026-06-01, amount: 1}]"),
        ("no-such-day", "2026-06-01", "2026-06-31"),
        ("out-of-range", "{amount: 4000}", "{amount: -1}"),
        ("key-missing", "currency: EUR\n  ", ""),
        ("key-missing", "  cure: {days: 10}\n", ""),
        ("unknown-key", "unpaid: suspend", "unpaid: warn"),  # a cure of what only warns
        ("name-twice", "owners: {type: list, min", "fee_day: {type: boolean}\n      owners: {type: list, min"),
        ("not-a-mapping", FEES.split("registers:")[0], "fees: none\n"),
    ],
)
def test_what_a_table_may_not_say(code: str, old: str, new: str) -> None:
    assert old in BOATS
    with pytest.raises(LawError) as refused:
        parse_law(BOATS.replace(old, new, 1))
    assert code in {one.code for one in refused.value.problems}
