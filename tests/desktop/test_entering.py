"""What people type becomes values, and what cannot be read is kept as it was typed."""

import pytest

from core.laws.form import FormField
from core.ledger.encoding import Value
from desktop.widgets.fields.entering import (
    clean_value,
    is_complete,
    is_readable,
    read_money,
    read_typed,
    show_amount,
    show_typed,
)
from desktop.wording.values import claimed_text, money_text, value_text


def _field(kind: str, **facts: object) -> FormField:
    return FormField("x", kind, "X", "", True, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  Ala  ", "Ala"),
        ("text", "A\u0301", "\u00c1"),  # NFC
        ("text", "   ", None),
        ("integer", "1 250", 1250),
        ("integer", "-3", -3),
        ("fraction", "2/4", [1, 2]),
        ("fraction", "1", [1, 1]),
        ("fraction", "-1/3", [-1, 3]),
        ("day", "2016-03-05", [2016, 3, 5]),
        ("day", "5.3.2016", [2016, 3, 5]),
        ("day", "03.2016", [2016, 3]),
        ("day", "2016", [2016]),
        ("period", "1 6 0", [1, 6, 0]),
    ],
)
def test_typed_values(kind: str, typed: str, value: Value) -> None:
    field = _field(kind)
    assert read_typed(field, typed) == value
    assert is_readable(field, value)
    assert read_typed(field, show_typed(field, value)) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("integer", "12a"), ("fraction", "1/0"), ("fraction", "half"), ("day", "5 March"), ("period", "1")],
)
def test_unreadable_text_is_kept(kind: str, typed: str) -> None:
    field = _field(kind)
    assert read_typed(field, typed) == typed
    assert not is_readable(field, typed)
    assert show_typed(field, typed) == typed


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12 500,50", [1250050, "EUR"]),
        ("7", [700, "EUR"]),
        ("0.5", [50, "EUR"]),
        ("", None),
        ("1.234", ["1.234", "EUR"]),
    ],
)
def test_money(typed: str, value: Value) -> None:
    assert read_money(typed, "EUR") == value
    if value is not None and isinstance(value[0], int):
        assert read_money(show_amount(value[0]), "EUR") == value


def test_completeness_of_rows() -> None:
    rows = _field("list", low=1, of=(_field("fraction"), FormField("y", "text", "Y", "", False)))
    assert not is_complete(rows, None)
    assert not is_complete(rows, [])
    assert not is_complete(rows, [{"x": "half"}])
    assert is_complete(rows, [{"x": [1, 2]}])
    assert clean_value(rows, [{"x": [1, 2], "y": None, "z": 3}]) == [{"x": [1, 2]}]


def test_words_of_values() -> None:
    assert money_text(1_234_567_89, "USD") == "1\u202f234\u202f567.89 USD"
    assert money_text(-5, "EUR") == "−0.05 EUR"
    party = _field("party")
    assert value_text({"kind": "natural", "name": "Ala", "number": "P-1"}, party) == "Ala (P-1)"
    assert is_readable(party, {"kind": "natural", "name": "Ala", "number": "P-204733-118356-640917-05"})
    assert not is_readable(party, {"kind": "natural", "name": "Ala", "number": "P-204733-118356-640971-05"})
    assert value_text("nonsense", party) == "nonsense"  # an old record is shown as it stands
    assert len(claimed_text(0)) == len("1970-01-01 00:00")
