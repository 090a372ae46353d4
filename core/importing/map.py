"""The map of an import: which column fills which field.

first_of: [parcel_id]              # optional: only the first row of each different value
later_of: [parcel_id]              # optional: only the rows after that
signers: [registrar]               # roles, in the order in which the officers are named
records:                           # records the act changes, found by one key of theirs
  parcel: {register: land.parcel, key: {cadastral: "{parcel_id}"}}
fields:                            # texts with {column} in braces; the law's type of the field reads them
  address: "{area}"
  price: "{sale_price_usd} USD"
  rights: [{kind: ownership, holder: "Buyer of sale {sale_id}", part: "1/1"}]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from core.errors import MunimentError
from core.importing.values import party, read_value
from core.laws import field_types as types
from core.laws.law_source import Node, read_text
from core.laws.problems import LawError
from core.ledger.encoding import Value

MAX_MAP_BYTES = 64 << 10
_BRACES = re.compile(r"\{([^{}]+)\}")
_PARTS = {"first_of", "later_of", "signers", "records", "fields"}
_PARTY_PARTS = {"name", "number", "kind"}
Row = Mapping[str, str]
Template: TypeAlias = "str | list[Template] | dict[str, Template]"


@dataclass(frozen=True)
class RecordPick:
    register: str  # "<law>.<register>"
    key: str
    template: str


@dataclass(frozen=True)
class ImportMap:
    first_of: tuple[str, ...]
    later_of: tuple[str, ...]
    signers: tuple[str, ...]
    records: Mapping[str, RecordPick]
    fields: Mapping[str, Template]

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the map names."""
        found = {*self.first_of, *self.later_of}
        for pick in self.records.values():
            found.update(_BRACES.findall(pick.template))
        for template in self.fields.values():
            found.update(_columns(template))
        return frozenset(found)

    def values(self, fields: Mapping[str, types.Field], row: Row) -> dict[str, Value]:
        """The act's fields from one row. Raises `unreadable-value`, `unknown-field`; empty optional cells stay out."""
        act = {}
        for name, template in self.fields.items():
            declared = fields.get(name)
            if declared is None:
                raise MunimentError("unknown-field", field=name)
            value = _value(declared, template, row, name)
            if value is not None:
                act[name] = value
        return act


def fill(template: str, row: Row) -> str:
    return _BRACES.sub(lambda matched: row[matched[1]], template)


def parse_map(data: bytes) -> ImportMap:
    """Read as strictly as a law: no aliases, no key twice. Raises `not-a-map` (facts: detail) and `too-large`."""
    if len(data) > MAX_MAP_BYTES:
        raise MunimentError("too-large", bytes=len(data), limit=MAX_MAP_BYTES)
    try:
        content = _mapping(read_text(data.decode("utf-8")), "map")
    except UnicodeDecodeError:
        raise MunimentError("not-a-map", detail="UTF-8") from None
    except LawError as error:
        problem = error.problems[0]
        raise MunimentError("not-a-map", detail=f"{problem.line}: {problem.detail or problem.code}") from None
    unknown = sorted(set(content) - _PARTS)
    missing = sorted({"signers", "fields"} - set(content))
    if unknown or missing:
        raise MunimentError("not-a-map", detail=", ".join(unknown or missing))
    if "first_of" in content and "later_of" in content:
        raise MunimentError("not-a-map", detail="first_of, later_of")
    records = _mapping(content["records"], "records") if "records" in content else {}
    return ImportMap(
        _words(content, "first_of"),
        _words(content, "later_of"),
        _words(content, "signers"),
        {name: _pick(_mapping(pick, name), name) for name, pick in records.items()},
        {name: _template(part) for name, part in _mapping(content["fields"], "fields").items()},
    )


def _mapping(node: Node, name: str) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        raise MunimentError("not-a-map", detail=name)
    return node.value


def _words(content: Mapping[str, Node], name: str) -> tuple[str, ...]:
    value = content[name].value if name in content else []
    if not isinstance(value, list):
        raise MunimentError("not-a-map", detail=name)
    return tuple(_text(item, name) for item in value)


def _text(node: Node, name: str) -> str:
    if isinstance(node.value, (list, dict)):
        raise MunimentError("not-a-map", detail=name)
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def _pick(pick: Mapping[str, Node], name: str) -> RecordPick:
    if set(pick) != {"register", "key"}:
        raise MunimentError("not-a-map", detail=name)
    keys = _mapping(pick["key"], name)
    if len(keys) != 1:
        raise MunimentError("not-a-map", detail=name)
    ((key, template),) = keys.items()
    return RecordPick(_text(pick["register"], name), key, _text(template, name))


def _template(node: Node) -> Template:
    if isinstance(node.value, dict):
        return {name: _template(part) for name, part in node.value.items()}
    if isinstance(node.value, list):
        return [_template(part) for part in node.value]
    return _text(node, "fields")


def _value(declared: types.Field, template: Template, row: Row, path: str) -> Value:
    field_type = declared.type
    if isinstance(field_type, types.ListType) and isinstance(template, list):
        return [_group(field_type.of, item, row, path) for item in template]
    if isinstance(field_type, types.GroupType) and isinstance(template, dict):
        return _group(field_type, template, row, path)
    if isinstance(field_type, types.PartyType) and isinstance(template, dict):
        parts = _party_parts(template, row, path)
        text = parts.pop("name")
    elif isinstance(template, str):
        parts, text = {}, fill(template, row).strip()
    else:
        raise MunimentError("unknown-field", field=path)
    if not text and declared.optional:
        return None
    try:
        value = read_value(field_type, text)
    except MunimentError as error:
        raise MunimentError(error.code, field=path, **error.facts) from None
    return party(text, **parts) if parts else value


def _party_parts(template: Mapping[str, Template], row: Row, path: str) -> dict[str, str]:
    """`name` is always among them."""
    texts = {name: fill(text, row).strip() for name, text in template.items() if isinstance(text, str)}
    wrong = sorted(set(template) - _PARTY_PARTS) or sorted((set(template) | {"name"}) - set(texts))
    if wrong:
        raise MunimentError("unknown-field", field=f"{path}.{wrong[0]}")
    return texts


def _group(field_type: types.FieldType, template: Template, row: Row, path: str) -> Value:
    if not isinstance(field_type, types.GroupType) or not isinstance(template, dict):
        raise MunimentError("unknown-field", field=path)
    group = {}
    for name, part in template.items():
        declared = field_type.fields.get(name)
        if declared is None:
            raise MunimentError("unknown-field", field=f"{path}.{name}")
        value = _value(declared, part, row, f"{path}.{name}")
        if value is not None:
            group[name] = value
    return group


def _columns(template: Template) -> Iterator[str]:
    if isinstance(template, str):
        yield from _BRACES.findall(template)
        return
    for part in template.values() if isinstance(template, dict) else template:
        yield from _columns(part)
