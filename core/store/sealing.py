"""What this computer holds of sealed fields beside the ledger: keys, shares, envelopes for others, orders, notes.

The ledger has the boxes, this store the keys, so that a key can be destroyed and everything signed still holds. Keys
and envelopes stand in tables of their own: `destroy` writes what is left of them anew and has SQLite overwrite the old
pages, also where a page was split long ago; `sweep` does the same to the write-ahead log. What a disk keeps of
overwritten blocks, and every older backup, is beyond that, and encrypted with the database key.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.ledger.encoding import decode, encode
from core.ledger.sealed import Sealed, read_sealed_value
from core.store.database import Database

MAX_ENVELOPES = 8  # of one kind for one recipient's key: each entitled office may make one
_OF_FIELDS = {
    "sealed_key": ("name", "key"),
    "sealed_envelope": ("name", "kind", "recipient", "incarnation", "by", "body"),
}
_OF_DRAFTS = {
    "draft": ("id", "law", "procedure", "title", "changed_ms", "document"),
    "shared_draft": ("draft", "office", "mirror", "said", "gone"),
}
_NO_BOX = bytes(41)  # stands for a box where only the terms are kept: the shortest that has the form


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A sealed field of an act held here."""

    name: bytes
    act: bytes  # in which it was sealed: of a decision the request inside it
    block: bytes
    author: int  # of the block
    field: str  # of the act
    sealed: Sealed  # without its box
    law: str
    procedure: str
    event: str | None  # the procedure that opens it
    event_record: bytes | None
    erased: bytes | None  # id of the order, 32 bytes


@dataclass(frozen=True, slots=True)
class ErasureRow:
    act: bytes
    record: bytes  # id of a record (16 bytes), or of an act that made none (32)
    version: int  # of the record that the order had seen: what was sealed up to it is destroyed
    anchor: int
    swept: bool


class SealingStore:
    """Writes are inside `atomic`, but for `sweep`."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._used: bool | None = None

    # -- sealed fields ------------------------------------------------------------------------------------------

    def add(self, row: SealedRow, links: Iterable[tuple[bytes, int]]) -> None:
        """A field that an act has brought, and the (record, version seen) that it is about."""
        self._used = True
        self._db.execute(
            "INSERT INTO sealed VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(name) DO UPDATE"
            " SET event_record = coalesce(event_record, excluded.event_record),"
            " erased = coalesce(erased, excluded.erased)",
            (
                row.name,
                row.act,
                row.block,
                row.author,
                row.field,
                encode({**row.sealed.value, "box": _NO_BOX}),
                row.law,
                row.procedure,
                row.event,
                row.event_record,
                row.erased,
            ),
        )
        concerned = {*row.sealed.offices, *(holder for holder, _ in row.sealed.shares)}
        self._db.executemany(
            "INSERT OR IGNORE INTO sealed_for VALUES (?,?)", [(office, row.name) for office in sorted(concerned)]
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO sealed_link VALUES (?,?,?)", [(record, row.name, seen) for record, seen in links]
        )

    def get(self, name: bytes) -> SealedRow | None:
        row = self._db.row("SELECT * FROM sealed WHERE name = ?", (name,))
        return _sealed_row(row) if row else None

    def of_block(self, block: bytes) -> list[SealedRow]:
        return [_sealed_row(row) for row in self._db.rows("SELECT * FROM sealed WHERE block = ?", (block,))]

    def of_act(self, act: bytes, law: str, by: int) -> list[SealedRow]:
        """What an office sealed in an act under a law."""
        rows = self._db.rows("SELECT * FROM sealed WHERE act = ? AND law = ?", (act, law))
        return [row for row in map(_sealed_row, rows) if row.sealed.by == by]

    def of_record(self, record: bytes) -> list[SealedRow]:
        rows = self._db.rows(
            "SELECT sealed.* FROM sealed JOIN sealed_link USING (name) WHERE record = ? ORDER BY version, name",
            (record,),
        )
        return [_sealed_row(row) for row in rows]

    def lacking(self, office: int) -> Iterator[SealedRow]:
        """Fields that the office may read, or of whose key it holds a share, without a key here."""
        rows = self._db.rows(
            "SELECT sealed.* FROM sealed_for JOIN sealed USING (name) WHERE office = ? AND erased IS NULL"
            " AND name NOT IN (SELECT name FROM sealed_key)",
            (office,),
        )
        return map(_sealed_row, rows)

    def readable(self) -> Iterator[tuple[bytes, SealedRow]]:
        """Fields whose key is here, each with the records that it is about."""
        rows = self._db.rows(
            "SELECT record, sealed.* FROM sealed JOIN sealed_key USING (name) JOIN sealed_link USING (name)"
            " WHERE erased IS NULL ORDER BY record, name"
        )
        return ((record, _sealed_row(row)) for record, *row in rows)

    @property
    def is_empty(self) -> bool:
        """Asked for every block: most networks seal nothing."""
        if self._used is None:
            self._used = self._db.scalar("SELECT 1 FROM sealed LIMIT 1") is not None
        return not self._used

    # -- keys and envelopes -------------------------------------------------------------------------------------

    def put_key(self, name: bytes, key: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO sealed_key VALUES (?,?)", (name, key))

    def key(self, name: bytes) -> bytes | None:
        found: bytes | None = self._db.scalar("SELECT key FROM sealed_key WHERE name = ?", (name,))
        return found

    def put_envelope(self, place: Sequence[bytes | int], body: bytes) -> bool:
        """`place`: name, kind, recipient, incarnation, by. Whether it is new and there is room for it."""
        held = "SELECT count(*) FROM sealed_envelope WHERE name = ? AND kind = ? AND recipient = ? AND incarnation = ?"
        if self._db.scalar(held, tuple(place[:4])) >= MAX_ENVELOPES:
            return False
        cursor = self._db.execute("INSERT OR IGNORE INTO sealed_envelope VALUES (?,?,?,?,?,?)", (*place, body))
        return int(cursor.rowcount) > 0

    def envelopes(self, name: bytes, kind: int | None = None, recipient: int | None = None) -> list[bytes]:
        """Encoded, of one field; of one kind, for one recipient."""
        rows = self._db.rows(
            "SELECT body FROM sealed_envelope WHERE name = ?1 AND (?2 IS NULL OR kind = ?2)"
            " AND (?3 IS NULL OR recipient = ?3) ORDER BY kind, recipient, incarnation, by",
            (name, kind, recipient),
        )
        return [row[0] for row in rows]

    # -- events and shares --------------------------------------------------------------------------------------

    def add_event(self, law: str, procedure: str, record: bytes, act: bytes) -> None:
        self._db.execute("INSERT OR IGNORE INTO sealed_event VALUES (?,?,?,?)", (law, procedure, record, act))

    def event_of(self, row: SealedRow) -> bytes | None:
        """The final act that opened a field; None before."""
        found: bytes | None = self._db.scalar(
            "SELECT act FROM sealed_event WHERE law = ? AND procedure = ? AND record = ?",
            (row.law, row.event, row.event_record),
        )
        return found

    def opened(self) -> list[SealedRow]:
        """Every field whose event has happened and that nobody has erased."""
        rows = self._db.rows(
            "SELECT sealed.* FROM sealed JOIN sealed_event ON sealed_event.record = sealed.event_record"
            " AND sealed_event.law = sealed.law AND sealed_event.procedure = sealed.event WHERE erased IS NULL"
        )
        return [_sealed_row(row) for row in rows]

    def add_release(self, name: bytes, holder: int, usable: bool) -> None:
        self._db.execute("INSERT OR IGNORE INTO share_release VALUES (?,?,?)", (name, holder, usable))

    def releases(self, name: bytes) -> dict[int, bool]:
        """Whether the share was usable, by the office that has said so in a block."""
        rows = self._db.rows("SELECT holder, usable FROM share_release WHERE name = ? ORDER BY holder", (name,))
        return {holder: bool(usable) for holder, usable in rows}

    # -- erasing ------------------------------------------------------------------------------------------------

    def add_erasure(self, row: ErasureRow) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO erasure VALUES (?,?,?,?,0)", (row.act, row.record, row.version, row.anchor)
        )

    def erasures(self) -> list[ErasureRow]:
        """Newest first."""
        rows = self._db.rows(
            "SELECT act, record, version, anchor, swept FROM erasure ORDER BY anchor DESC, act, record"
        )
        return [ErasureRow(act, record, version, anchor, bool(swept)) for act, record, version, anchor, swept in rows]

    def orders_about(self, named: bytes) -> list[bytes]:
        """Orders that name a record or an act."""
        return [order for (order,) in self._db.rows("SELECT act FROM erasure WHERE record = ?", (named,))]

    def erased_up_to(self, record: bytes, version: int) -> bytes | None:
        """The order that destroyed what an act had sealed which saw this version of the record; None: there is none."""
        found: bytes | None = self._db.scalar(
            "SELECT act FROM erasure WHERE record = ? AND version >= ? ORDER BY version LIMIT 1", (record, version)
        )
        return found

    def link_act(self, act: bytes, law: str, by: int) -> None:
        """Let what an office sealed in an act under a law be found by the act's id, which stands for a record."""
        names = [(act, row.name) for row in self.of_act(act, law, by)]
        self._db.executemany("INSERT OR IGNORE INTO sealed_link VALUES (?,?,0)", names)

    def destroy(self, record: bytes, version: int, order: bytes) -> int:
        """Destroy the keys and envelopes of all that was sealed about a record up to a version; how many fields."""
        linked = "SELECT name FROM sealed_link WHERE record = ? AND version <= ?"
        due = self._db.rows(f"SELECT name FROM sealed WHERE erased IS NULL AND name IN ({linked})", (record, version))
        self._db.executemany("UPDATE sealed SET erased = ? WHERE name = ?", [(order, name) for (name,) in due])
        if due:
            self._db.overwrite()
            for table, columns in _OF_FIELDS.items():
                self._write_anew(table, columns, "name NOT IN (SELECT name FROM sealed WHERE erased IS NOT NULL)")
            for table, columns in _OF_DRAFTS.items():
                self._write_anew(table, columns, "1")
        return len(due)

    def drop_erased(self) -> None:
        """Keys and envelopes of erased fields, wherever rows of an older copy have brought them back."""
        for table, columns in _OF_FIELDS.items():
            lacking = "name IN (SELECT name FROM sealed WHERE erased IS NOT NULL)"
            if self._db.scalar(f"SELECT 1 FROM {table} WHERE {lacking} LIMIT 1") is not None:
                self._db.overwrite()
                self._write_anew(table, columns, "name NOT IN (SELECT name FROM sealed WHERE erased IS NOT NULL)")

    def _write_anew(self, table: str, columns: Sequence[str], where: str) -> None:
        """What stays, on new pages; those that go are overwritten, with what older versions of a row left on them."""
        named = ", ".join(columns)
        kept = self._db.rows(f"SELECT {named} FROM {table} WHERE {where}")
        made = self._db.scalar("SELECT sql FROM sqlite_master WHERE name = ?", (table,))
        self._db.execute(f"DROP TABLE {table}")
        self._db.execute(made)
        self._db.executemany(f"INSERT INTO {table}({named}) VALUES ({','.join('?' * len(columns))})", kept)

    def sweep(self) -> bool:
        """Outside `atomic`: take what was destroyed out of the write-ahead log as well; whether it is out."""
        if self._db.in_atomic:
            return False
        if not self._db.empty_log():
            return False
        self._db.execute("UPDATE erasure SET swept = 1 WHERE swept = 0")
        return True

    def add_note(self, order: bytes, office: int) -> None:
        self._db.execute("INSERT OR IGNORE INTO erasure_note VALUES (?,?)", (order, office))

    def notes(self, order: bytes) -> list[int]:
        """Numbers of the offices that have said in a block that they destroyed what the order names."""
        rows = self._db.rows("SELECT office FROM erasure_note WHERE act = ? ORDER BY office", (order,))
        return [row[0] for row in rows]


def _terms(value: bytes) -> Sealed:
    read = read_sealed_value(decode(value))
    assert read is not None
    return read


def _sealed_row(row: Sequence[object]) -> SealedRow:
    name, act, block, author, field, value, *rest = row
    return SealedRow(name, act, block, author, field, _terms(value), *rest)  # type: ignore[arg-type]  # SQLite's
