"""Which acts a keeper decides alone, and which wait for the common order, and why (3-ledger §6).

An act is its keeper's alone when every record and index group that it reads or writes has that one keeper. What the
law alone tells stands in core/laws/waiting.py; here the homes are put in that a charter chooses. Execution finds the
same, act by act (`Accepted.shared`).
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from core.laws.engine_codes import ENGINE_CODES
from core.laws.expression_types import ForeignRead
from core.laws.field_types import RecordType
from core.laws.law import Law, Procedure, Reason, Register
from core.laws.linking import check_links
from core.laws.problems import LawError, Problem
from core.laws.relying import is_other, missing
from core.laws.transition import check_transition

__all__ = ["HOMES", "LawReport", "Reason", "check_law", "home_of"]

HOMES = ("office", "shared")
LEAST_WITNESSES = 2
UNKEPT = ("time", "calendar")  # reads of no record of the law
_OF_KEEPERS = frozenset({"index-of-other-keepers", "record-of-another-keeper", "total-of-other-keepers"})


@dataclass(frozen=True, slots=True)
class LawReport:
    """`waits`: procedures that only the common order decides, with the reasons; `may_wait`: those of which some acts
    wait. `problems`: why the law cannot be used with these homes.
    """

    waits: Mapping[str, tuple[Reason, ...]]
    may_wait: Mapping[str, tuple[Reason, ...]]
    problems: tuple[Problem, ...]
    alone: tuple[str, ...] = ()  # registers of other laws that could not be looked at: those laws are not there

    def raise_any(self) -> None:
        """Raises `LawError` when there is any problem."""
        if self.problems:
            raise LawError(list(self.problems))


def check_law(
    law: Law, homes: Mapping[str, str], witnesses: int | None = None, beside: Mapping[str, Law] | None = None
) -> LawReport:
    """`homes`: "<law>.<register>" → "office" | "shared", where the law leaves the choice to the charter.

    What the charter leaves open too is kept by its office. `witnesses`: how many there are when a law is voted; of
    a key in shares nobody may hold all, so a law that seals until an event asks for two. One that a lone founder brings
    waits for the second: until then nothing is sealed under it (core/sealing/closing.py). `beside`: the laws that are
    or come into force with it, by name: what this one relies on in them must be there. One not there may follow.
    """
    problems = [
        Problem(0, "", "home-not-asked", name)
        for name, home in homes.items()
        if name.partition(".")[0] == law.name and not _is_asked(law, name, home)
    ]
    problems += [
        Problem(rule.line, rule.article, "code-of-the-engine", rule.code)
        for rule in law.rules.values()
        if rule.code in ENGINE_CODES
    ]
    if witnesses is not None and witnesses < LEAST_WITNESSES and law.events:
        problems.append(Problem(0, "", "too-few-witnesses", law.name))
    shared = {name for name, register in law.registers.items() if home_of(law, register, homes) == "shared"}
    waits = {name: why for name, procedure in law.procedures.items() if (why := _reasons(law, procedure, shared))}
    rest = (name for name in law.procedures if name not in waits)
    may_wait = {name: why for name in rest if (why := _may_wait(law.procedures[name]))}
    alone = tuple(name for name in law.others if name.partition(".")[0] not in (beside or {}))
    for name, declared in law.others.items():
        lacks = missing(declared, beside[name.partition(".")[0]]) if beside and name not in alone else None
        if lacks is not None:
            problems.append(Problem(declared.line, "", "other-law-differs", f"{name}.{lacks}".rstrip(".")))
    problems += _never_settled(law, shared)
    problems += check_links(law, beside or {})
    problems += check_transition(law, (beside or {}).get(law.name))
    return LawReport(waits, may_wait, tuple(problems), alone)


def _never_settled(law: Law, shared: Set[str]) -> Iterable[Problem]:
    """Registers of all offices whose records can come to stand held (LAWS.md §11), and nothing ever frees them."""
    settled = {one.changes[name] for one in law.procedures.values() for name in one.settles}
    holding = [one for one in law.procedures.values() if one.when_unseen == "hold"]
    for name in dict.fromkeys(register for one in holding for register in one.changes.values()):
        if name not in settled and name in shared:
            yield Problem(law.registers[name].line, "", "held-without-settle", name)


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


def _reasons(law: Law, procedure: Procedure, shared: Set[str]) -> tuple[Reason, ...]:
    reasons = [Reason("shared-register", name) for name in _named(procedure) if name in shared]
    reads = [read for read in procedure.foreign_reads if read.kind not in UNKEPT and not is_other(read.name)]
    reached = [(read.name, _register_read(law, read)) for read in reads]
    reasons += [Reason("shared-register", name) for name, register in reached if register in shared]
    for why in procedure.reasons:
        register = why.name
        if why.code == "index-of-other-keepers":
            register = law.indexes[why.name].register
        elif why.code == "total-of-other-keepers":
            register = law.totals[why.name].register
        if why.code not in _OF_KEEPERS or register not in shared:
            reasons.append(why)
    return tuple(dict.fromkeys(reasons))


def _may_wait(procedure: Procedure) -> tuple[Reason, ...]:
    """Records that another office may keep: whether an act waits depends on which are chosen."""
    names = [name for name in procedure.reads if name in procedure.elsewhere]
    names += [".".join(part for part in path if part != "[]") for path, _ in procedure.records]
    return tuple(Reason("read-elsewhere", name) for name in names)


def _named(procedure: Procedure) -> Iterable[str]:
    named = (*procedure.referenced.values(), *procedure.creates.values())
    return dict.fromkeys(name for name in named if not is_other(name))


def _register_read(law: Law, read: ForeignRead) -> str:
    if read.kind == "total":
        return law.totals[read.name].register
    return law.indexes[read.name].register if read.kind == "index" else read.name
