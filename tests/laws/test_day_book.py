"""Day books and roads of correction: numbers without a gap, and what a law may not say of either."""

import pytest

from core.laws import Accepted, LawError, Rejected, parse_law
from core.ledger.encoding import Value
from tests.laws.counter import YEAR_2026_MS, Counter, DictState

DESK = """
law: desk
version: 1
calendar: BY
title: {en: Day book of a desk}
registers:
  slip:
    home: office
    key: {day_no: {type: number, day_book: true}}
    fields:
      who: {type: text, max_chars: 40, corrected: [slip]}
      paper: {type: text, max_chars: 40, optional: true, corrected: [court]}
    states: {start: lodged}
procedures:
  hand_in:
    title: {en: Hand in}
    class: application
    creates: {slip: slip}
    signed_by: {any_of: [clerk]}
    fields: {who: {type: text, max_chars: 40}}
    requires:
      - {code: nobody, article: "1", outcome: refuse, rule: "act.who != 'nobody'", says: {en: Nobody.}}
    effects: [{create: slip, set: {who: act.who}}]
  correct:
    title: {en: Correct}
    class: decision
    corrects: slip
    changes: {slip: slip}
    in_state: {slip: [lodged]}
    signed_by: {all_of: [clerk, registrar], different_persons: true}
    fields: {who: {type: text, max_chars: 40}, proof: {type: document, max_mb: 1}}
    effects: [{set: slip.who, to: act.who}]
"""
CLERK = (("clerk", 3),)
YEAR_MS = 366 * 86_400_000


def serial(counter: Counter, who: str, claimed_ms: int = YEAR_2026_MS) -> str | None:
    """The number without its check digits; None where the application was refused."""
    act: dict[str, Value] = {"who": who}
    verdict = counter.put(counter.transaction("hand_in", act, signers=CLERK, claimed_ms=claimed_ms))
    if isinstance(verdict, Rejected):
        assert verdict.code == "nobody"
        return None
    return str(verdict.changes[0].new.key["day_no"]).partition("-")[0]


def test_numbers_have_no_gap_in_an_office_and_year_and_none_is_lost_to_a_refusal() -> None:
    law, state = parse_law(DESK), DictState()
    here, there = (Counter(law, state, author, author * 1000, {}) for author in (1, 2))
    assert [serial(here, who) for who in ("ana", "nobody", "bob")] == ["1/2026/000001", None, "1/2026/000002"]
    assert serial(there, "eka") == "2/2026/000001"
    assert serial(here, "ion", YEAR_2026_MS + YEAR_MS) == "1/2027/000001"
    assert serial(here, "tea") == "1/2026/000003"


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("day-book-of-applications", "class: application", "class: decision"),
        ("day-book-waits", "outcome: refuse", "outcome: hold"),
        ("day-book-waits", "outcome: refuse", "outcome: suspend, cure: {days: 3}"),
        ("day-book-waits", "outcome: refuse", "outcome: without_effect"),
        ("day-book-waits", "\"act.who != 'nobody'\"", '"surely_by(act.day)"'),
        ("unknown-key", "paper: {type: text", "paper: {type: text, day_book: true"),
        ("unknown-key", "{type: number, day_book: true}", "{type: integer, min: 1, max: 9, day_book: true}"),
        ("not-on-this-road", "corrected: [slip]", "corrected: [court]"),
        ("unknown-word", "corrected: [slip]", "corrected: [whim]"),
        ("unknown-word", "corrects: slip", "corrects: whim"),
        ("correction-alone", "all_of: [clerk, registrar], different_persons: true", "all_of: [registrar]"),
        ("correction-without-order", "class: decision\n    corrects", "class: order\n    corrects"),
        ("correction-without-proof", ", proof: {type: document, max_mb: 1}", ""),
    ],
)
def test_a_law_says_nothing_of_them_that_cannot_be_kept(code: str, old: str, new: str) -> None:
    assert old in DESK
    text = DESK.replace(old, new, 1)
    if "act.day" in new:
        text = text.replace(
            "fields: {who: {type: text, max_chars: 40}}",
            "fields: {who: {type: text, max_chars: 40}, day: {type: day, precision: day}}",
        )
    with pytest.raises(LawError) as refused:
        parse_law(text)
    assert code in [problem.code for problem in refused.value.problems]


def test_a_correction_on_its_own_road_is_entered() -> None:
    counter = Counter(parse_law(DESK), homes={})
    slip = counter.enter("hand_in", {"who": "Ana"}, signers=CLERK)
    proof = {"digest": bytes(32), "kind": "plan", "number": "1", "issuer": "archive", "day": [2026], "pages": 1}
    act: dict[str, Value] = {"who": "Anna", "proof": proof}
    verdict = counter.put(counter.transaction("correct", act, {"slip": slip}, (("clerk", 3), ("registrar", 0))))
    assert isinstance(verdict, Accepted)
    assert verdict.changes[0].new.fields["who"] == "Anna"
    assert verdict.changes[0].new.key == slip.key
