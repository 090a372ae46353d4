"""What can make an act wait for the common order, as far as the law alone tells (3-ledger §6, Keeper).

An act is its keeper's alone when everything that it reads or writes has that one keeper. Of the records that it names
execution sees the keepers; here stands what else it reaches: indexes, records behind a dot, consensus time. An index
group has one keeper when it is picked by a record with which the others are kept (`home: {with: …}`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.laws.effects import Effect
from core.laws.expression_types import ForeignRead
from core.laws.field_types import RecordType
from core.laws.law import Home, Index, Procedure, Reason, Register, Total, Unique
from core.laws.problems import Problems
from core.laws.relying import is_other, reached

ADDING = frozenset({"add", "give"})  # effects that stand beside those of others: no one undoes another's


def with_reasons(
    procedure: Procedure,
    registers: Mapping[str, Register],
    indexes: Mapping[str, Index],
    totals: Mapping[str, Total],
    problems: Problems,
) -> Procedure:
    """The procedure with why it always waits, whatever the charter chooses, and what its acts share with others."""
    named = {effect.verb: set[str]() for effect in procedure.effects}
    for effect in procedure.effects:
        named[effect.verb].add(effect.target)
    accepts = frozenset(named.get("accept", ()))
    after = (read for register in _written(procedure, registers).values() for read in register.always_reads)
    reads = tuple(dict.fromkeys((*procedure.foreign_reads, *after)))
    pointed = (*procedure.reads.values(), *(register for _, register in procedure.records))
    others = reached((*pointed, *(_register_read(read, indexes, totals) for read in reads)))
    # How another law moves its records between keepers, this one cannot tell: whatever reads them, the order decides.
    reasons = [Reason("record-of-another-law", name) for name in others]
    reasons += [reason for read in reads if (reason := _why_read(read, registers, indexes, totals))]
    pools = {registers[name].full_name.encode() for name in procedure.creates.values() if registers[name].numbers}
    regroups = set()
    for name, register in _written(procedure, registers).items():
        for part in _groups_written(procedure, name, register):
            regroups.add(name)
            if isinstance(part, Unique):
                pools.add(register.full_name.encode())
            elif isinstance(part, Index) and not (register.home.kind == "with" and register.home.field in part.by):
                reasons.append(Reason("index-of-other-keepers", part.name))
    for name in sorted(accepts):
        reasons.append(Reason("keeper-changes", name))
        _check_followers(procedure, registers[procedure.changes[name]], registers, problems)
    _check_unseen(procedure, problems)
    lodges = any(registers[name].day_book for name in procedure.creates.values())
    if lodges:
        _check_lodging(procedure, reasons, problems)
    return replace(
        procedure,
        foreign_reads=reads,
        reasons=tuple(dict.fromkeys(reasons)),
        reads_time=any(read.kind == "time" for read in procedure.foreign_reads),
        releases=frozenset(named.get("release", ())),
        accepts=accepts,
        settles=frozenset(named.get("settle", ())),
        special=frozenset({*accepts, *named.get("settle", ())}),
        followers=frozenset(n for n, kept in procedure.referenced.items() if registers[kept].home.kind == "with"),
        elsewhere=frozenset(_elsewhere(procedure, registers)),
        pools=frozenset(pools),
        regroups=frozenset(regroups),
        others=others,
        lodges=lodges,
    )


def _register_read(read: ForeignRead, indexes: Mapping[str, Index], totals: Mapping[str, Total]) -> str:
    """Whose records it is about; of another law by full name, of no register nothing."""
    if read.kind == "index":
        return indexes[read.name].register
    if read.kind == "total":
        return totals[read.name].register
    return read.name if read.kind == "record" else ""


def _why_read(
    read: ForeignRead, registers: Mapping[str, Register], indexes: Mapping[str, Index], totals: Mapping[str, Total]
) -> Reason | None:
    if read.kind == "time":
        return Reason("consensus-time", read.name)
    if read.kind == "calendar":
        return Reason("working-days", read.name)
    if is_other(_register_read(read, indexes, totals)):
        return None  # the order decides it anyhow
    if read.kind == "total":
        kept_by = totals[read.name].kept_by
        return None if kept_by and kept_by in read.own else Reason("total-of-other-keepers", read.name)
    if read.kind == "index":
        register = registers[indexes[read.name].register]
        kept = register.home.kind == "with" and register.home.field in read.own
        return None if kept else Reason("index-of-other-keepers", read.name)
    kept = bool(read.own) and registers[read.own[0]].home == Home("with", read.own[1])
    return None if kept else Reason("record-of-another-keeper", read.name)


def _written(procedure: Procedure, registers: Mapping[str, Register]) -> dict[str, Register]:
    return {name: registers[register] for name, register in {**procedure.changes, **procedure.creates}.items()}


def _groups_written(procedure: Procedure, name: str, register: Register) -> Iterable[Unique | Index | Total]:
    """Unique keys, indexes and totals whose groups the act may leave or join with this record."""
    parts: tuple[Unique | Index | Total, ...] = (*register.uniques, *register.indexes, *register.totals)
    if name in procedure.creates:
        return parts
    fields = {effect.target.partition(".")[2] or "state" for effect in procedure.effects if _record_of(effect) == name}
    fields.add("version")
    moved = any(effect.verb == "accept" and effect.target == name for effect in procedure.effects)
    return [part for part in parts if part.depends & fields or (moved and isinstance(part, Unique))]


def _record_of(effect: Effect) -> str:
    return effect.target.partition(".")[0]


def _elsewhere(procedure: Procedure, registers: Mapping[str, Register]) -> Iterable[str]:
    """Records that are only read, and to which nothing that the act creates is tied: another office may keep them."""
    tied = set()
    for created in procedure.creates.values():
        home = registers[created].home
        if home.kind == "with":
            kind = registers[created].fields[home.field].type
            assert isinstance(kind, RecordType)
            tied.add(kind.register)
    return (name for name, register in procedure.reads.items() if register not in tied)


def followers(register: Register, registers: Mapping[str, Register]) -> Iterable[tuple[Register, Index | None]]:
    """The registers whose records are kept with this one's, each with the index that finds them all."""
    for other in registers.values():
        if other.home.kind != "with":
            continue
        kind = other.fields[other.home.field].type
        assert isinstance(kind, RecordType)
        if kind.register == register.name:
            whole = (index for index in other.indexes if index.by == (other.home.field,) and index.holds is None)
            yield other, next(whole, None)


def _check_followers(
    procedure: Procedure, register: Register, registers: Mapping[str, Register], problems: Problems
) -> None:
    """What is kept with a record follows it to its new keeper, so it must be found."""
    for other, index in followers(register, registers):
        if index is None:
            problems.add(procedure.line, "", "kept-with-not-indexed", f"{other.name}: [{other.home.field}]")
        else:
            _check_followers(procedure, other, registers, problems)


def _check_lodging(procedure: Procedure, reasons: Iterable[Reason], problems: Problems) -> None:
    """A day-book number is given at lodging: nothing that the law itself says may let a lodging wait for it.

    What is suspended, held or without effect creates no record, and so gets no number; and until the order has decided
    an act, its number could still become that of the next one.
    """
    if procedure.act_class != "application":
        problems.add(procedure.line, "", "day-book-of-applications", procedure.name)
    for rule in procedure.requires:
        if rule.outcome not in ("refuse", "warn"):
            problems.add(rule.line, rule.article, "day-book-waits", f"{procedure.name}: {rule.outcome}")
    for reason in reasons:
        problems.add(procedure.line, "", "day-book-waits", f"{procedure.name}: {reason.code}")


def _check_unseen(procedure: Procedure, problems: Problems) -> None:
    if procedure.when_unseen == "order" and procedure.act_class == "fact":
        problems.add(procedure.line, "", "fact-refused", f"{procedure.name}: when_unseen")
    if procedure.when_unseen == "equal_rank":
        for effect in procedure.effects:
            if _record_of(effect) in procedure.changes and effect.verb not in ADDING:
                problems.add(effect.line, "", "equal-rank-of-what", f"{procedure.name}: {effect.verb}")
