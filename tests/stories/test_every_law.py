"""What every law may take: the story of it, once for all laws, on a law of boats; and that a law carries it whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.laws import LawError, check_law, law_from_canonical, parse_law
from core.laws.every_law import papers_of_every_law
from core.laws.law import Law
from desktop.library import library_laws
from desktop.stories.run import never_failed, run_story
from tests.laws.test_walkthrough import EXAMPLE

STORY = (Path(__file__).parent / "of_every_law.yaml").read_text(encoding="utf-8")
HELD = (Path(__file__).parent / "held.yaml").read_text(encoding="utf-8")
TAKES = 'procedures_of_every_law: {on: {boat: [notes, notices]}, complaint_days: 15, article: "40"}\nregisters:\n'
BOATS = EXAMPLE.replace("registers:\n", TAKES, 1)


def test_each_condition_of_them_fails_in_the_story(qapp: object) -> None:  # papers are drawn
    law = parse_law(BOATS)
    told = run_story("of_every_law", STORY, law, dict[str, Law]().__getitem__)
    assert [seen for seen in told.seen if not seen.good] == []
    theirs = {path: replace(rule, of_every_law=False) for path, rule in law.rules.items() if rule.of_every_law}
    assert len(theirs) == 6
    assert list(never_failed(replace(law, rules=theirs), [told])) == []
    assert told.printed[law.name] >= papers_of_every_law(["boat"]) >= {"boat_note", "boat_notice"}


def test_acts_that_met_on_a_record_of_all_offices_are_decided(qapp: object) -> None:  # papers are drawn
    shared = EXAMPLE.replace("    home: office", "    home: shared", 1)
    assert [one.code for one in check_law(parse_law(shared), {}).problems] == ["held-without-settle"]
    law = parse_law(shared.replace("registers:\n", TAKES.replace("[notes, notices]", "[held]"), 1))
    assert check_law(law, {}).problems == ()
    told = run_story("held", HELD, law, dict[str, Law]().__getitem__)
    assert [seen for seen in told.seen if not seen.good] == []


def test_a_law_carries_them_whole() -> None:
    law = parse_law(BOATS)
    assert law_from_canonical(law.canonical).digest == law.digest
    assert b"procedures_of_every_law" not in law.canonical
    assert set(law.procedures) - set(parse_law(EXAMPLE).procedures) == {
        f"{name}_boat"
        for name in (
            *("note_litigation", "enter_court_order", "prohibit", "lift"),
            *("notify", "note_service", "complain", "decide_complaint"),
        )
    }


def test_every_law_that_ships_takes_the_notices() -> None:
    laws = [parse_law(text) for name, text in library_laws().items() if name != "charter"]
    assert [law.name for law in laws if not any(name.startswith("decide_complaint_") for name in law.procedures)] == []


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("unknown-register", "{boat: [notes", "{ship: [notes"),
        ("unknown-word", "[notes, notices]", "[everything]"),
        ("unknown-key", "complaint_days: 15", "complaints: 15"),
        ("out-of-range", "complaint_days: 15", "complaint_days: 0"),
        ("key-missing", ', article: "40"', ""),
        ("name-twice", "  enter_boat:", "  lift_boat:"),
        ("unknown-register", "on: {boat: [notes, notices]}", "on: {boat: [notes], boat_note: [notes]}"),
        ("not-a-mapping", TAKES.splitlines()[0], "procedures_of_every_law: all"),
    ],
)
def test_what_cannot_be_taken_is_told(code: str, old: str, new: str) -> None:
    assert old in BOATS
    with pytest.raises(LawError) as refused:
        parse_law(BOATS.replace(old, new, 1))
    assert code in [problem.code for problem in refused.value.problems]
    assert all(problem.line for problem in refused.value.problems)
