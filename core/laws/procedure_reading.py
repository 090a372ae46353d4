"""Reads procedures: which records, who signs, the fields of the act, `let`, conditions and effects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.laws.condition_reading import read_condition
from core.laws.effect_reading import Ground, read_effects
from core.laws.expression import compile_expression
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import MAX_STEPS, BestShape, IndexShape, Known, Name, Scope, Slots, TotalShape
from core.laws.field_checks import make_group_check
from core.laws.field_reading import ACT_TYPES, read_fields, read_roles
from core.laws.field_types import (
    ROADS,
    AttestationType,
    EntryOfType,
    Field,
    FieldType,
    GroupType,
    ListType,
    OpeningType,
    RecordType,
    SubjectType,
)
from core.laws.law import Condition, Let, Procedure, Register, Signing
from core.laws.linking import needs_a_person, read_links
from core.laws.opening import as_read, resolve_opening
from core.laws.reading import Part
from core.laws.reckoning import RECKONED, read_reckoned
from core.laws.register_reading import resolve_type
from core.laws.relying import is_other

CLASSES = ("fact", "application", "decision", "order", "payment")
EFFECT_AT = ("signature", "entry", "certified", "final", "day")
PAPER_FROM = ("recorded", "certified", "final")
WHEN_UNSEEN = ("order", "equal_rank", "hold")
MAX_STEPS_OF_AN_ACT = 4 * MAX_STEPS
Path = tuple[str, ...]


@dataclass(frozen=True)
class Around:
    """What the procedures of one law share."""

    registers: Mapping[str, Register]
    indexes: Mapping[str, IndexShape]
    extracts: frozenset[str]
    totals: Mapping[str, TotalShape]
    bests: Mapping[str, BestShape]


def read_procedure(name: str, part: Part, around: Around) -> Procedure:
    with part.whole():
        changes, reads, creates = (_named_records(part, key, around) for key in ("changes", "reads", "creates"))
        _different_names(part, changes, reads, creates)
        act = _act_fields(part, {**changes, **reads}, around)
        scope = _scope(act, {**changes, **reads}, around)
        lets, scope = _read_lets(part, scope)
        act_class = part.choice("class", CLASSES)
        requires, known = _read_requires(part, name, replace(scope, timed=True), act_class)
        if sum(let.cost for let in lets) + sum(rule.cost for rule in requires) > MAX_STEPS_OF_AN_ACT:
            part.fail("too-many-steps", name)
        effect_scope = _with_created(part, scope, creates, around)
        written = {record: around.registers[register] for record, register in {**changes, **creates}.items()}
        created = {record: around.registers[register] for record, register in creates.items()}
        effects = read_effects(part, Ground(effect_scope, known, written, created, act))
        part.skip("effects", "requires", "let", "fields")
        links = read_links(part, scope, {**changes, **reads}, {**changes, **reads, **creates})
        procedure = Procedure(
            name,
            part.texts("title"),
            part.texts("help", optional=True),
            act_class,
            changes,
            reads,
            creates,
            _read_in_state(part, {**changes, **reads}, around),
            _read_signing(part),
            part.choice("effect_at", EFFECT_AT, "entry"),
            part.choice("paper_from", PAPER_FROM, "recorded"),
            part.choice("when_unseen", WHEN_UNSEEN, "hold"),
            act,
            lets,
            requires,
            effects,
            part.choice("extract", around.extracts) if part.has("extract") else "",
            make_group_check(act),
            {record: found.slot for record, found in effect_scope.names.items() if not _is_let(record, lets)},
            scope.slots.used,
            tuple((path, kind) for path, kind in _paths(act) if isinstance(kind, EntryOfType)),
            tuple((path, kind.register) for path, kind in _paths(act) if isinstance(kind, RecordType)),
            tuple((key, field.type) for key, field in act.items() if isinstance(field.type, AttestationType)),
            tuple(sorted(scope.reads)),
            part.line,
            links=links,
            automatic=part.flag("automatic"),
            reckoned=read_reckoned(part, act),
            only_when_asked=part.flag("only_when_asked"),
            corrects=part.choice("corrects", ROADS) if part.has("corrects") else "",
        )
        if procedure.only_when_asked and act_class == "fact":
            part.fail("fact-refused", "only_when_asked")
        if procedure.automatic:
            for name in needs_a_person(procedure):
                part.note("automatic-needs-a-person", name, procedure.fields[name].line)
        return procedure


def _is_let(name: str, lets: tuple[Let, ...]) -> bool:
    return any(let.name == name for let in lets)


def _named_records(part: Part, key: str, around: Around) -> dict[str, str]:
    if not part.has(key):
        return {}
    below = part.part(key)
    named = {}
    for name in below.names():
        below.check_name(name)
        register = below.choice(name, around.registers)
        if key != "reads" and is_other(register):
            below.fail("other-law-read-only", register, below.line_of(name))
        named[name] = register
    return named


def _different_names(part: Part, *groups: Mapping[str, str]) -> None:
    names = [name for group in groups for name in group]
    for name in names:
        if names.count(name) > 1:
            part.fail("name-twice", name)
    if not names:
        part.fail("no-record", part.where)


def _act_fields(part: Part, records: Mapping[str, str], around: Around) -> dict[str, Field]:
    fields = {}
    for name, field in read_fields(part, "fields", ACT_TYPES, extra=(RECKONED,)).items():
        with part.problems.section():
            fields[name] = replace(field, type=_resolve(part, field, records, around))
    return fields


def _resolve(part: Part, field: Field, records: Mapping[str, str], around: Around) -> FieldType:
    """In an act an entry names a record of the procedure, not just a register."""
    kind = field.type
    if isinstance(kind, ListType):
        return replace(kind, of=_resolve(part, replace(field, type=kind.of), records, around))
    if isinstance(kind, GroupType):
        columns = {
            name: replace(column, type=_resolve(part, column, records, around)) for name, column in kind.fields.items()
        }
        return replace(kind, fields=columns)
    if isinstance(kind, OpeningType):
        return resolve_opening(part, field, kind, around.registers.get(records.get(kind.record, "")))
    if isinstance(kind, EntryOfType) and kind.owner not in records:
        part.fail("unknown-record", f"{field.name}: {kind.owner}", field.line)
    return resolve_type(part, field, kind, around.registers, records)


def _scope(act: Mapping[str, Field], records: Mapping[str, str], around: Around) -> Scope:
    slots = Slots()
    names = {"act": Name(GroupType({name: as_read(field) for name, field in act.items()}), slots.take())}
    for name, register in records.items():
        names[name] = Name(around.registers[register].subject, slots.take())
    subjects = {name: register.subject for name, register in around.registers.items()}
    return Scope(names, slots, subjects, around.indexes, around.totals, around.bests, acting=True)


def _with_created(part: Part, scope: Scope, creates: Mapping[str, str], around: Around) -> Scope:
    """Effects may name the id of what the act creates."""
    names = dict(scope.names)
    for name, register in creates.items():
        if name in names:
            part.fail("shadowing", name)
        names[name] = Name(SubjectType(around.registers[register].name), scope.slots.take())
    return replace(scope, names=names)


def _read_lets(part: Part, scope: Scope) -> tuple[tuple[Let, ...], Scope]:
    lets = []
    if part.has("let"):
        below = part.part("let")
        for name in below.names():
            with part.problems.section():
                below.check_name(name)
                text = below.text(name)
                try:
                    typed = compile_expression(text, scope)
                    inner = scope.with_name(name, typed.type)
                except ExpressionError as error:
                    below.fail(error.code, error.detail, below.line_of(name))
                scope = replace(inner, in_loop=False)
                lets.append(Let(name, text, scope.names[name].slot, typed.run, typed.cost))
    return tuple(lets), scope


def _read_requires(part: Part, name: str, scope: Scope, act_class: str) -> tuple[tuple[Condition, ...], Known]:
    """Conditions in order; what one that refuses has shown to be present, the later ones may read."""
    known: Known = frozenset()
    conditions: list[Condition] = []
    for below in part.listed("requires"):
        with part.problems.section():
            condition, typed = read_condition(below, name, scope, known)
            if act_class == "fact" and condition.outcome == "refuse":
                below.fail("fact-refused", condition.code)
            if any(condition.code == other.code for other in conditions):
                below.fail("name-twice", condition.code)
            if condition.outcome == "refuse":
                known = known | typed.when_true
            conditions.append(condition)
    return tuple(conditions), known


def _read_in_state(part: Part, records: Mapping[str, str], around: Around) -> dict[str, frozenset[str]]:
    """Every record that is changed or read says in which states: an ended parcel is never forgotten."""
    if not records:
        return {}
    states: dict[str, frozenset[str]] = {}
    with part.part("in_state").whole() as below:
        for name, register in records.items():
            states[name] = frozenset(below.words(name))
            for unknown in sorted(states[name] - set(around.registers[register].states)):
                below.fail("unknown-state", f"{name}: {unknown}")
    return states


def _read_signing(part: Part) -> Signing:
    with part.part("signed_by").whole() as below:
        all_of = read_roles(below, "all_of") if below.has("all_of") else ()
        any_of = read_roles(below, "any_of") if below.has("any_of") else ()
        if not all_of and not any_of:
            below.fail("key-missing", f"{below.where}: all_of")
        different = below.flag("different_persons")
        return Signing(all_of, any_of, different, below.choice("offices", ("author", "any"), "author") == "any")


def _paths(fields: Mapping[str, Field]) -> Iterator[tuple[Path, FieldType]]:
    """Where fields stand in an act; the rows of a list follow "[]"."""
    for name, field in fields.items():
        kind = field.type
        if isinstance(kind, ListType) and isinstance(kind.of, GroupType):
            for path, inner in _paths(kind.of.fields):
                yield (name, "[]", *path), inner
        elif isinstance(kind, GroupType):
            for path, inner in _paths(kind.fields):
                yield (name, *path), inner
        else:
            yield (name,), kind
