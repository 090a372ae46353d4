"""The loops of conditions: all, exists, filter, map.

Lists are bounded by their declarations, so each loop has a worst cost that is known when the law is checked; the step
budget counts on at run time nevertheless.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from core.laws.expression_syntax import Call, Expression, ExpressionError, Name
from core.laws.expression_types import BUDGET, EvaluationError, Frame, Known, Run, Scope, Typed, require
from core.laws.field_types import BOOLEAN, FieldType, ListType


class Check(Protocol):
    """Checks a piece: `expression.check`."""

    def __call__(self, node: Expression, scope: Scope, known: Known) -> Typed: ...


def macro(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """A loop over a list. Raises `unknown-function`, `wrong-arguments`, `not-a-list`, `shadowing`."""
    if node.name not in _MACROS:
        raise ExpressionError("unknown-function", node.name)
    variable, inner = arguments(node, 2)
    if not isinstance(variable, Name) or node.target is None:
        raise ExpressionError("wrong-arguments", node.text)
    listed = check(node.target, scope, known)
    kind = item_type(listed, node.text)
    assert isinstance(listed.type, ListType)
    within = scope.with_name(variable.text, kind)
    body = check(inner, within, known)
    if node.name != "map":
        require(body.type.kind == "boolean", "not-a-condition", inner.text)
    cost = loop_cost(listed, body.cost)
    run = _MACROS[node.name](listed.run, within.names[variable.text].slot, body.run, body.cost + 1)
    if node.name == "map":
        return Typed(ListType(body.type, listed.type.max_items, listed.type.min_items), run, cost)
    if node.name == "filter":
        return Typed(ListType(kind, listed.type.max_items), run, cost)
    return Typed(BOOLEAN, run, cost)


def _spend(frame: Frame, steps: int) -> None:
    frame[BUDGET] -= steps
    if frame[BUDGET] < 0:
        raise EvaluationError("step-budget")


def _all(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> bool:
        for item in items(frame):
            _spend(frame, cost)
            frame[slot] = item
            if not body(frame):
                return False
        return True

    return run


def _exists(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> bool:
        for item in items(frame):
            _spend(frame, cost)
            frame[slot] = item
            if body(frame):
                return True
        return False

    return run


def _filter(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> list[Any]:
        kept = []
        for item in items(frame):
            _spend(frame, cost)
            frame[slot] = item
            if body(frame):
                kept.append(item)
        return kept

    return run


def _map(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> list[Any]:
        values = []
        for item in items(frame):
            _spend(frame, cost)
            frame[slot] = item
            values.append(body(frame))
        return values

    return run


_MACROS: Mapping[str, Callable[[Run, int, Run, int], Run]] = {
    "all": _all,
    "exists": _exists,
    "filter": _filter,
    "map": _map,
}


def arguments(node: Call, count: int) -> tuple[Expression, ...]:
    """Exactly so many, or `wrong-arguments`."""
    require(len(node.arguments) == count, "wrong-arguments", node.text)
    return node.arguments


def item_type(listed: Typed, text: str) -> FieldType:
    """The type of a list's items, or `not-a-list`."""
    if not isinstance(listed.type, ListType):
        raise ExpressionError("not-a-list", text)
    return listed.type.of


def loop_cost(listed: Typed, body: int) -> int:
    """The worst number of steps of a loop over the list."""
    assert isinstance(listed.type, ListType)
    return listed.cost + listed.type.max_items * (body + 1)
