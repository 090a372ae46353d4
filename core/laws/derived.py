"""Derived fields: what follows from a record and the day on which it is asked, such as whether a power is in force.

No act and no clock changes them (8-practice 10). Each is a rule over the record's own fields and `today`. A condition
reads it at the act's place in time: where the act may have been made on either side of an end, it is undecided and the
act waits for a decision. Whoever reads the record is told it as of the day asked for.
"""

from dataclasses import replace
from typing import Any

from core.laws.expression import compile_condition
from core.laws.expression_days import Undecided, Whole
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import (
    BUDGET,
    FIRST_NAME,
    MAX_STEPS,
    TIME,
    EvaluationError,
    Frame,
    Scope,
)
from core.laws.field_reading import MAX_FIELDS, read_visible
from core.laws.field_types import BOOLEAN, DayType, Derived, Field
from core.laws.law import Register
from core.laws.placing import Claimed, end_of_day
from core.laws.reading import Part
from core.laws.visibility import PUBLIC
from core.ledger.record import Record


def read_derived(part: Part, register: Register, scope: Scope) -> Register:
    """The register with its `derived`. `scope`: that of the register, in which its name is one of its records."""
    found: dict[str, Derived] = {}
    for name, below in part.parts("derived"):
        with part.problems.section():
            if name in register.subject.members:
                below.fail("name-twice", f"{register.name}: {name}")
            found[name] = _read_one(name, below, scope)
    if len(found) > MAX_FIELDS:
        part.fail("too-many-fields", f"{part.where}.derived")
    return replace(register, subject=replace(register.subject, derived=found)) if found else register


def _read_one(name: str, part: Part, scope: Scope) -> Derived:
    within = replace(scope, timed=True, of_day=True, reads=set(), unsure=set())
    with part.whole():
        rule = part.text("rule")
        visible, roles = read_visible(part)
        label, explained = part.texts("label", optional=True), part.texts("help", optional=True)
        field = Field(name, BOOLEAN, False, label, explained, visible, roles, part.line)
        try:
            typed = compile_condition(rule, within)
        except ExpressionError as error:
            part.fail(error.code, error.detail, part.line_of("rule"))
        for read in within.reads:
            if read.kind != "time":  # whoever holds the record and the law alone can tell it
                part.fail("no-time-here", read.name, part.line_of("rule"))
    return Derived(field, rule, typed.run, typed.cost, scope.slots.used, frozenset(within.reads))


def derived_at(register: Register, record: Record, day: Whole) -> dict[str, bool | None]:
    """Each derived field of a record as of a day (UTC); None where it cannot be told."""
    return {name: _told(one, record, day) for name, one in register.subject.derived.items()}


def day_indexes(register: Register) -> dict[str, Field]:
    """Indexes of a register by one whole day that all may read, by full name: what a list can be filtered by.

    So a list shows what is in force on a day though nothing of that is stored.
    """
    by_day = {}
    for index in register.indexes:
        field = register.subject.members[index.by[0]]
        whole = isinstance(field.type, DayType) and field.type.precise
        if len(index.by) == 1 and whole and field.visible == PUBLIC:
            by_day[index.full_name] = field
    return by_day


def _told(derived: Derived, record: Record, day: Whole) -> bool | None:
    frame: Frame = [None] * derived.frame_size
    frame[BUDGET], frame[TIME], frame[FIRST_NAME] = MAX_STEPS, Claimed(end_of_day(list(day))), record
    try:
        told: Any = derived.run(frame)
    except (Undecided, EvaluationError, LookupError, TypeError, ValueError):
        return None  # not known, or written under older rules and brought up to these by no act
    return bool(told)
