"""A table as rows of named cells: CSV by RFC 4180, UTF-8 with or without a mark, the first row naming the columns.

Bounded: the length of a cell, the number of columns. What is wrong with one row stands in that row's place, with its
number as a spreadsheet shows it, so that whoever mends the table sees all of it at once; only a broken quotation ends
the reading, for what follows it has no rows any more.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from core.errors import MunimentError

MAX_CELL_CHARS = 10_000
MAX_COLUMNS = 1_000
Row = Mapping[str, str]
Cells: TypeAlias = "Row | MunimentError"  # or what is wrong with the row
# What a spreadsheet runs instead of showing it (OWASP, "CSV Injection"). A sign before a number or a telephone number
# runs nothing, nor does a lone dash.
_FORMULA = re.compile(r" *(?:[=@\t\r]|[+-](?![\d .,()/-]*\Z))")


def read_table(path: Path, needed: frozenset[str]) -> Iterator[tuple[int, Cells]]:
    """(row number, cells by column), as they are asked for; nothing is held but one row.

    In a row's place: `table-row-differs` (row, cells, columns), `table-row-encoding` (row), `table-row-broken` (row: a
    quote is not closed, a cell is too long; the last one). Raises `file-not-found`, `file-not-read`, `not-a-table`,
    `columns-missing` (columns), and `table-encoding` where the first row is not UTF-8.
    """
    csv.field_size_limit(MAX_CELL_CHARS)
    number = 0
    try:
        # Bytes that are not UTF-8 become lone surrogates, which the row that holds them is refused for.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            names = next(reader, [])
            number = 1
            if _foreign(names):
                raise MunimentError("table-encoding", path=str(path))
            _check_names(names, needed)
            for cells in reader:
                number += 1
                yield number, _row(number, names, cells)
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(path)) from None
    except csv.Error:
        if number == 0:
            raise MunimentError("table-row-broken", row=1) from None
        yield number + 1, MunimentError("table-row-broken", row=number + 1)
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None


def count_rows(path: Path) -> int:
    """About how many rows the table has: its line ends. Raises `file-not-found`, `file-not-read`."""
    try:
        with path.open("rb") as lines:
            return max(sum(1 for _ in lines) - 1, 0)
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(path)) from None
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None


def formula_in(row: Row, columns: Iterable[str]) -> str | None:
    """The first of these columns whose cell a spreadsheet would run, or None."""
    for column in columns:
        cell = row[column]
        if cell and cell[0] in " =@+-\t\r" and _FORMULA.match(cell):
            return column
    return None


def _row(number: int, names: list[str], cells: list[str]) -> Cells:
    if len(cells) != len(names):
        return MunimentError("table-row-differs", row=number, cells=len(cells), columns=len(names))
    if _foreign(cells):
        return MunimentError("table-row-encoding", row=number)
    return dict(zip(names, cells, strict=True))


def _foreign(cells: list[str]) -> bool:
    """Whether bytes that are not UTF-8 stood there."""
    text = "".join(cells)
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_names(names: list[str], needed: frozenset[str]) -> None:
    if not names or len(names) > MAX_COLUMNS or len(set(names)) != len(names):
        raise MunimentError("not-a-table")
    missing = sorted(needed - set(names))
    if missing:
        raise MunimentError("columns-missing", columns=missing)
