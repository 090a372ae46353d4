"""Effects: the verbs by which an act changes records, made ready when the law is checked.

Right-hand sides read the state before the act; effects apply in the file's order to drafts. In a value a
choice may stand as its bare word, a number or true/false as itself, and `act` in a field of type act is this
act; anything else is an expression. Copying an optional field of the act into an optional field leaves it out
where the act does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd
from typing import Final

from core.laws.drafts import Draft, Row
from core.laws.expression import check, compile_expression
from core.laws.expression_parsing import parse_expression
from core.laws.expression_syntax import ExpressionError, Member, Name
from core.laws.expression_types import ACT_ID, MAX_STEPS, Frame, Known, Run, Scope, Typed, family, require
from core.laws.field_types import (
    MAX_EXACT,
    ActType,
    BooleanType,
    ChoiceType,
    DocumentType,
    EntryOfType,
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
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.record import RECORD_ID_BYTES, RELEASED_TO
from core.ledger.sealed import ERASED, is_sealed

ABSENT: Final = object()  # an optional field that the act leaves out
Apply = Callable[[Frame, Mapping[str, Draft]], None]
Scalar = str | int | bool
ERASING = ("erase", "erase_act")


@dataclass(frozen=True)
class Effect:
    """`target` is "<record>" or "<record>.<field>"; of `erase_act` "act.<field>"."""

    verb: str
    target: str
    apply: Apply
    line: int = 0
    told: tuple[str, ...] = ()  # of an erasing one: the fields of the act that say why and by whose order

    @property
    def erases(self) -> bool:
        """Whether keys of sealed fields are destroyed by it."""
        return self.verb in ERASING


def make_value(given: Scalar, target: Field, scope: Scope, known: Known, most: int = MAX_STEPS) -> Run:
    """The value for a field, as it is stored. Raises `ExpressionError`."""
    kind = target.type
    constant = _constant(given, kind)
    if constant is not None:
        return lambda _frame: constant
    require(isinstance(given, str), "mixed-types", f"{target.name}: {given}")
    text = str(given)
    if text == "act" and isinstance(kind, ActType):
        return lambda frame: frame[ACT_ID]
    node = parse_expression(text)
    if isinstance(kind, SealedType):  # of the act itself: a copy of a record's would escape what erases that
        of_act = isinstance(node, Member) and isinstance(node.target, Name) and node.target.text == "act"
        require(of_act, "sealed-differently", f"{target.name}: {text}")
        scope = replace(scope, presence=True)
    try:
        return convert(compile_expression(text, scope, known, most), kind, text)
    except ExpressionError as error:
        if error.code != "unguarded" or not target.optional or not isinstance(node, Member):
            raise
    owner = check(node.target, scope, known)
    path = (*owner.path, node.field) if owner.path else None
    typed = check(node, scope, known | {path} if path else known)
    return _or_absent(owner, node.field, convert(typed, kind, text))


def _constant(given: Scalar, kind: FieldType) -> Value:
    if isinstance(given, bool):
        return given if isinstance(kind, BooleanType) else None
    if isinstance(given, int):
        return {"integer": given, "fraction": [given, 1]}.get(kind.kind)
    return given if isinstance(kind, ChoiceType) and given in kind.words else None


def _or_absent(owner: Typed, name: str, value: Run) -> Run:
    holder = owner.run
    if owner.type.kind == "subject":
        return lambda frame: value(frame) if name in holder(frame).fields else ABSENT
    return lambda frame: value(frame) if name in holder(frame) else ABSENT


def convert(typed: Typed, kind: FieldType, text: str) -> Run:
    """The piece's value as a field of the kind stores it. Raises `fraction-to-money`, `mixed-types`, `no-such-word`."""
    run, given = typed.run, typed.type
    match kind:
        case FractionType():
            require(isinstance(given, FractionType | IntegerType), "mixed-types", text)
            return lambda frame: _stored_fraction(run(frame))
        case IntegerType():
            require(isinstance(given, IntegerType), "mixed-types", text)
            return run
        case MoneyType():
            require(isinstance(given, MoneyType), "fraction-to-money", text)
            assert isinstance(given, MoneyType)
            require(given.exact, "fraction-to-money", text)
            require(set(given.currencies) <= set(kind.currencies), "several-currencies", text)
            return run
        case ChoiceType():
            words = given.words if isinstance(given, ChoiceType | TextType) else None
            require(words is not None, "mixed-types", text)
            require(set(words or ()) <= set(kind.words), "no-such-word", text)
            return run
        case TextType():
            require(family(given) == ("a text",), "mixed-types", text)
            return run
        case SealedType():
            alike = isinstance(given, SealedType) and given.readership == kind.readership
            require(alike, "sealed-differently", text)
            return run
        case GroupType() | ListType():
            raise ExpressionError("set-of-a-list", text)
        case DocumentType():
            require(isinstance(given, DocumentType) and set(given.asks) == set(kind.asks), "mixed-types", text)
            return run
    require(given.kind == kind.kind and family(given) == family(kind), "mixed-types", text)
    return run


def _stored_fraction(value: Fraction | int) -> list[int]:
    fraction = Fraction(value)
    if fraction.denominator > MAX_EXACT or abs(fraction.numerator) > MAX_EXACT:
        raise Refused("fraction-too-fine", least=1, most=MAX_EXACT)
    return [fraction.numerator, fraction.denominator]


def make_set(name: str, field: Field, value: Run) -> Apply:
    column = field.name

    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        stored = value(frame)
        if stored is ABSENT:
            drafts[name].fields.pop(column, None)
        else:
            drafts[name].set(column, stored)

    return apply


def make_create(
    name: str, start: str, keys: Mapping[str, Run], values: Mapping[str, Run], lists: tuple[str, ...]
) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        draft = drafts[name]
        draft.state = start
        draft.key = {column: value(frame) for column, value in keys.items()}
        for column, value in values.items():
            stored = value(frame)
            if stored is not ABSENT:
                draft.set(column, stored)
        for column in lists:
            draft.set(column, [])

    return apply


def make_move(name: str, from_states: frozenset[str], to_state: str) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:  # noqa: ARG001  # every effect takes the frame
        draft = drafts[name]
        if draft.state not in from_states:
            raise Refused("not-in-state", record=name, state=draft.state, of=sorted(from_states))
        draft.state = to_state

    return apply


def make_release(name: str, to: Run) -> Apply:
    """The keeper lets go; released to itself, it takes the record back. One just created has its keeper later."""

    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        draft, office = drafts[name], to(frame)
        if draft.old is None:
            draft.pending = {RELEASED_TO: office}
        elif draft.keeper is None:
            raise Refused("kept-by-all", record=name)
        elif office != draft.keeper:
            draft.pending = {RELEASED_TO: office}
        elif draft.pending is not None:
            draft.pending = None
        else:
            raise Refused("already-keeper", record=name, office=office)

    return apply


def make_accept(name: str) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:  # noqa: ARG001  # every effect takes the frame
        draft = drafts[name]
        assert draft.pending is not None  # execution lets nothing else through
        draft.keeper, draft.pending = draft.pending[RELEASED_TO], None

    return apply


def make_settle(name: str) -> Apply:
    """What was held is decided; the other effects say how."""

    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:  # noqa: ARG001  # every effect takes the frame
        drafts[name].pending = None

    return apply


def make_erase(name: str, columns: tuple[str, ...]) -> Apply:
    """What is sealed in the record is replaced by the name of this act; the nodes destroy the keys (core/sealing)."""

    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        draft = drafts[name]
        there = [column for column in columns if is_sealed(draft.fields.get(column))]
        if not there:
            raise Refused("nothing-to-erase", record=name)
        for column in there:
            draft.set(column, {ERASED: frame[ACT_ID][:RECORD_ID_BYTES]})

    return apply


def make_erase_act() -> Apply:
    """An act that made no record has nothing in any: only the nodes have to do with it (core/sealing)."""
    return lambda _frame, _drafts: None


def make_add(name: str, column: str, values: Mapping[str, Run]) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        row = {key: value(frame) for key, value in values.items()}
        drafts[name].add_row(column, {key: value for key, value in row.items() if value is not ABSENT})

    return apply


def make_give(name: str, column: str, entries: Run, copied: tuple[str, ...], extra: Mapping[str, Run]) -> Apply:
    """A new entry for each given row; nothing is ever merged with an entry that is there."""
    added = tuple(extra.items())

    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        draft = drafts[name]
        for given in entries(frame):
            row: Row = {key: given[key] for key in copied if key in given}
            for key, value in added:
                stored = value(frame)
                if stored is not ABSENT:
                    row[key] = stored
            draft.add_row(column, row)

    return apply


def make_take(name: str, column: str, entries: Run, entry: str, amount: str) -> Apply:
    """Less of the named entries; one that reaches 0 ends, none goes below."""

    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        draft = drafts[name]
        rows = draft.list(column)
        for given in entries(frame):
            place = _place(rows, given[entry])
            row: Row = dict(rows[place])
            left = _less(row[amount], given[amount])
            if left is None:
                raise Refused("entry-too-small", field=f"{name}.{column}", entry=given[entry])
            if left in (0, [0, 1]):
                del rows[place]
            else:
                row[amount] = left
                draft.replace_row(column, place, row)

    return apply


def _less(held: Value, taken: Value) -> Value:
    """What is left, as stored; None when it would be below zero."""
    if held == taken:
        return 0
    if isinstance(held, int):
        return held - taken if held >= taken else None
    numerator = held[0] * taken[1] - taken[0] * held[1]
    if numerator < 0:
        return None
    denominator = held[1] * taken[1]
    common = gcd(numerator, denominator)
    if denominator // common > MAX_EXACT:
        raise Refused("fraction-too-fine", least=1, most=MAX_EXACT)
    return [numerator // common, denominator // common]


def make_end(name: str, column: str, entry: Run) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        rows = drafts[name].list(column)
        del rows[_place(rows, entry(frame))]

    return apply


def make_remove(name: str, column: str, slot: int, where: Run) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        gone = _matching(frame, drafts[name], column, slot, where)
        rows = drafts[name].list(column)
        rows[:] = [row for row in rows if row["id"] not in gone]

    return apply


def make_change(name: str, column: str, slot: int, where: Run, values: Mapping[str, Run]) -> Apply:
    def apply(frame: Frame, drafts: Mapping[str, Draft]) -> None:
        draft = drafts[name]
        matching = _matching(frame, draft, column, slot, where)
        for place, row in enumerate(list(draft.list(column))):
            if row["id"] in matching:
                frame[slot] = matching[row["id"]]
                changed = {**row, **{key: value(frame) for key, value in values.items()}}
                kept = {key: value for key, value in changed.items() if value is not ABSENT}
                draft.replace_row(column, place, kept)

    return apply


def _matching(frame: Frame, draft: Draft, column: str, slot: int, where: Run) -> dict[int, Row]:
    """The rows, as they were before the act, for which the condition holds, by entry id."""
    found: dict[int, Row] = {}
    for row in draft.old.fields.get(column, ()) if draft.old else ():
        frame[slot] = row
        if where(frame):
            found[row["id"]] = row
    return found


def _place(rows: list[Row], entry: int) -> int:
    for place, row in enumerate(rows):
        if row["id"] == entry:
            return place
    raise Refused("entry-too-small", entry=entry)  # an earlier row of the same act has used it up


def row_scope(scope: Scope, variable: str, kind: FieldType) -> tuple[Scope, int]:
    """The scope in which `each` names one row of a list."""
    within = scope.with_name(variable, kind)
    return within, within.names[variable].slot


def entry_column(rows: GroupType, register: str, column: str) -> str | None:
    """The field of a row that names an entry of this list."""
    for name, field in rows.fields.items():
        kind = field.type
        if isinstance(kind, EntryOfType) and (kind.register, kind.list) == (register, column):
            return name
    return None
