"""Reads registers: keys, fields, states, home; then what is checked on every record, and the indexes over
them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.laws.condition_reading import read_condition
from core.laws.expression import compile_condition
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import ForeignRead, IndexShape, Name, Run, Scope, Slots, TotalShape
from core.laws.field_checks import make_check
from core.laws.field_reading import KEY_TYPES, STORED_TYPES, read_field, read_fields, read_roles
from core.laws.field_types import (
    EntryOfType,
    Field,
    FieldType,
    GroupType,
    ListType,
    RecordType,
    SealedType,
    SubjectType,
)
from core.laws.law import Condition, Home, Index, Register, Total, Unique
from core.laws.reading import CODE_LETTERS, Part, Texts
from core.laws.sizes import worst_bytes, worst_fields
from core.ledger.record import MAX_RECORD_BYTES

HOMES = ("office", "shared", "by_charter")
MAX_IN_GROUP = 10_000
DUPLICATE_TYPES = {
    "name": ("text", "party"),
    "day": ("day",),
    "number": ("text", "integer", "number"),
    "also": ("text", "party", "choice", "integer"),
}
_AFTER_DOT = re.compile(r"\.\s*([a-z][a-z0-9_]*)")


def read_register(name: str, part: Part, law: str) -> Register:
    """What stands in the register's own mapping, without the rules that look at other registers."""
    part.skip("always", "derived")
    with part.whole():
        key, day_book = _read_keys(part)
        fields = read_fields(part, "fields", STORED_TYPES)
        for field_name in fields:
            if field_name in key:
                part.fail("name-twice", f"{part.where}: {field_name}", fields[field_name].line)
        start, moves, states, labels, withheld = _read_states(part)
        register = Register(
            name,
            f"{law}.{name}",
            part.texts("title", optional=True),
            _read_home(part, fields),
            key,
            fields,
            start,
            moves,
            SubjectType(),
            states,
            labels,
            numbers=tuple(key_name for key_name, field in key.items() if field.type.kind == "number"),
            day_book=day_book,
            duplicates=_read_duplicates(part, {**key, **fields}),
            territory=_read_territory(part, {**key, **fields}),
            withheld=withheld,
            line=part.line,
        )
    if worst_fields(key) + worst_fields(fields) + 200 > MAX_RECORD_BYTES:
        part.fail("record-too-large", name)
    return register


def _read_keys(part: Part) -> tuple[dict[str, Field], bool]:
    """The keys, and whether one of them is the number of a day book."""
    keys, day_book = {}, False
    for name, below in part.parts("key", optional=False):
        with part.problems.section():
            field = read_field(name, below, KEY_TYPES, ("unique_while", "day_book"))
            if field.optional:
                below.fail("key-optional", name)
            if below.has("day_book") and field.type.kind != "number":
                below.fail("unknown-key", f"{below.where}: day_book", below.line_of("day_book"))
            day_book |= below.flag("day_book")
            keys[name] = field
    if not keys:
        part.fail("key-missing", f"{part.where}: key")
    return keys, day_book


def _read_duplicates(part: Part, members: Mapping[str, Field]) -> dict[str, tuple[str, ...]]:
    """By which members of a record possible duplicates are found (core/duplicates). It decides nothing."""
    if not part.has("duplicates"):
        return {}
    with part.part("duplicates").whole() as below:
        found = {name: below.words(name, optional=True) for name in DUPLICATE_TYPES}
        for name, words in found.items():
            for word in words:
                if word not in members:
                    below.fail("unknown-field", f"{name}: {word}", below.line_of(name))
                if members[word].type.kind not in DUPLICATE_TYPES[name]:
                    below.fail("mixed-types", f"{name}: {word}", below.line_of(name))
    return {name: words for name, words in found.items() if words}


def _read_territory(part: Part, members: Mapping[str, Field]) -> str:
    """The text that tells where a record lies: of officers with a territory (powers.py)."""
    name = part.text("territory", "")
    if name and name not in members:
        part.fail("unknown-field", name, part.line_of("territory"))
    if name and members[name].type.kind != "text":
        part.fail("mixed-types", name, part.line_of("territory"))
    return name


def _read_home(part: Part, fields: Mapping[str, Field]) -> Home:
    if not isinstance(part.node("home").value, dict):
        return Home(part.choice("home", HOMES))
    with part.part("home").whole() as below:
        name = below.text("with")
    field = fields.get(name)
    if field is None or not isinstance(field.type, RecordType) or field.optional or "." in field.type.register:
        part.fail("home-with-no-record", name, part.line_of("home"))
    return Home("with", name)


States = tuple[str, dict[str, tuple[frozenset[str], str]], tuple[str, ...], dict[str, Texts], dict[str, frozenset[str]]]


def _read_states(part: Part) -> States:
    with part.part("states").whole() as below:
        start = below.text("start")
        moves = {}
        for move, step in below.parts("moves"):
            with part.problems.section(), step.whole():
                moves[move] = (frozenset(step.words("from")), step.text("to"))
        states = tuple(dict.fromkeys([start, *(to for _, to in moves.values())]))
        for move, (sources, _) in moves.items():
            for unknown in sorted(sources - set(states)):
                below.fail("unknown-state", f"{move}: {unknown}")
        labels: dict[str, Texts] = {}
        for state, texts in below.parts("labels"):
            if state not in states:
                texts.fail("unknown-state", state)
            labels[state] = {language: texts.text(language) for language in texts.names()}
        withheld = _read_withheld(below, states)
    return start, moves, states, labels, withheld


def _read_withheld(part: Part, states: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """States in which only these roles read what a record says, and said before (core/laws/visibility.py)."""
    if not part.has("withheld"):
        return {}
    with part.part("withheld").whole() as below:
        for state in below.names():
            if state not in states:
                below.fail("unknown-state", state, below.line_of(state))
        return {state: frozenset(read_roles(below, state)) for state in below.names()}


def resolve_types(part: Part, registers: Mapping[str, Register]) -> dict[str, Register]:
    """Registers whose record and entry fields point to registers of this law, with their subjects and checks."""
    resolved = {}
    for register in registers.values():
        with part.problems.section():
            fields = {name: _resolve_field(part, field, register, registers) for name, field in register.fields.items()}
            key = {name: _resolve_field(part, field, register, registers) for name, field in register.key.items()}
            subject = SubjectType(register.name, {**key, **fields}, frozenset(key), register.states)
            checks = {name: make_check(field.type) for name, field in subject.members.items()}
            rows = {
                name: worst_bytes(field.type.of) + 8
                for name, field in fields.items()
                if isinstance(field.type, ListType)
            }
            row_checks = {
                name: make_check(field.type.of) for name, field in fields.items() if isinstance(field.type, ListType)
            }
            rows[""] = worst_fields(key) + worst_fields(fields) + 200
            resolved[register.name] = replace(
                register,
                fields=fields,
                key=key,
                subject=subject,
                checks=checks,
                row_checks=row_checks,
                worst_bytes=rows,
            )
    part.problems.raise_any()
    return resolved


def _resolve_field(part: Part, field: Field, register: Register, registers: Mapping[str, Register]) -> Field:
    kind = field.type
    if isinstance(kind, SealedType):
        resolved = resolve_type(part, field, kind.of, registers, _record_names(register))
        return replace(field, type=replace(kind, of=resolved, stored=True))
    if isinstance(kind, ListType):
        assert isinstance(kind.of, GroupType)
        columns = {name: _resolve_field(part, column, register, registers) for name, column in kind.of.fields.items()}
        if "id" in columns:
            part.fail("bad-name", f"{register.name}.{field.name}.id", field.line)
        stored = GroupType(columns, stored=True, origin=(register.name, field.name))
        return replace(field, type=replace(kind, of=stored))
    return replace(field, type=resolve_type(part, field, kind, registers, _record_names(register)))


def _record_names(register: Register) -> dict[str, str]:
    own = {name: field.type.register for name, field in register.fields.items() if isinstance(field.type, RecordType)}
    return {register.name: register.name, **own}


def resolve_type(
    part: Part, field: Field, kind: FieldType, registers: Mapping[str, Register], names: Mapping[str, str]
) -> FieldType:
    """`names`: what stands before the dot of an entry's list → its register."""
    if isinstance(kind, RecordType) and kind.register not in registers:
        part.fail("unknown-register", f"{field.name}: {kind.register}", field.line)
    if isinstance(kind, EntryOfType):
        register = names.get(kind.owner, kind.owner)
        listed = registers[register].fields.get(kind.list) if register in registers else None
        if listed is None or not isinstance(listed.type, ListType):
            part.fail("unknown-list", f"{field.name}: {kind.owner}.{kind.list}", field.line)
        return replace(kind, register=register)
    if isinstance(kind, SealedType):
        return replace(kind, of=resolve_type(part, field, kind.of, registers, names))
    if isinstance(kind, GroupType):
        columns = {
            name: replace(column, type=resolve_type(part, column, column.type, registers, names))
            for name, column in kind.fields.items()
        }
        return replace(kind, fields=columns)
    return kind


def read_indexes(
    root: Part, registers: Mapping[str, Register], law: str, scopes: Mapping[str, Scope]
) -> dict[str, Index]:
    """The declared indexes, each over one register and its own fields."""
    indexes = {}
    for name, part in root.parts("indexes"):
        with root.problems.section(), part.whole():
            indexes[name] = read_index(name, part, registers, law, scopes)
    return indexes


def read_index(
    name: str,
    part: Part,
    registers: Mapping[str, Register],
    law: str,
    scopes: Mapping[str, Scope],
    most: int = MAX_IN_GROUP,
) -> Index:
    """One index; at most `most` records can stand in a group."""
    register = part.choice("over", registers)
    by = part.words("by")
    for field_name in by:
        field = registers[register].subject.members.get(field_name)
        if field is None or field.type.kind in ("list", "group", "document", "attestation", "money", "sealed"):
            part.fail("unknown-field", f"{register}.{field_name}", part.line_of("by"))
    unique = part.has("unique_while")
    if unique and (part.has("where") or part.has("max")):
        part.fail("one-in-a-group", f"{part.where}: unique_while", part.line_of("unique_while"))
    if not unique and not part.has("max"):
        part.fail("unbounded", f"{part.where}: max")
    holds, depends, condition = None, frozenset(by), "unique_while" if unique else "where"
    if part.has(condition):
        holds = _own_condition(part, condition, scopes[register])
        depends |= members_named(part.text(condition))
    limit = 1 if unique else part.integer("max", low=1, high=most)
    code, article, says = _read_full(part, "key-taken" if unique else "index-full")
    return Index(name, f"{law}.{name}", register, by, holds, limit, part.line, depends, code, article, says)


def _read_full(part: Part, code: str) -> tuple[str, str, Texts]:
    """With which code, article and words one record more is refused, where the law names its own."""
    if not part.has("code"):
        return code, "", {}
    code = part.text("code")
    if not code or not set(code) <= CODE_LETTERS:
        part.fail("bad-code", code, part.line_of("code"))
    return code, part.text("article"), part.texts("says")


def index_shapes(indexes: Mapping[str, Index], registers: Mapping[str, Register]) -> dict[str, IndexShape]:
    return {
        name: IndexShape(
            index.full_name,
            index.register,
            {field: registers[index.register].subject.members[field].type for field in index.by},
            index.max,
        )
        for name, index in indexes.items()
    }


def register_scopes(registers: Mapping[str, Register]) -> dict[str, Scope]:
    """For each register the scope in which its name is one of its records."""
    scopes = {}
    for name, register in registers.items():
        slots = Slots()
        scopes[name] = Scope({name: Name(register.subject, slots.take())}, slots)
    return scopes


def read_rules(
    part: Part,
    rules: Iterable[Part],
    register: Register,
    scope: Scope,
    indexes: Mapping[str, Index],
    totals: Mapping[str, Total],
    shapes: Mapping[str, TotalShape],
) -> Register:
    """The register with its `always` (`rules`), its unique keys, indexes and totals.

    They read nothing but the record itself; only `always` reads totals too.
    """
    always: list[Condition] = []
    after: list[Condition] = []
    reads = set[ForeignRead]()
    for below in rules:
        with part.problems.section():
            within = replace(scope, totals=shapes, reads=set())
            condition, _ = read_condition(below, f"{register.name}.always", within, frozenset(), "refuse")
            if condition.outcome != "refuse":
                below.fail("always-refuses", condition.code)
            (after if within.reads else always).append(condition)
            reads |= within.reads
    uniques = []
    for name, below in part.parts("key"):
        with part.problems.section():
            if below.has("unique_while"):
                holds = _own_condition(below, "unique_while", scope)
                depends = members_named(below.text("unique_while")) | {name}
                uniques.append(Unique(name, f"{register.full_name}.{name}", holds, depends))
    own = tuple(index for index in indexes.values() if index.register == register.name)
    return replace(
        register,
        always=tuple(always),
        always_after=tuple(after),
        always_reads=tuple(sorted(reads)),
        uniques=tuple(uniques),
        indexes=own,
        totals=tuple(total for total in totals.values() if total.register == register.name),
        frame_size=scope.slots.used,
    )


def members_named(text: str) -> frozenset[str]:
    """At least the members of the record that an expression reads."""
    return frozenset(_AFTER_DOT.findall(text))


def _own_condition(part: Part, key: str, scope: Scope) -> Run:
    try:
        return compile_condition(part.text(key), scope).run
    except ExpressionError as error:
        part.fail(error.code, error.detail, part.line_of(key))
