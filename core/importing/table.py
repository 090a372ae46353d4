"""A table as rows of named cells: CSV by RFC 4180, UTF-8 with or without a mark, the first row naming the columns.

Bounded: the length of a cell, the number of columns. A wrong encoding, a row with too few or too many cells and a
repeated column name are refused before anything is judged, with the row's number as a spreadsheet shows it.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from core.errors import MunimentError

MAX_CELL_CHARS = 10_000
MAX_COLUMNS = 1_000


def read_table(path: Path, needed: frozenset[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, cells by column). Raises `file-not-found`, `not-a-table` (facts: row, why), `columns-missing`."""
    csv.field_size_limit(MAX_CELL_CHARS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            names = next(reader, [])
            _check_names(names, needed)
            for number, cells in enumerate(reader, 2):
                if len(cells) != len(names):
                    raise MunimentError("not-a-table", row=number, why="cells")
                yield number, dict(zip(names, cells, strict=True))
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(path)) from None
    except UnicodeDecodeError:
        raise MunimentError("not-a-table", row=0, why="encoding") from None
    except csv.Error:
        raise MunimentError("not-a-table", row=0, why="quotes") from None
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None


def _check_names(names: list[str], needed: frozenset[str]) -> None:
    if not names or len(names) > MAX_COLUMNS or len(set(names)) != len(names):
        raise MunimentError("not-a-table", row=1, why="names")
    missing = sorted(needed - set(names))
    if missing:
        raise MunimentError("columns-missing", columns=missing)
