"""Comparison and exact arithmetic. What types do not allow is refused when the law is checked."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from core.laws.expression_days import Undecided, order_days, same_day
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import Frame, Run, Scope, Typed, family, is_number, require, require_family
from core.laws.field_types import (
    BOOLEAN,
    FRACTION,
    INTEGER,
    DayType,
    FieldType,
    FractionType,
    IntegerType,
    ListType,
    MoneyType,
    PartyType,
)

Compute = Callable[[Any, Any], Any]

_ORDERS: Mapping[str, Compute] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_EQUALITIES: Mapping[str, Compute] = {"==": operator.eq, "!=": operator.ne}
_ARITHMETIC: Mapping[str, Compute] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
COMPARISONS = frozenset({*_ORDERS, *_EQUALITIES, "in"})


def operate(sign: str, sides: list[Typed], text: str, scope: Scope) -> Typed:
    """The operation on checked sides. Raises `ExpressionError`."""
    cost = 1 + sum(side.cost for side in sides)
    if sign == "!":
        (side,) = sides
        require(side.type.kind == "boolean", "not-a-condition", text)
        run = side.run
        return Typed(BOOLEAN, lambda frame: not run(frame), cost, when_true=side.when_false, when_false=side.when_true)
    if sign in ("neg", "pos"):
        return _signed(sign, sides[0], text, cost)
    left, right = sides
    if sign == "in":
        return Typed(BOOLEAN, _membership(left, right, text), cost + _items(right))
    if sign in _EQUALITIES:
        require_family(left.type, right.type, text)
        return Typed(BOOLEAN, _equality(_EQUALITIES[sign], left, right), cost)
    if sign in _ORDERS:
        return Typed(BOOLEAN, _order(sign, left, right, text, scope), cost)
    return _arithmetic(sign, left, right, text, cost)


def _signed(sign: str, side: Typed, text: str, cost: int) -> Typed:
    require(is_number(side.type), "mixed-types", text)
    if sign == "pos":
        return side
    run, kind = side.run, side.type
    negated: FieldType = FRACTION
    if isinstance(kind, IntegerType):
        negated = IntegerType(_minus(kind.high), _minus(kind.low))
    return Typed(negated, lambda frame: -run(frame), cost)


def _minus(bound: int | None) -> int | None:
    return None if bound is None else -bound


def _equality(compare: Compute, left: Typed, right: Typed) -> Run:
    first, second = left.run, right.run
    if isinstance(left.type, PartyType):
        return lambda frame: compare(first(frame)["number"], second(frame)["number"])
    if (same := same_day(left, right)) is not None:
        wanted = compare is operator.eq
        return lambda frame: same(first(frame), second(frame)) is wanted
    if compare is operator.eq:
        return lambda frame: bool(first(frame) == second(frame))
    return lambda frame: compare(first(frame), second(frame))


def _order(sign: str, left: Typed, right: Typed, text: str, scope: Scope) -> Run:
    require_family(left.type, right.type, text)
    first, second, compare = left.run, right.run, _ORDERS[sign]
    if isinstance(left.type, DayType) and isinstance(right.type, DayType):
        if not (left.type.precise and right.type.precise):
            return order_days(sign, left, right, text, scope)
    elif not isinstance(left.type, MoneyType):
        require(is_number(left.type), "no-order", text)
    return lambda frame: compare(first(frame), second(frame))


def _membership(left: Typed, right: Typed, text: str) -> Run:
    if not isinstance(right.type, ListType):
        raise ExpressionError("not-a-list", text)
    require_family(left.type, right.type.of, text)
    item, items = left.run, right.run
    if isinstance(left.type, PartyType):
        return lambda frame: item(frame)["number"] in [other["number"] for other in items(frame)]
    if (same := same_day(left, replace(right, type=right.type.of))) is not None:
        return lambda frame: _is_among(same, item(frame), items(frame))
    return lambda frame: item(frame) in items(frame)


def _is_among(same: Compute, day: Any, days: list[Any]) -> bool:
    """One that is surely the same decides; else one that may be leaves it undecided."""
    unsure = None
    for other in days:
        try:
            if same(day, other):
                return True
        except Undecided as undecided:
            unsure = undecided
    if unsure is not None:
        raise unsure
    return False


def _items(listed: Typed) -> int:
    return listed.type.max_items if isinstance(listed.type, ListType) else 0


def _arithmetic(sign: str, left: Typed, right: Typed, text: str, cost: int) -> Typed:
    first, second = left.run, right.run
    if isinstance(left.type, MoneyType) or isinstance(right.type, MoneyType):
        return _money_arithmetic(sign, left, right, text, cost)
    require(is_number(left.type) and is_number(right.type), "mixed-types", text)
    if sign == "/":
        require(_is_never_zero(right.type), "may-divide-by-zero", text)
        return Typed(FRACTION, lambda frame: Fraction(first(frame)) / second(frame), cost)
    compute = _ARITHMETIC[sign]
    both_whole = isinstance(left.type, IntegerType) and isinstance(right.type, IntegerType)
    kind = INTEGER if both_whole else FRACTION
    if isinstance(right.type, IntegerType) and right.type.low is not None and right.type.low == right.type.high:
        constant = right.type.low
        return Typed(kind, lambda frame: compute(first(frame), constant), cost)
    return Typed(kind, lambda frame: compute(first(frame), second(frame)), cost)


def _money_arithmetic(sign: str, left: Typed, right: Typed, text: str, cost: int) -> Typed:
    first, second = left.run, right.run
    if isinstance(left.type, MoneyType) and isinstance(right.type, MoneyType):
        require(sign in "+-", "mixed-types", text)
        require(bool(family(left.type)) and family(left.type) == family(right.type), "several-currencies", text)
        compute = _ARITHMETIC[sign]
        exact = left.type.exact and right.type.exact

        def of_two(frame: Frame) -> list[Any]:
            amount, currency = first(frame)
            return [compute(amount, second(frame)[0]), currency]

        return Typed(MoneyType(left.type.currencies, exact=exact), of_two, cost)
    money, factor = (left, right) if isinstance(left.type, MoneyType) else (right, left)
    assert isinstance(money.type, MoneyType)
    require(is_number(factor.type) and (sign == "*" or (sign == "/" and money is left)), "mixed-types", text)
    if sign == "/":
        require(_is_never_zero(factor.type), "may-divide-by-zero", text)
    times: Compute = operator.mul if sign == "*" else lambda amount, by: Fraction(amount) / by
    amount_of, factor_of = money.run, factor.run

    def scaled(frame: Frame) -> list[Any]:
        amount, currency = amount_of(frame)
        return [times(amount, factor_of(frame)), currency]

    exact = sign == "*" and money.type.exact and isinstance(factor.type, IntegerType)
    return Typed(MoneyType(money.type.currencies, exact=exact), scaled, cost)


def _is_never_zero(kind: FieldType) -> bool:
    if isinstance(kind, FractionType) and kind.above is not None and kind.above >= 0:
        return True
    if isinstance(kind, IntegerType | FractionType):
        return (kind.low is not None and kind.low > 0) or (kind.high is not None and kind.high < 0)
    return False
