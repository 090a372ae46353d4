"""Texts become values by the law's type of the field, one way only; what cannot be read is refused, never guessed."""

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MunimentError
from core.importing.values import party, read_value
from core.laws import field_types as types
from core.ledger.encoding import Value, decode, encode

TYPES: dict[str, types.FieldType] = {
    "text": types.TextType(),
    "choice": types.ChoiceType(words=("a", "b")),
    "number": types.NumberType(),
    "integer": types.IntegerType(),
    "office": types.OfficeType(),
    "fraction": types.FractionType(),
    "money": types.MoneyType(),
    "day": types.DayType(),
    "boolean": types.BooleanType(),
    "party": types.PartyType(),
}
UNREADABLE = [types.ListType(), types.GroupType(), types.DocumentType(), types.ActType(), types.RecordType(),
              types.AttestationType(), types.EntryOfType(), types.PeriodType()]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  вуліца Садовая 5 ", "вуліца Садовая 5"),
        ("text", "e\u0301", "é"),
        ("choice", "ownership", "ownership"),
        ("number", "17/2026", "17/2026"),
        ("integer", "-12", -12),
        ("integer", "007", 7),
        ("integer", "-0", 0),
        ("office", "3", 3),
        ("fraction", "2/4", [1, 2]),
        ("fraction", "1", [1, 1]),
        ("fraction", "0/7", [0, 1]),
        ("money", "12.50 EUR", [1250, "EUR"]),
        ("money", "12.5 EUR", [1250, "EUR"]),
        ("money", "-0.05 EUR", [-5, "EUR"]),
        ("money", "9999999999999999.99  USD", [999999999999999999, "USD"]),
        ("money", "0 GEL", [0, "GEL"]),
        ("money", "AMD267,254,619.60", [26_725_461_960, "AMD"]),
        ("money", "USD 653,690.00", [65_369_000, "USD"]),
        ("money", "USD -5", [-500, "USD"]),
        ("money", "1,000.00 EUR", [100_000, "EUR"]),
        ("day", "2012", [2012]),
        ("day", "2012-03", [2012, 3]),
        ("day", "2012-03-04", [2012, 3, 4]),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
    ],
)
def test_what_is_read(kind: str, text: str, value: Value) -> None:
    assert read_value(TYPES[kind], text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", ""), ("integer", "1.0"), ("integer", "1e3"), ("integer", "1_000"), ("integer", "١٢"),
        ("integer", "9" * 20), ("integer", "+1"),
        ("fraction", "1/0"), ("fraction", "-1/2"), ("fraction", "0.5"), ("fraction", "1/2/3"), ("fraction", "50%"),
        ("money", "12.50"), ("money", "EUR 12,50"), ("money", "USD 1,0000"), ("money", "US 5"), ("money", "USD5 EUR"), ("money", "12.505 EUR"), ("money", "1e3 EUR"), ("money", "NaN EUR"),
        ("money", "1,00.00 EUR"), ("money", "1_0 EUR"), ("money", "1e999999 EUR"), ("money", "sNaN EUR"),
        ("money", "12. EUR"), ("money", ".5 EUR"), ("money", "5 EUR USD"), ("money", "9" * 17 + " EUR"),
        ("day", "04.03.2012"), ("day", "2012-3-4"), ("day", "2012-03-04T00:00"), ("day", ""),
        ("boolean", "maybe"), ("boolean", ""),
        ("party", ""), ("party", "  "),
    ],
)  # fmt: skip
def test_what_is_refused(kind: str, text: str) -> None:
    with pytest.raises(MunimentError) as caught:
        read_value(TYPES[kind], text)
    assert caught.value.code == "unreadable-value"
    assert caught.value.facts == {"kind": kind, "text": text.strip()}


@pytest.mark.parametrize("field_type", UNREADABLE, ids=lambda one: one.kind)
def test_a_cell_holds_no_structure(field_type: types.FieldType) -> None:
    with pytest.raises(MunimentError) as caught:
        read_value(field_type, "x")
    assert caught.value.code == "unreadable-value"


@given(st.sampled_from(sorted(TYPES)), st.text(max_size=40))
def test_any_text_is_read_or_refused(kind: str, text: str) -> None:
    """And whatever is read can stand in an act."""
    with suppress(MunimentError):
        value = read_value(TYPES[kind], text)
        assert decode(encode(value)) == value


def _amount(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


WRITTEN: list[tuple[str, st.SearchStrategy[Value], Callable[[Value], str]]] = [
    ("integer", st.integers(-(10**18), 10**18), str),
    ("money", st.tuples(st.integers(-(10**17), 10**17), st.sampled_from(["EUR", "BYN"])).map(list),
     lambda value: f"{_amount(value[0])} {value[1]}"),
    ("day", st.dates().map(lambda day: [day.year, day.month, day.day]),
     lambda value: "{:04}-{:02}-{:02}".format(*value)),
    ("fraction", st.fractions(0, 1, max_denominator=10**15).map(lambda part: [part.numerator, part.denominator]),
     lambda value: "{}/{}".format(*value)),
    ("boolean", st.booleans(), str),
    ("text", st.text(max_size=50).map(lambda text: normalize("NFC", text.strip())), str),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "write"), WRITTEN, ids=lambda one: one if isinstance(one, str) else "")
def test_what_is_written_is_read_back(
    kind: str, values: st.SearchStrategy[Value], write: Callable[[Value], str]
) -> None:
    @given(values)
    def check(value: Value) -> None:
        if kind == "text" and value != normalize("NFC", str(value).strip()):
            return  # stripping may bring together what composes
        assert read_value(TYPES[kind], write(value)) == value

    check()


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 1000))
def test_a_fraction_is_always_reduced(numerator: int, denominator: int, factor: int) -> None:
    read = read_value(TYPES["fraction"], f"{numerator * factor}/{denominator * factor}")
    assert Fraction(*read) == Fraction(numerator, denominator)
    assert read == read_value(TYPES["fraction"], f"{numerator}/{denominator}")


def test_one_name_is_one_party() -> None:
    """However it is typed: with spaces around, composed or not; another name is another party."""
    assert party("Андре\u0438\u0306") == party(" Андре\u0439 ")
    assert party("Ada") == party(" Ada ")
    assert party("Ada")["number"] != party("Bob")["number"]
    assert party("Ada", "P-1", "legal") == {"kind": "legal", "name": "Ada", "number": "P-1"}
    assert read_value(TYPES["party"], "Ada") == party("Ada")
