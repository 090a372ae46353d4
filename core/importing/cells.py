"""Texts with cells in them, `{column}`, `{column|words}`, `{column|plain}`: cut up once, put together for each row."""

import re
import unicodedata
from collections.abc import Callable

from core.errors import MunimentError
from core.importing.map import BRACES, ImportMap, named
from core.importing.table import Row

Text = Callable[[Row], str]
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def text_of(template: str, import_map: ImportMap, path: str) -> Text:
    """What puts the text together from a row's cells; it raises `word-unknown` (field, text, table)."""
    pieces = BRACES.split(template)  # words, place, words, place, …, words
    if len(pieces) == 1:
        return lambda _row: template
    cells = [_cell(place, import_map, path) for place in pieces[1::2]]
    if len(cells) == 1 and not pieces[0] and not pieces[2]:
        return cells[0]
    words = pieces[2::2]

    def put_together(row: Row) -> str:
        return pieces[0] + "".join([cell(row) + after for cell, after in zip(cells, words, strict=True)])

    return put_together


def _cell(place: str, import_map: ImportMap, path: str) -> Text:
    column, table = named(place, import_map.words)
    if table is None:
        return lambda row: row[column]
    if table in _SPELLINGS:
        spelling = _SPELLINGS[table]
        return lambda row: spelling(row[column])
    words = import_map.words[table]

    def word(row: Row) -> str:
        found = words.get(row[column].strip())
        if found is None:
            raise MunimentError("word-unknown", field=path, text=row[column], table=table)
        return found

    return word


def plain(text: str) -> str:
    """A text in one spelling, for a key: small letters and digits, one space between words; no accents."""
    letters = (one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return _BETWEEN_WORDS.sub(" ", "".join(letters)).strip()


def in_one_line(text: str) -> str:
    return " ".join(text.split())


_SPELLINGS = {"plain": plain, "line": in_one_line}  # those that map.SPELLINGS knows
