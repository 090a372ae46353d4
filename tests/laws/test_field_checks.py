"""Every type takes what it declares and names what it refuses, with the way to it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laws.field_checks import FieldFault, make_check, make_group_check
from core.laws.field_types import (
    ActType,
    AttestationType,
    BooleanType,
    ChoiceType,
    DayType,
    DocumentType,
    EntryOfType,
    Field,
    FieldType,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    MoneyType,
    OfficeType,
    PartyType,
    PeriodType,
    RecordType,
    TextType,
)
from core.laws.patterns import parse_pattern
from tests.laws.counter import document, party

MARK = TextType(7, parse_pattern("[A-Z]{2}-[0-9]{1,4}"))
PART = FractionType(above=0, high=1)
ROW = GroupType({"name": Field("name", TextType(5)), "n": Field("n", IntegerType(0, 9), optional=True)})
ROWS = ListType(ROW, 2, 1, "name")
ALL: list[FieldType] = [
    TextType(5), MARK, IntegerType(-5, 5), PART, MoneyType(("EUR",), 0, 9), BooleanType(), ChoiceType(("a",)),
    DayType(), DayType(precise=True), PeriodType(), PartyType(), OfficeType(), DocumentType(20), ActType(),
    RecordType("x"), EntryOfType("x", "y"), AttestationType("notary", ("yes",)), ROWS, ROW,
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TextType(5), "Ołówé"),
        (TextType(9, multiline=True), "a\nb"),
        (MARK, "AB-1"),
        (IntegerType(-5, 5), -5),
        (PART, [1, 1]),
        (FractionType(low=0, high=1), [0, 1]),
        (MoneyType(("EUR", "BYN"), 0, 9), [0, "BYN"]),
        (DayType(), [1897]),
        (DayType(), [1900, 2]),
        (DayType(precise=True), [2024, 2, 29]),
        (DayType(precise=True), [2000, 2, 29]),
        (PeriodType(), [0, 6, 0]),
        (PartyType(), party("1", "group")),
        (DocumentType(20), document()),
        (DocumentType(20, ("form", "legalised")), {**document(), "form": "copy", "legalised": "apostille"}),
        (ActType(), bytes(32)),
        (RecordType("x"), bytes(16)),
        (AttestationType("notary", ("yes",)), {"answer": "yes", "by": [0, 1]}),
        (ROWS, [{"name": "a"}, {"name": "b", "n": 3}]),
    ],
)
def test_fits(kind: FieldType, value: Any) -> None:
    make_check(kind)(value)


@pytest.mark.parametrize(
    ("code", "field", "kind", "value"),
    [
        ("wrong-kind", "", TextType(5), 5),
        ("text-too-long", "", TextType(5), "abcdef"),
        ("text-empty", "", TextType(5), ""),
        ("control-character", "", TextType(9), "a\nb"),
        ("control-character", "", TextType(9), "a\x00b"),
        ("control-character", "", TextType(9), "a\u202eb"),
        ("text-not-as-declared", "", MARK, "AB-12\n"),
        ("text-not-as-declared", "", MARK, "AB-１"),
        ("wrong-kind", "", IntegerType(-5, 5), True),
        ("wrong-kind", "", IntegerType(-5, 5), 1.0),
        ("out-of-bounds", "", IntegerType(-5, 5), 6),
        ("out-of-bounds", "", PART, [0, 1]),
        ("out-of-bounds", "", PART, [-1, 2]),
        ("out-of-bounds", "", PART, [3, 2]),
        ("fraction-not-reduced", "", PART, [2, 4]),
        ("fraction-not-reduced", "", PART, [-1, -2]),
        ("fraction-not-reduced", "", PART, [1, 0]),
        ("fraction-too-fine", "", PART, [1, 2**53]),
        ("wrong-kind", "", PART, [1, 2, 3]),
        ("wrong-kind", "", PART, [True, 1]),
        ("not-a-currency", "", MoneyType(("EUR",), 0, 9), [1, "USD"]),
        ("out-of-bounds", "", MoneyType(("EUR",), 0, 9), [-1, "EUR"]),
        ("wrong-kind", "", BooleanType(), 1),
        ("not-a-choice", "", ChoiceType(("a",)), "b"),
        ("wrong-kind", "", ChoiceType(("a",)), ["a"]),
        ("no-such-day", "", DayType(), [2026, 2, 30]),
        ("no-such-day", "", DayType(), [1900, 2, 29]),
        ("no-such-day", "", DayType(), [2026, 13]),
        ("no-such-day", "", DayType(), [0]),
        ("wrong-kind", "", DayType(), []),
        ("day-not-precise", "", DayType(precise=True), [2026, 2]),
        ("out-of-bounds", "", PeriodType(), [0, -1, 0]),
        ("field-missing", "number", PartyType(), {"kind": "natural", "name": "A"}),
        ("field-unknown", "born", PartyType(), {**party("1"), "born": 1}),
        ("not-a-choice", "kind", PartyType(), party("1", "robot")),
        ("text-empty", "number", PartyType(), party("")),
        ("wrong-kind", "digest", DocumentType(20), {**document(), "digest": bytes(31)}),
        ("out-of-bounds", "pages", DocumentType(20), {**document(), "pages": 0}),
        ("field-unknown", "kept", DocumentType(20), {**document(), "kept": "A 7"}),
        ("field-missing", "kept", DocumentType(20, ("kept",)), document()),
        ("not-a-choice", "form", DocumentType(20, ("form",)), {**document(), "form": "scan"}),
        ("text-too-long", "kept", DocumentType(20, ("kept",)), {**document(), "kept": "A" * 81}),
        ("not-a-choice", "answer", AttestationType("notary", ("yes",)), {"answer": [], "by": [0, 1]}),
        ("wrong-kind", "by", AttestationType("notary", ("yes",)), {"answer": "yes", "by": [0, -1]}),
        ("wrong-kind", "", ActType(), bytes(16)),
        ("list-too-short", "", ROWS, []),
        ("list-too-long", "", ROWS, [{"name": "a"}] * 3),
        ("named-twice", "[1].name", ROWS, [{"name": "a"}] * 2),
        ("out-of-bounds", "[0].n", ROWS, [{"name": "a", "n": 10}]),
        ("wrong-kind", "[0]", ROWS, ["a"]),
    ],
)
def test_does_not_fit(code: str, field: str, kind: FieldType, value: Any) -> None:
    with pytest.raises(FieldFault) as fault:
        make_check(kind)(value)
    assert (fault.value.code, fault.value.field) == (code, field)


def test_the_way_to_a_fault() -> None:
    check = make_group_check({"from": Field("from", ROWS)})
    with pytest.raises(FieldFault) as fault:
        check({"from": [{"name": "a", "n": "b"}]})
    assert fault.value.field == "from[0].n"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=33),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "name", "number", "n", "answer", "by"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(ALL), ANYTHING)
def test_whatever_comes_is_taken_or_refused(kind: FieldType, value: Any) -> None:
    try:
        make_check(kind)(value)
    except FieldFault as fault:
        verdict = fault.code
    else:
        verdict = "fits"
    assert verdict


@pytest.mark.parametrize(
    ("text", "most"), [("[0-9]{10}", 10), ("[A-Z]{2}-[0-9]{1,4}", 7), ("abc", 3), ("[a-c.]{2,3}/x", 5), ("\\.[0-9]", 2)]
)
def test_patterns_are_anchored_and_bounded(text: str, most: int) -> None:
    pattern = parse_pattern(text)
    assert pattern is not None
    assert pattern.max_chars == most


@pytest.mark.parametrize(
    "text",
    ["", "[0-9]*", "a+", "(a)", "a|b", "^a", "a$", ".", "\\d", "[^a]", "[z-a]", "a{2,1}", "a{0}", "é", "a{5000}", "[a"],
)
def test_what_is_no_pattern(text: str) -> None:
    assert parse_pattern(text) is None
