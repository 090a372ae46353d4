"""Conditions of a law, checked and made ready to run.

`compile_expression` checks names, types, guards and cost, and gives closures: nothing is looked up or parsed
at the counter. Numbers are exact (int and Fraction); an optional field is read only behind `has(…)`, which
the checker follows through `&&`, `||`, `!` and `? :`; nothing outside the scope can be named, and nothing can
be shadowed. With `scope.tracing` the closures also write each piece and its value into the frame's trace.
"""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import islice

from core.laws.expression_functions import call
from core.laws.expression_operators import operate
from core.laws.expression_syntax import (
    Call,
    Conditional,
    Expression,
    ExpressionError,
    ListLiteral,
    Literal,
    Logic,
    Member,
    Name,
    Operation,
    parse_expression,
)
from core.laws.expression_types import (
    MAX_STEPS,
    NOTHING,
    STATE,
    TRACE,
    EvaluationError,
    ForeignRead,
    Frame,
    Known,
    Run,
    Scope,
    Typed,
    is_number,
    require,
    require_family,
    to_fraction,
)
from core.laws.field_types import (
    BOOLEAN,
    FRACTION,
    INTEGER,
    TEXT,
    ChoiceType,
    DayType,
    EntryOfType,
    Field,
    FieldType,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    RecordType,
    SubjectType,
    TextType,
)

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
    "attestation": {"answer": TEXT},
}


def compile_expression(text: str, scope: Scope, known: Known = NOTHING, most: int = MAX_STEPS) -> Typed:
    """Check a condition or value and make it ready. Raises `ExpressionError`.

    `known`: paths of optional fields that are surely present. `most`: steps that it may take at worst.
    """
    compiled = check(parse_expression(text), scope, known)
    require(compiled.cost <= most, "too-many-steps", str(compiled.cost))
    return compiled


def compile_condition(text: str, scope: Scope, known: Known = NOTHING, most: int = MAX_STEPS) -> Typed:
    """An expression that is true or false. Raises `ExpressionError`."""
    compiled = compile_expression(text, scope, known, most)
    require(compiled.type.kind == "boolean", "not-a-condition", text)
    return compiled


def check(node: Expression, scope: Scope, known: Known) -> Typed:
    """One piece of a condition. Raises `ExpressionError`."""
    match node:
        case Literal():
            return _literal(node)
        case Name():
            typed = _name(node, scope)
        case Member():
            typed = _member(node, scope, known)
        case Call():
            typed = call(node, scope, known, check)
        case Operation():
            typed = operate(node.operator, [check(side, scope, known) for side in node.sides], node.text)
        case Logic():
            return _logic(node, scope, known)
        case Conditional():
            typed = _conditional(node, scope, known)
        case ListLiteral():
            return _list(node, scope, known)
        case _:
            raise ExpressionError("bad-expression", node.text)
    return _traced(typed, node.text) if scope.tracing and not scope.in_loop else typed


def _traced(typed: Typed, text: str) -> Typed:
    """The same piece, which notes its value. Lists, rows and records are not noted: they stand in the act."""
    if isinstance(typed.type, ListType | GroupType | SubjectType):
        return typed
    run = typed.run

    def noting(frame: Frame) -> object:
        value = run(frame)
        frame[TRACE].append((text, value))
        return value

    return Typed(typed.type, noting, typed.cost, typed.path, None, typed.when_true, typed.when_false)


def _literal(node: Literal) -> Typed:
    value = node.value
    kind: FieldType = BOOLEAN
    if isinstance(value, str):
        kind = TextType(words=(value,))
    elif not isinstance(value, bool):
        kind = IntegerType(value, value)
    return Typed(kind, lambda frame: value)  # noqa: ARG005  # every piece takes the frame


def _name(node: Name, scope: Scope) -> Typed:
    name = scope.names.get(node.text)
    if name is None:
        raise ExpressionError("unknown-name", node.text)
    slot = name.slot
    return Typed(name.type, lambda frame: frame[slot], 1, (node.text,), slot)


def _member(node: Member, scope: Scope, known: Known) -> Typed:
    owner = check(node.target, scope, known)
    if isinstance(owner.type, EntryOfType):
        owner = _follow_entry(owner, owner.type, scope, node.text)
    elif isinstance(owner.type, RecordType):
        owner = _follow_record(owner, owner.type, node, scope, known)
    path = (*owner.path, node.field) if owner.path else None
    if isinstance(owner.type, SubjectType) and node.field in ("id", "state", "version"):
        return _built_in(owner, owner.type, node.field)
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
    run = _read(owner, field)
    if isinstance(field.type, FractionType):
        stored = run
        run = lambda frame: to_fraction(stored(frame))  # noqa: E731  # the same piece, converted
    return Typed(field.type, run, owner.cost + 1, path)


def _parts(owner: FieldType) -> Mapping[str, FieldType]:
    if owner.kind == "money":
        currencies = getattr(owner, "currencies", ())
        return {
            "amount": INTEGER if getattr(owner, "exact", True) else FRACTION,
            "currency": ChoiceType(currencies),
        }
    return _PARTS.get(owner.kind, {})


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
        rows = frame[slot].fields[name]
        # Rows stand in the order of their ids: new ones come last and keep their id for ever.
        place = bisect_left(rows, wanted, key=_row_id) if len(rows) > 8 else 0
        for row in islice(rows, place, None):
            if row["id"] == wanted:
                return row
        raise EvaluationError("value-missing")

    return Typed(listed.of, find, entry.cost + 8, entry.path)


def _row_id(row: Mapping[str, int]) -> int:
    return row["id"]


def _follow_record(record: Typed, kind: RecordType, node: Member, scope: Scope, known: Known) -> Typed:
    subject = scope.subjects.get(kind.register)
    if subject is None:
        raise ExpressionError("cannot-follow", node.text)
    holder: tuple[str, ...] = ()
    if isinstance(node.target, Member):
        owner = check(node.target.target, scope, known).type
        holder = (owner.register, node.target.field) if isinstance(owner, SubjectType) else ()
    scope.reads.add(ForeignRead("record", kind.register, holder))
    run = record.run

    def find(frame: Frame) -> object:
        found = frame[STATE].record(run(frame))
        if found is None:
            raise EvaluationError("value-missing")
        return found

    return Typed(subject, find, record.cost + 2, record.path)


def _logic(node: Logic, scope: Scope, known: Known) -> Typed:
    """Left to right: each side may rely on what the sides before it have shown."""
    conjunction = node.operator == "&&"
    sides: list[Typed] = []
    reached = known
    for part in node.sides:
        side = check(part, scope, reached)
        require(side.type.kind == "boolean", "not-a-condition", part.text)
        reached = reached | (side.when_true if conjunction else side.when_false)
        sides.append(side)
    runs = [side.run for side in sides]
    cost = 1 + sum(side.cost for side in sides)
    shown = frozenset[tuple[str, ...]]().union(*(side.when_true if conjunction else side.when_false for side in sides))
    if conjunction:
        return Typed(BOOLEAN, _conjunction(runs), cost, when_true=shown)
    return Typed(BOOLEAN, _disjunction(runs), cost, when_false=shown)


def _conjunction(runs: list[Run]) -> Run:
    if len(runs) == 2:
        first, second = runs
        return lambda frame: first(frame) and second(frame)

    def run(frame: Frame) -> bool:
        return all(side(frame) for side in runs)

    return run


def _disjunction(runs: list[Run]) -> Run:
    if len(runs) == 2:
        first, second = runs
        return lambda frame: first(frame) or second(frame)

    def run(frame: Frame) -> bool:
        return any(side(frame) for side in runs)

    return run


def _conditional(node: Conditional, scope: Scope, known: Known) -> Typed:
    condition = check(node.condition, scope, known)
    require(condition.type.kind == "boolean", "not-a-condition", node.condition.text)
    then = check(node.then, scope, known | condition.when_true)
    otherwise = check(node.otherwise, scope, known | condition.when_false)
    require_family(then.type, otherwise.type, node.text)
    kind = then.type
    if is_number(kind):
        whole = isinstance(kind, IntegerType) and isinstance(otherwise.type, IntegerType)
        kind = INTEGER if whole else FRACTION
    elif isinstance(kind, ChoiceType | TextType):
        kind = _either(kind, otherwise.type)
    ask, yes, no = condition.run, then.run, otherwise.run
    cost = 1 + condition.cost + max(then.cost, otherwise.cost)
    return Typed(kind, lambda frame: yes(frame) if ask(frame) else no(frame), cost)


def _either(then: FieldType, otherwise: FieldType) -> FieldType:
    if isinstance(then, TextType) and isinstance(otherwise, TextType) and then.words and otherwise.words:
        return TextType(words=(*then.words, *otherwise.words))
    return then if then == otherwise else TEXT


def _list(node: ListLiteral, scope: Scope, known: Known) -> Typed:
    require(bool(node.items), "empty-list", node.text)
    items = [check(item, scope, known) for item in node.items]
    kind = items[0].type
    for item in items[1:]:
        require_family(kind, item.type, node.text)
        if is_number(kind):
            kind = INTEGER if isinstance(kind, IntegerType) and isinstance(item.type, IntegerType) else FRACTION
        else:
            kind = _either(kind, item.type) if isinstance(kind, TextType | ChoiceType) else kind
    cost = 1 + sum(item.cost for item in items)
    if all(isinstance(item, Literal) for item in node.items):
        constant = tuple(item.value for item in node.items if isinstance(item, Literal))
        return Typed(ListType(kind, len(items), len(items)), lambda frame: constant, cost)  # noqa: ARG005
    runs = [item.run for item in items]
    return Typed(ListType(kind, len(items), len(items)), lambda frame: [run(frame) for run in runs], cost)
