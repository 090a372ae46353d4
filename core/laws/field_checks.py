"""Checks of values against their declared types, made once per law and run on every act.

5-laws asks for a generated JSON Schema; jsonschema-rs reads JSON, and acts hold bytes, reduced fractions and
calendar days, which JSON Schema cannot say. So the same declarations are compiled to closures: one step that
misses nothing, 1–2 µs an act. Only fixed sets of characters are refused here: Unicode tables differ between
Python versions, so text is brought to NFC where it is typed or imported, never where it is judged.
"""

import re
from collections.abc import Callable, Mapping
from math import gcd
from typing import NoReturn

from core.laws.field_types import (
    ASKED_OF_DOCUMENTS,
    MAX_EXACT,
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
    SealedType,
    TextType,
)
from core.laws.numbers import is_number
from core.ledger.encoding import Value
from core.ledger.opening import read_opening
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.sealed import ERASED, read_sealed_value

PARTY_KINDS = frozenset({"natural", "legal", "group", "state", "unknown"})
DIGEST_BYTES = 32
_CONTROLS = "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_FORBIDDEN = re.compile(f"[{_CONTROLS}\n]")
_FORBIDDEN_IN_LINES = re.compile(f"[{_CONTROLS}]")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Check = Callable[[Value], None]


class FieldFault(Exception):  # noqa: N818  # a verdict that becomes a Rejected, not a failure of the program
    """A value does not fit its field. `path` leads to it from the outside in."""

    def __init__(self, code: str, **facts: Value) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self.path: list[str] = []

    def within(self, step: str) -> "FieldFault":
        self.path.insert(0, step)
        return self

    @property
    def field(self) -> str:
        return ".".join(self.path).replace(".[", "[")


def make_check(kind: FieldType) -> Check:
    """A function that raises `FieldFault` for a value that does not fit."""
    match kind:
        case TextType():
            return _text(kind)
        case IntegerType():
            return _integer(kind)
        case FractionType():
            return _fraction(kind)
        case MoneyType():
            return _money(kind)
        case ChoiceType():
            return _choice(kind)
        case DayType():
            return _precise_day if kind.precise else _day
        case DocumentType():
            return make_group_check({**_DOCUMENT, **{one: Field(one, ASKED_OF_DOCUMENTS[one]) for one in kind.asks}})
        case SealedType():
            return _sealed(kind)
        case AttestationType():
            return _attestation(kind)
        case GroupType():
            return make_group_check(kind.fields, ("id",) if kind.stored else ())
        case ListType():
            return make_list_check(kind)
    return _BY_KIND[kind.kind]


def make_group_check(fields: Mapping[str, Field], also: tuple[str, ...] = ()) -> Check:
    """A mapping with these fields, no more and, except for optional ones, no fewer. `also`: names left unchecked."""
    members = [(name, field.optional, make_check(field.type)) for name, field in fields.items()]
    known = frozenset((*fields, *also))

    def check(value: Value) -> None:
        if type(value) is not dict:
            _wrong_kind("group")
        if not known.issuperset(value):
            unknown = min(set(value) - known)
            raise FieldFault("field-unknown").within(unknown)
        for name, optional, check_member in members:
            if name in value:
                try:
                    check_member(value[name])
                except FieldFault as fault:
                    raise fault.within(name) from None
            elif not optional:
                raise FieldFault("field-missing").within(name)

    return check


def make_list_check(kind: ListType) -> Check:
    check_item = make_check(kind.of)
    low, high, unique_by = kind.min_items, kind.max_items, kind.unique_by

    def check(value: Value) -> None:
        if type(value) is not list:
            _wrong_kind("list")
        if len(value) < low:
            raise FieldFault("list-too-short", least=low)
        if len(value) > high:
            raise FieldFault("list-too-long", most=high)
        for place, item in enumerate(value):
            try:
                check_item(item)
            except FieldFault as fault:
                raise fault.within(f"[{place}]") from None
        if unique_by is not None:
            check_unique(value, unique_by)

    return check


def check_unique(rows: list[Mapping[str, Value]], column: str) -> None:
    """No two rows name the same. Raises `named-twice`."""
    seen: list[Value] = []
    for place, row in enumerate(rows):
        value = row.get(column)
        value = value["number"] if isinstance(value, dict) and "number" in value else value
        if value in seen:
            raise FieldFault("named-twice", value=value).within(column).within(f"[{place}]")
        seen.append(value)


def _wrong_kind(expected: str) -> NoReturn:
    raise FieldFault("wrong-kind", expected=expected)


def _text(kind: TextType) -> Check:
    most = kind.max_chars or 0
    regex = kind.pattern.regex if kind.pattern else None
    forbidden = _FORBIDDEN_IN_LINES if kind.multiline else _FORBIDDEN

    def check(value: Value) -> None:
        if type(value) is not str:
            _wrong_kind("text")
        if len(value) > most:
            raise FieldFault("text-too-long", most=most)
        if regex is not None:
            if regex.fullmatch(value) is None:
                raise FieldFault("text-not-as-declared", pattern=regex.pattern)
        elif not value:
            raise FieldFault("text-empty")
        elif not (value.isascii() and value.isprintable()) and forbidden.search(value):
            raise FieldFault("control-character")

    return check


def _integer(kind: IntegerType) -> Check:
    assert kind.low is not None
    assert kind.high is not None
    low, high = kind.low, kind.high

    def check(value: Value) -> None:
        if type(value) is not int:
            _wrong_kind("integer")
        if not low <= value <= high:
            raise FieldFault("out-of-bounds", least=low, most=high)

    return check


def _fraction(kind: FractionType) -> Check:
    above, low, high = kind.above, kind.low, kind.high
    assert high is not None

    def check(value: Value) -> None:
        if type(value) is not list or len(value) != 2 or type(value[0]) is not int or type(value[1]) is not int:
            _wrong_kind("fraction")
        numerator, denominator = value
        if denominator < 1 or gcd(numerator, denominator) != 1:
            raise FieldFault("fraction-not-reduced")
        if denominator > MAX_EXACT or not -MAX_EXACT <= numerator <= MAX_EXACT:
            raise FieldFault("fraction-too-fine")
        if above is not None and numerator <= above * denominator:
            raise FieldFault("out-of-bounds", above=above, most=high)
        if numerator > high * denominator or (low is not None and numerator < low * denominator):
            raise FieldFault("out-of-bounds", least=low, most=high)

    return check


def _money(kind: MoneyType) -> Check:
    low, high, currencies = kind.low, kind.high, frozenset(kind.currencies)
    assert low is not None
    assert high is not None

    def check(value: Value) -> None:
        if type(value) is not list or len(value) != 2 or type(value[0]) is not int or type(value[1]) is not str:
            _wrong_kind("money")
        if value[1] not in currencies:
            raise FieldFault("not-a-currency", of=sorted(currencies))
        if not low <= value[0] <= high:
            raise FieldFault("out-of-bounds", least=low, most=high)

    return check


def _choice(kind: ChoiceType) -> Check:
    words = frozenset(kind.words)

    def check(value: Value) -> None:
        if type(value) is not str:
            _wrong_kind("choice")
        if value not in words:
            raise FieldFault("not-a-choice", of=list(kind.words))

    return check


def _boolean(value: Value) -> None:
    if type(value) is not bool:
        _wrong_kind("boolean")


def _day(value: Value) -> None:
    if type(value) is not list or not 1 <= len(value) <= 3 or not {int}.issuperset(map(type, value)):
        _wrong_kind("day")
    year, month, day = (*value, 1, 1)[:3]
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= _MONTH_DAYS[month - 1]):
        raise FieldFault("no-such-day")
    # The Gregorian rule: days of the Julian calendar are recorded as converted, with the old one in the text.
    if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        raise FieldFault("no-such-day")


def _precise_day(value: Value) -> None:
    _day(value)
    if len(value) != 3:
        raise FieldFault("day-not-precise")


def _period(value: Value) -> None:
    if type(value) is not list or len(value) != 3 or any(type(part) is not int for part in value):
        _wrong_kind("period")
    if not all(0 <= part <= 1_000 for part in value):
        raise FieldFault("out-of-bounds", least=0, most=1_000)


def _party(value: Value) -> None:
    _party_fields(value)


def _office(value: Value) -> None:
    if type(value) is not int or not 0 <= value < 1 << 32:
        _wrong_kind("office")


def _number(value: Value) -> None:
    if type(value) is not str:
        _wrong_kind("number")
    if not is_number(value):
        raise FieldFault("number-mistyped")


def _entry(value: Value) -> None:
    if type(value) is not int or not 1 <= value < 1 << 32:
        _wrong_kind("entry")


def _id_check(length: int, kind: str) -> Check:
    def check(value: Value) -> None:
        if type(value) is not bytes or len(value) != length:
            _wrong_kind(kind)

    return check


def _attestation(kind: AttestationType) -> Check:
    answers = frozenset(kind.answers)

    def check(value: Value) -> None:
        if type(value) is not dict or set(value) != {"answer", "by"}:
            _wrong_kind("attestation")
        if type(value["answer"]) is not str or value["answer"] not in answers:
            raise FieldFault("not-a-choice", of=list(kind.answers)).within("answer")
        by = value["by"]
        if type(by) is not list or len(by) != 2 or not {int}.issuperset(map(type, by)) or min(by) < 0:
            raise FieldFault("wrong-kind", expected="officer").within("by")

    return check


def _sealed(kind: SealedType) -> Check:
    divided, stored = bool(kind.until), kind.stored

    def check(value: Value) -> None:
        if stored and type(value) is dict and value.keys() == {ERASED}:
            _erased(value[ERASED])
            return
        read = read_sealed_value(value)
        if read is None or divided != bool(read.shares):
            raise FieldFault("not-sealed")

    return check


def _opening(value: Value) -> None:
    if read_opening(value) is None:
        _wrong_kind("opening")


_erased = _id_check(RECORD_ID_BYTES, "act")
_party_fields = make_group_check(
    {
        "kind": Field("kind", ChoiceType(tuple(sorted(PARTY_KINDS)))),
        "name": Field("name", TextType(200)),
        "number": Field("number", TextType(64)),
    }
)
_BY_KIND: Mapping[str, Check] = {
    "boolean": _boolean,
    "period": _period,
    "party": _party,
    "office": _office,
    "act": _id_check(32, "act"),
    "record": _id_check(16, "record"),
    "entry_of": _entry,
    "digest": _id_check(DIGEST_BYTES, "digest"),
    "number": _number,
    "opening": _opening,
}


class _DigestType(FieldType):
    """32 bytes inside a document; no field of a law has this type."""

    kind = "digest"


_DOCUMENT: Mapping[str, Field] = {
    "digest": Field("digest", _DigestType()),
    "kind": Field("kind", TextType(80)),
    "number": Field("number", TextType(80)),
    "issuer": Field("issuer", TextType(200)),
    "day": Field("day", DayType()),
    "pages": Field("pages", IntegerType(1, 10_000)),
}
