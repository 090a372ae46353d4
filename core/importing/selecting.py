"""Which rows of a table a map wants, and which of them repeat one that came before."""

from collections.abc import Iterable, Iterator

from core.errors import MunimentError
from core.importing.map import ImportMap
from core.importing.table import Cells, Row


class Selection:
    """The rows that a map wants: all, some, the first of each different value, or those after it."""

    def __init__(self, import_map: ImportMap, done: frozenset[int] = frozenset()) -> None:
        self._map, self._done = import_map, done
        self._seen: set[tuple[str, ...]] = set()
        self._unique: dict[tuple[str, ...], int] = {}
        self.left_out = self.done_before = 0

    def of(self, rows: Iterable[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
        """`row-repeated` stands in the place of a row whose `unique` cells came before."""
        for number, row in rows:
            wanted = isinstance(row, MunimentError) or self._wants(row)
            if not wanted:
                self.left_out += 1
                continue
            fault = None if isinstance(row, MunimentError) else self._repeats(number, row)
            if number in self._done:
                self.done_before += 1
            else:
                yield number, fault or row

    def _wants(self, row: Row) -> bool:
        if any(row[column].strip() not in cells for column, cells in self._map.only.items()):
            return False
        columns = self._map.first_of or self._map.later_of
        if not columns:
            return True
        value = tuple(row[column].strip() for column in columns)
        known = value in self._seen
        self._seen.add(value)
        return known == bool(self._map.later_of)

    def _repeats(self, number: int, row: Row) -> MunimentError | None:
        if not self._map.unique:
            return None
        value = tuple(row[column].strip() for column in self._map.unique)
        first = self._unique.setdefault(value, number)
        return None if first == number else MunimentError("row-repeated", row=number, first=first)
