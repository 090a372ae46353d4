"""For every field that a law can declare: values that fit it, and values just outside what was declared."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from core.laws.field_types import (
    ASKED_OF_DOCUMENTS,
    AttestationType,
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
    TextType,
)
from core.laws.numbers import format_number
from core.ledger.sealed import Sealed
from tests.laws.counter import document, party

ROWS = 2  # of every list that may have so many
_PIECE = re.compile(r"(\[.[^]]*\]|\\.|.)(?:\{(\d+)(?:,\d+)?\})?")

Wrong = Iterator[tuple[Any, str]]  # a value and the code that refuses it


def record_id(register: str, number: int = 0) -> bytes:
    return sha256(f"{register} {number}".encode()).digest()[:16]


def fields_of(fields: Mapping[str, Field], number: int = 0) -> dict[str, Any]:
    """Every field, the optional ones too."""
    return {name: fitting(one.type, number) for name, one in fields.items()}


def fitting(kind: FieldType, number: int = 0) -> Any:
    """Other numbers give other values, where there are so many."""
    match kind:
        case TextType():
            return _by_pattern(kind.pattern.text, number) if kind.pattern else f"text {number}"[: kind.max_chars]
        case IntegerType():
            return min(kind.low + number, kind.high)
        case FractionType():
            return [1, 1 + number] if kind.low is None or kind.low < 1 else [kind.low, 1]
        case MoneyType():
            return [min(kind.low + number, kind.high), kind.currencies[0]]
        case ChoiceType():
            return kind.words[number % len(kind.words)]
        case RecordType():
            return record_id(kind.register, number)
        case AttestationType():
            return {"answer": kind.answers[0], "by": [0, 0]}
        case DocumentType(asks=asks):
            return {**document(f"{number}"), **{one: fitting(ASKED_OF_DOCUMENTS[one], number) for one in asks}}
        case GroupType():
            return fields_of(kind.fields, number)
        case ListType():
            rows = max(kind.min_items, min(kind.max_items, ROWS))
            return [fitting(kind.of, place) for place in range(rows)]
        case SealedType():
            shares = ((0, bytes(32)), (1, bytes(32)), (2, bytes(32))) if kind.until else ()
            return Sealed(bytes(100), 0, bytes(32), (0, 1, 2), 2 if shares else 0, shares).value
    return _OTHERS[kind.kind](number)


_OTHERS = {
    "boolean": lambda _: True,
    "day": lambda number: [2026, 5, 4 + number],
    "period": lambda number: [0, 1, number],
    "party": lambda number: party(f"{number}"),
    "office": lambda number: number,
    "entry_of": lambda number: number + 1,
    "act": lambda number: sha256(b"act %d" % number).digest(),
    "number": lambda number: format_number(0, 2026, number + 1),
    "opening": lambda _: bytes(32),
}


def _by_pattern(pattern: str, number: int) -> str:
    """The first letter of each class; the last class of digits or letters counts."""
    made = []
    for what, least in _PIECE.findall(pattern):
        letters = what[1:-1] if what.startswith("[") else what.removeprefix("\\")
        made += [letters[0]] * int(least or 1)
    last = max((place for place, letter in enumerate(made) if letter in "0aA"), default=None)
    if last is not None and number:
        made[last] = chr(ord(made[last]) + number)
    return "".join(made)


def outside(kind: FieldType) -> Wrong:
    """Just outside each bound that the declaration states, inside lists and groups too."""
    yield from _OUTSIDE.get(type(kind), _nothing)(kind)
    if kind.kind not in ("boolean", "opening", "entry_of", "record", "act"):
        yield (True, "not-sealed" if kind.kind == "sealed" else "wrong-kind")


def _nothing(_kind: FieldType) -> Wrong:
    return iter(())


def _text(kind: TextType) -> Wrong:
    yield "a" * (kind.max_chars + 1), "text-too-long"
    if kind.pattern is not None:
        yield "~", "text-not-as-declared"
        return
    yield "", "text-empty"
    yield "\u202e", "control-character"
    if not kind.multiline and kind.max_chars > 2:
        yield "a\nb", "control-character"


def _integer(kind: IntegerType) -> Wrong:
    yield kind.low - 1, "out-of-bounds"
    yield kind.high + 1, "out-of-bounds"


def _fraction(kind: FractionType) -> Wrong:
    yield [kind.above, 1] if kind.above is not None else [2 * kind.low - 1, 2], "out-of-bounds"
    yield [2 * kind.high + 1, 2], "out-of-bounds"
    yield [2, 4], "fraction-not-reduced"
    yield [1, 1 << 53], "fraction-too-fine"


def _money(kind: MoneyType) -> Wrong:
    yield [kind.low - 1, kind.currencies[0]], "out-of-bounds"
    yield [kind.high + 1, kind.currencies[0]], "out-of-bounds"
    yield [kind.low, "ZZZ"], "not-a-currency"


def _choice(_kind: ChoiceType) -> Wrong:
    yield "no such word", "not-a-choice"


def _day(kind: DayType) -> Wrong:
    yield [2026, 2, 29], "no-such-day"
    if kind.precise:
        yield [2026, 2], "day-not-precise"


def _attestation(_kind: AttestationType) -> Wrong:
    yield {"answer": "no such answer", "by": [0, 0]}, "not-a-choice"


def _group(kind: GroupType) -> Wrong:
    whole = fields_of(kind.fields)
    yield {**whole, "no_such_field": 1}, "field-unknown"
    for name, column in kind.fields.items():
        if not column.optional:
            yield {one: value for one, value in whole.items() if one != name}, "field-missing"
        for value, code in outside(column.type):
            yield {**whole, name: value}, code


def _list(kind: ListType) -> Wrong:
    rows = fitting(kind)
    yield [None] * (kind.max_items + 1), "list-too-long"
    if kind.min_items:
        yield rows[: kind.min_items - 1], "list-too-short"
    if kind.unique_by is not None and kind.max_items > 1:
        yield [rows[0], rows[0], *rows[2 : kind.min_items]], "named-twice"
    for row, code in outside(kind.of):
        yield [row, *rows[1:]], code


_OUTSIDE = {
    TextType: _text,
    IntegerType: _integer,
    FractionType: _fraction,
    MoneyType: _money,
    ChoiceType: _choice,
    DayType: _day,
    AttestationType: _attestation,
    GroupType: _group,
    ListType: _list,
}
