"""Reads `totals`: over which register, which of its records, by what groups, and what is added up."""

from collections.abc import Mapping

from core.laws.expression import compile_condition, compile_expression
from core.laws.expression_macros import sums_of
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import NOTHING, Known, Scope, TotalShape, Typed
from core.laws.field_types import INTEGER, FieldType, IntegerType, MoneyType
from core.laws.law import Register, Total
from core.laws.reading import Part
from core.laws.register_reading import members_named

GROUPED_BY = frozenset({"text", "integer", "number", "choice", "record", "party", "office", "boolean", "day", "act"})
MAX_PARTS = 8
_ALWAYS_THERE = ("state", "version")


def read_totals(
    root: Part, registers: Mapping[str, Register], law: str, scopes: Mapping[str, Scope]
) -> dict[str, Total]:
    """The declared totals. `where`, `by` and `add` read nothing but the record itself."""
    totals = {}
    for name, part in root.parts("totals"):
        with root.problems.section(), part.whole():
            register = part.choice("over", registers)
            totals[name] = _read_total(name, part, registers[register], law, scopes[register])
    return totals


def _read_total(name: str, part: Part, register: Register, law: str, scope: Scope) -> Total:
    known, holds, texts = NOTHING, None, []
    if part.has("where"):
        texts.append(part.text("where"))
        try:
            condition = compile_condition(texts[0], scope)
        except ExpressionError as error:
            part.fail(error.code, error.detail, part.line_of("where"))
        holds, known = condition.run, condition.when_true
    named, prefixes = _groups(part, register)
    by = {key: _compiled(part, "by", text, scope, known) for key, text in named.items()}
    for key, typed in by.items():
        if typed.type.kind not in GROUPED_BY:
            part.fail("cannot-group", f"{register.name}: {key}", part.line_of("by"))
    added = _added(part)
    add = {key: _compiled(part, "add", text, scope, known) for key, text in added.items()}
    add_types = {key: _sum_type(part, added[key], typed, named) for key, typed in add.items()}
    kept_by = ""
    if register.home.kind == "with":
        kept_by = next((key for key, text in named.items() if text == f"{register.name}.{register.home.field}"), "")
    return Total(
        name,
        f"{law}.{name}",
        register.name,
        {key: typed.run for key, typed in by.items()},
        {key: typed.type for key, typed in by.items()},
        sums_of({key: typed.run for key, typed in add.items()}),
        add_types,
        holds,
        prefixes,
        kept_by,
        frozenset[str]().union(*map(members_named, (*texts, *named.values(), *added.values()))),
        frozenset[str]().union(*map(members_named, added.values())) & {*register.fields, *register.key, *_ALWAYS_THERE},
        part.line,
    )


def _groups(part: Part, register: Register) -> tuple[dict[str, str], bool]:
    """Name of each part of a group → its expression; and whether each beginning has sums of its own."""
    if not isinstance(part.node("by").value, dict):
        words = part.words("by")
        named, prefixes = {word: f"{register.name}.{word}" for word in words}, True
    else:
        below, prefixes = part.part("by"), False
        named = {key: below.text(key) for key in below.names()}
    if not 0 < len(named) <= MAX_PARTS:
        part.fail("out-of-range", f"{part.where}: by", part.line_of("by"))
    return named, prefixes


def _added(part: Part) -> dict[str, str]:
    below, added = part.part("add"), {}
    for name in below.names():
        below.check_name(name)
        added[name] = str(below.integer(name)) if type(below.node(name).value) is int else below.text(name)
    if not added:
        part.fail("key-missing", f"{part.where}: add")
    return added


def _compiled(part: Part, key: str, text: str, scope: Scope, known: Known) -> Typed:
    try:
        return compile_expression(text, scope, known)
    except ExpressionError as error:
        part.fail(error.code, error.detail, part.line_of(key))


def _sum_type(part: Part, text: str, typed: Typed, named: Mapping[str, str]) -> FieldType:
    """Of what is added up: integers, or exact money. Amounts of several currencies are apart, and come as integers."""
    kind = typed.type
    if isinstance(kind, IntegerType):
        return INTEGER
    if not isinstance(kind, MoneyType) or not kind.exact:
        part.fail("not-exact", text, part.line_of("add"))
    if len(kind.currencies) == 1:
        return MoneyType(kind.currencies)
    if f"{text}.currency" not in named.values():
        part.fail("several-currencies", text, part.line_of("add"))
    return INTEGER


def total_shapes(totals: Mapping[str, Total]) -> dict[str, TotalShape]:
    return {
        name: TotalShape(total.full_name, total.by_types, total.add_types, total.prefixes)
        for name, total in totals.items()
    }
