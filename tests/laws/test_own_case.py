"""The line of a law by which every act asks whether an officer who signs is concerned."""

import pytest

from core.laws import LawError, law_from_canonical, parse_law
from core.laws.own_case import FIELD
from tests.laws.test_walkthrough import EXAMPLE

BOATS = EXAMPLE.replace("registers:\n", 'own_case: {article: "5(2)"}\nregisters:\n', 1)


def test_what_is_asked_for_asks_and_what_has_happened_does_not() -> None:
    law = parse_law(BOATS)
    assert law_from_canonical(law.canonical).digest == law.digest
    assert {name for name, one in law.procedures.items() if FIELD in one.fields} == {"enter_boat", "scrap"}
    for name in ("enter_boat", "scrap"):
        first = law.procedures[name].requires[0]
        assert (first.code, first.article, first.outcome, first.of_every_law) == ("own-case", "5(2)", "refuse", True)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("name-twice", "      name: {type: text, max_chars: 60}\n", "      own_case: {type: text, max_chars: 60}\n"),
        ("key-missing", '{article: "5(2)"}', "{}"),
        ("unknown-key", '{article: "5(2)"}', '{article: "5(2)", of: [sale]}'),
    ],
)
def test_what_the_line_may_not_say(code: str, old: str, new: str) -> None:
    assert BOATS.count(old) == 1
    with pytest.raises(LawError) as refused:
        parse_law(BOATS.replace(old, new))
    assert code in {error["code"] for error in refused.value.facts["errors"]}
