"""What the checker knows of a piece of a condition, and what runs it.

A checked piece is a `Typed`: its type, a closure over the frame, its worst cost in steps, and which optional
fields are surely present when it is true or false. The frame is a list: step budget, state, id of the act,
trace, the act's place in time, who agrees, whether what held the act was decided, then one place per name; every
place is known when the law is checked, so evaluation looks no name up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from core.laws.expression_syntax import ExpressionError
from core.laws.field_types import (
    ChoiceType,
    EntryOfType,
    FieldType,
    FractionType,
    IntegerType,
    MoneyType,
    NumberType,
    RecordType,
    SubjectType,
    TextType,
)
from core.ledger.encoding import Value

BUDGET, STATE, ACT_ID, TRACE, TIME, AGREES, CONFIRMED, FIRST_NAME = range(8)
MAX_STEPS = 250_000  # of one evaluation; about 20 ms

Frame = list[Any]
Run = Callable[[Frame], Any]
Path = tuple[str, ...]
Known = frozenset[Path]
NOTHING: Known = frozenset()


class EvaluationError(Exception):
    """An evaluation came to no value; `code` is `step-budget` or `value-missing`. Never for a law that was checked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Typed:
    """A checked piece of a condition."""

    type: FieldType
    run: Run
    cost: int = 1
    path: Path | None = None  # of what `has` can ask for
    slot: int | None = None  # of a bare name
    when_true: Known = NOTHING
    when_false: Known = NOTHING


@dataclass(frozen=True, slots=True)
class Name:
    type: FieldType
    slot: int


@dataclass(frozen=True, slots=True)
class IndexShape:
    """What a reader needs of a declared index."""

    name: str  # "<law>.<index>"
    register: str
    by: Mapping[str, FieldType]
    max: int


@dataclass(frozen=True, slots=True)
class TotalShape:
    """What a reader needs of a declared total."""

    name: str  # "<law>.<total>"
    by: Mapping[str, FieldType]
    sums: Mapping[str, FieldType]
    prefixes: bool


@dataclass(frozen=True, slots=True)
class BestShape:
    """What a reader needs of a declared best: an index, and what its records are put in order by."""

    name: str  # "<law>.<best>"
    register: str
    by: Mapping[str, FieldType]
    max: int
    keep: int
    rank: Callable[[Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True, order=True)
class ForeignRead:
    """`kind` "index": `name` is the index, `own` its fields that are given as the id of one of the act's records.
    `kind` "total": the same of a total.
    `kind` "record": `name` is the register that is reached, `own` the register and field that hold the reference.
    `kind` "time": `name` is the function that asks for consensus time; "calendar": the territory of working days."""

    kind: str
    name: str
    own: tuple[str, ...]


@dataclass
class Slots:
    """Hands out the places of a frame; shared by all scopes of one procedure."""

    used: int = FIRST_NAME

    def take(self) -> int:
        self.used += 1
        return self.used - 1


@dataclass(frozen=True)
class Scope:
    """The names that a condition may use."""

    names: Mapping[str, Name]
    slots: Slots
    subjects: Mapping[str, SubjectType] = field(default_factory=dict)
    indexes: Mapping[str, IndexShape] = field(default_factory=dict)
    totals: Mapping[str, TotalShape] = field(default_factory=dict)
    bests: Mapping[str, BestShape] = field(default_factory=dict)
    tracing: bool = False
    in_loop: bool = False
    presence: bool = False  # of a sealed field it may be asked whether it is there, never what it says
    acting: bool = False  # what an act itself evaluates: `let`, conditions and effects of a procedure
    timed: bool = False  # conditions of a procedure alone may ask when the act was made
    of_day: bool = False  # a derived field alone may ask for `today`
    # Pieces that may come to neither true nor false: what a condition with one shows to be present is not known.
    unsure: "set[str]" = field(default_factory=set)
    # What the evaluation reads beyond its own records: whether an act can be decided by one keeper follows from it.
    reads: "set[ForeignRead]" = field(default_factory=set)

    def with_name(self, name: str, name_type: FieldType) -> "Scope":
        """The scope inside a macro. Raises `shadowing`."""
        if name in self.names or name in _WORDS:
            raise ExpressionError("shadowing", name)
        return replace(self, names={**self.names, name: Name(name_type, self.slots.take())}, in_loop=True)


_FUNCTION_WORDS = (
    "has",
    "size",
    "sum",
    "min",
    "max",
    "round",
    "count",
    "indexed",
    "total",
    "best",
    "agreed",
    "confirmed",
)
_TIME_WORDS = (
    "surely_by",
    "surely_after",
    "add_days",
    "add_months",
    "last_of_month",
    "add_working_days",
    "roll_forward",
    "age",
)
_WORDS = frozenset({*_FUNCTION_WORDS, *_TIME_WORDS, "placed", "today", "in", "true", "false"})


def family(checked: FieldType) -> tuple[str, ...]:
    """Values of one family can be compared; () compares with nothing."""
    match checked:
        case IntegerType() | FractionType():
            return ("a number",)
        case TextType() | ChoiceType() | NumberType():
            return ("a text",)
        case MoneyType(currencies=(currency,)):
            return ("money", currency)
        case RecordType(register=register):
            return ("a record", register)
        case EntryOfType(register=register, list=name):
            return ("an entry", register, name)
        case _ if checked.kind in ("boolean", "day", "party", "office", "officer", "act"):
            return (checked.kind,)
    return ()


def require_family(left: FieldType, right: FieldType, text: str) -> None:
    """Raises `mixed-types`, `several-currencies`, `no-such-word`."""
    both_money = isinstance(left, MoneyType) and isinstance(right, MoneyType)
    if both_money and (not family(left) or family(left) != family(right)):
        raise ExpressionError("several-currencies", text)
    if not family(left) or family(left) != family(right):
        raise ExpressionError("mixed-types", text)
    for words, literal in ((left, right), (right, left)):
        if isinstance(words, ChoiceType) and isinstance(literal, TextType) and literal.words:
            for word in literal.words:
                if word not in words.words:
                    raise ExpressionError("no-such-word", word)


def is_number(checked: FieldType) -> bool:
    return isinstance(checked, IntegerType | FractionType)


def require(condition: bool, code: str, detail: str) -> None:
    if not condition:
        raise ExpressionError(code, detail)


@lru_cache(maxsize=4096)
def _fraction(numerator: int, denominator: int) -> Fraction:
    return Fraction(numerator, denominator)


def to_fraction(stored: Value) -> Fraction:
    """[numerator, denominator] → Fraction; cached, because most shares are halves and quarters."""
    return _fraction(stored[0], stored[1])


def plain(value: Any) -> Value:
    """A value of an evaluation as it would stand in a record."""
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
