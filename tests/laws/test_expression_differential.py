"""Conditions beside an independent reading of the Common Expression Language (cel-python), on the part that both share.

Not shared, and so not generated: fractions and `/`, `sum min max round`, text outside of ASCII (`size` counts code points
in both, but how texts are ordered is not asked), and integers near the ends of 64 bits (there CEL overflows).
Source of the shared part: github.com/google/cel-spec, doc/langdef.md.
"""

from typing import Any

import celpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.laws.expression import compile_condition
from core.laws.expression_types import BUDGET, FIRST_NAME, MAX_STEPS, TRACE, Name, Scope, Slots
from core.laws.field_types import BooleanType, ChoiceType, Field, FieldType, GroupType, IntegerType, ListType, TextType

BOUND = 1_000_000
NUMBER = IntegerType(-BOUND, BOUND)
WORDS = ("red", "green", "blue")
ROW: dict[str, FieldType] = {"n": NUMBER, "word": ChoiceType(WORDS)}
FIELDS: dict[str, FieldType] = {
    "n": NUMBER,
    "m": NUMBER,
    "maybe": NUMBER,
    "flag": BooleanType(),
    "word": ChoiceType(WORDS),
    "text": TextType(12),
    "rows": ListType(GroupType({name: Field(name, kind) for name, kind in ROW.items()}), 4),
}
ENVIRONMENT = celpy.Environment()
LETTERS = st.text("abyz AZ09-", min_size=1, max_size=6)
NUMBERS = st.integers(-BOUND, BOUND) | st.sampled_from([-1, 0, 1, 2])
ROWS = st.lists(st.fixed_dictionaries({"n": NUMBERS, "word": st.sampled_from(WORDS)}), max_size=4)
ACTS = st.fixed_dictionaries(
    {
        "n": NUMBERS,
        "m": NUMBERS,
        "flag": st.booleans(),
        "word": st.sampled_from(WORDS),
        "text": LETTERS,
        "rows": ROWS,
    },
    optional={"maybe": NUMBERS},
)


def integers(inside: str | None, levels: int) -> st.SearchStrategy[str]:
    """Expressions that are whole numbers. `inside`: the variable of the macro around, if there is one."""
    leaves = [st.integers(0, 50).map(str), st.sampled_from(["act.n", "act.m", "size(act.rows)", "size(act.text)"])]
    leaves.append(st.just("(has(act.maybe) ? act.maybe : act.n)"))
    if inside:
        leaves.append(st.just(f"{inside}.n"))
    if not levels:
        return st.one_of(leaves)
    below = integers(inside, levels - 1)
    both = st.tuples(below, st.sampled_from(["+", "-", "*"]), st.integers(0, 9))
    chosen = st.tuples(conditions(inside, levels - 1), below, below)
    found = [
        *leaves,
        both.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(below, below).map(lambda parts: f"({parts[0]} + {parts[1]})"),
        below.map(lambda one: f"(-{one})"),
        chosen.map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
    ]
    if not inside:
        found.append(conditions("r", levels - 1).map(lambda rule: f"size(act.rows.filter(r, {rule}))"))
    return st.one_of(found)


def words(inside: str | None) -> st.SearchStrategy[str]:
    return st.sampled_from(["act.word", *([f"{inside}.word"] if inside else [])])


def conditions(inside: str | None, levels: int) -> st.SearchStrategy[str]:
    """Expressions that are true or false."""
    quoted = st.sampled_from(WORDS).map(lambda word: f"'{word}'")
    listed = st.lists(quoted, min_size=1, max_size=3, unique=True).map(lambda found: f"[{', '.join(found)}]")
    leaves = [
        st.sampled_from(["act.flag", "true", "false", "has(act.maybe)", "act.text == 'abc'", "'' == act.text"]),
        st.tuples(words(inside), st.sampled_from(["==", "!="]), quoted).map(" ".join),
        st.tuples(words(inside), listed).map(lambda parts: f"{parts[0]} in {parts[1]}"),
    ]
    if not levels:
        return st.one_of(leaves).map(lambda one: f"({one})")
    number, below = integers(inside, levels - 1), conditions(inside, levels - 1)
    relation = st.tuples(number, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), number)
    found = [
        *leaves,
        relation.map(" ".join),
        st.tuples(below, st.sampled_from(["&&", "||", "==", "!="]), below).map(" ".join),
        below.map(lambda one: f"!{one}"),
        st.tuples(below, below, below).map(lambda parts: f"{parts[0]} ? {parts[1]} : {parts[2]}"),
        st.just("has(act.maybe) && act.maybe > act.n"),
        st.just("!has(act.maybe) || act.maybe == act.m"),
        st.tuples(number, number).map(lambda parts: f"{parts[0]} in [{parts[1]}, 1, 2]"),
    ]
    if not inside:
        rule = conditions("r", levels - 1)
        found += [rule.map(lambda one, macro=macro: f"act.rows.{macro}(r, {one})") for macro in ("all", "exists")]
        found.append(number.map(lambda one: f"{one} in act.rows.map(r, r.n)"))
    return st.one_of(found).map(lambda one: f"({one})")


def ours(text: str, act: dict[str, Any]) -> bool:
    slots = Slots()
    fields = {name: Field(name, kind, optional=name == "maybe") for name, kind in FIELDS.items()}
    around = Scope({"act": Name(GroupType(fields), slots.take())}, slots)
    rule = compile_condition(text, around)
    frame: list[Any] = [None] * around.slots.used
    frame[BUDGET], frame[TRACE], frame[FIRST_NAME] = MAX_STEPS, [], act
    found = rule.run(frame)
    assert type(found) is bool
    return found


def theirs(text: str, act: dict[str, Any]) -> bool:
    program = ENVIRONMENT.program(ENVIRONMENT.compile(text))
    return bool(program.evaluate({"act": celpy.json_to_cel(act)}))


@settings(max_examples=150)
@given(conditions(None, 3).filter(lambda text: len(text) <= 900), ACTS)
def test_both_come_to_the_same(text: str, act: dict[str, Any]) -> None:
    assert ours(text, act) == theirs(text, act)


@pytest.mark.parametrize(
    "text",
    [
        "act.n - 1 - 1 < act.n - (1 - 1)",
        "1 + 2 * 3 == 7",
        "true || false && false",
        "!(act.flag) == false",
        "true ? false : true || true",
    ],
)
def test_what_binds_first_is_the_same(text: str) -> None:
    act = {"n": 5, "m": 0, "flag": True, "word": "red", "text": "abc", "rows": []}
    assert ours(text, act) == theirs(text, act)
