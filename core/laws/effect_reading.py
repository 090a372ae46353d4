"""Reads the effects of a procedure: each verb with its own keys, checked against the registers it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.laws.effects import (
    ERASING,
    Apply,
    Effect,
    convert,
    entry_column,
    make_accept,
    make_add,
    make_change,
    make_create,
    make_end,
    make_erase,
    make_erase_act,
    make_give,
    make_move,
    make_release,
    make_remove,
    make_set,
    make_settle,
    make_take,
    make_value,
    row_scope,
)
from core.laws.expression import compile_condition, compile_expression
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import MAX_STEPS, Frame, Known, Run, Scope, Typed
from core.laws.field_types import ActType, EntryOfType, Field, GroupType, ListType, OfficeType, SealedType
from core.laws.law import Register
from core.laws.linking import is_request
from core.laws.reading import Part

_TOLD = ("ground", "ordered_by")
_TO = Field("to", OfficeType())


@dataclass(frozen=True)
class Ground:
    """What effects of a procedure may name. `written`: records that it changes or creates → their registers."""

    scope: Scope
    known: Known
    written: Mapping[str, Register]
    created: Mapping[str, Register]
    act: Mapping[str, Field]


@dataclass(frozen=True)
class _Rows:
    """The rows of a list, one after the other under the name that `each` gives."""

    scope: Scope
    slot: int
    most_steps: int  # of what is evaluated for each row


def read_effects(part: Part, ground: Ground) -> tuple[Effect, ...]:
    effects = []
    for below in part.listed("effects"):
        if is_request(below):  # it changes no record: read with the links
            continue
        with part.problems.section():
            effects.append(_read_effect(below, ground))
    created = [effect.target for effect in effects if effect.verb == "create"]
    for name in ground.created:
        if created.count(name) != 1:
            part.note("create-once", name)
    return tuple(effects)


def _read_effect(part: Part, ground: Ground) -> Effect:
    verb = part.names()[0] if part.names() else ""
    if verb not in _VERBS:
        part.fail("unknown-effect", verb)
    try:
        target = part.text(verb)
        apply = _VERBS[verb](part, target, ground)
    except ExpressionError as error:
        part.fail(error.code, error.detail)
    told = tuple(part.text(key).partition(".")[2] for key in _TOLD) if verb in ERASING else ()
    return Effect(verb, target, apply, part.line, told)


def _record(part: Part, name: str, among: Mapping[str, Register]) -> Register:
    register = among.get(name)
    if register is None:
        part.fail("unknown-record", name)
    return register


def _field(part: Part, target: str, ground: Ground) -> tuple[str, Register, Field]:
    name, _, column = target.partition(".")
    register = _record(part, name, ground.written)
    field = register.fields.get(column)
    if field is None:
        part.fail("unknown-field", target)
    return name, register, field


def _list(part: Part, target: str, ground: Ground) -> tuple[str, Register, str, GroupType]:
    name, register, field = _field(part, target, ground)
    if not isinstance(field.type, ListType) or not isinstance(field.type.of, GroupType):
        part.fail("not-a-list", target)
    return name, register, field.name, field.type.of


def _value(part: Part, key: str, target: Field, ground: Ground, rows: _Rows | None = None) -> Run:
    given = part.node(key).value
    if isinstance(given, dict | list):
        part.fail("not-a-value", f"{part.where}: {key}", part.line_of(key))
    try:
        if rows is not None:
            return make_value(given, target, rows.scope, ground.known, rows.most_steps)
        return make_value(given, target, ground.scope, ground.known)
    except ExpressionError as error:
        part.fail(error.code, error.detail, part.line_of(key))


def _values(part: Part, fields: Mapping[str, Field], ground: Ground, rows: _Rows | None = None) -> dict[str, Run]:
    values = {}
    for key in part.names():
        field = fields.get(key)
        if field is None:
            part.fail("unknown-field", f"{part.where}.{key}", part.line_of(key))
        values[key] = _value(part, key, field, ground, rows)
    return values


def _require_all(part: Part, fields: Mapping[str, Field], given: "frozenset[str]", skip: tuple[str, ...]) -> None:
    for name, field in fields.items():
        if not field.optional and name not in given and field.type.kind not in skip:
            part.fail("field-not-set", f"{part.where}: {name}")


def _set(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        name, _, field = _field(part, target, ground)
        return make_set(name, field, _value(part, "to", field, ground))


def _create(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        register = _record(part, target, ground.created)
        keys: dict[str, Run] = {}
        if part.has("key"):
            keys = _values(part.part("key"), register.key, ground)
        for name in register.numbers:
            if name in keys:
                part.fail("number-is-given", name)
        _require_all(part, register.key, frozenset(keys), ("number",))
        values: dict[str, Run] = {}
        if part.has("set"):
            values = _values(part.part("set"), register.fields, ground)
        _require_all(part, register.fields, frozenset(values), ("list",))
        lists = tuple(name for name, field in register.fields.items() if isinstance(field.type, ListType))
        return make_create(target, register.start, keys, values, lists)


def _move_state(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        register = _record(part, target, ground.written)
        sources, to_state = register.moves[part.choice("move", register.moves)]
        return make_move(target, sources, to_state)


def _add(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        name, _, column, rows = _list(part, target, ground)
        below = part.part("entry")
        values = _values(below, rows.fields, ground)
        _require_all(below, rows.fields, frozenset(values), ())
        return make_add(name, column, values)


def _give(part: Part, target: str, ground: Ground) -> Apply:
    name, _, column, rows = _list(part, target, ground)
    entries, given = _entries(part, ground)
    for key, field in given.fields.items():
        held = rows.fields.get(key)
        if held is None or (field.optional and not held.optional):
            part.fail("unknown-field" if held is None else "field-not-set", f"{target}: {key}")
        convert(Typed(field.type, _nothing), held.type, f"{target}: {key}")
    extra = [key for key in part.names() if key not in ("give", "entries")]
    for key in extra:
        if key not in rows.fields or key in given.fields:
            part.fail("unknown-field", f"{target}: {key}", part.line_of(key))
    values = {key: _value(part, key, rows.fields[key], ground) for key in extra}
    _require_all(part, rows.fields, frozenset(values) | frozenset(given.fields), ())
    return make_give(name, column, entries, tuple(given.fields), values)


def _nothing(frame: Frame) -> None:
    """Stands for a value where only its type is looked at."""


def _take(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        name, register, column, rows = _list(part, target, ground)
        entries, given = _entries(part, ground)
        entry = entry_column(given, register.name, column)
        amounts = [key for key in given.fields if key != entry]
        if entry is None or len(amounts) != 1:
            part.fail("take-what", target)
        (amount,) = amounts
        if given.fields[entry].optional or given.fields[amount].optional:
            part.fail("take-what", target)
        kinds = {fields[amount].type.kind for fields in (given.fields, rows.fields) if amount in fields}
        if amount not in rows.fields or kinds not in ({"fraction"}, {"integer"}):
            part.fail("unknown-field", f"{target}: {amount}")
        return make_take(name, column, entries, entry, amount)


def _entries(part: Part, ground: Ground) -> tuple[Run, GroupType]:
    typed = compile_expression(part.text("entries"), ground.scope, ground.known)
    if not isinstance(typed.type, ListType) or not isinstance(typed.type.of, GroupType) or typed.type.of.stored:
        part.fail("not-a-list", part.text("entries"), part.line_of("entries"))
    return typed.run, typed.type.of


def _end(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        name, register, column, _ = _list(part, target, ground)
        typed = compile_expression(part.text("entry"), ground.scope, ground.known)
        kind = typed.type
        if not isinstance(kind, EntryOfType) or (kind.register, kind.list) != (register.name, column):
            part.fail("mixed-types", part.text("entry"), part.line_of("entry"))
        return make_end(name, column, typed.run)


def _remove(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        name, _, column, _ = _list(part, target, ground)
        rows, where = _each(part, target, ground)
        return make_remove(name, column, rows.slot, where)


def _change(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        name, _, column, columns = _list(part, target, ground)
        rows, where = _each(part, target, ground)
        values = _values(part.part("set"), columns.fields, ground, rows)
        return make_change(name, column, rows.slot, where, values)


def _each(part: Part, target: str, ground: Ground) -> tuple[_Rows, Run]:
    _, _, field = _field(part, target, ground)
    assert isinstance(field.type, ListType)
    scope, slot = row_scope(ground.scope, part.text("each"), field.type.of)
    rows = _Rows(scope, slot, MAX_STEPS // field.type.max_items)
    return rows, compile_condition(part.text("where"), scope, ground.known, rows.most_steps).run


def _release(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        _moving(part, target, ground.written)
        return make_release(target, _value(part, "to", _TO, ground))


def _accept(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        _moving(part, target, _before(ground))
        return make_accept(target)


def _moving(part: Part, target: str, among: Mapping[str, Register]) -> None:
    """A record that one office keeps for itself can pass to another; what is kept with it follows it."""
    register = _record(part, target, among)
    if register.home.kind not in ("office", "by_charter"):
        part.fail("keeper-not-moved", target)


def _settle(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        _changed(part, target, ground)
        return make_settle(target)


def _erase(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        register = _changed(part, target, ground)
        _check_told(part, target, ground)
        columns = tuple(name for name, field in register.fields.items() if isinstance(field.type, SealedType))
        if not columns:
            part.fail("nothing-sealed-there", target)
        return make_erase(target, columns)


def _erase_act(part: Part, target: str, ground: Ground) -> Apply:
    with part.whole():
        field = _stated(target, ground)
        if field is None or not isinstance(field.type, ActType):
            part.fail("erase-without-act", target)
        _check_told(part, target, ground)
        return make_erase_act()


def _check_told(part: Part, target: str, ground: Ground) -> None:
    """The order says why and by whom; both are fields of the act that everybody can read."""
    for key in _TOLD:
        field = _stated(part.text(key), ground)
        if field is None or isinstance(field.type, SealedType):
            part.fail("erase-without-ground", f"{target}: {key}", part.line_of(key))


def _stated(path: str, ground: Ground) -> Field | None:
    """The field of the act that is always there."""
    owner, _, name = path.partition(".")
    field = ground.act.get(name) if owner == "act" else None
    return field if field is not None and not field.optional else None


def _changed(part: Part, target: str, ground: Ground) -> Register:
    return _record(part, target, _before(ground))


def _before(ground: Ground) -> dict[str, Register]:
    """What the act changes and does not create."""
    return {name: ground.written[name] for name in ground.written.keys() - ground.created.keys()}


_VERBS: Mapping[str, Callable[[Part, str, Ground], Apply]] = {
    "set": _set,
    "create": _create,
    "move_state": _move_state,
    "add": _add,
    "give": _give,
    "take": _take,
    "end": _end,
    "remove": _remove,
    "change": _change,
    "release": _release,
    "accept": _accept,
    "settle": _settle,
    "erase": _erase,
    "erase_act": _erase_act,
}
