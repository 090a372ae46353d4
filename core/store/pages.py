"""What pages read: search over everything on this disk, and keyset pages of a register.

Both read the present state: the overlay's version where there is one, else the agreed one. The words of a record are
its key and every text in its fields; a query matches records that have, for each word typed, a word that begins so.
"""

import re
from collections.abc import Iterable
from heapq import merge

from core.ledger.encoding import Value
from core.ledger.record import Record, decode_record
from core.store.database import Database

MAX_QUERY_WORDS = 8
_WORD = re.compile(r"\w+")


def label(record: Record) -> str:
    """The record's key as text."""
    return " · ".join(str(value) for value in record.key.values())


def words(record: Record) -> str:
    """What search finds a record by."""
    parts: list[str] = []
    _collect_texts(record.key, parts)
    _collect_texts(record.fields, parts)
    return " ".join(parts)


def _collect_texts(value: Value, parts: list[str]) -> None:
    """Of a map or a list."""
    for item in value.values() if type(value) is dict else value:
        kind = type(item)
        if kind is str:
            parts.append(item)
        elif kind is dict or kind is list:
            _collect_texts(item, parts)


class PageStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def index_words(self, records: Iterable[tuple[Record | None, Record]]) -> None:
        """Keep the words of new versions; (old, new) as in a change. Inside `atomic`."""
        created, replaced = [], []
        for old, new in records:
            text = words(new)
            if old is None:
                created.append((new.id, text))
            elif words(old) != text:
                replaced.append((new.id, text))
        if created:
            number = self._db.scalar("SELECT coalesce(max(number), 0) FROM search_row")
            # An act that is executed again (first in the overlay, then agreed) has its words here already.
            known = self._with_words([row[0] for row in created]) if number else set()
            fresh = [row for row in created if row[0] not in known]
            self._db.executemany(
                "INSERT INTO search_row VALUES (?,?)",
                [(number + i, row[0]) for i, row in enumerate(fresh, 1)],
            )
            self._db.executemany(
                "INSERT INTO search(rowid, words) VALUES (?,?)",
                [(number + i, row[1]) for i, row in enumerate(fresh, 1)],
            )
        self._replace(replaced)

    def replace_words(self, records: Iterable[Record]) -> None:
        """Find these by the words of the given versions and no others. Inside `atomic`."""
        self._replace([(record.id, words(record)) for record in records])

    def _replace(self, texts: Iterable[tuple[bytes, str]]) -> None:
        for record_id, text in texts:
            self._db.execute(
                "INSERT OR REPLACE INTO search(rowid, words) SELECT number, ? FROM search_row WHERE record = ?",
                (text, record_id),
            )

    def _with_words(self, ids: list[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._db.rows(f"SELECT record FROM search_row WHERE record IN ({marks})", tuple(part))
            found.update(row[0] for row in rows)
        return found

    def search(self, text: str, limit: int) -> list[bytes]:
        """Ids of records that match every word as a prefix; unranked, newest first, at most `limit`."""
        query = " ".join(f'"{word}"*' for word in _WORD.findall(text)[:MAX_QUERY_WORDS])
        if not query:
            return []
        rows = self._db.rows(
            "SELECT record FROM search JOIN search_row ON search_row.number = search.rowid"
            " WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
            (query, limit),
        )
        return [row[0] for row in rows]

    def page(self, register: str, after: tuple[str, bytes] | None, limit: int) -> list[tuple[Record, bool]]:
        """(record, whether its newest version is only in the overlay) in the order of (label, id), after a place."""
        place = after or ("", b"")
        sql = "SELECT label, id, body FROM {} WHERE register = ? AND (label, id) > (?, ?) ORDER BY label, id LIMIT ?"
        values = (register, *place, limit)
        pending = [(row[0], row[1], row[2], True) for row in self._db.rows(sql.format("overlay"), values)]
        agreed = [(row[0], row[1], row[2], False) for row in self._db.rows(sql.format("record"), values)]
        chosen: list[tuple[Record, bool]] = []
        overlaid = {row[1] for row in pending} | self._overlaid(row[1] for row in agreed)
        for _, record_id, body, is_pending in merge(pending, agreed, key=lambda row: (row[0], row[1])):
            if is_pending or record_id not in overlaid:
                chosen.append((decode_record(body), is_pending))
            if len(chosen) == limit:
                break
        return chosen

    def _overlaid(self, ids: Iterable[bytes]) -> set[bytes]:
        wanted = list(ids)
        if not wanted or not self._db.scalar("SELECT 1 FROM overlay LIMIT 1"):
            return set()
        marks = ",".join("?" * len(wanted))
        return {row[0] for row in self._db.rows(f"SELECT id FROM overlay WHERE id IN ({marks})", tuple(wanted))}

    def count(self, register: str) -> int:
        """Records of a register, those of uncertified acts included."""
        found: int = self._db.scalar(
            "SELECT (SELECT count(*) FROM record WHERE register = ?)"
            " + (SELECT count(*) FROM overlay WHERE register = ? AND id NOT IN (SELECT id FROM record))",
            (register, register),
        )
        return found
