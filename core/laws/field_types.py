"""The types of fields, as a law declares them; expressions are checked against the same types.

How each value looks inside an act or a record (DAG-CBOR) stands beside its type. Every integer, fraction,
money and list states its bounds, so the largest act and the longest evaluation are known when the law is
checked. A type with no bounds (None) is the result of a computation, never a field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.laws.patterns import Pattern
from core.laws.reading import Texts

MAX_EXACT = (1 << 53) - 1  # numerator and denominator of a stored fraction


@dataclass(frozen=True, slots=True)
class FieldType:
    """Base of all types. `kind` is the word in the law file."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class TextType(FieldType):
    """str; no control characters. In expressions `words` holds the value of a literal."""

    kind: ClassVar[str] = "text"
    max_chars: int | None = None
    pattern: Pattern | None = None
    multiline: bool = False
    words: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class IntegerType(FieldType):
    """int."""

    kind: ClassVar[str] = "integer"
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class FractionType(FieldType):
    """[numerator, denominator], reduced, both below 2^53; more than `above` or at least `low`, and at most `high`."""

    kind: ClassVar[str] = "fraction"
    above: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class MoneyType(FieldType):
    """[minor units, currency]. `exact` is False for what has to be rounded before it is money."""

    kind: ClassVar[str] = "money"
    currencies: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class BooleanType(FieldType):
    """true or false."""

    kind: ClassVar[str] = "boolean"


@dataclass(frozen=True, slots=True)
class ChoiceType(FieldType):
    """One of the words, as str."""

    kind: ClassVar[str] = "choice"
    words: tuple[str, ...] = ()
    labels: Mapping[str, Texts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayType(FieldType):
    """[year], [year, month] or [year, month, day]; `precise`: only the last.

    `placed`: reckoned from the place of an act in time, which may be as wide as several days.
    """

    kind: ClassVar[str] = "day"
    precise: bool = False
    placed: bool = False


@dataclass(frozen=True, slots=True)
class PeriodType(FieldType):
    """[years, months, days]."""

    kind: ClassVar[str] = "period"


@dataclass(frozen=True, slots=True)
class PartyType(FieldType):
    """{kind, name, number}; two parties are the same when their numbers are."""

    kind: ClassVar[str] = "party"


@dataclass(frozen=True, slots=True)
class OfficeType(FieldType):
    """The number of an office in the charter."""

    kind: ClassVar[str] = "office"


@dataclass(frozen=True, slots=True)
class DocumentType(FieldType):
    """{digest: 32 bytes, kind, number, issuer, day, pages}, and what the law asks besides (`ASKED_OF_DOCUMENTS`)."""

    kind: ClassVar[str] = "document"
    max_mb: int = 1
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActType(FieldType):
    """The 32-byte id of a transaction."""

    kind: ClassVar[str] = "act"


@dataclass(frozen=True, slots=True)
class RecordType(FieldType):
    """The 16-byte id of a record of a register."""

    kind: ClassVar[str] = "record"
    register: str = ""


@dataclass(frozen=True, slots=True)
class EntryOfType(FieldType):
    """The id of an entry of a record's list: `owner` is the record's name in the procedure, or a register."""

    kind: ClassVar[str] = "entry_of"
    owner: str = ""
    list: str = ""
    register: str = ""  # resolved when the law is read


@dataclass(frozen=True, slots=True)
class AttestationType(FieldType):
    """{answer, by: [office, officer]}: an officer with the role says so; `signs`: and signs the act."""

    kind: ClassVar[str] = "attestation"
    role: str = ""
    answers: tuple[str, ...] = ()
    signs: bool = False


@dataclass(frozen=True, slots=True)
class OfficerType(FieldType):
    """[office, officer], who attests: only in expressions, to ask whether two are one person."""

    kind: ClassVar[str] = "officer"


@dataclass(frozen=True, slots=True)
class NumberType(FieldType):
    """A serial number (str): as a key the keeper gives it when it executes the act, as a field it names a given one."""

    kind: ClassVar[str] = "number"


@dataclass(frozen=True, slots=True)
class GroupType(FieldType):
    """A mapping of fields."""

    kind: ClassVar[str] = "group"
    fields: "Mapping[str, Field]" = field(default_factory=dict)
    stored: bool = False  # an entry of a record's list: it has `id` too
    origin: tuple[str, str] = ("", "")  # (register, list) of a stored entry


@dataclass(frozen=True, slots=True)
class ListType(FieldType):
    """A list of groups in a field; of anything in an expression."""

    kind: ClassVar[str] = "list"
    of: FieldType = field(default_factory=FieldType)
    max_items: int = 0
    min_items: int = 0
    unique_by: str | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """A sealed field is kept so many months, counted from the day in a field of its record."""

    months: int
    since: str


@dataclass(frozen=True, slots=True)
class SealedType(FieldType):
    """An encrypted value (core/ledger/sealed.py); `of`: the type of what is inside."""

    kind: ClassVar[str] = "sealed"
    of: FieldType = field(default_factory=FieldType)
    roles: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()  # "author", "keeper", "all", or fields of the act of type office
    until: str = ""  # the procedure whose final act opens it; "": it is open to its readers at once
    on: str = ""  # what the procedure must happen to; "": the record itself
    threshold: str = "least"
    retention: Retention | None = None
    stored: bool = False  # in a record, where an order may have erased it

    @property
    def readership(self) -> tuple[object, ...]:
        """What must be equal where one is copied into another; of a group the columns, not where they are written."""
        inside: object = self.of
        if isinstance(self.of, GroupType):
            inside = [(name, column.type, column.optional) for name, column in self.of.fields.items()]
        return inside, self.roles, self.offices, self.until, self.on, self.threshold


@dataclass(frozen=True, slots=True)
class OpeningType(FieldType):
    """What opens a sealed field of a record that the act names (core/ledger/opening.py): its key, or shares of it.

    In expressions it is a group whose one member, `value`, is there where the text is one of the field's type.
    """

    kind: ClassVar[str] = "opening"
    record: str = ""  # its name in the procedure
    column: str = ""  # the sealed field
    sealed: SealedType = field(default_factory=SealedType)  # resolved when the law is read


@dataclass(frozen=True, slots=True)
class Derived:
    """A field of a record that no act sets: it follows from the others and from the day (core/laws/derived.py)."""

    field: "Field"  # boolean
    rule: str
    run: Callable[[list[Any]], Any]  # over a frame of its own
    cost: int
    frame_size: int
    reads: frozenset[Any]


@dataclass(frozen=True, slots=True)
class SubjectType(FieldType):
    """A whole record under its name in an expression."""

    kind: ClassVar[str] = "subject"
    register: str = ""
    members: "Mapping[str, Field]" = field(default_factory=dict)  # keys and fields
    keys: frozenset[str] = frozenset()
    states: tuple[str, ...] = ()
    derived: "Mapping[str, Derived]" = field(default_factory=dict)


ROADS = ("slip", "agreement", "authority", "court", "annulment")  # core/laws/correcting.py


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field of an act, a record or a group."""

    name: str
    type: FieldType
    optional: bool = False
    label: Texts = field(default_factory=dict)
    help: Texts = field(default_factory=dict)
    visible: str = "by_object"  # public | by_object | interest_shown | roles
    roles: tuple[str, ...] = ()
    line: int = 0
    corrected: tuple[str, ...] = ()  # roads on which a mistake in it is put right (core/laws/correcting.py)


INTEGER = IntegerType()
FRACTION = FractionType()
BOOLEAN = BooleanType()
TEXT = TextType()
# What a law may ask of a document besides (8-practice 31): the digest proves the scan, these tell of the paper.
ASKED_OF_DOCUMENTS: Mapping[str, FieldType] = {
    "form": ChoiceType(("original", "copy", "translation")),
    "legalised": ChoiceType(("not_needed", "apostille", "legalised")),
    "kept": TextType(80),  # the shelf mark of the paper
}
MAX_REASON_CHARS = 500
REASON = Field("reason", TextType(max_chars=MAX_REASON_CHARS))  # of the procedures that every law has
