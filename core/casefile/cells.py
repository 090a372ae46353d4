"""The cells of a case file: what one writer last set at one place, and its two names.

    price@<writer>                    a field
    owners/<row>@<writer>             a row exists; its place among the rows
    owners/<row>/share@<writer>       a field of a row

`writer` is 16 hex letters. A cell holds the text (core/casefile/values.py) of [edit number, value]; of
several writers' cells at one place the highest (edit number, text, writer) stands, at every copy the same
one.
"""

import re
from typing import NamedTuple

from core.casefile.values import Value, decode_value, encode_value
from core.casefile.view import FieldPath
from core.errors import MunimentError

MAX_VALUE_BYTES = 64 << 10
MAX_CELLS = 20_000
_MAX_EDIT = 2**53
_EDIT_BYTES = 32
_NAME = r"[^/@\s]{1,80}"
_PATH = re.compile(f"{_NAME}(?:/{_NAME}){{0,2}}")
_KEY = re.compile(f"({_PATH.pattern})@([0-9a-f]{{16}})")


class Cell(NamedTuple):
    """What one writer last set. Cells sort by who stands."""

    edit: int
    text: bytes
    writer: str
    value: Value


def new_cell(edit: int, writer: str, value: Value) -> Cell:
    """A cell, its value as it will read back (tuples become lists). Raises `casefile-value`, `-too-large`."""
    text = encode_value(value, MAX_VALUE_BYTES)
    return Cell(edit, text, writer, decode_value(text, MAX_VALUE_BYTES))


def cell_key(path: FieldPath, writer: str) -> str:
    """The cell's name. Raises `casefile-path`."""
    joined = "/".join(path)
    if not _PATH.fullmatch(joined) or len(path) != joined.count("/") + 1:
        raise MunimentError("casefile-path", path=list(path))
    return f"{joined}@{writer}"


def cell_bytes(cell: Cell) -> bytes:
    """What is stored under the name."""
    return encode_value([cell.edit, cell.value], MAX_VALUE_BYTES + _EDIT_BYTES)


def read_cell(key: str, stored: object) -> tuple[FieldPath, Cell]:
    """Path and cell. Raises `casefile-damaged` for whatever the above does not write."""
    matched = _KEY.fullmatch(key)
    if matched is None or not isinstance(stored, bytes):
        raise MunimentError("casefile-damaged")
    path, content = tuple(matched[1].split("/")), decode_value(stored, MAX_VALUE_BYTES + _EDIT_BYTES)
    if not isinstance(content, list) or len(content) != 2 or not _is_count(content[0]):
        raise MunimentError("casefile-damaged")
    if len(path) == 2 and not _is_count(content[1]):
        raise MunimentError("casefile-damaged")
    return path, new_cell(content[0], matched[2], content[1])


def rank(cell: Cell) -> tuple[int, bytes, str]:
    """The order in which cells stand, the highest first (values themselves do not compare)."""
    return cell.edit, cell.text, cell.writer


def _is_count(number: Value) -> bool:
    return type(number) is int and 0 < number < _MAX_EDIT
