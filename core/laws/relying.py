"""What a law relies on in registers of other laws: `relies_on`, and whether another law still has it (LAWS.md §16).

A law is read, checked and executed alone: what it reads of another law's records stands in its own file, with the types
that its conditions were checked with. Nothing else of the other law can matter to it. Whether the other law has the
register as declared is asked when laws are adopted together, and again in each epoch: where it has it no more, acts
that read it are refused (`other-law-differs`), never judged on what they do not know.
"""

from collections.abc import Iterable, Mapping

from core.laws.field_reading import KEY_TYPES, STORED_TYPES, read_fields
from core.laws.field_types import (
    ChoiceType,
    DayType,
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
from core.laws.law import Home, Law, Register
from core.laws.reading import Part

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
        for name in below.keys():  # noqa: SIM118  # Part is no mapping
            with root.problems.section():
                of, dot, register = name.partition(".")
                if not dot or of == law:
                    below.fail("not-of-another-law", name, below.line_of(name))
                below.check_name(of)
                below.check_name(register)
                others[name] = _read_other(name, below.part(name))
    return others


def _read_other(name: str, part: Part) -> Register:
    with part.whole():
        title, states = part.texts("title", optional=True), part.words("states")
        key, fields = read_fields(part, "key", KEY_TYPES), read_fields(part, "fields", _TYPES)
        for twice in key.keys() & fields.keys():
            part.fail("name-twice", f"{part.where}: {twice}")
        return Register(
            name, name, title, ELSEWHERE, key, fields, states[0], {}, SubjectType(), states, {}, line=part.line
        )


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
