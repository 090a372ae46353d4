"""The map of an import: which column fills which field, and which rows are taken.

only: {status: [Awarded]}          # optional: only rows whose cell is one of these
first_of: [parcel_id]              # optional: only the first row of each different value
later_of: [parcel_id]              # optional: only the rows after that
unique: [file, identifier]         # optional: a further row with the same cells is refused
blank: {price: ["n/a", "-"]}       # optional: cells that say nothing; they are read as if they were empty
as_text: [owner]                   # optional: columns that may begin as a formula does, such as with a dash
words:                             # optional: cells that stand for something else; a word that is not here is refused
  kind: {Publik: public, Privat: private, "": unknown}
signers: [registrar]               # roles, in the order in which the officers are named
records:                           # records the act changes, found by one key of theirs
  parcel: {register: land.parcel, key: {cadastral: "{parcel_id}"}}
fields:                            # texts with {column} in braces; the law's type of the field reads them
  address: "{area}"
  price: "{sale_price_usd} USD"
  place: "{ambienti|kind}"         # the cell, through the words named `kind`
  spelt: "{area|plain}"            # the cell in one spelling, for a key: small letters and digits, no accents
  name: "{owner|line}"             # the cell in one line
  born: {day: "{birth_date}", precision: year}   # a day that is known no better: year, month or day
  rights: [{kind: ownership, holder: "Buyer of sale {sale_id}", part: "1/1"}]

  holder: {name: "{owner}", number: "{passport}", kind: natural, each: row}   # a party; a text alone is the name

Who has no number is one person wherever the name is the same; with `each: row` somebody else in each row, as in a table
of people who have none. An entry of a list is left out where each column that it names is empty: a table with columns
for four witnesses may name two. A record of an act may be given by `record` fields too, as
`{register: land.parcel, key: {…}}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from core.errors import MunimentError
from core.importing.table import Row
from core.laws.law_source import Node, read_text
from core.laws.problems import LawError

MAX_MAP_BYTES = 64 << 10
BRACES = re.compile(r"\{([^{}]+)\}")
_PARTS = {"only", "first_of", "later_of", "unique", "blank", "as_text", "words", "signers", "records", "fields"}
SPELLINGS = frozenset({"plain", "line"})
Template: TypeAlias = "str | list[Template] | dict[str, Template]"
Words: TypeAlias = Mapping[str, Mapping[str, str]]


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
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    words: Words = field(default_factory=dict)
    blank: Mapping[str, frozenset[str]] = field(default_factory=dict)
    as_text: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column that the map names."""
        found = {*self.only, *self.first_of, *self.later_of, *self.unique, *self.blank, *self.as_text}
        for pick in self.records.values():
            found.update(columns_of(pick.template, self.words))
        for template in self.fields.values():
            found.update(columns_of(template, self.words))
        return frozenset(found)

    @cached_property
    def guarded_columns(self) -> tuple[str, ...]:
        """Those in which a formula is refused, in one order everywhere."""
        return tuple(sorted(self.columns - set(self.as_text)))

    def read(self, row: Row) -> Row:
        """The row without the cells that say nothing."""
        silent = [column for column, cells in self.blank.items() if row[column].strip() in cells]
        return {**row, **dict.fromkeys(silent, "")} if silent else row


def named(place: str, words: Words) -> tuple[str, str | None]:
    """What stands between braces: (column, the words it goes through). A bar may belong to a column's name."""
    column, bar, table = place.rpartition("|")
    return (column, table) if bar and (table in words or table in SPELLINGS) else (place, None)


def columns_of(template: Template, words: Words) -> Iterator[str]:
    if isinstance(template, str):
        yield from (named(place, words)[0] for place in BRACES.findall(template))
        return
    for part in template.values() if isinstance(template, dict) else template:
        yield from columns_of(part, words)


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
    tables = _mapping(content["words"], "words") if "words" in content else {}
    for name in sorted(SPELLINGS & set(tables)):
        raise MunimentError("not-a-map", detail=name)
    records = _mapping(content["records"], "records") if "records" in content else {}
    return ImportMap(
        _words(content, "first_of"),
        _words(content, "later_of"),
        _words(content, "signers"),
        {name: _pick(_mapping(pick, name), name) for name, pick in records.items()},
        {name: _template(part) for name, part in _mapping(content["fields"], "fields").items()},
        _cells(content, "only"),
        _words(content, "unique"),
        {name: {cell: _text(to, name) for cell, to in _mapping(table, name).items()} for name, table in tables.items()},
        _cells(content, "blank"),
        _words(content, "as_text"),
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


def _cells(content: Mapping[str, Node], name: str) -> dict[str, frozenset[str]]:
    """Cells by column."""
    by_column = _mapping(content[name], name) if name in content else {}
    return {column: frozenset(_words(by_column, column)) for column in by_column}


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
