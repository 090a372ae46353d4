"""Links: what an act of one law asks of another law's registers once it stands (LAWS.md §17).

A link never writes another keeper's record. It says which procedure of the other law is asked for, on which records
that an index of that law finds, and what the asking act gives it. What an act asks is worked out where it is executed
and kept (core/laws/questions.py); every office that keeps a record found answers by an act of its own, which the other
law judges like any other (core/linking.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from core.laws.expression import compile_condition, compile_expression
from core.laws.expression_syntax import ExpressionError
from core.laws.expression_types import Frame, Known, Scope, Typed, family, plain
from core.laws.field_types import FieldType, SealedType
from core.laws.judging import evaluate
from core.laws.law import Asks, Law, Link, Procedure
from core.laws.problems import Problem
from core.laws.reading import Part
from core.laws.relying import covers, is_other
from core.laws.verdict import Refused
from core.ledger.encoding import Value, encode
from core.ledger.transaction import Transaction

MAX_FOUND = 100  # records that one link may ask about
REQUEST = "request"  # the verb of an effect
MAX_ASKED_BYTES = 64 << 10  # that the links of one act may take; what goes beyond asks nothing, and stops nobody
_BY_HAND = ("attestation", "document", "sealed")  # what only a person can give


def read_links(part: Part, scope: Scope, existing: Mapping[str, str], records: Mapping[str, str]) -> tuple[Link, ...]:
    """Values read the act and the records that it names (`existing`), as the act leaves them; nothing is counted.
    `records`: registers of these and of what the act creates.
    """
    names = {name: scope.names[name] for name in ("act", *existing)}
    own = replace(scope, names=names, indexes={}, totals={}, bests={}, acting=False)
    links = []
    for below in [*part.listed("links"), *filter(is_request, part.listed("effects"))]:
        with part.problems.section(), below.whole():
            links.append(_read_link(below, own, records))
    return tuple(links)


def is_request(effect: Part) -> bool:
    """Whether an effect asks: a link, written where the act does what it does."""
    return effect.names()[:1] == [REQUEST]


def _read_link(part: Part, scope: Scope, records: Mapping[str, str]) -> Link:
    law, dot, procedure = part.text("request").partition(".")
    found = part.part("find").names()
    if not dot or len(found) != 1:
        part.fail("link-finds-one", part.text("request"))
    named = {}
    if part.has("records"):
        with part.part("records").whole() as below:
            named = {name: below.choice(name, records) for name in below.names()}
    try:
        when = compile_condition(part.text("when"), scope) if part.has("when") else None
        known: Known = when.when_true if when else frozenset()
        with part.part("find").part(found[0]).whole() as below:
            index, by = below.text("index"), _values(below, "of", scope, known)
        fields = _values(part, "fields", scope, known) if part.has("fields") else {}
    except ExpressionError as error:
        part.fail(error.code, error.detail)
    if any(isinstance(typed.type, SealedType) for typed in (*by.values(), *fields.values())):
        part.fail("sealed-not-read", part.text("request"))
    most = part.integer("max", low=1, high=MAX_FOUND)
    return Link(law, procedure, when.run if when else None, found[0], index, by, named, fields, most, part.line)


def _values(part: Part, key: str, scope: Scope, known: Known) -> dict[str, Typed]:
    with part.part(key).whole() as below:
        return {name: compile_expression(below.text(name), scope, known) for name in below.names()}


# -- whether the other law can be asked so --------------------------------------------------------------------------


def check_links(law: Law, beside: Mapping[str, Law]) -> Iterator[Problem]:
    """What of the links does not fit the laws that are or come into force with this one, where they are there."""
    for procedure in law.procedures.values():
        for link in procedure.links:
            other = law if link.law == law.name else beside.get(link.law)
            wrong = _misfit(law, procedure, link, other) if other else None
            if wrong is not None:
                yield Problem(link.line, "", "link-differs", f"{link.law}.{link.procedure}: {wrong}")


def _misfit(law: Law, procedure: Procedure, link: Link, other: Law) -> str | None:
    target, index = other.procedures.get(link.procedure), other.indexes.get(link.index.partition(".")[2])
    if target is None or index is None or index.full_name != link.index:
        return link.procedure if target is None else link.index
    if target.changes.get(link.found) != index.register or link.by.keys() != set(index.by):
        return link.found
    members = other.registers[index.register].subject.members
    for name, typed in link.by.items():
        group = _family(law.name, typed.type)
        if not group or group != _family(other.name, members[name].type):
            return name
    if {link.found, *link.records} != target.referenced.keys():
        return ", ".join(sorted({link.found, *link.records} ^ target.referenced.keys()))
    for name, own in link.records.items():
        asked = target.referenced[name]
        register = {**procedure.referenced, **procedure.creates}[own]
        if _full(other.name, asked) != _full(law.name, register):
            return name
    for name, typed in link.fields.items():
        field = target.fields.get(name)
        if field is None or not covers(field.type, typed.type, law.name):
            return name
    lacking = (name for name, field in target.fields.items() if not field.optional and name not in link.fields)
    return next(lacking, None) if target.automatic else None


def _family(law: str, kind: FieldType) -> tuple[str, ...]:
    """As `family`, with registers named as every law names them."""
    found = family(kind)
    return (*found[:1], _full(law, found[1])) if found[:1] == ("a record",) else found


def _full(law: str, register: str) -> str:
    return register if is_other(register) else f"{law}.{register}"


def needs_a_person(procedure: Procedure) -> Iterator[str]:
    """Fields of the act that only a person can give and that must be there: no computer can enter it by itself."""
    return (name for name, field in procedure.fields.items() if field.type.kind in _BY_HAND and not field.optional)


# -- what an act asks for -------------------------------------------------------------------------------------------


def asks_of(procedure: Procedure, act: Transaction, frame: Frame, made: Mapping[str, bytes]) -> list[Asks]:
    """What an act that stands asks, link by link. `frame`: the act and its records as it leaves them; `made`: ids of
    what it creates, by name.
    """
    ids = {**{name: ref.record for name, ref in act.changes.items()}, **made}
    found: list[Asks] = []
    room = MAX_ASKED_BYTES
    for number, link in enumerate(procedure.links):
        try:
            if link.when is not None and not evaluate(link.when, frame, "links"):
                continue
            one, size = evaluate(partial(_asked, number, link, ids), frame, "links")
        except Refused:  # a number beyond what stands in a group or an act: it asks nothing, and stops nobody
            continue
        room -= size
        if room < 0:
            break
        found.append(one)
    return found


def _asked(number: int, link: Link, ids: Mapping[str, bytes], frame: Frame) -> tuple[Asks, int]:
    """What a link asks, its group by the names of its fields; and its bytes."""
    group = {name: _grouped(plain(typed.run(frame))) for name, typed in link.by.items()}
    fields = {name: plain(typed.run(frame)) for name, typed in link.fields.items()}
    named = {name: ids[own] for name, own in link.records.items()}
    one = Asks(number, f"{link.law}.{link.procedure}", link.found, link.index, group, link.most, named, fields)
    return one, len(encode(asked_row(one)))


def asked_row(one: Asks) -> list[Value]:
    """As it stands in the record of what an act asks: `Asks` of it is the same again."""
    group, records, fields = dict(one.group), dict(one.records), dict(one.fields)
    return [one.link, one.procedure, one.found, one.index, group, one.most, records, fields]


def _grouped(value: Value) -> Value:
    """A party stands in groups by its number."""
    return value["number"] if isinstance(value, dict) and "number" in value else value
