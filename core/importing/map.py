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
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from core.errors import MunimentError
from core.importing.values import party, read_value
from core.laws import field_types as types
from core.ledger.encoding import Value

MAX_MAP_BYTES = 64 << 10
_BRACES = re.compile(r"\{([^{}]+)\}")
Row = Mapping[str, str]


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
    fields: Mapping[str, Any]

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the map names."""
        found = {*self.first_of, *self.later_of}
        for pick in self.records.values():
            found.update(_BRACES.findall(pick.template))
        _collect_columns(self.fields, found)
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


def parse_map(text: bytes) -> ImportMap:
    """Raises `not-a-map` (facts: detail) and `too-large`."""
    if len(text) > MAX_MAP_BYTES:
        raise MunimentError("too-large", bytes=len(text), limit=MAX_MAP_BYTES)
    try:
        content = yaml.safe_load(text.decode("utf-8"))
        unknown = sorted(set(content) - {"first_of", "later_of", "signers", "records", "fields"})
        if unknown:
            raise MunimentError("not-a-map", detail=", ".join(map(str, unknown)))
        return ImportMap(
            tuple(map(str, content.get("first_of", ()))),
            tuple(map(str, content.get("later_of", ()))),
            tuple(map(str, content["signers"])),
            {str(name): _pick(pick) for name, pick in content.get("records", {}).items()},
            dict(content["fields"]),
        )
    except (
        yaml.YAMLError,
        UnicodeDecodeError,
        TypeError,
        KeyError,
        AttributeError,
        ValueError,
        RecursionError,
    ):
        raise MunimentError("not-a-map", detail="") from None


def _pick(value: Any) -> RecordPick:
    ((key, template),) = value["key"].items()
    return RecordPick(str(value["register"]), str(key), str(template))


def _value(declared: types.Field, template: Any, row: Row, path: str) -> Value:
    field_type = declared.type
    if isinstance(field_type, types.ListType) and isinstance(template, list):
        return [_group(field_type.of, item, row, path) for item in template]
    if isinstance(field_type, types.GroupType) and isinstance(template, dict):
        return _group(field_type, template, row, path)
    if isinstance(field_type, types.PartyType) and isinstance(template, dict):
        return party(**{name: fill(str(text), row) for name, text in template.items()})
    text = fill(str(template), row)
    if not text and declared.optional:
        return None
    try:
        return read_value(field_type, text)
    except MunimentError as error:
        raise MunimentError(error.code, field=path, **error.facts) from None


def _group(field_type: types.FieldType, template: Any, row: Row, path: str) -> Value:
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


def _collect_columns(template: Any, found: set[str]) -> None:
    if isinstance(template, dict):
        for part in template.values():
            _collect_columns(part, found)
    elif isinstance(template, list):
        for part in template:
            _collect_columns(part, found)
    else:
        found.update(_BRACES.findall(str(template)))
