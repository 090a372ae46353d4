"""The readers of conditions: `count`, `indexed`, `agreed`, `best`, `total`.

Their maps name the parts of a group as declared.
"""

from collections.abc import Mapping
from typing import Any

from core.laws.expression_macros import Check, arguments
from core.laws.expression_syntax import Call, Expression, ExpressionError, Literal, MapLiteral, Member, Name
from core.laws.expression_types import (
    AGREES,
    STATE,
    ForeignRead,
    Frame,
    Known,
    Run,
    Scope,
    Typed,
    require,
    require_family,
)
from core.laws.field_types import BOOLEAN, Field, FieldType, GroupType, IntegerType, ListType, MoneyType, PartyType
from core.ledger.encoding import encode_known


def read_index(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`count`, `indexed`. Raises `unknown-index`, `wrong-arguments`."""
    named, given = _named(node)
    index = scope.indexes.get(named)
    if index is None:
        raise ExpressionError("unknown-index", named)
    runs, own, cost = _parts(node, given, index.by, scope, known, check)
    scope.reads.add(ForeignRead("index", named, own))
    name = index.name

    def group(frame: Frame) -> bytes:
        return encode_known([run(frame) for run in runs])

    if node.name == "count":
        return Typed(IntegerType(0, index.max), lambda frame: frame[STATE].count(name, group(frame)), cost)
    subject, most = scope.subjects[index.register], index.max

    def listed(frame: Frame) -> list[Any]:
        state = frame[STATE]
        return [state.record(record) for record in state.find(name, group(frame), most)]

    return Typed(ListType(subject, most), listed, cost + most)


def read_agreed(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`agreed`: whether a quorum of the offices that count keeps records of a group; only in conditions of a procedure.

    Raises `no-time-here`, `unknown-index`, `wrong-arguments`. Who counts, only the place in the common order tells.
    """
    require(scope.timed, "no-time-here", node.text)
    named, given = _named(node)
    index = scope.indexes.get(named)
    if index is None:
        raise ExpressionError("unknown-index", named)
    runs, _, cost = _parts(node, given, index.by, scope, known, check)
    scope.reads.add(ForeignRead("index", named, ()))

    def run(frame: Frame) -> bool:
        state = frame[STATE]
        group = encode_known([run(frame) for run in runs])
        found = (state.record(one) for one in state.find(index.name, group, index.max))
        agrees: bool = frame[AGREES]({record.keeper for record in found})
        return agrees

    return Typed(BOOLEAN, run, cost + index.max)


def read_best(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`best`: the first of a group, at most `keep`. Raises `unknown-best`, `wrong-arguments`."""
    named, given = _named(node)
    best = scope.bests.get(named)
    if best is None:
        raise ExpressionError("unknown-best", named)
    runs, own, cost = _parts(node, given, best.by, scope, known, check)
    scope.reads.add(ForeignRead("index", named, own))

    def first(frame: Frame) -> list[Any]:
        state = frame[STATE]
        found = state.find(best.name, encode_known([run(frame) for run in runs]), best.max)
        return sorted((state.record(record) for record in found), key=best.rank)[: best.keep]

    return Typed(ListType(scope.subjects[best.register], best.keep), first, cost + 8 * best.max)


def read_total(node: Call, scope: Scope, known: Known, check: Check) -> Typed:
    """`total`: the sums of one group by name. Raises `unknown-total`, `wrong-arguments`."""
    named, given = _named(node)
    total = scope.totals.get(named)
    if total is None:
        raise ExpressionError("unknown-total", named)
    by = total.by
    if total.prefixes:
        by = dict(list(by.items())[: len(given)])
    runs, own, cost = _parts(node, given, by, scope, known, check)
    scope.reads.add(ForeignRead("total", named, own))
    name, nothing = total.name, dict.fromkeys(total.sums, 0)
    money = {key: kind.currencies[0] for key, kind in total.sums.items() if isinstance(kind, MoneyType)}

    def read(frame: Frame) -> dict[str, Any]:
        sums: dict[str, Any] = nothing | frame[STATE].total(name, encode_known([run(frame) for run in runs]))
        for key, currency in money.items():
            sums[key] = [sums[key], currency]
        return sums

    return Typed(GroupType({key: Field(key, kind) for key, kind in total.sums.items()}), read, cost)


def _named(node: Call) -> tuple[str, dict[str, Expression]]:
    named, groups = arguments(node, 2)
    if not isinstance(named, Literal) or not isinstance(named.value, str) or not isinstance(groups, MapLiteral):
        raise ExpressionError("wrong-arguments", node.text)
    given = dict(groups.pairs)
    require(len(given) == len(groups.pairs), "wrong-arguments", node.text)
    return named.value, given


def _parts(
    node: Call,
    given: Mapping[str, Expression],
    by: Mapping[str, FieldType],
    scope: Scope,
    known: Known,
    check: Check,
) -> tuple[list[Run], tuple[str, ...], int]:
    """What gives each part of the group; the parts given as the id of one of the act's records; the cost."""
    require(set(given) == set(by), "wrong-arguments", node.text)
    runs, own, cost = [], [], 2
    for name, kind in by.items():
        piece = check(given[name], scope, known)
        if _is_own_id(given[name]):
            own.append(name)
        require_family(kind, piece.type, node.text)
        runs.append(_party_number(piece.run) if isinstance(kind, PartyType) else piece.run)
        cost += piece.cost
    return runs, tuple(own), cost


def _is_own_id(node: Expression) -> bool:
    return isinstance(node, Member) and node.field == "id" and isinstance(node.target, Name)


def _party_number(run: Run) -> Run:
    return lambda frame: run(frame)["number"]
