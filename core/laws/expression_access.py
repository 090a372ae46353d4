"""Names and dots in conditions: fields of the act and of records, entries found by their id, references followed.

An optional field is read only where it is surely present; a dot after an entry or a record leads to the thing itself.
"""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import islice

from core.laws.expression_macros import Check
from core.laws.expression_syntax import ExpressionError, Member, Name
from core.laws.expression_time import day_asked, placed_day
from core.laws.expression_types import (
    BUDGET,
    FIRST_NAME,
    STATE,
    EvaluationError,
    ForeignRead,
    Frame,
    Known,
    Run,
    Scope,
    Typed,
    require,
    to_fraction,
)
from core.laws.field_types import (
    ASKED_OF_DOCUMENTS,
    BOOLEAN,
    FRACTION,
    INTEGER,
    TEXT,
    ChoiceType,
    DayType,
    Derived,
    DocumentType,
    EntryOfType,
    Field,
    FieldType,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    OfficerType,
    RecordType,
    SealedType,
    SubjectType,
)
from core.ledger.encoding import Value

_NO_ROWS: list[dict[str, Value]] = []
_PARTS: Mapping[str, Mapping[str, FieldType]] = {
    "party": {
        "name": TEXT,
        "number": TEXT,
        "kind": ChoiceType(("natural", "legal", "group", "state", "unknown")),
    },
    "document": {
        "kind": TEXT,
        "number": TEXT,
        "issuer": TEXT,
        "day": DayType(),
        "pages": IntegerType(1, None),
    },
    "attestation": {"answer": TEXT, "by": OfficerType()},
}


def bare_name(node: Name, scope: Scope) -> Typed:
    """A name of the scope. Raises `unknown-name`."""
    name = scope.names.get(node.text)
    if name is None and scope.of_day and node.text == "today":
        return day_asked(scope)
    if name is None:
        raise ExpressionError("unknown-name", node.text)
    slot = name.slot
    return Typed(name.type, lambda frame: frame[slot], 1, (node.text,), slot)


def member(node: Member, scope: Scope, known: Known, check: Check) -> Typed:
    """What stands behind a dot. Raises `unknown-field`, `unguarded`, `cannot-follow`."""
    if isinstance(node.target, Name) and node.target.text == "placed" and "placed" not in scope.names:
        return placed_day(node, scope)
    owner = before_dot(node, scope, known, check)
    path = (*owner.path, node.field) if owner.path else None
    if isinstance(owner.type, SubjectType) and node.field in ("id", "state", "version"):
        return _built_in(owner, owner.type, node.field)
    if isinstance(owner.type, SubjectType) and node.field in owner.type.derived:
        return _derived(owner, owner.type.derived[node.field], node, scope)
    if isinstance(owner.type, GroupType) and owner.type.stored and node.field == "id":
        register, name = owner.type.origin
        return Typed(EntryOfType("", name, register), _item(owner, "id"), owner.cost + 1, path)
    field = _declared(owner.type, node)
    if field is None:
        parts = _parts(owner.type)
        if node.field not in parts:
            raise ExpressionError("unknown-field", node.text)
        place = {"amount": 0, "currency": 1}.get(node.field) if owner.type.kind == "money" else node.field
        return Typed(parts[node.field], _item(owner, place), owner.cost + 1)
    if field.optional and (path is None or path not in known):
        raise ExpressionError("unguarded", node.text)
    if isinstance(field.type, SealedType) and not scope.presence:
        raise ExpressionError("sealed-not-read", node.text)
    run = _read(owner, field)
    if isinstance(field.type, FractionType):
        return Typed(field.type, lambda frame: to_fraction(run(frame)), owner.cost + 1, path)
    return Typed(field.type, run, owner.cost + 1, path)


def before_dot(node: Member, scope: Scope, known: Known, check: Check) -> Typed:
    """What stands before a dot: the entry or the record itself where it is a reference. Raises `cannot-follow`."""
    owner = check(node.target, scope, known)
    if isinstance(owner.type, EntryOfType):
        return _follow_entry(owner, owner.type, scope, node.text)
    if isinstance(owner.type, RecordType):
        return _follow_record(owner, owner.type, node, scope, _holder(node, scope, known, check))
    return owner


def _parts(owner: FieldType) -> Mapping[str, FieldType]:
    if owner.kind == "money":
        currencies = getattr(owner, "currencies", ())
        return {
            "amount": INTEGER if getattr(owner, "exact", True) else FRACTION,
            "currency": ChoiceType(currencies),
        }
    asked = owner.asks if isinstance(owner, DocumentType) else ()
    return {**_PARTS.get(owner.kind, {}), **{one: ASKED_OF_DOCUMENTS[one] for one in asked}}


def _declared(owner: FieldType, node: Member) -> Field | None:
    if isinstance(owner, SubjectType):
        field = owner.members.get(node.field)
    elif isinstance(owner, GroupType):
        field = owner.fields.get(node.field)
    else:
        return None
    if field is None:
        raise ExpressionError("unknown-field", node.text)
    return field


def _read(owner: Typed, field: Field) -> Run:
    name, slot, run = field.name, owner.slot, owner.run
    if isinstance(owner.type, SubjectType):
        if name in owner.type.keys:
            return lambda frame: run(frame).key[name]
        if isinstance(field.type, ListType):  # one that came with a later version of the law is empty
            return lambda frame: run(frame).fields.get(name, _NO_ROWS)
        if slot is not None:
            return lambda frame: frame[slot].fields[name]
        return lambda frame: run(frame).fields[name]
    return _item(owner, name)


def _item(owner: Typed, name: "str | int | None") -> Run:
    slot, run = owner.slot, owner.run
    if slot is not None:
        return lambda frame: frame[slot][name]
    return lambda frame: run(frame)[name]


def _built_in(owner: Typed, subject: SubjectType, name: str) -> Typed:
    run = owner.run
    # A record that the act itself creates has an id, and nothing else yet.
    require(name == "id" or bool(subject.states), "unknown-field", name)
    if name == "id":
        return Typed(RecordType(subject.register), lambda frame: run(frame).id, owner.cost + 1)
    if name == "state":
        return Typed(ChoiceType(subject.states), lambda frame: run(frame).state, owner.cost + 1)
    return Typed(IntegerType(1, None), lambda frame: run(frame).version, owner.cost + 1)


def _derived(owner: Typed, derived: Derived, node: Member, scope: Scope) -> Typed:
    """What follows from the record at the act's place in time; only conditions of a procedure can be undecided."""
    require(scope.timed, "no-time-here", node.text)
    scope.reads.update(derived.reads)
    scope.unsure.add(node.text)
    find, run, size = owner.run, derived.run, derived.frame_size

    def ask(frame: Frame) -> bool:
        within: Frame = [None] * size
        within[:FIRST_NAME] = frame[:FIRST_NAME]
        within[FIRST_NAME] = find(frame)
        answer = bool(run(within))
        frame[BUDGET] = within[BUDGET]
        return answer

    return Typed(BOOLEAN, ask, owner.cost + derived.cost + 2)


def _follow_entry(entry: Typed, kind: EntryOfType, scope: Scope, text: str) -> Typed:
    """The entry itself, found by its id in the list of the record that the procedure names."""
    owner = scope.names.get(kind.owner)
    if owner is None or not isinstance(owner.type, SubjectType) or owner.type.register != kind.register:
        raise ExpressionError("cannot-follow", text)
    listed = owner.type.members[kind.list].type
    assert isinstance(listed, ListType)
    slot, name, run = owner.slot, kind.list, entry.run

    def find(frame: Frame) -> object:
        wanted = run(frame)
        rows = frame[slot].fields.get(name, _NO_ROWS)
        # Rows stand in the order of their ids: new ones come last and keep their id for ever.
        near = islice(rows, bisect_left(rows, wanted, key=_row_id), None) if len(rows) > 8 else rows
        for row in near:
            if row["id"] == wanted:
                return row
        raise EvaluationError("value-missing")

    return Typed(listed.of, find, entry.cost + 8, entry.path)


def _row_id(row: Mapping[str, int]) -> int:
    return row["id"]


def _holder(node: Member, scope: Scope, known: Known, check: Check) -> tuple[str, ...]:
    """Register and field in which the reference stands, if it stands in a record."""
    if not isinstance(node.target, Member):
        return ()
    owner = check(node.target.target, scope, known).type
    return (owner.register, node.target.field) if isinstance(owner, SubjectType) else ()


def _follow_record(record: Typed, kind: RecordType, node: Member, scope: Scope, holder: tuple[str, ...]) -> Typed:
    subject = scope.subjects.get(kind.register)
    if subject is None:
        raise ExpressionError("cannot-follow", node.text)
    scope.reads.add(ForeignRead("record", kind.register, holder))
    run = record.run

    def find(frame: Frame) -> object:
        found = frame[STATE].record(run(frame))
        if found is None:
            raise EvaluationError("value-missing")
        return found

    return Typed(subject, find, record.cost + 2, record.path)
