"""An act's fields from one row of a table: the map's templates, filled with the cells and read by the law's types."""

from collections.abc import Callable, Mapping

from core.errors import MunimentError
from core.importing.map import BRACES, ImportMap, RecordPick, Template, columns_of, named
from core.importing.table import Row
from core.importing.values import party, read_value
from core.laws import field_types as types
from core.ledger.encoding import Value

_PARTY_PARTS = {"name", "number", "kind"}
_DAY_PARTS = {"day", "precision"}
_PRECISIONS = {"year": 1, "month": 2, "day": 3}
Find = Callable[[RecordPick], bytes]  # the record that a pick names in this row


def fill_fields(
    import_map: ImportMap, fields: Mapping[str, types.Field], row: Row, find: Find | None = None
) -> dict[str, Value]:
    """The act's fields. Raises `unreadable-value`, `unknown-field`, `word-unknown`; empty optional cells stay out."""
    filling = _Filling(import_map, row, find)
    act = {}
    for name, template in import_map.fields.items():
        declared = fields.get(name)
        if declared is None:
            raise MunimentError("unknown-field", field=name)
        value = filling.value(declared, template, name)
        if value is not None:
            act[name] = value
    return act


def fill(template: str, row: Row, import_map: ImportMap, path: str) -> str:
    """The text with its cells. Raises `word-unknown` (field, text)."""

    def cell(place: str) -> str:
        column, table = named(place, import_map.words)
        if table is None:
            return row[column]
        word = import_map.words[table].get(row[column].strip())
        if word is None:
            raise MunimentError("word-unknown", field=path, text=row[column], table=table)
        return word

    return BRACES.sub(lambda matched: cell(matched[1]), template)


class _Filling:
    """One row."""

    def __init__(self, import_map: ImportMap, row: Row, find: Find | None) -> None:
        self._map, self._row, self._find = import_map, row, find

    def value(self, declared: types.Field, template: Template, path: str) -> Value:
        field_type = declared.type.of if isinstance(declared.type, types.SealedType) else declared.type
        if isinstance(field_type, types.ListType) and isinstance(template, list):
            return [self._group(field_type.of, item, path) for item in template if not self._empty(item)]
        if isinstance(field_type, types.GroupType) and isinstance(template, dict):
            return None if declared.optional and self._empty(template) else self._group(field_type, template, path)
        if isinstance(field_type, types.RecordType) and isinstance(template, dict):
            return None if declared.optional and self._empty(template) else self._record(template, path)
        parts: dict[str, str] = {}
        if isinstance(field_type, types.PartyType) and isinstance(template, dict):
            parts = self._parts(template, _PARTY_PARTS, "name", path)
            text = parts.pop("name")
        elif isinstance(field_type, types.DayType) and isinstance(template, dict):
            parts = self._parts(template, _DAY_PARTS, "day", path)
            text = parts.pop("day")
        elif isinstance(template, str):
            text = self._text(template, path)
        else:
            raise MunimentError("unknown-field", field=path)
        if not text and declared.optional:
            return None
        return _read(field_type, text, parts, path)

    def _text(self, template: str, path: str) -> str:
        return fill(template, self._row, self._map, path).strip()

    def _parts(self, template: Mapping[str, Template], known: set[str], first: str, path: str) -> dict[str, str]:
        """`first` is always among them."""
        texts = {name: self._text(text, path) for name, text in template.items() if isinstance(text, str)}
        wrong = sorted(set(template) - known) or sorted((set(template) | {first}) - set(texts))
        if wrong:
            raise MunimentError("unknown-field", field=f"{path}.{wrong[0]}")
        return texts

    def _record(self, template: Mapping[str, Template], path: str) -> Value:
        register, key = template.get("register"), template.get("key")
        if self._find is None or len(template) != 2 or not isinstance(register, str) or not isinstance(key, dict):
            raise MunimentError("unknown-field", field=path)
        ((name, text),) = key.items() if len(key) == 1 else ((None, None),)
        if name is None or not isinstance(text, str):
            raise MunimentError("unknown-field", field=f"{path}.key")
        return self._find(RecordPick(register, name, text))

    def _group(self, field_type: types.FieldType, template: Template, path: str) -> Value:
        if not isinstance(field_type, types.GroupType) or not isinstance(template, dict):
            raise MunimentError("unknown-field", field=path)
        group = {}
        for name, part in template.items():
            declared = field_type.fields.get(name)
            if declared is None:
                raise MunimentError("unknown-field", field=f"{path}.{name}")
            value = self.value(declared, part, f"{path}.{name}")
            if value is not None:
                group[name] = value
        return group

    def _empty(self, template: Template) -> bool:
        """Whether it names columns and each of them is empty."""
        columns = list(columns_of(template, self._map.words))
        return bool(columns) and not any(self._row[column].strip() for column in columns)


def _read(field_type: types.FieldType, text: str, parts: Mapping[str, str], path: str) -> Value:
    try:
        value = read_value(field_type, text)
    except MunimentError as error:
        raise MunimentError(error.code, field=path, **error.facts) from None
    if not parts:
        return value
    if isinstance(field_type, types.PartyType):
        return party(text, **parts)
    known = _PRECISIONS.get(parts["precision"])
    if known is None:
        raise MunimentError("unreadable-value", field=path, kind="precision", text=parts["precision"])
    return value[:known]
