"""The loops of conditions: all, exists, filter, map.

Lists are bounded by their declarations, so each loop has a worst cost that is known when the law is checked; the step
budget counts on at run time nevertheless.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.laws.expression_syntax import Call, Expression, ExpressionError, Literal, Member, Name, Operation
from core.laws.expression_types import BUDGET, EvaluationError, Frame, Known, Path, Run, Scope, Typed, require
from core.laws.field_types import BOOLEAN, FieldType, GroupType, ListType
from core.ledger.encoding import Value


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
    run = _by_column(node.name, variable, inner, kind, listed, body.cost + 1)
    if run is None:
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
            frame[BUDGET] -= cost
            if frame[BUDGET] < 0:
                raise EvaluationError("step-budget")
            frame[slot] = item
            if not body(frame):
                return False
        return True

    return run


def _exists(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> bool:
        for item in items(frame):
            frame[BUDGET] -= cost
            if frame[BUDGET] < 0:
                raise EvaluationError("step-budget")
            frame[slot] = item
            if body(frame):
                return True
        return False

    return run


def _filter(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> list[Any]:
        kept = []
        for item in items(frame):
            frame[BUDGET] -= cost
            if frame[BUDGET] < 0:
                raise EvaluationError("step-budget")
            frame[slot] = item
            if body(frame):
                kept.append(item)
        return kept

    return run


def _map(items: Run, slot: int, body: Run, cost: int) -> Run:
    def run(frame: Frame) -> list[Any]:
        values = []
        for item in items(frame):
            frame[BUDGET] -= cost
            if frame[BUDGET] < 0:
                raise EvaluationError("step-budget")
            frame[slot] = item
            values.append(body(frame))
        return values

    return run


_READ_AS_THEY_STAND = frozenset({"text", "integer", "choice", "boolean"})
_MACROS: Mapping[str, Callable[[Run, int, Run, int], Run]] = {
    "all": _all,
    "exists": _exists,
    "filter": _filter,
    "map": _map,
}


def _by_column(
    macro_name: str, variable: Name, inner: Expression, kind: FieldType, listed: Typed, cost: int
) -> Run | None:
    """The two loops that a total runs for each record, `map(v, v.count)` and `filter(v, v.list_no == 3)`, without a
    frame for each row. They spend the same steps: neither stops early, and neither can fail between two rows.
    """
    if macro_name == "map":
        column = _column(inner, variable, kind)
        return None if column is None else ColumnOf(listed.run, column, cost)
    if macro_name != "filter" or not isinstance(inner, Operation) or inner.operator != "==":
        return None
    read, wanted = inner.sides
    column = _column(read, variable, kind)
    if column is None or not isinstance(wanted, Literal):
        return None
    return RowsWith(listed.run, column, wanted.value, cost, listed.path)


def _column(node: Expression, variable: Name, kind: FieldType) -> str | None:
    """The column that a piece reads of the loop's row as it stands there."""
    if not isinstance(node, Member) or node.target != variable or not isinstance(kind, GroupType):
        return None
    field = kind.fields.get(node.field)
    as_it_stands = field is not None and not field.optional and field.type.kind in _READ_AS_THEY_STAND
    return node.field if as_it_stands else None


@dataclass(frozen=True, slots=True)
class RowsWith:
    """The rows of a list that say `wanted` in a column."""

    items: Run
    column: str
    wanted: Value
    cost: int  # steps a row
    path: Path | None  # of the list

    def __call__(self, frame: Frame) -> list[Any]:
        rows, column, wanted = self.items(frame), self.column, self.wanted
        _spend(frame, self.cost * len(rows))
        return [row for row in rows if row[column] == wanted]


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """What the rows of a list say in a column."""

    items: Run
    column: str
    cost: int  # steps a row

    def __call__(self, frame: Frame) -> list[Any]:
        rows, column = self.items(frame), self.column
        _spend(frame, self.cost * len(rows))
        return [row[column] for row in rows]

    def summed(self) -> Run:
        """Their sum. Of some rows alone it takes one loop, for as many steps as the two that are written."""
        if isinstance(self.items, RowsWith):
            return SumOfRows(self.items, self.column, self.cost)
        return lambda frame: sum(self(frame))


@dataclass(frozen=True, slots=True)
class SumOfRows:
    """The sum of what some rows of a list say in a column."""

    rows: RowsWith
    column: str
    cost: int  # steps a row that counts

    def __call__(self, frame: Frame) -> int:
        rows, column, named, wanted = self.rows.items(frame), self.column, self.rows.column, self.rows.wanted
        kept = [row[column] for row in rows if row[named] == wanted]
        _spend(frame, self.rows.cost * len(rows) + self.cost * len(kept))
        return sum(kept)


def sums_of(runs: Mapping[str, Run]) -> Callable[[Frame], dict[str, Any]]:
    """What several pieces come to, by name. Sums over one list whose rows one column tells apart, as those of a result
    sheet, take one loop together, for as many steps as one after the other.
    """
    alone, together = dict[str, Run](), dict[tuple[Path, str], dict[str, SumOfRows]]()
    for name, run in runs.items():
        if isinstance(run, SumOfRows) and run.rows.path is not None:
            together.setdefault((run.rows.path, run.rows.column), {})[name] = run
        else:
            alone[name] = run
    loops = [_loop_of(sums) for sums in together.values()]

    def find(frame: Frame) -> dict[str, Any]:
        found = {name: run(frame) for name, run in alone.items()}
        for loop in loops:
            found.update(loop(frame))
        return found

    return find


def _loop_of(sums: Mapping[str, SumOfRows]) -> Run:
    rows_of = next(iter(sums.values())).rows
    items, named = rows_of.items, rows_of.column
    passing = sum(run.rows.cost for run in sums.values())
    by_word: dict[Value, list[tuple[str, str, int]]] = {}
    for name, run in sums.items():
        by_word.setdefault(run.rows.wanted, []).append((name, run.column, run.cost))

    def add_up(frame: Frame) -> dict[str, int]:
        rows, found = items(frame), dict.fromkeys(sums, 0)
        steps = passing * len(rows)
        for row in rows:
            word = row[named]
            if type(word) is not list and type(word) is not dict:  # of a record of another law: it is no such word
                for name, column, cost in by_word.get(word, ()):
                    found[name] += row[column]
                    steps += cost
        _spend(frame, steps)
        return found

    return add_up


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
