"""Facts in words: by the law's labels and types, and plainly where the law is unknown."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.laws.field_types import DayType, FractionType
from core.ledger.encoding import Value
from desktop.printing.facts import claimed_text, make_content
from desktop.printing.values import Teller, money_text
from desktop.wording_paper import day_text, parse_day
from tests.ledger.building import act
from tests.printing.conftest import Printed

TELLER = Teller("en", {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "Yes"),
        (12, "12"),
        ("plain", "plain"),
        (b"\xab\xcd\xef", "abcd ef"),
        ([4_850_000, "BYN"], "48\u00a0500.00\u00a0BYN"),
        ({"kind": "legal", "name": "ООО «Зубр»", "number": "7"}, "ООО «Зубр», legal person, No.\u00a07"),
        ({"kind": "natural", "name": "ნინო", "number": "8"}, "ნინო, No.\u00a08"),
        ({"answer": "not_required", "by": [0, 1]}, "not required, attested by officer 1 of office 0"),
        ({"answer": "given", "by": "nobody"}, "given"),
        ({"other": 1, "more": [1, 2, 3]}, "other 1; more 1; 2; 3"),
        ([], ""),
        ([[]], ""),
        ({}, ""),
    ],
)
def test_values_without_a_type_are_told_by_their_shape(value: Value, text: str) -> None:
    assert TELLER.text(value, None) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [([2024], "2024"), ([2024, 2], "February 2024"), ([2024, 2, 29], "29 February 2024"), ([2024, 13], "2024; 13")],
)
def test_days_keep_their_precision(value: Value, text: str) -> None:
    assert TELLER.text(value, DayType()) == text


def test_fractions() -> None:
    assert [TELLER.text(part, FractionType()) for part in ([1, 2], [1, 1], [7, 0])] == ["1/2", "1", "7; 0"]


def test_money_in_minor_units() -> None:
    assert money_text(-5, "EUR") == "-0.05\u00a0EUR"
    assert money_text(1_234_567, "JPY") == "1\u00a0234\u00a0567\u00a0JPY"


def test_days_are_read_back() -> None:
    assert parse_day("en", day_text("en", [2026, 1, 9])) == [2026, 1, 9]
    for text in ("9 Brumaire 2026", "9 January", "January 2026", ""):
        assert parse_day("en", text) is None


def test_a_claim_beyond_every_calendar_is_a_number() -> None:
    assert claimed_text("en", (1 << 63) - 1) == str((1 << 63) - 1)
    assert claimed_text("en", 0) == "1 January 1970, 00:00 UTC by this office’s clock"


def test_without_the_law_its_own_names_stand(sale: Printed) -> None:
    content = make_content(sale.facts, None)
    labels = [row.label for row in content.rows]
    assert {"parcel", "ground", "to", "price"} <= set(labels)
    assert content.title == "land.transfer"


def test_an_act_that_fits_no_law_is_still_told(print_act: Callable[..., Printed]) -> None:
    """A receipt may hold whatever its signers signed: every kind of value, in any field, is told and never raises."""
    odd: list[Value] = [None, True, -1, "", b"", [], {}, [[1], {"a": [None]}], {"kind": 1, "name": [], "number": {}}]
    names = ("price", "deed", "to", "from", "ground", "spouse_consent", "unheard_of")
    for value in odd:
        printed = print_act(act("transfer", dict.fromkeys(names, value)))
        assert len(make_content(printed.facts, printed.law).act) == len(names)


def test_the_language_of_the_law_is_used_where_it_has_it(sale: Printed) -> None:
    content = make_content(replace(sale.facts, language="ka"), sale.law)
    assert content.title == "ამონაწერი"


def test_an_act_of_the_engine_that_compares_has_a_title(sale: Printed) -> None:
    compared = replace(sale.facts.transaction, procedure="#different", act={"reason": "Born in two months"})
    content = make_content(replace(sale.facts, transaction=compared), sale.law)
    assert (content.title, content.subtitle) == ("Two entries are different", "Land register")
