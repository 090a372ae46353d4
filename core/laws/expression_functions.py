"""The functions of conditions: has, size, sum, min, max, round; those of time stand in expression_time.py, the
readers in expression_readers.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from core.laws.expression_access import before_dot
from core.laws.expression_macros import Check, ColumnOf, arguments, item_type, loop_cost, macro
from core.laws.expression_readers import read_agreed, read_best, read_index, read_total
from core.laws.expression_syntax import Call, ExpressionError, Member, Name
from core.laws.expression_time import TIME_FUNCTIONS
from core.laws.expression_types import (
    CONFIRMED,
    Frame,
    Known,
    Run,
    Scope,
    Typed,
    family,
    is_number,
    require,
    require_family,
    to_fraction,
)
from core.laws.field_types import (
    BOOLEAN,
    FRACTION,
    INTEGER,
    FieldType,
    FractionType,
    IntegerType,
    ListType,
    MoneyType,
)

ROUNDINGS = ("half_even", "up", "down")


def call(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """A function call. Raises `unknown-function`, `wrong-arguments` and what the types refuse."""
    if node.target is not None:
        return macro(node, scope, known, check)
    if node.name not in _FUNCTIONS:
        raise ExpressionError("unknown-function", node.name)
    return _FUNCTIONS[node.name](node, scope, known, check)


def _has(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    (argument,) = arguments(node, 1)
    if not isinstance(argument, Member):
        raise ExpressionError("wrong-arguments", node.text)
    owner = before_dot(argument, scope, known, check)
    asked = check(
        argument, replace(scope, presence=True), known | ({(*owner.path, argument.field)} if owner.path else set())
    )
    if asked.path is None:
        raise ExpressionError("wrong-arguments", node.text)
    holder, name = owner.run, argument.field

    def of_record(frame: Frame) -> bool:
        return name in holder(frame).fields

    def of_group(frame: Frame) -> bool:
        return name in holder(frame)

    run = of_record if owner.type.kind == "subject" else of_group
    return Typed(BOOLEAN, run, owner.cost + 1, when_true=frozenset({asked.path}))


def _size(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    (argument,) = arguments(node, 1)
    sized = check(argument, scope, known)
    run = sized.run
    if isinstance(sized.type, ListType):
        return Typed(IntegerType(0, sized.type.max_items), lambda frame: len(run(frame)), sized.cost + 1)
    require(family(sized.type) == ("a text",), "wrong-arguments", node.text)
    return Typed(IntegerType(0, None), lambda frame: len(run(frame)), sized.cost + 1)


def _sum(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    (argument,) = arguments(node, 1)
    summed = check(argument, scope, known)
    run, kind = summed.run, item_type(summed, node.text)
    if isinstance(kind, MoneyType):
        require(len(kind.currencies) == 1, "several-currencies", node.text)
        (currency,) = kind.currencies

        def total(frame: Frame) -> list[Any]:
            return [sum(item[0] for item in run(frame)), currency]

        return Typed(MoneyType(kind.currencies, exact=kind.exact), total, loop_cost(summed, 1))
    require(is_number(kind), "mixed-types", node.text)
    if isinstance(kind, IntegerType):
        whole: Run = run.summed() if isinstance(run, ColumnOf) else lambda frame: sum(run(frame))
        return Typed(INTEGER, whole, loop_cost(summed, 1))
    return Typed(FRACTION, lambda frame: add_exactly(run(frame)), loop_cost(summed, 1))


def add_exactly(values: Iterable[Fraction | int]) -> Fraction:
    """The sum, reduced once at the end: several times as fast as adding Fractions one by one."""
    numerator, denominator = 0, 1
    for value in values:
        below = value.denominator
        if below == denominator:
            numerator += value.numerator
        else:
            numerator = numerator * below + value.numerator * denominator
            denominator *= below
    return to_fraction((numerator, denominator))


def _least_or_most(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    pick: Callable[[list[Any]], Any] = min if node.name == "min" else max
    require(bool(node.arguments), "wrong-arguments", node.text)
    pieces = [check(argument, scope, known) for argument in node.arguments]
    cost = 1 + sum(piece.cost for piece in pieces)
    if len(pieces) == 1:
        run, kind = pieces[0].run, item_type(pieces[0], node.text)
        assert isinstance(pieces[0].type, ListType)
        require(pieces[0].type.min_items > 0, "may-be-empty", node.text)
        cost = loop_cost(pieces[0], 1)
        values = run
    else:
        kind = pieces[0].type
        for piece in pieces[1:]:
            require_family(kind, piece.type, node.text)
            kind = FRACTION if isinstance(piece.type, FractionType) else kind
        runs = [piece.run for piece in pieces]

        def values(frame: Frame) -> list[Any]:
            return [run(frame) for run in runs]

    require(is_number(kind) or (isinstance(kind, MoneyType) and bool(family(kind))), "no-order", node.text)
    result: FieldType = kind
    if is_number(kind):
        result = INTEGER if isinstance(kind, IntegerType) else FRACTION
    return Typed(result, lambda frame: pick(values(frame)), cost)


def _round(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    value, way = arguments(node, 2)
    require(isinstance(way, Name) and way.text in ROUNDINGS, "wrong-arguments", node.text)
    rounded = check(value, scope, known)
    run, whole = rounded.run, _ROUND[way.text]
    if isinstance(rounded.type, MoneyType):
        money = MoneyType(rounded.type.currencies)
        return Typed(money, lambda frame: _round_money(run(frame), whole), rounded.cost + 1)
    require(is_number(rounded.type), "mixed-types", node.text)
    return Typed(INTEGER, lambda frame: whole(Fraction(run(frame))), rounded.cost + 1)


def _round_money(money: list[Any], whole: Callable[[Fraction], int]) -> list[Any]:
    return [whole(Fraction(money[0])), money[1]]


def _confirmed(node: Call, scope: Scope, known: Known, check: Check) -> Typed:  # noqa: ARG001  # as every function
    """`confirmed()`: whether the act was held and somebody has decided that it counts."""
    arguments(node, 0)
    require(scope.acting, "only-of-an-act", node.text)
    return Typed(BOOLEAN, lambda frame: bool(frame[CONFIRMED]))


_ROUND: Mapping[str, Callable[[Fraction], int]] = {
    "half_even": lambda value: round(value),
    "up": lambda value: -(-value.numerator // value.denominator),
    "down": lambda value: value.numerator // value.denominator,
}


_FUNCTIONS: Mapping[str, Callable[[Call, Scope, Known, Check], Typed]] = {
    "has": _has,
    "size": _size,
    "sum": _sum,
    "min": _least_or_most,
    "max": _least_or_most,
    "round": _round,
    "count": read_index,
    "indexed": read_index,
    "agreed": read_agreed,
    "confirmed": _confirmed,
    "best": read_best,
    "total": read_total,
    **TIME_FUNCTIONS,
}
