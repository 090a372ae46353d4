"""An act's fields from one row of a table: the map's templates, filled with the cells and read by the law's types.

What does not depend on the row (which template fills which field, how its type reads a text) is settled once.
"""

from collections.abc import Callable, Mapping

from core.errors import MunimentError
from core.importing.cells import Text, text_of
from core.importing.map import BRACES, ImportMap, RecordPick, Template, columns_of
from core.importing.table import Row
from core.importing.values import number_of_row, party, reader_of
from core.laws import field_types as types
from core.ledger.encoding import Value

_PARTY_PARTS = {"name", "number", "kind", "each"}
_DAY_PARTS = {"day", "precision"}
_PRECISIONS = {"year": 1, "month": 2, "day": 3}
_THE_SAME_FOR_ALL = (types.TextType, types.ChoiceType, types.IntegerType, types.BooleanType)
Find = Callable[[RecordPick], bytes]  # the record that a pick names in this row
Fill = Callable[[Row, "Find | None"], Value]  # the value of a field; None: an optional one that stays out


class Filling:
    """How the map fills the fields of a procedure. Raises `unknown-field`, `unreadable-value` of what no cell fills."""

    def __init__(self, import_map: ImportMap, fields: Mapping[str, types.Field]) -> None:
        self._map = import_map
        self._fills: dict[str, Fill] = {}
        for name, template in import_map.fields.items():
            if name not in fields:
                raise MunimentError("unknown-field", field=name)
            self._fills[name] = self._field(fields[name], template, name)

    def act(self, row: Row, find: Find | None = None) -> dict[str, Value]:
        """The act's fields. Raises `unreadable-value`, `word-unknown`; empty optional cells stay out."""
        return {name: value for name, fill in self._fills.items() if (value := fill(row, find)) is not None}

    def _field(self, declared: types.Field, template: Template, path: str) -> Fill:
        field_type = declared.type.of if isinstance(declared.type, types.SealedType) else declared.type
        if isinstance(field_type, types.ListType) and isinstance(template, list):
            return self._list(field_type.of, template, path)
        if isinstance(template, dict):
            fill = self._mapping(field_type, template, declared.optional, path)
            whole = isinstance(field_type, types.GroupType | types.RecordType)
            return self._unless_empty(fill, template) if whole and declared.optional else fill
        if not isinstance(template, str):
            raise MunimentError("unknown-field", field=path)
        text, read, optional = text_of(template, self._map, path), field_reader(field_type, path), declared.optional
        if template.strip() and isinstance(field_type, _THE_SAME_FOR_ALL) and not BRACES.search(template):
            said = read(template)
            return lambda _row, _find: said

        def fill_text(row: Row, _find: Find | None) -> Value:
            cell = text(row)
            return None if optional and not cell.strip() else read(cell)

        return fill_text

    def _mapping(self, kind: types.FieldType, template: dict[str, Template], optional: bool, path: str) -> Fill:
        if isinstance(kind, types.GroupType):
            return self._group(kind, template, path)
        if isinstance(kind, types.RecordType):
            return self._record(template, path)
        if isinstance(kind, types.PartyType):
            texts = self._parts(template, _PARTY_PARTS, "name", path)
            if template.get("each", "row") != "row":
                raise MunimentError("unknown-field", field=f"{path}.each")
            return self._party(texts, optional, path, texts.pop("each", None) is not None)
        if isinstance(kind, types.DayType):
            return self._day(kind, self._parts(template, _DAY_PARTS, "day", path), optional, path)
        raise MunimentError("unknown-field", field=path)

    def _list(self, kind: types.FieldType, template: list[Template], path: str) -> Fill:
        fills = [self._unless_empty(self._group(kind, item, path), item) for item in template]
        return lambda row, find: [entry for fill in fills if (entry := fill(row, find)) is not None]

    def _group(self, kind: types.FieldType, template: Template, path: str) -> Fill:
        if not isinstance(kind, types.GroupType) or not isinstance(template, dict):
            raise MunimentError("unknown-field", field=path)
        fills = {}
        for name, part in template.items():
            if name not in kind.fields:
                raise MunimentError("unknown-field", field=f"{path}.{name}")
            fills[name] = self._field(kind.fields[name], part, f"{path}.{name}")
        return lambda row, find: {name: it for name, fill in fills.items() if (it := fill(row, find)) is not None}

    def _record(self, template: Mapping[str, Template], path: str) -> Fill:
        register, key = template.get("register"), template.get("key")
        if len(template) != 2 or not isinstance(register, str) or not isinstance(key, dict):
            raise MunimentError("unknown-field", field=path)
        ((name, text),) = key.items() if len(key) == 1 else ((None, None),)
        if name is None or not isinstance(text, str):
            raise MunimentError("unknown-field", field=f"{path}.key")
        pick = RecordPick(register, name, text)

        def fill(_row: Row, find: Find | None) -> Value:
            if find is None:
                raise MunimentError("unknown-field", field=path)
            return find(pick)

        return fill

    def _parts(self, template: Mapping[str, Template], known: set[str], first: str, path: str) -> dict[str, Text]:
        """`first` is always among them."""
        texts = {name: text for name, text in template.items() if isinstance(text, str)}
        wrong = sorted(set(template) - known) or sorted((set(template) | {first}) - set(texts))
        if wrong:
            raise MunimentError("unknown-field", field=f"{path}.{wrong[0]}")
        return {name: text_of(text, self._map, path) for name, text in texts.items()}

    def _party(self, texts: dict[str, Text], optional: bool, path: str, each_row: bool) -> Fill:
        """`each_row`: whoever has no number is somebody of this row alone."""
        read = field_reader(types.PartyType(), path)

        def fill(row: Row, _find: Find | None) -> Value:
            parts = {name: text(row).strip() for name, text in texts.items()}
            name = parts.pop("name")
            if not name and optional:
                return None
            read(name)
            if each_row and not parts.get("number"):
                parts["number"] = number_of_row(row, path, name)
            return party(name, **parts)

        return fill

    def _day(self, kind: types.DayType, texts: dict[str, Text], optional: bool, path: str) -> Fill:
        """A field for whole days that may be left out is, where the day is known no better than by month or year."""

        read = field_reader(kind, path)

        def fill(row: Row, _find: Find | None) -> Value:
            text = texts["day"](row).strip()
            if not text and optional:
                return None
            value = read(text)
            precision = texts["precision"](row).strip() if "precision" in texts else "day"
            known = _PRECISIONS.get(precision)
            if known is None:
                raise MunimentError("unreadable-value", field=path, kind="precision", text=precision)
            assert isinstance(value, list)
            return None if kind.precise and optional and len(value[:known]) < 3 else value[:known]

        return fill

    def _unless_empty(self, fill: Fill, template: Template) -> Fill:
        """Nothing where the template names columns and each of them is empty."""
        columns = tuple(dict.fromkeys(columns_of(template, self._map.words)))
        if not columns:
            return fill
        if len(columns) == 1:
            (only,) = columns
            return lambda row, find: fill(row, find) if row[only].strip() else None
        return lambda row, find: fill(row, find) if any(row[column].strip() for column in columns) else None


def fill_fields(
    import_map: ImportMap, fields: Mapping[str, types.Field], row: Row, find: Find | None = None
) -> dict[str, Value]:
    """As `Filling.act`, for one row alone."""
    return Filling(import_map, fields).act(row, find)


def field_reader(kind: types.FieldType, path: str) -> Callable[[str], Value]:
    """Reads a field's text, and says which field it is that could not be read."""
    reader = reader_of(kind)

    def read(text: str) -> Value:
        try:
            return reader(text)
        except MunimentError as error:
            raise MunimentError(error.code, field=path, **error.facts) from None

    return read
