"""Values as a story writes them, read by the type that the law gives their field.

Fractions `1/2`, money `12.50 EUR` or `{amount: 1250, currency: EUR}` in minor units, days `2026-05`, periods `P1Y2M3D`,
a party by its name, an office by its name, a document by a made-up text, an attestation by its answer, an entry of a
list by its number or by what it says, records and acts by the names that steps gave them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.importing.values import read_value
from core.laws.field_types import (
    ActType,
    AttestationType,
    DocumentType,
    EntryOfType,
    Field,
    FieldType,
    GroupType,
    IntegerType,
    ListType,
    MoneyType,
    OfficeType,
    PartyType,
    PeriodType,
    RecordType,
    SealedType,
    TextType,
)
from core.laws.law_source import Node
from core.ledger.encoding import Value
from core.ledger.record import Record
from desktop.stories.story import unfit

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_PERIOD = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?", re.ASCII)


def read_day(text: str) -> list[int] | None:
    """[year], [year, month] or [year, month, day]; whether there is such a day, the law's own checks tell."""
    matched = _DAY.fullmatch(text)
    return [int(part) for part in matched.groups() if part is not None] if matched else None


def read_party(text: str) -> Value:
    """Whoever has this name: in a story a name is a number too."""
    return {"kind": "natural", "name": text, "number": text}


@dataclass(frozen=True)
class Surroundings:
    """What a value may name, as the office that acts knows it."""

    day: tuple[int, int, int]  # of made-up documents
    office: Callable[[str], int]  # by name; raises KeyError
    attesting: Callable[[str, str | None], tuple[int, int]]  # role, stated officer → (office, officer)
    act: Callable[[Node], bytes]  # by the name of a step
    record: Callable[[Node, str], bytes]  # by a name or by its key, of a register
    present: Callable[[bytes], Record | None]
    public_key: Callable[[str], bytes]  # of an officer, by name; raises KeyError
    records: Mapping[str, bytes]  # of the act: name in the procedure → id


def read_fields(nodes: Mapping[str, Node], fields: Mapping[str, Field], around: Surroundings) -> dict[str, Value]:
    """The fields of an act or group. A field that the law does not know is passed on: the law refuses it."""
    return {
        name: read(node, fields[name].type if name in fields else FieldType(), around) for name, node in nodes.items()
    }


def read(node: Node, kind: FieldType, around: Surroundings) -> Value:
    """Raises `StoryError` (with the line) for what is no value of this type."""
    match kind:
        case SealedType():
            return read(node, kind.of, around)
        case ListType(of=GroupType(fields=columns)):
            rows = node.value if isinstance(node.value, list) else _differs(node, kind)
            return [read_fields(_mapping(row, kind), columns, around) for row in rows]
        case GroupType():
            return read_fields(_mapping(node, kind), kind.fields, around)
        case EntryOfType():
            return _entry(node, kind, around)
        case ActType():
            return around.act(node)
        case RecordType():
            return around.record(node, kind.register)
        case OfficeType():
            return _named(node, lambda: around.office(str(node.value)))
        case AttestationType():
            return _attestation(node, kind, around)
        case DocumentType():
            return _document(node, kind, around.day)
        case PartyType() if isinstance(node.value, dict):
            return {"kind": "natural", **{name: _text(child) for name, child in node.value.items()}}
        case MoneyType() if isinstance(node.value, dict):
            parts = {name: child.value for name, child in node.value.items()}
            return [parts.get("amount"), parts.get("currency")]
    return _plain(node, kind, around)


def _plain(node: Node, kind: FieldType, around: Surroundings) -> Value:
    if isinstance(kind, TextType) and isinstance(node.value, dict) and node.value.keys() == {"key_of"}:
        named = node.value["key_of"]
        return _named(named, lambda: around.public_key(str(named.value)).hex())
    if isinstance(node.value, dict | list):
        return _differs(node, kind)
    if isinstance(kind, PartyType):
        return read_party(_text(node))
    if isinstance(kind, PeriodType):
        matched = _PERIOD.fullmatch(_text(node))
        return [int(part or 0) for part in matched.groups()] if matched else _differs(node, kind)
    if type(kind) is FieldType or isinstance(node.value, bool) or (isinstance(kind, IntegerType) and node.value == ""):
        return node.value
    try:
        return read_value(kind, str(node.value))
    except MunimentError:
        return _differs(node, kind)


def _differs(node: Node, kind: FieldType) -> list[Node]:
    raise unfit(
        node.line, "not-a-value-of", f"{kind.kind}: {'…' if isinstance(node.value, dict | list) else node.value}"
    )


def _mapping(node: Node, kind: FieldType) -> Mapping[str, Node]:
    if not isinstance(node.value, dict):
        raise unfit(node.line, "not-a-mapping", kind.kind)
    return node.value


def _text(node: Node) -> str:
    if isinstance(node.value, dict | list | bool):
        raise unfit(node.line, "not-text", "")
    return str(node.value)


def _named(node: Node, find: Callable[[], Value]) -> Value:
    try:
        return find()
    except KeyError:
        raise unfit(node.line, "unknown-name", str(node.value)) from None


def _entry(node: Node, kind: EntryOfType, around: Surroundings) -> Value:
    if isinstance(node.value, int):
        return node.value
    owner = around.records.get(kind.owner)
    record = around.present(owner) if owner is not None else None
    if record is None:
        raise unfit(node.line, "unknown-record", kind.owner)
    wanted = _mapping(node, kind)
    found = [row["id"] for row in record.fields.get(kind.list, []) if _says(row, wanted)]
    if len(found) != 1:
        raise unfit(node.line, "not-one-entry", f"{kind.owner}.{kind.list}: {len(found)}")
    return found[0]


def _says(row: Mapping[str, Value], wanted: Mapping[str, Node]) -> bool:
    """A party is told by its name, a fraction as `1/2`, anything else by its word."""
    return all(_told(row.get(name)) == str(node.value) for name, node in wanted.items())


def _told(value: Value) -> str:
    match value:
        case {"name": str(name)}:
            return name
        case [int(numerator), int(denominator)]:
            return f"{numerator}/{denominator}" if denominator != 1 else str(numerator)
    return str(value)


def _attestation(node: Node, kind: AttestationType, around: Surroundings) -> Value:
    stated = None
    answer = node
    if isinstance(node.value, dict):
        if not {"answer"} <= node.value.keys() <= {"answer", "by"}:
            raise unfit(node.line, "unknown-key", ", ".join(node.value))
        answer = node.value["answer"]
        stated = _text(node.value["by"]) if "by" in node.value else None
    return {"answer": _text(answer), "by": _named(node, lambda: list(around.attesting(kind.role, stated)))}


_ASKED = {"form": "original", "legalised": "not_needed", "kept": "Shelf 1"}


def _document(node: Node, kind: DocumentType, day: tuple[int, int, int]) -> Value:
    """A made-up document whose scan is its text; what the law asks besides need not be told."""
    parts = {"text": _text(node)} if not isinstance(node.value, dict) else {k: _text(v) for k, v in node.value.items()}
    if not {"text"} <= parts.keys() <= {"text", "kind", "number", "issuer", "day", "pages", *kind.asks}:
        raise unfit(node.line, "unknown-key", ", ".join(parts))
    made_on = read_day(parts["day"]) if "day" in parts else list(day)
    if made_on is None or not parts.get("pages", "1").isdecimal():
        raise unfit(node.line, "not-a-value-of", "document")
    return {
        "digest": tagged_hash("story-document", parts["text"].encode()),
        "kind": parts.get("kind", parts["text"]),
        "number": parts.get("number", "1"),
        "issuer": parts.get("issuer", "Issuer"),
        "day": made_on,
        "pages": int(parts.get("pages", "1")),
        **{name: parts.get(name, _ASKED[name]) for name in kind.asks},
    }
