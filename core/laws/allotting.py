"""Allotments: sums that an office holds and spends from without waiting for the common order (LAWS.md §3).

A sum that many offices draw on would have every act wait for all others. An allotment is a part of it, set aside by who
keeps the whole and handed to another office as a record of its own: inside it that office alone decides, above it the
law refuses. What the law declares is proven when it is read: nobody enlarges what was allotted, nothing is spent above
it, and an act that spends waits for nobody. That the sum is taken out of the whole, the law itself says: of the act
that makes an allotment the reading asks only that it changes something else too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.laws.field_types import Field, IntegerType, MoneyType
from core.laws.law import Procedure, Register
from core.laws.law_source import Node
from core.laws.problems import Problems
from core.laws.reading import Part


@dataclass(frozen=True)
class Allotment:
    """Records of `register` hold the sum in their field `sum`, of which the field `used` is spent."""

    name: str
    register: str
    sum: str
    used: str
    rule: Part  # the condition of `always` that nothing is spent above it
    line: int


def read_allotments(root: Part, registers: Mapping[str, Register]) -> tuple[Allotment, ...]:
    found = []
    for name, part in root.parts("allotments"):
        with root.problems.section(), part.whole():
            over = part.choice("over", registers)
            if registers[over].home.kind != "office":
                part.fail("not-an-allotment", over, part.line_of("over"))
            held, used = (_sum_field(part, key, registers[over]) for key in ("sum", "used"))
            rule = {key: part.node(key) for key in ("code", "article", "says")}
            rule["rule"] = Node(f"{over}.{used} <= {over}.{held}", part.line)
            condition = Part(Node(rule, part.line), part.problems, f"{part.where}: always", part.article)
            found.append(Allotment(name, over, held, used, condition, part.line))
    return tuple(found)


def _sum_field(part: Part, key: str, register: Register) -> str:
    """A field that is always there and never below 0: what is spent below nothing would enlarge the rest."""
    name = part.text(key)
    field: Field | None = register.fields.get(name)
    kind = field.type if field is not None else None
    if field is None or not isinstance(kind, IntegerType | MoneyType) or field.optional:
        part.fail("not-an-allotment", f"{register.name}.{name}", part.line_of(key))
    if kind.low is None or kind.low < 0:
        part.fail("not-an-allotment", f"{register.name}.{name}: min", part.line_of(key))
    return name


def rules_of(register: str, allotments: tuple[Allotment, ...]) -> list[Part]:
    """What `always` says of the records of a register because sums are allotted there."""
    return [one.rule for one in allotments if one.register == register]


def check_allotments(
    allotments: tuple[Allotment, ...], procedures: Mapping[str, Procedure], problems: Problems
) -> None:
    """Notes `allotment-changed`, `allotment-waits` and `allotment-from-nothing`."""
    for procedure in procedures.values():
        for one in allotments:
            if one.register in procedure.creates.values() and not procedure.changes:
                problems.add(procedure.line, "", "allotment-from-nothing", procedure.name)
            targets = {effect.target for effect in procedure.effects}
            for name, register in procedure.changes.items():
                if register != one.register:
                    continue
                if f"{name}.{one.sum}" in targets:
                    problems.add(procedure.line, "", "allotment-changed", f"{procedure.name}: {name}.{one.sum}")
                if f"{name}.{one.used}" in targets:
                    for why in _waits(procedure):
                        problems.add(procedure.line, "", "allotment-waits", f"{procedure.name}: {why}")


def _waits(procedure: Procedure) -> Iterator[str]:
    """Why an act of the procedure may have to wait for what other offices do."""
    yield from (reason.code for reason in procedure.reasons)
    yield from sorted(procedure.elsewhere)
    yield from (".".join(path) for path, _ in procedure.records)
