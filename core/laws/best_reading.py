"""Reads `bests`: records of a group in an order that the law declares, of which a rule reads the first.

A best is kept as an index; its order is made where it is read. So taking one away shows the next, and the group is
bounded like every other. Where all that is asked is equal, the id of the record decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.laws.expression import compile_expression
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import BUDGET, FIRST_NAME, MAX_STEPS, BestShape, Run, Scope, is_number
from core.laws.field_types import DayType, FieldType, MoneyType
from core.laws.law import Index, Register
from core.laws.reading import Part
from core.laws.register_reading import read_index
from core.ledger.record import Record

MAX_KEPT = 100
MAX_RANKED = 1_000
Rank = Callable[[Record], tuple[Any, ...]]


def read_bests(
    root: Part, registers: Mapping[str, Register], law: str, scopes: Mapping[str, Scope], indexes: dict[str, Index]
) -> dict[str, BestShape]:
    """What a reader needs of each; the index of each is among `indexes` afterwards."""
    bests = {}
    for name, part in root.parts("bests"):
        with root.problems.section(), part.whole():
            if name in indexes:
                part.fail("name-twice", name)
            index = read_index(name, part, registers, law, scopes, MAX_RANKED)
            indexes[name], bests[name] = read_order(part, index, registers[index.register], scopes[index.register])
    return bests


def read_order(part: Part, index: Index, register: Register, scope: Scope) -> tuple[Index, BestShape]:
    """The index of a best, which says its order, and what a reader needs of it. `scope`: of its records."""
    keep, order = part.integer("keep", low=1, high=MAX_KEPT), part.words("order")
    by = {field: register.subject.members[field].type for field in index.by}
    shape = BestShape(index.full_name, index.register, by, index.max, keep, _rank(part, scope))
    return replace(index, order=order, keep=keep), shape


def _rank(part: Part, scope: Scope) -> Rank:
    pieces = []
    for text in part.words("order"):
        descending = text.startswith("-")
        try:
            typed = compile_expression(text.removeprefix("-").strip(), scope)
        except ExpressionError as error:
            part.fail(error.code, error.detail, part.line_of("order"))
        if not _has_order(typed.type):
            part.fail("no-order", text, part.line_of("order"))
        pieces.append((typed.run, -1 if descending else 1))
    slots = scope.slots

    def rank(record: Record) -> tuple[Any, ...]:
        frame: list[Any] = [None] * slots.used
        frame[BUDGET], frame[FIRST_NAME] = MAX_STEPS, record
        return (*(_ordered(run, frame, sign) for run, sign in pieces), record.id)

    return rank


def _has_order(kind: FieldType) -> bool:
    one_currency = isinstance(kind, MoneyType) and len(kind.currencies) == 1
    return is_number(kind) or one_currency or (isinstance(kind, DayType) and kind.precise)


def _ordered(run: Run, frame: list[Any], sign: int) -> Any:
    """A number, or the numbers of a day; of money its amount alone, for there is one currency."""
    value = run(frame)
    if not isinstance(value, list):
        return sign * value
    return [sign * part for part in value if not isinstance(part, str)]
