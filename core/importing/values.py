"""Reading a field's value from text, by the type that the law gives the field.

Used for the cells of a table and for what is typed into a form. Source of the forms: numbers and money with a point
for the fraction, days as ISO 8601 (2012, 2012-03, 2012-03-04), fractions as 1/2, money as "12.50 EUR", and as banks
print it, "AMD267,254,619.60": the currency in front, commas between thousands. Never through a float.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.laws import field_types as types
from core.laws.numbers import PERSON_DRAWN_BYTES, person_number
from core.ledger.encoding import Value, encode

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_FRACTION = re.compile(r"(\d{1,16})(?:/(\d{1,16}))?", re.ASCII)
# Two digits of minor units, as the currencies named so far have; one with another number needs a table.
_AMOUNT = r"(-?)(\d{1,16}|\d{1,3}(?:,\d{3}){1,5})(?:\.(\d{1,2}))?"
_MONEY = re.compile(_AMOUNT + r" +(\S+)", re.ASCII)
_MONEY_IN_FRONT = re.compile("([A-Z]{3}) *" + _AMOUNT, re.ASCII)
TRUE_WORDS, FALSE_WORDS = {"1", "true", "yes"}, {"0", "false", "no"}


def read_value(field_type: types.FieldType, text: str) -> Value:
    """The value of a text. Raises `unreadable-value` (facts: kind, text); bounds are the law's own business."""
    return reader_of(field_type)(text)


def reader_of(field_type: types.FieldType) -> Callable[[str], Value]:
    """What `read_value` does for a type."""
    read, kind = _READERS.get(type(field_type), _nothing), field_type.kind

    def reader(text: str) -> Value:
        text = text.strip()
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        value = read(text)
        if value is None:
            raise MunimentError("unreadable-value", kind=kind, text=text)
        return value

    return reader


def party(name: str, number: str = "", kind: str = "natural") -> Value:
    """A party as it stands in an act. Without a number it gets one that follows from its name.

    A table names persons, it does not know them: rows with one name mean one party, within one network's tables.
    """
    name, number = (unicodedata.normalize("NFC", one.strip()) for one in (name, number))
    if not number:
        number = tagged_hash("party-of-a-table", name.encode()).hex()[:16]
    return {"kind": kind, "name": name, "number": number}


def number_of_row(row: Mapping[str, str], *place: str) -> str:
    """A person number that follows from all cells of a row, and the place in it: the same whenever it is imported."""
    parts = tagged_hash("party-of-a-row", encode([*place, dict(row)]))
    return person_number(parts[:PERSON_DRAWN_BYTES])


def _integer(text: str) -> Value:
    return int(text) if _INTEGER.fullmatch(text) else None


def _fraction(text: str) -> Value:
    matched = _FRACTION.fullmatch(text)
    if not matched or (matched[2] and int(matched[2]) == 0):
        return None
    fraction = Fraction(int(matched[1]), int(matched[2] or 1))
    return [fraction.numerator, fraction.denominator]


def _money(text: str) -> Value:
    if matched := _MONEY.fullmatch(text):
        sign, whole, cents, currency = matched.groups()
    elif matched := _MONEY_IN_FRONT.fullmatch(text):
        currency, sign, whole, cents = matched.groups()
    else:
        return None
    minor = int(whole.replace(",", "")) * 100 + int((cents or "").ljust(2, "0"))
    return [-minor if sign else minor, currency]


def _day(text: str) -> Value:
    matched = _DAY.fullmatch(text)
    return [int(part) for part in matched.groups() if part is not None] if matched else None


def _boolean(text: str) -> Value:
    word = text.lower()
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    return None


def _nothing(_text: str) -> Value:
    """A type whose values no text stands for."""
    return None


_READERS: dict[type[types.FieldType], Callable[[str], Value]] = {
    types.TextType: lambda text: text,
    types.ChoiceType: lambda text: text,
    types.NumberType: lambda text: text,
    types.IntegerType: _integer,
    types.OfficeType: _integer,
    types.FractionType: _fraction,
    types.MoneyType: _money,
    types.DayType: _day,
    types.BooleanType: _boolean,
    types.PartyType: lambda text: party(text) if text else None,
}
