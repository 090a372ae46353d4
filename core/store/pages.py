"""What pages read: search over everything on this disk, and keyset pages of a register.

Both read the present state: the overlay's version where there is one, else the agreed one. The words of a record are
its key and every text in its fields; a query matches records that have, for each word typed, a word that begins so.

Changing FTS5's index costs an act as many pages as all else that it writes. So words are taken from the present state
before the next search, or when many are due: those of acts behind a mark, whose rows name their records, and of what
stands in a queue. A crash loses neither. Large batches bring their words at once.
"""

import re
from collections.abc import Iterable, Sequence
from heapq import merge
from unicodedata import combining, normalize

from core.ledger.encoding import Value
from core.ledger.record import RECORD_ID_BYTES, Change, Record, read_record
from core.store.chain import PLACE_BITS
from core.store.database import Database

MAX_QUERY_WORDS = 8
DUE_RECORDS = 256  # in the queue, before their words are indexed without a search: some 20 ms of work
DUE_AT_ONCE = 64  # a batch that changes more indexes its words itself
_INDEXED = "words-indexed"  # position of the last block whose acts' words are indexed, big endian
_WORD = re.compile(r"\w+")
_OVERLAID = "(SELECT body FROM overlay WHERE id = ?1)"
_AGREED = "(SELECT body FROM record WHERE id = ?1)"


def label(record: Record) -> str:
    """The record's key as text; a part that is the id of another record says nothing.

    Its parts stand as canonical bytes order them, so the record that an act has just made and the one that was read
    from the disk have the same, and the same place in a list.
    """
    parts = (record.key[name] for name in sorted(record.key, key=lambda name: (len(name), name)))
    return " · ".join(str(part) for part in parts if not isinstance(part, bytes))


def words(record: Record) -> str:
    """What search finds a record by."""
    parts: list[str] = []
    _collect_texts(record.key, parts)
    _collect_texts(record.fields, parts)
    return " ".join(parts)


def _says_otherwise(old: Record, new: Record) -> bool:
    """Whether its words may be others: what an act has not touched is the very same in both versions."""
    if old.key != new.key or old.fields.keys() != new.fields.keys():
        return True
    before, after = list[str](), list[str]()
    for name, value in new.fields.items():
        if value is not old.fields[name]:
            _collect_texts([old.fields[name]], before)
            _collect_texts([value], after)
    return before != after


def is_found(held: str, text: str) -> bool:
    """Whether `search` for a text finds a record of these words: each of its words begins one of theirs."""
    begins = [_plain(word) for word in _WORD.findall(text)[:MAX_QUERY_WORDS]]
    words = [_plain(word) for word in _WORD.findall(held)]
    return bool(begins) and all(any(word.startswith(one) for word in words) for one in begins)


def _plain(word: str) -> str:
    """Without marks, as the index of words has it."""
    return "".join(one for one in normalize("NFKD", word.casefold()) if not combining(one))


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
        self._noted: int | None = None  # about how many records of acts behind the mark are due
        self._marked: int | None = None  # the mark; further on than it stands if that was undone

    def index_foreseen(self, changes: Sequence[Change], position: int) -> None:
        """Find what the acts of the block at a position have changed by its words. Inside `atomic`, after its acts."""
        if self._marked is None:
            self._marked = self._mark()
        if position <= self._marked:  # its acts are folded anew, or came with a snapshot
            self.index_words((change.old, change.new) for change in changes)
        elif len(changes) > DUE_AT_ONCE:
            self._catch_up(position - 1)
            self._index_at_once([(change.old, change.new) for change in changes])
            self._move_mark(position)
        else:
            self._noted = len(self._due(position)) if self._noted is None else self._noted + len(changes)
            if self._noted >= DUE_RECORDS:
                self._catch_up(position)

    def index_words(self, records: Iterable[tuple[Record | None, Record]]) -> None:
        """Find agreed versions by their words; (old, new) as in a change. Inside `atomic`."""
        changes = list(records)
        if len(changes) > DUE_AT_ONCE:
            self._index_at_once(changes)
            return
        for _, new in changes:
            queued = self._db.execute("INSERT INTO search_due(record) VALUES (?)", (new.id,))
            if queued.lastrowid >= DUE_RECORDS:  # numbers begin at 1 whenever the queue was emptied
                self._catch_up(self._newest())

    def _index_at_once(self, changes: list[tuple[Record | None, Record]]) -> None:
        # An act that is executed again (first in the overlay, then agreed) has its words here already.
        known = self._with_words([new.id for old, new in changes if old is None])
        created = [(new.id, words(new)) for old, new in changes if old is None and new.id not in known]
        replaced = [(new.id, words(new)) for old, new in changes if old is not None and _says_otherwise(old, new)]
        self._add(created)
        self._replace(replaced)

    def fill(self, records: Iterable[Record]) -> None:
        """Find records by their words that are not here yet. Inside `atomic`."""
        self._add([(record.id, words(record)) for record in records])

    def replace_words(self, records: Iterable[Record]) -> None:
        """Find these by the words of the given versions and no others. Inside `atomic`."""
        self._index([(record.id, words(record)) for record in records])

    def _newest(self) -> int:
        """Position of the newest block with acts."""
        return (self._db.scalar("SELECT max(number) FROM act") or 0) >> PLACE_BITS

    def pass_over(self) -> None:
        """The words of all acts that stand here are indexed: with the records of a snapshot. Inside `atomic`."""
        self._move_mark(self._newest())

    def _mark(self) -> int:
        return int.from_bytes(self._db.meta(_INDEXED) or b"", "big")

    def _move_mark(self, position: int) -> None:
        self._db.set_meta(_INDEXED, position.to_bytes(8, "big"))
        self._marked = position

    def _due(self, upto: int) -> list[bytes]:
        """Records of the acts behind the mark, up to those of the block at a position; oldest first."""
        joined = self._db.rows(
            "SELECT records FROM act WHERE number >= ? AND number < ? AND records IS NOT NULL ORDER BY number",
            (self._mark() + 1 << PLACE_BITS, upto + 1 << PLACE_BITS),
        )
        step = RECORD_ID_BYTES
        return [row[0][start : start + step] for row in joined for start in range(0, len(row[0]), step)]

    def _catch_up(self, upto: int) -> None:
        """Index what is due, of acts up to those at a position, by the words of its present versions."""
        queued = [row[0] for row in self._db.rows("SELECT record FROM search_due ORDER BY number")]
        due = list(dict.fromkeys(queued + self._due(upto)))
        self._noted = 0
        if not due:
            return
        present = (
            (record_id, self._db.scalar(f"SELECT coalesce({_OVERLAID}, {_AGREED})", (record_id,))) for record_id in due
        )
        with self._db.atomic():
            self._index([(record_id, words(read_record(body))) for record_id, body in present if body])
            self._db.execute("DELETE FROM search_due")
            self._move_mark(upto)

    def _index(self, texts: list[tuple[bytes, str]]) -> None:
        """Give each record these words in place of those it had."""
        known = self._with_words([record_id for record_id, _ in texts])
        self._add([row for row in texts if row[0] not in known])
        self._replace([row for row in texts if row[0] in known])

    def _add(self, texts: list[tuple[bytes, str]]) -> None:
        number = self._db.scalar("SELECT coalesce(max(number), 0) + 1 FROM search_row")
        self._db.executemany(
            "INSERT INTO search_row VALUES (?,?)", [(number + i, row[0]) for i, row in enumerate(texts)]
        )
        self._db.executemany(
            "INSERT INTO search(rowid, words) VALUES (?,?)", [(number + i, row[1]) for i, row in enumerate(texts)]
        )

    def _replace(self, texts: list[tuple[bytes, str]]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO search(rowid, words) SELECT number, ?2 FROM search_row WHERE record = ?1", texts
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
        """Ids of records that match every word as a prefix; unranked, newest first, at most `limit`.

        Raises `disk-full` where the words of the newest acts have no room: it would miss them.
        """
        query = " ".join(f'"{word}"*' for word in _WORD.findall(text)[:MAX_QUERY_WORDS])
        if not query:
            return []
        self._catch_up(self._newest())
        rows = self._db.rows(
            "SELECT record FROM search JOIN search_row ON search_row.number = search.rowid"
            " WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
            (query, limit),
        )
        return [row[0] for row in rows]

    def page(self, register: str, after: bytes | None, limit: int) -> list[tuple[Record, bool]]:
        """(record, whether its newest version is only in the overlay) in the order of (label, id), after a record's."""
        place = ("", b"") if after is None else (self._place(after), after)
        sql = "SELECT label, id, body FROM {} WHERE register = ? AND (label, id) > (?, ?) ORDER BY label, id LIMIT ?"
        values = (register, *place, limit)
        pending = [(row[0], row[1], row[2], True) for row in self._db.rows(sql.format("overlay"), values)]
        agreed = [(row[0], row[1], row[2], False) for row in self._db.rows(sql.format("record"), values)]
        chosen: list[tuple[Record, bool]] = []
        overlaid = {row[1] for row in pending} | self._overlaid(row[1] for row in agreed)
        for _, record_id, body, is_pending in merge(pending, agreed, key=lambda row: (row[0], row[1])):
            if is_pending or record_id not in overlaid:
                chosen.append((read_record(body), is_pending))
            if len(chosen) == limit:
                break
        return chosen

    def _place(self, record: bytes) -> str:
        """The label that it stands under: what a reader is shown may be another."""
        for layer in ("overlay", "record"):
            if rows := self._db.rows(f"SELECT label FROM {layer} WHERE id = ?", (record,)):
                return str(rows[0][0])
        return ""

    def between(self, index: str, first: bytes, last: bytes, limit: int) -> list[bytes]:
        """Records of the groups of an index from `first` to `last`, in their order, with acts not yet executed.

        Canonical bytes of whole days follow each other as the days do.
        """
        sql = "SELECT grp, record, {} FROM {} WHERE name = ?1 AND grp >= ?2 AND grp <= ?3 ORDER BY grp, record LIMIT ?4"
        span = (index, first, last)
        changed = self._db.rows(sql.format("added", "overlay_index"), (*span, -1))
        gone = {(group, record) for group, record, added in changed if not added}
        agreed = self._db.rows(sql.format("1", "index_entry"), (*span, limit + len(gone)))
        found = {(group, record) for group, record, _ in agreed} - gone
        found |= {(group, record) for group, record, added in changed if added}
        return [record for _, record in sorted(found)[:limit]]

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
