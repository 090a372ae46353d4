"""A record while an act changes it: a copy that becomes the next version, if every check passes.

Lists are copied when first touched; entry ids come from the record's counter and are never used again. What
was touched is remembered, so that only this is checked against its bounds afterwards.
"""

from collections.abc import Mapping
from typing import Any

from core.ledger.encoding import Value
from core.ledger.record import Record

Row = dict[str, Any]


class Draft:
    """`old` is None for a record that the act creates. A list that came with a later version of the law is empty."""

    __slots__ = ("_copied", "fields", "id", "incarnation", "keeper", "key", "next_entry", "old", "pending", "register",
                 "rows", "state", "touched")  # fmt: skip

    def __init__(self, register: str, record_id: bytes, keeper: int | None, incarnation: int, old: Record | None):
        self.register = register
        self.id = record_id
        self.keeper = keeper
        self.incarnation = incarnation
        self.old = old
        self.state = old.state if old else ""
        self.key: Mapping[str, Value] = old.key if old else {}
        self.fields: dict[str, Value] = dict(old.fields) if old else {}
        self.next_entry = old.next_entry if old else 1
        self.pending: Mapping[str, Value] | None = old.pending if old else None
        self.touched: dict[str, None] = {}  # fields, in order
        self.rows: dict[str, list[Row]] = {}  # new and changed rows of lists
        self._copied: set[str] = set()

    def set(self, name: str, value: Value) -> None:
        self.fields[name] = value
        self.touched[name] = None

    def list(self, name: str) -> "list[Row]":
        """The list, free to be changed (its rows are not: replace them)."""
        if name not in self._copied:
            self._copied.add(name)
            self.touched[name] = None
            self.fields[name] = list(self.fields.get(name, ()))
            self.rows[name] = []
        rows: list[Row] = self.fields[name]
        return rows

    def add_row(self, name: str, row: Row) -> None:
        rows = self.list(name)
        row["id"] = self.next_entry
        self.next_entry += 1
        rows.append(row)
        self.rows[name].append(row)

    def replace_row(self, name: str, place: int, row: Row) -> None:
        self.list(name)[place] = row
        self.rows[name].append(row)

    def become_record(self, act_id: bytes) -> Record:
        """The next version, written by this act."""
        return Record(
            self.register,
            self.id,
            self.keeper,
            self.incarnation,
            self.old.version + 1 if self.old else 1,
            act_id[:16],
            self.state,
            self.key,
            self.fields,
            self.next_entry,
            self.pending,
        )
