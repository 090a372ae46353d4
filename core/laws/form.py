"""What a window needs to ask for an act: a description of its fields, in order, and nothing about windows.

Pure: the form is generated from the law, so a new law needs no new code (5-laws). Texts are in the language
asked for where the law has it, else in English, else the name itself with spaces.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from unicodedata import normalize

from core.laws.field_types import (
    ASKED_OF_DOCUMENTS,
    AttestationType,
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
    OpeningType,
    RecordType,
    SealedType,
    TextType,
)
from core.laws.law import Extract, Law, Procedure
from core.laws.reading import Texts
from core.laws.reckoning import reckon
from core.ledger.encoding import Value


@dataclass(frozen=True, slots=True)
class Choice:
    """A word and how it is shown."""

    word: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to ask for. What does not apply to its `type` is None or empty.

    `type` is a field type of 5-laws, or "subject": an existing record that the act changes or reads, to be picked.
    `low`, `high`: of integers, money (minor units) and fractions (`above` instead of `low` where the bound itself is
    not allowed), in items for lists, in characters (`high`) for text, in megabytes for documents.
    `register`: full name, of a subject or record field. `record`: the subject in whose list `entries` an entry is
    picked. `role`: who attests. `of`: the columns of a list or group, what a document is asked
    besides. `reckoned`: nobody types it; it gives the value by the other fields of the act, None while they lack some.
    """

    name: str
    type: str
    label: str
    help: str
    required: bool
    low: int | None = None
    above: int | None = None
    high: int | None = None
    pattern: str | None = None
    multiline: bool = False
    precise: bool = False
    unique_by: str | None = None
    choices: tuple[Choice, ...] = ()
    currencies: tuple[str, ...] = ()
    register: str = ""
    states: tuple[str, ...] = ()
    changes: bool = False
    record: str = ""
    entries: str = ""
    role: str = ""
    sealed_for: tuple[str, ...] = ()  # of what is encrypted: the roles that read it
    sealed_until: str = ""  # … the title of the procedure that opens it
    reckoned: Callable[[Mapping[str, Value]], Value | None] | None = None  # from the act's other fields
    opens: str = ""  # of an opening, which the office brings itself: the sealed field; it is told as what is inside
    of: "tuple[FormField, ...]" = ()


def procedure_form(law: Law, procedure_name: str, language: str = "en") -> list[FormField]:
    """The records to pick, then the fields of the act, in the law's order. Raises KeyError for no such procedure."""
    procedure = law.procedures[procedure_name]
    subjects = [_subject(law, procedure, name, register, language) for name, register in procedure.referenced.items()]
    count = Counter(field.label for field in subjects)
    subjects = [_told_apart(field) if count[field.label] > 1 else field for field in subjects]
    fields = [_field(law, field, language) for field in procedure.fields.values()]
    made = {name: partial(reckon, one) for name, one in procedure.reckoned.items()}
    return subjects + [replace(field, reckoned=made.get(field.name)) for field in fields]


def record_form(law: Law, register_name: str, language: str = "en") -> list[FormField]:
    """Keys and fields of a register's records, to show one (`register_name`: with or without the law)."""
    register = law.by_full_name.get(register_name) or law.registers[register_name]
    return [_field(law, field, language) for field in register.subject.members.values()]


def derived_form(law: Law, register_name: str, language: str = "en") -> list[FormField]:
    """What follows from a record and the day, in the law's order; as `record_form`."""
    register = law.by_full_name.get(register_name) or law.registers[register_name]
    return [_field(law, derived.field, language) for derived in register.subject.derived.values()]


def extract_form(law: Law, extract: Extract, language: str = "en") -> list[FormField]:
    """What an extract shows, in its order; the state, where it is shown, is a choice."""
    register = law.registers[extract.register]
    shown = []
    for name in extract.shows:
        if name == "state":
            choices = tuple(Choice(s, text(register.state_labels.get(s, {}), language, s)) for s in register.states)
            shown.append(FormField("state", "choice", text({}, language, "state"), "", True, choices=choices))
        else:
            derived = register.subject.derived.get(name)
            shown.append(_field(law, derived.field if derived else register.subject.members[name], language))
    return shown


def state_label(law: Law, register_name: str, state: str, language: str = "en") -> str:
    register = law.by_full_name.get(register_name) or law.registers[register_name]
    return text(register.state_labels.get(state, {}), language, state)


def text(texts: Texts, language: str, name: str = "") -> str:
    """The text in a language, else in English, else the bare name made readable."""
    found = texts.get(language) or texts.get("en")
    if found:
        return found
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def typed_text(entered: str) -> str:
    """Text as acts hold it: NFC, one kind of space at the ends removed. For whatever people type or files bring."""
    return normalize("NFC", entered).strip()


def _told_apart(subject: FormField) -> FormField:
    """One of several records of one register, as the law names it."""
    return replace(subject, label=f"{subject.label} ({subject.name.replace('_', ' ')})")


def _subject(law: Law, procedure: Procedure, name: str, register_name: str, language: str) -> FormField:
    register = law.register(register_name)
    return FormField(
        name,
        "subject",
        text(register.title, language, name),
        "",
        True,
        register=register.full_name,
        states=tuple(state for state in register.states if state in procedure.in_state[name]),
        changes=name in procedure.changes,
    )


def _field(law: Law, field: Field, language: str) -> FormField:
    if isinstance(field.type, SealedType | OpeningType):
        return _sealed(law, field, field.type, language)
    label, help_text = text(field.label, language, field.name), text(field.help, language)
    base = (field.name, field.type.kind, label, help_text, not field.optional)
    match field.type:
        case TextType(max_chars=high, pattern=pattern, multiline=multiline):
            return FormField(*base, high=high, pattern=pattern.text if pattern else None, multiline=multiline)
        case IntegerType(low=low, high=high):
            return FormField(*base, low=low, high=high)
        case FractionType(above=above, low=low, high=high):
            return FormField(*base, low=low, above=above, high=high)
        case MoneyType(currencies=currencies, low=low, high=high):
            return FormField(*base, low=low, high=high, currencies=currencies)
        case ChoiceType(words=words, labels=labels):
            return FormField(
                *base,
                choices=tuple(Choice(word, text(labels.get(word, {}), language, word)) for word in words),
            )
        case DayType(precise=precise):
            return FormField(*base, precise=precise)
        case DocumentType(max_mb=high, asks=asks):
            asked = (_field(law, Field(one, ASKED_OF_DOCUMENTS[one]), language) for one in asks)
            return FormField(*base, high=high, of=tuple(asked))
        case RecordType(register=register):
            return FormField(*base, register=law.register(register).full_name)
        case EntryOfType(owner=owner, list=entries, register=register):
            return FormField(*base, register=law.register(register).full_name, record=owner, entries=entries)
        case AttestationType(role=role, answers=answers):
            choices = tuple(Choice(answer, text({}, language, answer)) for answer in answers)
            return FormField(*base, choices=choices, role=role)
    return _nested(law, field.type, base, language)


def _sealed(law: Law, field: Field, kind: SealedType | OpeningType, language: str) -> FormField:
    """What is typed is of the type inside; what opens a field nobody types."""
    if isinstance(kind, OpeningType):
        opened = _field(law, replace(field, type=kind.sealed.of, optional=True), language)
        return replace(opened, opens=kind.column)
    opens = law.procedures.get(kind.until)
    until = text(opens.title, language, kind.until) if opens else ""
    inside = _field(law, replace(field, type=kind.of), language)
    return replace(inside, sealed_for=kind.roles, sealed_until=until)


def _nested(law: Law, kind: FieldType, base: tuple[str, str, str, str, bool], language: str) -> FormField:
    match kind:
        case ListType(of=GroupType(fields=columns), max_items=high, min_items=low, unique_by=unique_by):
            of = tuple(_field(law, column, language) for column in columns.values())
            return FormField(*base, low=low, high=high, unique_by=unique_by, of=of)
        case GroupType(fields=columns):
            return FormField(*base, of=tuple(_field(law, column, language) for column in columns.values()))
    return FormField(*base)
