"""Reads conditions: the rule, its code and article, what its failure means, and what is then said."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from core.laws.expression import compile_condition
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import NOTHING, Frame, Known, Name, Run, Scope, Slots, Typed, plain
from core.laws.field_types import GroupType, SealedType
from core.laws.law import OUTCOMES, Condition, Cure
from core.laws.reading import CODE_LETTERS, LEAST, MOST, Part
from core.ledger.encoding import Value

CURE_UNITS = ("days", "working_days", "months")
MAX_CURE = 1_000
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")
Fact = Callable[[Frame], Any]


def read_condition(
    part: Part, owner: str, scope: Scope, known: Known, default_outcome: str | None = None
) -> tuple[Condition, Typed]:
    """A condition and its checked rule. `owner`: the procedure, or the register with ".always".

    What a condition on time or on a day would show to be present is not known: it may come to neither true nor false.
    """
    with part.whole():
        code = part.text("code")
        if not code or not set(code) <= CODE_LETTERS:
            part.fail("bad-code", code, part.line_of("code"))
        outcome = part.choice("outcome", OUTCOMES, default_outcome)
        rule = part.text("rule")
        says = part.texts("says")
        facts = _facts(part, says, scope)
        scope, slots = replace(scope, unsure=set()), Slots(scope.slots.used)
        cure = _read_cure(part, outcome)
        try:
            typed = compile_condition(rule, scope, known)
        except ExpressionError as error:
            part.fail(error.code, error.detail, part.line_of("rule"))
        condition = Condition(
            f"{owner}.{code}",
            code,
            part.text("article"),
            outcome,
            rule,
            says,
            typed.run,
            _traced(rule, replace(scope, tracing=True, slots=slots), known),
            facts,
            cure,
            typed.cost,
            part.line,
            part.flag("of_every_law"),
        )
    return condition, replace(typed, when_true=NOTHING) if scope.unsure else typed


def _traced(rule: str, scope: Scope, known: Known) -> Run:
    """The rule as it notes what its pieces come to, made when it is first asked for: of a thousand read at each start
    few ever are. It uses the places that the rule itself has in a frame.
    """
    made = cache(lambda: compile_condition(rule, scope, known).run)
    return lambda frame: made()(frame)


def _read_cure(part: Part, outcome: str) -> Cure | None:
    if not part.has("cure"):
        if outcome == "suspend":
            part.fail("key-missing", f"{part.where}: cure")
        return None
    if outcome != "suspend":
        part.fail("cure-without-suspend", part.where, part.line_of("cure"))
    with part.part("cure").whole() as cure:
        given = [unit for unit in CURE_UNITS if cure.has(unit)]
        if len(given) != 1:
            cure.fail("key-missing", f"{cure.where}: working_days")
        return Cure(given[0], cure.integer(given[0], low=1, high=MAX_CURE))


def _facts(part: Part, says: Mapping[str, str], scope: Scope) -> dict[str, Fact]:
    """What the sentences insert: names given by `let`, and fields of the act."""
    facts: dict[str, Fact] = {}
    for text in says.values():
        if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
            part.fail("bad-placeholder", text, part.line_of("says"))
        for placeholder in PLACEHOLDER.findall(text):
            fact = _fact(placeholder, scope)
            if fact is None:
                part.fail("unknown-name", placeholder, part.line_of("says"))
            facts[placeholder] = fact
    return facts


def _fact(placeholder: str, scope: Scope) -> Fact | None:
    owner, _, name = placeholder.partition(".")
    found = scope.names.get(owner)
    if found is None:
        return None
    if not name:
        return _value_at(found) if found.type.kind not in ("list", "group", "subject") else None
    if isinstance(found.type, GroupType) and name in found.type.fields:
        if isinstance(found.type.fields[name].type, SealedType):
            return None  # a sentence would tell what only some may read
        slot = found.slot
        return lambda frame: frame[slot].get(name)
    return None


def _value_at(name: Name) -> Fact:
    slot = name.slot
    return lambda frame: _kept(plain(frame[slot]))


def _kept(value: Value) -> Value:
    """As a fact is kept with its act: numbers of conditions have no bound, and beyond 64 bits stand as text."""
    if type(value) is list and any(type(item) is list or _has_no_end(item) for item in value):
        return " ".join(str(_kept(item)) for item in value)
    return str(value) if _has_no_end(value) else value


def _has_no_end(value: Value) -> bool:
    return type(value) is int and not LEAST <= value <= MOST
