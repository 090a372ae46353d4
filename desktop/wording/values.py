"""Values of acts and records as a person reads them, by the fields that the law's form declares."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from core.errors import MunimentError
from core.laws.form import FormField
from core.laws.visibility import Withheld
from core.ledger.encoding import Value
from core.ledger.sealed import erased_by, is_sealed
from core.voting import PART, unpack_content
from desktop.wording import say

NARROW_SPACE = "\u202f"
_UNSHOWN = frozenset({"act", "record"})  # in a row, without a name: for Technical details only
Names = Mapping[bytes, str]
_NO_NAMES: Names = {}

EntryWords = Callable[[FormField, Value], str | None]  # what an entry of another record says, where it is known


def value_lines(
    value: Value,
    field: FormField,
    offices: Sequence[str] = (),
    entry_words: EntryWords | None = None,
    names: Names = _NO_NAMES,
) -> list[str]:
    """One line a value; a list has one line a row. `offices`: names by number. What is withheld says why.

    `names`: of the records and acts that are named, by their ids; any other shows its id.
    """
    if isinstance(value, Withheld):
        return [say(f"value.withheld.{value.value}")]
    if is_enclosure(field) and isinstance(value, list):
        return [_enclosed_text(value)]
    if field.type == "list" and isinstance(value, list):
        return [row_text(row, field.of, offices, entry_words, names) for row in value] or [say("value.none")]
    if isinstance(value, bytes) and value in names:
        return [names[value]]
    if field.type == "entry_of" and entry_words is not None:
        return [entry_words(field, value) or value_text(value, field, offices)]
    return [value_text(value, field, offices)]


def is_enclosure(field: FormField) -> bool:
    """Whether the list holds a file in parts, of which nobody could read any."""
    return field.type == "list" and [column.name for column in field.of] == [PART]


def _enclosed_text(rows: Sequence[Mapping[str, Value]]) -> str:
    try:
        content = unpack_content(rows)
    except MunimentError:
        return say("value.enclosed-damaged")
    if not content:
        return say("value.none")
    return say("value.enclosed", size=size_text(len(content)), digest=sha256(content).hexdigest())


def value_text(value: Value, field: FormField, offices: Sequence[str] = ()) -> str:
    """On one line; what does not fit its field is shown as it stands."""
    if value is None:
        return say("value.none")
    if isinstance(value, Withheld):
        return say(f"value.withheld.{value.value}")
    if is_sealed(value) or erased_by(value) is not None:
        return say("value.sealed" if is_sealed(value) else "value.erased")
    if field.opens and (isinstance(value, bytes) or (isinstance(value, list) and isinstance(value[0], list))):
        return say("value.opening")
    try:
        return _text(value, field, offices)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return str(value)


def row_text(
    row: Mapping[str, Value],
    columns: Sequence[FormField],
    offices: Sequence[str] = (),
    entry_words: EntryWords | None = None,
    names: Names = _NO_NAMES,
) -> str:
    """What a row may be without is told with its label: nobody could tell which of them stands there."""
    shown = [
        (column, value_lines(row[column.name], column, offices, entry_words, names)[0])
        for column in columns
        if row.get(column.name) is not None and (column.type not in _UNSHOWN or row[column.name] in names)
    ]
    return " · ".join(f"{column.label} {text}" if not column.required else text for column, text in shown)


def _text(value: Value, field: FormField, offices: Sequence[str]) -> str:  # noqa: C901  # one line a type
    match field.type:
        case "boolean":
            return say("value.yes" if value else "value.no")
        case "choice":
            return choice_label(field, value)
        case "fraction":
            return fraction_text(value)
        case "money":
            return money_text(value[0], value[1])
        case "day":
            return day_text(value)
        case "period":
            return say("value.period", years=value[0], months=value[1], days=value[2])
        case "party":
            return party_text(value)
        case "office":
            return offices[value]
        case "document":
            return document_text(value)
        case "attestation":
            return choice_label(field, value["answer"])
        case "list":
            return "; ".join(value_lines(value, field, offices))
        case "group":
            return row_text(value, field.of, offices)
        case "entry_of":
            return say("value.entry", number=value)
    return value.hex() if isinstance(value, bytes) else str(value)


def choice_label(field: FormField, word: str) -> str:
    return next((choice.label for choice in field.choices if choice.word == word), word)


def fraction_text(value: Sequence[int]) -> str:
    return str(value[0]) if value[1] == 1 else f"{value[0]}/{value[1]}"


def party_text(party: Mapping[str, Value]) -> str:
    name, number = str(party["name"]), str(party["number"])
    return f"{name} ({number})" if number else name


def money_text(minor: int, currency: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    grouped = f"{whole:,}".replace(",", NARROW_SPACE)
    return f"{'−' if minor < 0 else ''}{grouped}.{cents:02} {currency}"


def size_text(size_bytes: int) -> str:
    """In the unit that leaves at most three digits before the point."""
    size, unit = float(max(size_bytes, 0)), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"


def day_text(day: Sequence[int]) -> str:
    """2016-03-05, 2016-03 or 2016: the order that nobody reads wrongly."""
    return "-".join(f"{part:04}" if place == 0 else f"{part:02}" for place, part in enumerate(day))


def claimed_text(claimed_ms: int) -> str:
    """Day and time as the writing computer's clock claimed them, in this computer's zone."""
    try:
        return datetime.fromtimestamp(claimed_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):  # a claim beyond every calendar is shown as its number
        return str(claimed_ms)


def document_text(value: Mapping[str, Value]) -> str:
    """What a document says of itself, and what the law asked of its paper."""
    told = [say("value.document", **{**value, "day": day_text(value["day"])})]
    told += [say(f"document.{name}-{value[name]}") for name in ("form", "legalised") if name in value]
    return ", ".join([*told, *([say("document.kept-at", kept=value["kept"])] if "kept" in value else [])])
