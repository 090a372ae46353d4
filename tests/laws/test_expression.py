"""Conditions: exact values, refused types, guards, traces, and a budget that always ends an evaluation."""

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laws.expression import compile_condition, compile_expression
from core.laws.expression_macros import sums_of
from core.laws.expression_parsing import parse_expression
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import BUDGET, FIRST_NAME, MAX_STEPS, TRACE, EvaluationError, Name, Scope, Slots
from core.laws.field_types import (
    AttestationType,
    ChoiceType,
    DayType,
    Field,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    MoneyType,
    PartyType,
    TextType,
)

MONEY = MoneyType(("EUR",), 0, 10**12)
COLUMNS = GroupType({"n": Field("n", IntegerType(0, 100)), "part": Field("part", FractionType(above=0, high=1))})
FIELDS = {
    "n": IntegerType(-100, 100),
    "positive": IntegerType(1, 9),
    "part": FractionType(above=0, high=1),
    "word": ChoiceType(("red", "green")),
    "text": TextType(20),
    "price": MONEY,
    "other": MONEY,
    "mixed": MoneyType(("EUR", "USD"), 0, 10),
    "day": DayType(precise=True),
    "old_day": DayType(),
    "ana": PartyType(),
    "bob": PartyType(),
    "rows": ListType(COLUMNS, 20, 1),
    "maybe": IntegerType(0, 9),
    "said": AttestationType("clerk", ("yes",)),
    "repeated": AttestationType("clerk", ("yes",)),
}
ACT: dict[str, Any] = {
    "n": 7,
    "positive": 3,
    "part": [1, 3],
    "word": "red",
    "text": "Ołówek 🖉",
    "price": [1001, "EUR"],
    "other": [99, "EUR"],
    "mixed": [1, "USD"],
    "day": [2026, 2, 28],
    "old_day": [1897],
    "ana": {"kind": "natural", "name": "Ana", "number": "1"},
    "bob": {"kind": "natural", "name": "Bob", "number": "2"},
    "said": {"answer": "yes", "by": [3, 1]},
    "repeated": {"answer": "yes", "by": [3, 2]},
    "rows": [{"n": 1, "part": [1, 2]}, {"n": 2, "part": [1, 3]}, {"n": 3, "part": [1, 6]}],
}


def scope(tracing: bool = False) -> Scope:
    slots = Slots()
    fields = {name: Field(name, kind, optional=name == "maybe") for name, kind in FIELDS.items()}
    return Scope({"act": Name(GroupType(fields), slots.take())}, slots, tracing=tracing)


def frame(around: Scope, act: dict[str, Any], budget: int = MAX_STEPS) -> list[Any]:
    places: list[Any] = [None] * around.slots.used
    places[BUDGET], places[TRACE], places[FIRST_NAME] = budget, [], act
    return places


def value(text: str, **act: Any) -> Any:
    around = scope()
    return compile_expression(text, around).run(frame(around, {**ACT, **act}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3 - -4", 13),
        ("10 - 3 - 2", 5),
        ("7 / 2", Fraction(7, 2)),
        ("act.n / act.positive * act.positive", 7),
        ("act.part + act.part == 2 / 3", True),
        ("act.part < 1 && act.part > 0", True),
        ("9223372036854775807 + 1", 2**63),
        ("size(act.text)", 8),
        ("size(act.rows)", 3),
        ("sum(act.rows.map(r, r.part)) == 1", True),
        ("sum(act.rows.map(r, r.n))", 6),
        ("sum(act.rows.filter(r, r.n > 9).map(r, r.n))", 0),
        ("max(act.rows.map(r, r.n))", 3),
        ("min(act.n, act.part)", Fraction(1, 3)),
        ("act.rows.filter(r, r.n >= 2).map(r, r.n * 10)", [20, 30]),
        ("act.rows.exists(r, r.part == 1 / 6)", True),
        ("act.rows.all(r, act.rows.exists(other, other.n == r.n))", True),
        ("act.word in ['red', 'green']", True),
        ("'green' in [act.word]", False),
        ("act.n in act.rows.map(r, r.n)", False),
        ("act.ana == act.bob || act.ana in [act.bob, act.ana]", True),
        ("act.ana.name != act.bob.name", True),
        ("act.said.by != act.repeated.by && act.said.by == act.said.by", True),
        ("last_of_month(act.day)", [2026, 2, 28]),
        ("act.day == last_of_month(day(2026, 2, 1))", True),
        ("last_of_month(day(2028, 2, 29)) == add_days(day(2028, 3, 1), -1)", True),
        ("act.price + act.other", [1100, "EUR"]),
        ("act.price * 3 > act.other", True),
        ("round(act.price * act.part, half_even)", [334, "EUR"]),
        ("round(act.price / 2, half_even)", [500, "EUR"]),
        ("round(act.price / 2, up)", [501, "EUR"]),
        ("round(5 / 2, half_even)", 2),
        ("round(-5 / 2, down)", -3),
        ("sum([act.price, act.other])", [1100, "EUR"]),
        ("act.mixed.currency == 'USD' && act.mixed.amount == 1", True),
        ("act.day >= act.day", True),
        ("act.old_day != act.old_day", False),
        ("true ? 1 : 2", 1),
        ("act.n > 3 ? act.word : 'green'", "red"),
        ("has(act.maybe) ? act.maybe : 5", 5),
        ("!has(act.maybe) || act.maybe > 3", True),
        ("has(act.maybe) && act.maybe > 3", False),
        ("!(!has(act.maybe) || act.n == 7) && act.maybe == 1", False),
    ],
)
def test_values(text: str, expected: Any) -> None:
    got = value(text)
    assert got == expected
    assert type(got) is type(expected) or isinstance(expected, int | Fraction)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("mixed-types", "act.text == 1"),
        ("mixed-types", "act.n == act.word"),
        ("mixed-types", "act.text + 'x'"),
        ("mixed-types", "act.said.by == act.said.answer"),
        ("mixed-types", "act.said.by == act.n"),
        ("mixed-types", "act.ana == act.text"),
        ("mixed-types", "act.price == act.n"),
        ("mixed-types", "[1, 'a']"),
        ("mixed-types", "true ? 1 : 'a'"),
        ("mixed-types", "act.rows == act.rows"),
        ("no-order", "act.text < 'x'"),
        ("no-order", "true > false"),
        ("no-order", "min(act.ana, act.bob)"),
        ("several-currencies", "act.price + act.mixed"),
        ("several-currencies", "act.mixed < act.mixed"),
        ("several-currencies", "sum([act.price, act.mixed])"),
        ("day-without-precision", "act.day < act.old_day"),
        ("day-without-precision", "act.day == last_of_month(act.old_day)"),
        ("may-divide-by-zero", "1 / act.n"),
        ("may-divide-by-zero", "1 / 0"),
        ("may-be-empty", "min(act.rows.filter(r, r.n > 1).map(r, r.n))"),
        ("unguarded", "act.maybe == 1"),
        ("unguarded", "has(act.maybe) || act.maybe == 1"),
        ("unguarded", "!has(act.maybe) && act.maybe == 1"),
        ("unguarded", "has(act.maybe) ? 1 : act.maybe"),
        ("unguarded", "act.maybe == 1 && has(act.maybe)"),
        ("no-such-word", "act.word == 'blue'"),
        ("no-such-word", "act.word in ['red', 'blue']"),
        ("unknown-field", "act.rows.all(r, r.m == 1)"),
        ("unknown-field", "act.ana.age"),
        ("unknown-name", "r.n"),
        ("unknown-name", "act.rows.filter(r, true).all(s, r.n > 1)"),
        ("wrong-arguments", "act.rows.all(r)"),
        ("wrong-arguments", "act.rows.all(1, true)"),
        ("wrong-arguments", "round(1 / 2, sideways)"),
        ("wrong-arguments", "has(1)"),
        ("not-a-list", "act.n in act.n"),
        ("not-a-list", "act.n.all(r, true)"),
        ("not-a-condition", "act.rows.all(r, r.n)"),
        ("not-a-condition", "act.n && true"),
        ("not-a-condition", "!act.n"),
        ("empty-list", "act.n in []"),
        ("unknown-function", "act.n.floor()"),
        ("unknown-function", "now()"),
        ("bad-expression", "act."),
        ("bad-expression", "null.x ["),
        ("unknown-name", "null"),
        ("unknown-operator", "1 < 2 < 3"),
        ("unknown-operator", "act.n ** 2"),
        ("integer-too-large", "9223372036854775808"),
    ],
)
def test_what_types_do_not_allow(code: str, text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(text, scope())
    assert refused.value.code == code


def test_evaluation_runs_left_to_right_and_stops() -> None:
    around = scope(tracing=True)
    typed = compile_condition("act.n > 100 && act.positive > 0", around)
    places = frame(around, ACT)
    assert typed.run(places) is False
    assert [text for text, _ in places[TRACE]] == ["act.n", "act.n > 100"]


def test_the_trace_shows_each_piece_and_its_value() -> None:
    around = scope(tracing=True)
    typed = compile_condition("sum(act.rows.map(r, r.part)) == 1 || act.n == 2", around)
    places = frame(around, ACT)
    typed.run(places)
    assert places[TRACE] == [
        ("sum(act.rows.map(r, r.part))", 1),
        ("sum(act.rows.map(r, r.part)) == 1", True),
    ]


def test_the_step_budget_ends_an_evaluation() -> None:
    around = scope()
    typed = compile_expression("act.rows.all(a, act.rows.all(b, a.n + b.n >= 0))", around)
    assert 20 * 20 < typed.cost <= MAX_STEPS
    assert typed.run(frame(around, ACT)) is True
    with pytest.raises(EvaluationError) as ended:
        typed.run(frame(around, ACT, budget=20))
    assert ended.value.code == "step-budget"


def test_the_worst_cost_is_counted_from_the_bounds() -> None:
    nested = "act.rows.all(a, act.rows.all(b, act.rows.all(c, act.rows.all(d, a.n + b.n + c.n + d.n >= 0))))"
    with pytest.raises(ExpressionError) as refused:
        compile_expression(nested, scope())
    assert refused.value.code == "too-many-steps"


SIGNS = "()[]{}.,:?!<>=+-*/%&|'\" _abcxyz019\n\t\\#@é中"


@given(st.text(alphabet=SIGNS, max_size=60) | st.text(max_size=30))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    with suppress(ExpressionError):
        compile_expression(text, scope())


PIECES = st.recursive(
    st.sampled_from(["1", "0", "act.n", "act.part", "act.text", "act.maybe", "act.rows", "'red'", "true", "act.price"]),
    lambda inner: st.builds(
        lambda shape, a, b: shape.format(a=a, b=b),
        st.sampled_from(
            ["({a} + {b})", "{a} == {b}", "({a} && {b})", "({a} ? {b} : 1)", "sum({a})", "{a}.map(r, {b})",
             "[{a}, {b}]", "!{a}", "size({a})", "has({a}) ? {a} : {b}", "{a} / {b}", "max({a}, {b})"]
        ),
        inner,
        inner,
    ),
    max_leaves=12,
)  # fmt: skip


@given(PIECES)
def test_what_the_checker_lets_through_comes_to_a_value(text: str) -> None:
    """No KeyError, TypeError or ZeroDivisionError at the counter: every fault is found when the law is checked."""
    around = scope()
    try:
        typed = compile_expression(text, around)
    except ExpressionError:
        return
    typed.run(frame(around, ACT))
    typed.run(frame(around, {**ACT, "maybe": 4}))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=12))
def test_sums_of_fractions_are_exact(parts: list[tuple[int, int]]) -> None:
    rows = [{"n": 1, "part": [f.numerator, f.denominator]} for f in (Fraction(*part) for part in parts)]
    assert value("sum(act.rows.map(r, r.part))", rows=rows) == sum(Fraction(*part) for part in parts)


def test_parsing_is_not_recursive_on_brackets() -> None:
    assert parse_expression("(" * 400 + "1" + ")" * 400).text == "1"


@pytest.mark.parametrize(
    ("text", "piece"),
    [("(a) + b", "(a) + b"), ("-(a)", "-(a)"), ("(a + b) * c", "(a + b) * c"), ("((a || b))", "a || b")],
)
def test_a_piece_is_quoted_with_the_brackets_inside_it(text: str, piece: str) -> None:
    assert parse_expression(text).text == piece


@pytest.mark.parametrize("text", ["act.n invoice", "1 in2", "act.n inact.rows"])
def test_a_word_that_begins_with_in_is_no_operator(text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_expression(text)
    assert refused.value.detail.startswith("in")


NUMBERS = st.none() | st.integers(0, 4) | st.booleans() | st.just([1])  # other laws may have put other kinds there


@given(st.lists(st.fixed_dictionaries({"n": NUMBERS, "m": st.integers(0, 9)}), max_size=6), st.integers(0, 120))
def test_sums_taken_together_are_those_taken_alone(rows: list[dict[str, Any]], budget: int) -> None:
    slots = Slots()
    columns = GroupType({name: Field(name, IntegerType(0, 9)) for name in ("n", "m")})
    act = GroupType({name: Field(name, ListType(columns, 6)) for name in ("rows", "more")})
    around = Scope({"act": Name(act, slots.take())}, slots)
    texts = {f"{of}_{n}": f"sum(act.{of}.filter(r, r.n == {n}).map(r, r.m))" for of in ("rows", "more") for n in (1, 2)}
    texts |= {"again": "sum(act.rows.filter(r, r.n == 2).map(r, r.n))", "size": "size(act.rows)"}
    runs = {name: compile_expression(text, around).run for name, text in texts.items()}

    def ended(find: Callable[[list[Any]], dict[str, Any]]) -> tuple[Any, int]:
        places = frame(around, {"rows": rows, "more": rows[:2]}, budget)
        try:
            return find(places), places[BUDGET]
        except EvaluationError as error:
            return error.code, -1

    assert ended(sums_of(runs)) == ended(lambda places: {name: run(places) for name, run in runs.items()})
