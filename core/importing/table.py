"""A table as rows of named cells: CSV by RFC 4180, UTF-8 with or without a mark, the first row naming the columns.

Bounded: the length of a cell, the number of columns. A wrong encoding, a row with too few or too many cells and a
repeated column name are refused with the row's number, as a spreadsheet shows it.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from core.errors import MunimentError

MAX_CELL_CHARS = 10_000
MAX_COLUMNS = 1_000


def read_table(path: Path, needed: frozenset[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, cells by column), as they are asked for; nothing is held but one row.

    Raises `file-not-found`, `file-not-read`, `not-a-table`, `columns-missing` (columns), `table-encoding`; of a row
    `table-row-differs` (row, cells, columns), `table-row-broken` (row: a quote is not closed, a cell is too long).
    """
    csv.field_size_limit(MAX_CELL_CHARS)
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            names = next(reader, [])
            number = 1
            _check_names(names, needed)
            for cells in reader:
                number += 1
                if len(cells) != len(names):
                    raise MunimentError("table-row-differs", row=number, cells=len(cells), columns=len(names))
                yield number, dict(zip(names, cells, strict=True))
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(path)) from None
    except UnicodeDecodeError:
        raise MunimentError("table-encoding", path=str(path)) from None
    except csv.Error:
        raise MunimentError("table-row-broken", row=number + 1) from None
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None


def _check_names(names: list[str], needed: frozenset[str]) -> None:
    if not names or len(names) > MAX_COLUMNS or len(set(names)) != len(names):
        raise MunimentError("not-a-table")
    missing = sorted(needed - set(names))
    if missing:
        raise MunimentError("columns-missing", columns=missing)
