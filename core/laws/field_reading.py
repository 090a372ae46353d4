"""Reads the fields of a law file: the type, its bounds, who may see it, its words for the screen."""

from collections.abc import Callable, Mapping

from core.laws.field_types import (
    ASKED_OF_DOCUMENTS,
    ROADS,
    ActType,
    AttestationType,
    BooleanType,
    ChoiceType,
    DayType,
    DocumentType,
    EntryOfType,
    Field,
    FieldType,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    MoneyType,
    NumberType,
    OfficeType,
    OpeningType,
    PartyType,
    PeriodType,
    RecordType,
    TextType,
)
from core.laws.patterns import parse_pattern
from core.laws.reading import MAX_NAME_CHARS, NAME_LETTERS, Part
from core.laws.sealed_field import read_sealed
from core.ledger.charter import ROLES

MAX_FIELDS = 100
MAX_ITEMS = 1_000
MAX_CHARS = 10_000
VISIBLE = ("public", "by_object", "interest_shown")
# Words of the language that later issues bring; a law that needs one is refused by name, not as a typing mistake.
SEALED = "sealed"  # not a type of its own: any type may be sealed where a field stands by itself


def read_fields(
    part: Part, key: str, allowed: "frozenset[str]", optional: bool = True, extra: tuple[str, ...] = ()
) -> dict[str, Field]:
    """The fields under a key, by name, in the file's order; `allowed`: kinds that make sense there."""
    fields: dict[str, Field] = {}
    for name, below in part.parts(key, optional):
        with part.problems.section():
            fields[name] = read_field(name, below, allowed, extra)
    if len(fields) > MAX_FIELDS:
        part.fail("too-many-fields", f"{part.where}.{key}")
    return fields


def read_field(name: str, part: Part, allowed: frozenset[str], extra: tuple[str, ...] = ()) -> Field:
    """One field; `extra`: keys that the caller reads itself."""
    part.skip(*extra)
    with part.whole():
        kind = part.text("type")
        if kind not in _READERS or kind not in allowed:
            part.fail("unknown-type", f"{part.where}: {kind}", part.line_of("type"))
        field_type = _READERS[kind](part)
        if part.has(SEALED):
            if SEALED not in allowed:
                part.fail("cannot-be-sealed", part.where, part.line_of(SEALED))
            field_type = read_sealed(part, field_type)
        visible, roles = read_visible(part)
        return Field(
            name,
            field_type,
            part.flag("optional"),
            part.texts("label", optional=True),
            part.texts("help", optional=True),
            visible,
            roles,
            part.line,
            _read_corrected(part),
        )


def _read_corrected(part: Part) -> tuple[str, ...]:
    roads = part.words("corrected", optional=True)
    for road in roads:
        if road not in ROADS:
            part.fail("unknown-word", f"{part.where}: corrected: {road}", part.line_of("corrected"))
    return roads


def read_visible(part: Part) -> tuple[str, tuple[str, ...]]:
    """Who may read it: the kind of the rule, and the roles where it names some."""
    if not part.has("visible"):
        return "by_object", ()
    if isinstance(part.node("visible").value, dict):
        with part.part("visible").whole() as below:
            return "roles", read_roles(below, "roles")
    return part.choice("visible", VISIBLE), ()


def read_roles(part: Part, key: str) -> tuple[str, ...]:
    roles = part.words(key)
    for role in roles:
        if role not in ROLES:
            part.fail("unknown-role", role, part.line_of(key))
    return roles


def _text(part: Part) -> TextType:
    multiline = part.flag("multiline")
    if part.has("pattern"):
        pattern = parse_pattern(part.text("pattern"))
        if pattern is None:
            part.fail("bad-pattern", part.text("pattern"), part.line_of("pattern"))
        return TextType(pattern.max_chars, pattern, multiline)
    _bounded(part, "max_chars")
    return TextType(part.integer("max_chars", low=1, high=MAX_CHARS), None, multiline)


def _integer(part: Part) -> IntegerType:
    _bounded(part, "min", "max")
    low, high = part.integer("min"), part.integer("max")
    _ordered(part, low, high)
    return IntegerType(low, high)


def _fraction(part: Part) -> FractionType:
    _bounded(part, "max")
    if part.has("above") == part.has("min"):
        part.fail("unbounded", f"{part.where}: above")
    above = part.integer("above") if part.has("above") else None
    low = part.integer("min") if part.has("min") else None
    high = part.integer("max")
    _ordered(part, low if above is None else above + 1, high)
    return FractionType(above, low, high)


def _money(part: Part) -> MoneyType:
    _bounded(part, "currencies", "min", "max")
    currencies = part.words("currencies")
    for currency in currencies:
        if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
            part.fail("bad-currency", currency, part.line_of("currencies"))
    low, high = part.integer("min"), part.integer("max")
    _ordered(part, low, high)
    return MoneyType(currencies, low, high)


def _choice(part: Part) -> ChoiceType:
    words = part.words("of")
    for word in words:
        if not set(word) <= NAME_LETTERS or len(word) > MAX_NAME_CHARS:
            part.fail("bad-name", word, part.line_of("of"))
    labels = {}
    for word, below in _labels(part):
        labels[word] = {language: below.text(language) for language in below.names()}
        if word not in words:
            below.fail("unknown-word", f"{below.where}")
    return ChoiceType(words, labels)


def _labels(part: Part) -> list[tuple[str, Part]]:
    return part.parts("labels")


def _day(part: Part) -> DayType:
    return DayType(part.choice("precision", ("day", "any"), "any") == "day")


def _document(part: Part) -> DocumentType:
    _bounded(part, "max_mb")
    asks = part.words("asks", optional=True)
    for word in asks:
        if word not in ASKED_OF_DOCUMENTS:
            part.fail("unknown-word", f"{part.where}: asks: {word}", part.line_of("asks"))
    return DocumentType(part.integer("max_mb", low=1, high=100), asks)


def _record(part: Part) -> RecordType:
    return RecordType(part.text("of"))


def _entry_of(part: Part) -> EntryOfType:
    return EntryOfType(*_path(part, "list", "bad-list-path"))


def _opening(part: Part) -> OpeningType:
    return OpeningType(*_path(part, "of", "opens-nothing-sealed"))


def _path(part: Part, key: str, code: str) -> tuple[str, str]:
    """`<record>.<field>`"""
    owner, dot, name = part.text(key).partition(".")
    if not dot or not owner or not name or "." in name:
        part.fail(code, part.text(key), part.line_of(key))
    return owner, name


def _attestation(part: Part) -> AttestationType:
    roles = read_roles(part, "by")
    if len(roles) != 1:
        part.fail("one-role-attests", part.where, part.line_of("by"))
    return AttestationType(roles[0], part.words("answers"), part.flag("signs"))


def _group(part: Part) -> GroupType:
    return GroupType(_read_columns(part))


def _list(part: Part) -> ListType:
    _bounded(part, "max_items")
    high = part.integer("max_items", low=1, high=MAX_ITEMS)
    low = part.integer("min_items", default=0, low=0, high=high)
    columns = _read_columns(part)
    unique_by = part.text("unique_by") if part.has("unique_by") else None
    if unique_by is not None and (unique_by not in columns or columns[unique_by].type.kind not in UNIQUE_TYPES):
        part.fail("unknown-field", f"{part.where}: {unique_by}", part.line_of("unique_by"))
    return ListType(GroupType(columns), high, low, unique_by)


def _read_columns(part: Part) -> dict[str, Field]:
    columns = read_fields(part, "of", COLUMN_TYPES, optional=False)
    if not columns:
        part.fail("key-missing", f"{part.where}: of")
    return columns


def _bounded(part: Part, *keys: str) -> None:
    for key in keys:
        if not part.has(key):
            part.fail("unbounded", f"{part.where}: {key}")


def _ordered(part: Part, low: int | None, high: int) -> None:
    if low is not None and low > high:
        part.fail("bounds-crossed", part.where)


def _plain(kind: FieldType) -> Callable[[Part], FieldType]:
    """The reader of a type that has nothing to say besides its name."""

    def read(_part: Part) -> FieldType:
        return kind

    return read


_READERS: Mapping[str, Callable[[Part], FieldType]] = {
    "text": _text,
    "integer": _integer,
    "fraction": _fraction,
    "money": _money,
    "boolean": _plain(BooleanType()),
    "choice": _choice,
    "day": _day,
    "period": _plain(PeriodType()),
    "party": _plain(PartyType()),
    "person": _plain(PartyType()),
    "office": _plain(OfficeType()),
    "document": _document,
    "act": _plain(ActType()),
    "record": _record,
    "entry_of": _entry_of,
    "attestation": _attestation,
    "opening": _opening,
    "number": _plain(NumberType()),
    "list": _list,
    "group": _group,
}
# A number in an act names one that an office has given before; as a key it is given by the keeper, brought by no act.
# A list holds no lists; an officer attests for an act.
ACT_TYPES = frozenset(_READERS) | {SEALED}
COLUMN_TYPES = ACT_TYPES - {"list", "attestation", "opening", SEALED}
STORED_TYPES = ACT_TYPES - {"opening"}  # what it opens is kept, in a field of that type
KEY_TYPES = frozenset({"text", "integer", "number", "choice", "record"})
UNIQUE_TYPES = frozenset({"text", "integer", "choice", "party", "office", "act", "record", "entry_of"})
