"""Who looked at what, and why: an append-only log inside the encrypted replica, of this computer alone.

A row is durable before the text is shown. SQLite itself refuses to change a row, and to delete one that no auditor has
exported; each row's digest covers the row before it, so that one taken away from the middle shows. Bounded: when it is
full, what was exported makes room, and where nothing was, nobody looks until an auditor has exported.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from core.crypto.hashing import DIGEST_BYTES, tagged_hash
from core.errors import MunimentError
from core.ledger.encoding import encode
from core.store.database import Database

MAX_LOOKS = 1_000_000  # some 200 MB; at 200 looks a day more than ten years
MAX_NOTE_CHARS = 200
DROPPED_AT_ONCE = 10_000
_EXPORTED, _BASE = "looks-exported", "looks-base"
_COLUMNS = "number, at_ms, officer, name, roles, subject, register, purpose, note"


@dataclass(frozen=True, slots=True)
class Look:
    """One look. `subject`: id of a record or of an act; `register`: its full name, "" for an act."""

    number: int
    at_ms: int
    officer: int
    name: str
    roles: str  # separated by commas, as they were then
    subject: bytes
    register: str
    purpose: str
    note: str


class LookStore:
    def __init__(self, database: Database, most: int = MAX_LOOKS) -> None:
        self._db, self._most = database, most

    def add(
        self, at_ms: int, officer: int, name: str, roles: str, subject: bytes, register: str, purpose: str, note: str
    ) -> Look:
        """Durable on return. Raises `looks-full`, `disk-full`."""
        with self._db.atomic():
            self._make_room()
            number, before = self._newest()
            look = Look(number + 1, at_ms, officer, name, roles, subject, register, purpose, note)
            self._db.execute("INSERT INTO look VALUES (?,?,?,?,?,?,?,?,?,?)", (*astuple(look), _digest(before, look)))
        return look

    def of_subject(self, subject: bytes, limit: int = 200) -> list[Look]:
        """Newest first."""
        asked = f"SELECT {_COLUMNS} FROM look WHERE subject = ? ORDER BY number DESC LIMIT ?"
        return [Look(*row) for row in self._db.rows(asked, (subject, limit))]

    def newest(self, limit: int = 200) -> list[Look]:
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM look ORDER BY number DESC LIMIT ?", (limit,))
        return [Look(*row) for row in rows]

    def page(self, after: int = 0, limit: int = 1000) -> list[Look]:
        """In the order in which they happened, after a number."""
        asked = f"SELECT {_COLUMNS} FROM look WHERE number > ? ORDER BY number LIMIT ?"
        return [Look(*row) for row in self._db.rows(asked, (after, limit))]

    def count(self) -> int:
        first, last = self._db.row("SELECT min(number), max(number) FROM look")
        return 0 if first is None else int(last - first + 1)

    @property
    def exported(self) -> int:
        """Number of the last look that an auditor has exported."""
        return int(self._db.meta(_EXPORTED) or b"0")

    def mark_exported(self, number: int) -> None:
        """What is exported may make room when the log is full. Durable on return."""
        if number > self.exported:
            self._db.set_meta(_EXPORTED, str(number).encode())

    def verify(self) -> None:
        """Whether every look stands as it was written. Raises `looks-damaged` (facts: number of the first that does
        not follow from the one before it).
        """
        before, expected = self._db.meta(_BASE) or bytes(DIGEST_BYTES), None
        for *row, digest in self._each():
            look = Look(*row)
            gap = expected is not None and look.number != expected
            if gap or _digest(before, look) != digest:
                raise MunimentError("looks-damaged", number=look.number)
            before, expected = digest, look.number + 1

    def _each(self) -> Iterator[tuple[Any, ...]]:
        after = 0
        asked = f"SELECT {_COLUMNS}, digest FROM look WHERE number > ? ORDER BY number LIMIT 1000"
        while rows := self._db.rows(asked, (after,)):
            yield from rows
            after = rows[-1][0]

    def _newest(self) -> tuple[int, bytes]:
        row = self._db.row("SELECT number, digest FROM look ORDER BY number DESC LIMIT 1")
        return (row[0], row[1]) if row else (self.exported, self._db.meta(_BASE) or bytes(DIGEST_BYTES))

    def _make_room(self) -> None:
        if self.count() < self._most:
            return
        oldest = self._db.scalar("SELECT min(number) FROM look")
        end = 0 if oldest is None else min(oldest + DROPPED_AT_ONCE - 1, self.exported)
        if oldest is None or end < oldest:
            raise MunimentError("looks-full", looks=self._most)
        base = self._db.scalar("SELECT digest FROM look WHERE number = ?", (end,))
        self._db.set_meta(_BASE, base)
        self._db.execute("DELETE FROM look WHERE number <= ?", (end,))


def _digest(before: bytes, look: Look) -> bytes:
    return tagged_hash("look", before, encode(list(astuple(look))))
