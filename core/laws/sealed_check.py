"""Checks the sealed fields of a whole law: whom they are for, what opens them, and who may have them erased.

A sealed field is encrypted in the signed act (core/ledger/sealed.py): no condition reads it, no index holds it, no
sentence tells it. An act copies it whole into a field of a record that is sealed in the same way, and an order takes it
back (`erase`) when the rules that it was made under allow it.
"""

from collections.abc import Mapping

from core.laws.field_types import DayType, Field, OfficeType, SealedType
from core.laws.law import Condition, Procedure, Register
from core.laws.problems import Problems

OFFICE_WORDS = ("author", "keeper", "all")
ERASING_CLASSES = ("order", "decision")
_RETENTION_OUTCOMES = ("refuse", "hold", "suspend")


def check_sealed(problems: Problems, registers: Mapping[str, Register], procedures: Mapping[str, Procedure]) -> None:
    """What can be said only of the whole law."""
    for register in registers.values():
        for field in register.fields.values():
            if isinstance(field.type, SealedType):
                _check_retention(problems, register, field, field.type)
    for procedure in procedures.values():
        for field in procedure.fields.values():
            if isinstance(field.type, SealedType):
                _check_act_field(problems, procedure, field, field.type, procedures)
        _check_erasing(problems, procedure, registers)


def _check_retention(problems: Problems, register: Register, field: Field, kind: SealedType) -> None:
    """A retention period begins on a whole day that the record always has."""
    since = register.fields.get(kind.retention.since) if kind.retention else None
    if kind.retention and (since is None or since.optional or since.type != DayType(precise=True)):
        problems.add(field.line, "", "retention-since-what", f"{register.name}.{field.name}")


def _check_act_field(
    problems: Problems,
    procedure: Procedure,
    field: Field,
    kind: SealedType,
    procedures: Mapping[str, Procedure],
) -> None:
    where = f"{procedure.name}.{field.name}"
    for word in kind.offices:
        named = procedure.fields.get(word)
        if word not in OFFICE_WORDS and (named is None or named.optional or not isinstance(named.type, OfficeType)):
            problems.add(field.line, "", "sealed-of-whom", f"{where}: {word}")
    if kind.retention is not None:
        problems.add(field.line, "", "retention-of-an-act", where)
    if not kind.until:
        return
    event = procedures.get(kind.until)
    opened = event_register(procedure, kind)
    if event is None or opened is None or opened not in event.referenced.values():
        problems.add(field.line, "", "sealed-until-what", f"{where}: {kind.until}")


def event_register(procedure: Procedure, kind: SealedType) -> str | None:
    """The register of the record on which the event happens: what the act creates, else what it changes, or, by `on`,
    what a record field of the act names, or a record that the act changes or reads. None where the law does not tell.
    """
    if kind.on:
        named = {path[0]: register for path, register in procedure.records if len(path) == 1}
        return named.get(kind.on) or procedure.referenced.get(kind.on)
    own = [*procedure.creates.values()] or [*procedure.changes.values()]
    return own[0] if len(own) == 1 else None


def _check_erasing(problems: Problems, procedure: Procedure, registers: Mapping[str, Register]) -> None:
    """Erasing is ordered or decided, never only a fact; a period of retention is asked in the law's own words."""
    for effect in procedure.effects:
        if effect.erases and procedure.act_class not in ERASING_CLASSES:
            problems.add(effect.line, "", "erase-without-order", procedure.name)
        if effect.verb != "erase":
            continue
        register = registers[procedure.changes[effect.target]]
        for field in register.fields.values():
            kind = field.type
            if isinstance(kind, SealedType) and kind.retention is not None:
                asked = f"surely_after(add_months({effect.target}.{kind.retention.since},{kind.retention.months}))"
                if not any(_asks(rule, asked) for rule in procedure.requires):
                    problems.add(effect.line, "", "retention-not-asked", f"{procedure.name}: {field.name}")


def _asks(rule: Condition, asked: str) -> bool:
    """The whole condition, or one with exceptions that the law names (`… || …`)."""
    return rule.outcome in _RETENTION_OUTCOMES and asked in rule.rule.replace(" ", "")
