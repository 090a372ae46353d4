"""Which acts a keeper decides alone, and which wait for the common order, and why (3-ledger §6).

An act is its keeper's alone when every record and index group that it reads or writes has that one keeper:
execution sees to its own records (`not-keeper`), this check to the rest. Until the common order is there
(issue Finality), a register that is shared and an act that would wait are refused here with `shared-not-yet`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.laws.expression_types import ForeignRead
from core.laws.field_types import RecordType
from core.laws.law import Home, Law, Procedure, Register
from core.laws.problems import LawError, Problem

HOMES = ("office", "shared")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an act waits, and its name: `shared-register`, `index-of-other-keepers`, `record-of-another-keeper` or
    `enclosed-anywhere`.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LawReport:
    """`waits`: procedures that only the common order decides, with the reasons. `problems`: why it cannot be used."""

    waits: Mapping[str, tuple[Reason, ...]]
    problems: tuple[Problem, ...]

    def raise_any(self) -> None:
        """Raises `LawError` when there is any problem."""
        if self.problems:
            raise LawError(list(self.problems))


def check_law(law: Law, homes: Mapping[str, str]) -> LawReport:
    """`homes`: "<law>.<register>" → "office" | "shared", where the law leaves the choice to the charter.

    What the charter leaves open too is kept by its office.
    """
    problems = [
        Problem(0, "", "home-not-asked", name)
        for name, home in homes.items()
        if name.partition(".")[0] == law.name and not _is_asked(law, name, home)
    ]
    waits = {}
    for name, procedure in law.procedures.items():
        reasons = _reasons(law, procedure, homes)
        if reasons:
            waits[name] = reasons
            problems.append(Problem(procedure.line, "", "shared-not-yet", f"{name}: {reasons[0].name}"))
    return LawReport(waits, tuple(problems))


def _is_asked(law: Law, name: str, home: str) -> bool:
    register = law.by_full_name.get(name)
    return register is not None and register.home.kind == "by_charter" and home in HOMES


def home_of(law: Law, register: Register, homes: Mapping[str, str]) -> str:
    """Where the register's records are kept, "office" or "shared"; `with` follows the record it names."""
    seen = set()
    while register.home.kind == "with" and register.name not in seen:
        seen.add(register.name)
        kind = register.fields[register.home.field].type
        assert isinstance(kind, RecordType)
        register = law.registers[kind.register]
    if register.home.kind == "by_charter":
        return homes.get(register.full_name, "office")
    return "shared" if register.home.kind == "shared" else "office"


def _reasons(law: Law, procedure: Procedure, homes: Mapping[str, str]) -> tuple[Reason, ...]:
    named = dict.fromkeys((*procedure.referenced.values(), *procedure.creates.values()))
    shared = (register for register in named if home_of(law, law.registers[register], homes) == "shared")
    reasons = [Reason("shared-register", register) for register in shared]
    for read in procedure.foreign_reads:
        code = _why_foreign(law, read, homes)
        if code:
            reasons.append(Reason(code, read.name))
    if procedure.signing.any_office and procedure.creates and not procedure.referenced:
        # Nothing ties the act to one keeper: two nodes could enclose one signed act, and both would create its record.
        reasons.append(Reason("enclosed-anywhere", procedure.name))
    return tuple(dict.fromkeys(reasons))


def _why_foreign(law: Law, read: ForeignRead, homes: Mapping[str, str]) -> str | None:
    if read.kind == "index":
        register = law.registers[law.indexes[read.name].register]
        # The group has one keeper when it is picked by a record of this act, with which the others are kept.
        kept = register.home.kind == "with" and register.home.field in read.own
        if home_of(law, register, homes) == "shared":
            return "shared-register"
        return None if kept else "index-of-other-keepers"
    if home_of(law, law.registers[read.name], homes) == "shared":
        return "shared-register"
    kept = bool(read.own) and law.registers[read.own[0]].home == Home("with", read.own[1])
    return None if kept else "record-of-another-keeper"
