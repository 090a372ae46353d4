"""From what a person types to values of an act, and back. Pure; no widget.

A draft keeps what was typed even where it cannot be read yet: then the value is the text itself, `is_readable` says
no, and the form marks the field. Nothing typed is thrown away.
"""

from math import gcd
from re import fullmatch

from core.laws.form import FormField, typed_text
from core.laws.numbers import is_number, is_person_mistyped
from core.ledger.encoding import Value
from core.ledger.transaction import ACT_ID_BYTES
from desktop.wording.values import day_text, fraction_text

_SPACES = str.maketrans("", "", " \u00a0\u202f")


def read_typed(field: FormField, text: str) -> Value:
    """The value; None for nothing; the text itself where it cannot be read."""
    entered = typed_text(text)
    if not entered:
        return None
    try:
        return _READERS[field.type](entered, field) if field.type in _READERS else entered
    except (ValueError, ZeroDivisionError):
        return entered


def show_typed(field: FormField, value: Value) -> str:
    """What `read_typed` would read back."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    match field.type:
        case "fraction":
            return fraction_text(value)
        case "day":
            return day_text(value)
        case "period":
            return " ".join(str(part) for part in value)
        case "act":
            return value.hex() if isinstance(value, bytes) else ""
    return str(value)


def is_readable(field: FormField, value: Value) -> bool:
    """Whether a value that is there has the shape of its field."""
    if value is None:
        return True
    match field.type:
        case "text" | "choice":
            return isinstance(value, str)
        case "number":
            return isinstance(value, str) and is_number(value)
        case "list":
            return isinstance(value, list) and all(_row_readable(field, row) for row in value)
        case "group":
            return _row_readable(field, value)
        case "party" if is_mistyped_party(value):
            return False
        case "party" | "document" | "attestation":
            return isinstance(value, dict) and all(part not in (None, "") for part in value.values())
        case "money":
            return isinstance(value, list) and isinstance(value[0], int)
    return not isinstance(value, str)


def is_mistyped_party(value: Value) -> bool:
    """Whether the number is one that an office gives to who has none, written wrongly."""
    return isinstance(value, dict) and is_person_mistyped(str(value.get("number", "")))


def unreadable_part(field: FormField, value: Value) -> tuple[FormField, Value]:
    """The first field that cannot be read, of a value that cannot: in a list or a group one of its columns."""
    for row in value if isinstance(value, list) else [value]:
        for column in field.of if isinstance(row, dict) and field.type in ("list", "group") else ():
            if not is_readable(column, row.get(column.name)):
                return unreadable_part(column, row.get(column.name))
    return field, value


def is_complete(field: FormField, value: Value) -> bool:
    """Readable, and there if the field must be filled; so for every field of every row."""
    if value is None:
        return not field.required or (field.type == "list" and not field.low)
    if not is_readable(field, value):
        return False
    if field.type == "list":
        few = field.low is not None and len(value) < field.low
        return not few and all(_row_complete(field, row) for row in value)
    return field.type != "group" or _row_complete(field, value)


def _row_readable(field: FormField, row: Value) -> bool:
    return isinstance(row, dict) and all(is_readable(column, row.get(column.name)) for column in field.of)


def _row_complete(field: FormField, row: Value) -> bool:
    return all(is_complete(column, row.get(column.name)) for column in field.of)


def clean_value(field: FormField, value: Value) -> Value:
    """The value as the act carries it: parts left empty are left out, rows hold their columns only."""
    if field.type == "list" and value is None and field.required and not field.low:
        return []  # no rows, and none are asked for
    if field.type == "list" and isinstance(value, list):
        return [clean_row(field, row) for row in value]
    if field.type == "group" and isinstance(value, dict):
        return clean_row(field, value)
    return value


def clean_row(field: FormField, row: Value) -> Value:
    values = {column.name: clean_value(column, row.get(column.name)) for column in field.of}
    return {name: value for name, value in values.items() if value is not None}


def read_money(amount: str, currency: str) -> Value:
    """[minor units, currency]; [the text, currency] where it is no amount; None for nothing."""
    entered = amount.translate(_SPACES).replace(",", ".")
    if not entered:
        return None
    matched = fullmatch(r"([0-9]{1,16})(?:\.([0-9]{1,2}))?", entered)
    if matched is None:
        return [amount, currency]
    return [int(matched[1]) * 100 + int((matched[2] or "").ljust(2, "0")), currency]


def show_amount(minor: int) -> str:
    whole, cents = divmod(minor, 100)
    return f"{whole}.{cents:02}" if cents else str(whole)


def _fraction(text: str, _field: FormField) -> Value:
    numerator, _, denominator = text.translate(_SPACES).partition("/")
    above, below = int(numerator), int(denominator or "1")
    common = gcd(above, below)
    if below <= 0:
        raise ValueError
    return [above // common, below // common]


def _day(text: str, _field: FormField) -> Value:
    """2016-03-05, 2016-03 or 2016; also 05.03.2016 and 03.2016, as most of Europe writes."""
    if matched := fullmatch(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})", text):
        parts = [matched[3], matched[2], matched[1]]
    elif matched := fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text):
        parts = list(matched.groups())
    else:
        raise ValueError
    return [int(part) for part in parts if part is not None]


def _integer(text: str, _field: FormField) -> Value:
    return int(text.translate(_SPACES))


def _period(text: str, _field: FormField) -> Value:
    years, months, days = text.split()
    return [int(years), int(months), int(days)]


def _act(text: str, _field: FormField) -> Value:
    """The number of an act as papers print it, in groups."""
    number = bytes.fromhex(text)
    if len(number) != ACT_ID_BYTES:
        raise ValueError
    return number


_READERS = {"fraction": _fraction, "day": _day, "integer": _integer, "period": _period, "act": _act}
