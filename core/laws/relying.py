"""What a law relies on in registers of other laws: `relies_on`, and whether another law still has it (LAWS.md §16).

A law is read, checked and executed alone: what it reads of another law's records stands in its own file, with the types
that its conditions were checked with. Nothing else of the other law can matter to it. Whether the other law has the
register as declared is asked when laws are adopted together, and again in each epoch: where it has it no more, acts
that read it are refused (`other-law-differs`), never judged on what they do not know.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.laws.best_reading import MAX_RANKED, read_order
from core.laws.expression_macros import sums_of
from core.laws.expression_types import BestShape, Name, Scope, Slots
from core.laws.field_reading import KEY_TYPES, STORED_TYPES, read_fields
from core.laws.field_types import (
    INTEGER,
    ChoiceType,
    DayType,
    DocumentType,
    Field,
    FieldType,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    MoneyType,
    RecordType,
    SealedType,
    SubjectType,
    TextType,
)
from core.laws.law import Home, Index, Law, Register, Total
from core.laws.reading import Part
from core.laws.register_reading import MAX_IN_GROUP

CURRENCY = re.compile(r"[A-Z]{3}")
ELSEWHERE = Home("elsewhere")  # who keeps it, the other law says
_TYPES = STORED_TYPES - {"sealed", "entry_of", "attestation"}


def is_other(register: str) -> bool:
    """Whether a register as a procedure names it is of another law: "<law>.<register>"."""
    return "." in register


def read_others(root: Part, law: str) -> dict[str, Register]:
    """The declared parts of other laws' registers, by full name."""
    others = {}
    if root.has("relies_on"):
        below = root.part("relies_on")
        for name in below.names():
            with root.problems.section():
                of, dot, register = name.partition(".")
                if not dot or of == law:
                    below.fail("not-of-another-law", name, below.line_of(name))
                below.check_name(of)
                below.check_name(register)
                others[name] = _read_other(name, below.part(name))
    return others


def _read_other(name: str, part: Part) -> Register:
    part.skip("indexes", "totals", "bests")  # read once the fields are
    with part.whole():
        title, states = part.texts("title", optional=True), part.words("states")
        key, fields = read_fields(part, "key", KEY_TYPES), read_fields(part, "fields", _TYPES)
        for twice in key.keys() & fields.keys():
            part.fail("name-twice", f"{part.where}: {twice}")
        return Register(
            name, name, title, ELSEWHERE, key, fields, states[0], {}, SubjectType(), states, {}, line=part.line
        )


def read_groups(root: Part, others: Mapping[str, Register]) -> tuple[dict[str, Register], dict[str, BestShape]]:
    """The other laws' registers with those of their indexes, totals and bests that this law reads; what a reader needs
    of these bests, by full name.
    """
    found, shapes = dict(others), dict[str, BestShape]()
    for name, register in others.items():
        with root.problems.section():
            law, below = name.partition(".")[0], root.part("relies_on").part(name)
            indexes = [_read_index(law, index, part, register) for index, part in below.parts("indexes")]
            totals = [_read_total(law, total, part, register) for total, part in below.parts("totals")]
            for best, part in below.parts("bests"):
                if any(index.name == best for index in indexes):
                    part.fail("name-twice", best)
                index, shapes[f"{law}.{best}"] = _read_best(law, best, part, register)
                indexes.append(index)
            found[name] = replace(register, indexes=tuple(indexes), totals=tuple(totals))
    return found, shapes


def _read_index(law: str, name: str, part: Part, register: Register) -> Index:
    with part.whole():
        return _index(law, name, part, register, MAX_IN_GROUP)


def _index(law: str, name: str, part: Part, register: Register, most: int) -> Index:
    by = part.words("by")
    _members(part, register, by)
    limit = part.integer("max", low=1, high=most)
    return Index(name, f"{law}.{name}", register.full_name, by, None, limit, part.line)


def _read_best(law: str, name: str, part: Part, register: Register) -> tuple[Index, BestShape]:
    """Its order names the record as the other law does."""
    slots = Slots()
    scope = Scope({register.name.partition(".")[2]: Name(register.subject, slots.take())}, slots)
    with part.whole():
        return read_order(part, _index(law, name, part, register, MAX_RANKED), register, scope)


def _read_total(law: str, name: str, part: Part, register: Register) -> Total:
    """`by`: fields declared here, a list where each beginning has sums of its own; `add`: integer, or a currency."""
    with part.whole():
        prefixes = not isinstance(part.node("by").value, dict)
        below = None if prefixes else part.part("by")
        named = (
            {word: word for word in part.words("by")} if below is None else {k: below.text(k) for k in below.names()}
        )
        types = dict(zip(named, _members(part, register, tuple(named.values())), strict=True))
        added = part.part("add")
        sums = {key: _sum_type(added, key) for key in added.names()}
        return Total(
            name,
            f"{law}.{name}",
            register.full_name,
            {},
            types,
            sums_of({}),
            sums,
            None,
            prefixes,
            "",
            frozenset(),
            frozenset(),
            part.line,
        )


def _members(part: Part, register: Register, names: Iterable[str]) -> list[FieldType]:
    found = []
    for name in names:
        field = register.subject.members.get(name)
        if field is None:
            part.fail("unknown-field", f"{register.full_name}.{name}", part.line_of("by"))
        found.append(field.type)
    return found


def _sum_type(part: Part, key: str) -> FieldType:
    word = part.text(key)
    if word == INTEGER.kind:
        return INTEGER
    if not CURRENCY.fullmatch(word):
        part.fail("unknown-word", f"{part.where}: {key}: {word}", part.line_of(key))
    return MoneyType((word,))


# -- whether another law has it -------------------------------------------------------------------------------------


def missing(declared: Register, law: Law | None) -> str | None:
    """The first thing declared that the other law does not have like that, as "<member>" or ""; None: it has it all.

    The other law may have more members, and narrower bounds; a value of it must always be one that is declared.
    """
    register = law.by_full_name.get(declared.full_name) if law else None
    if law is None or register is None:
        return ""
    if not set(register.states) <= set(declared.states):
        return "states"
    for name, field in declared.subject.members.items():
        other = register.subject.members.get(name)
        place_differs = (name in declared.key) != (name in register.key)
        if other is None or place_differs or not _fits(field, other, law.name):
            return name
    return _missing_group(declared, register, law)


def _missing_group(declared: Register, register: Register, law: Law) -> str | None:
    for index in declared.indexes:
        other = law.indexes.get(index.name)
        section = "bests" if index.order else "indexes"
        if other is None or (other.register, other.by) != (register.name, index.by) or other.max > index.max:
            return f"{section}.{index.name}"
        if index.order and (other.order != index.order or other.keep < index.keep):
            return f"{section}.{index.name}"
    for total in declared.totals:
        there = law.totals.get(total.name)
        alike = there is not None and (there.register, there.prefixes) == (register.name, total.prefixes)
        if there is None or not alike or list(there.by_types) != list(total.by_types):
            return f"totals.{total.name}"
        if not all(covers(kind, there.by_types[part], law.name) for part, kind in total.by_types.items()):
            return f"totals.{total.name}"
        if any(there.add_types.get(name) != kind for name, kind in total.add_types.items()):
            return f"totals.{total.name}"
    return None


def lacking(laws: Mapping[str, Law]) -> frozenset[str]:
    """Of the laws in force: "<law>: <register>" for each register that a law relies on and another has not so."""
    return frozenset(
        lack(law.name, name)
        for law in laws.values()
        for name, declared in law.others.items()
        if missing(declared, laws.get(name.partition(".")[0])) is not None
    )


def lack(law: str, register: str) -> str:
    """How `lacking` names it."""
    return f"{law}: {register}"


def _fits(declared: Field, other: Field, law: str) -> bool:
    return (declared.optional or not other.optional) and covers(declared.type, other.type, law)


def covers(declared: FieldType, other: FieldType, law: str) -> bool:
    """Whether every value of a type of the law named is one of the declared type."""
    match declared, other:
        case TextType(), TextType():  # the length of a text changes no verdict's kind
            return True
        case IntegerType(), IntegerType():
            return _within(declared.low, declared.high, other.low, other.high)
        case FractionType(), FractionType():
            low = declared.low if declared.above is None else declared.above
            least = other.low if other.above is None else other.above
            strict = declared.above is None or other.above is not None or (least or 0) > declared.above
            return strict and _within(low, declared.high, least, other.high)
        case MoneyType(), MoneyType():
            known = set(other.currencies) <= set(declared.currencies)
            return known and _within(declared.low, declared.high, other.low, other.high)
        case ChoiceType(), ChoiceType():
            return set(other.words) <= set(declared.words)
        case DayType(), DayType():
            return other.precise or not declared.precise
        case RecordType(), RecordType():
            return declared.register == (other.register if is_other(other.register) else f"{law}.{other.register}")
        case ListType(of=GroupType(fields=columns)), ListType(of=GroupType(fields=theirs)):
            size = other.max_items <= declared.max_items and other.min_items >= declared.min_items
            return size and _columns_fit(columns, theirs, law)
        case DocumentType(), DocumentType():
            return set(declared.asks) == set(other.asks)
        case GroupType(), GroupType():
            return _columns_fit(declared.fields, other.fields, law)
    return declared.kind == other.kind and not isinstance(other, SealedType)


def _columns_fit(declared: Mapping[str, Field], others: Mapping[str, Field], law: str) -> bool:
    return all(name in others and _fits(field, others[name], law) for name, field in declared.items())


def _within(low: int | None, high: int | None, least: int | None, most: int | None) -> bool:
    if None in (low, high, least, most):
        return (low, high) == (least, most)
    assert low is not None
    assert high is not None
    return low <= (least or 0) and (most or 0) <= high


def reached(registers: Iterable[str]) -> tuple[str, ...]:
    """The registers of other laws among these, each once."""
    return tuple(dict.fromkeys(name for name in registers if is_other(name)))


def without_others(registers: Mapping[str, Register]) -> tuple[dict[str, Register], dict[str, Register]]:
    """(the law's own, those of other laws)"""
    own = {name: register for name, register in registers.items() if not is_other(name)}
    return own, {name: register for name, register in registers.items() if is_other(name)}
