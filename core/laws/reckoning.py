"""Fields of an act that follow from its other fields: `reckoned` (LAWS.md §4).

Whoever draws the act up fills them in, so nobody types what can be worked out. The act carries the value like any
other, and nothing here judges it: what becomes of another value, a condition of the law says, on every node alike.
"""

import re
from collections.abc import Iterator, Mapping

from core.laws.effects import make_value
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import BUDGET, FIRST_NAME, MAX_STEPS, Name, Scope, Slots
from core.laws.field_checks import FieldFault, make_check
from core.laws.field_types import Field, GroupType, IntegerType, MoneyType
from core.laws.judging import evaluate
from core.laws.law import Procedure, Reckoned
from core.laws.reading import Part
from core.laws.verdict import Refused
from core.ledger.encoding import Value

RECKONED = "reckoned"
_OF_THE_ACT = re.compile(r"\bact\s*\.\s*([a-z][a-z0-9_]*)")


def read_reckoned(part: Part, act: Mapping[str, Field]) -> dict[str, Reckoned]:
    """Of a procedure; what is reckoned reads no other that is."""
    stated = {name: below for name, below in part.parts("fields") if below.has(RECKONED)}
    given = {name: field for name, field in act.items() if name not in stated}
    found = {}
    for name, below in stated.items():
        with part.problems.section():
            try:
                found[name] = _reckoned(below.text(RECKONED), act[name], given)
            except ExpressionError as error:
                below.fail(error.code, error.detail, below.line_of(RECKONED))
    return found


def _reckoned(text: str, target: Field, given: Mapping[str, Field]) -> Reckoned:
    kind, currency, slots = target.type, None, Slots()
    if isinstance(kind, MoneyType) and len(kind.currencies) == 1:  # what comes to a number is its amount
        currency, kind = kind.currencies[0], IntegerType(kind.low, kind.high)
    scope = Scope({"act": Name(GroupType(dict(given)), slots.take())}, slots)
    run = make_value(text, Field(target.name, kind), scope, frozenset())
    reads = tuple(field for name, field in given.items() if name in _OF_THE_ACT.findall(text))
    checks = {field.name: make_check(field.type) for field in reads}
    needs = frozenset(field.name for field in reads if not field.optional)
    return Reckoned(text, run, checks, needs, slots.used, currency)


def reckon(one: Reckoned, act: Mapping[str, Value]) -> Value | None:
    """None while what it follows from is missing, or does not fit its own bounds."""
    fitting = dict(_fitting(one, act))
    if not one.needs <= fitting.keys():
        return None
    frame: list[object] = [None] * one.frame_size
    frame[BUDGET], frame[FIRST_NAME] = MAX_STEPS, fitting
    try:
        value: Value = evaluate(one.run, frame, RECKONED)
    except Refused:
        return None
    return value if one.currency is None else [value, one.currency]


def _fitting(one: Reckoned, act: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    for name, check in one.checks.items():
        if name in act:
            try:
                check(act[name])
            except FieldFault:
                continue
            yield name, act[name]


def fill_in(procedure: Procedure | None, act: Mapping[str, Value]) -> Mapping[str, Value]:
    """The act with what follows from what it says, where it does not say that itself."""
    found = {name: reckon(one, act) for name, one in procedure.reckoned.items() if name not in act} if procedure else {}
    return {**act, **{name: value for name, value in found.items() if value is not None}} if found else act
