"""The two layers of state: *agreed*, a fold over what anchors executed, and the *overlay* of acts not yet there.

The overlay holds the newest version of the records that acts not yet executed have made, in order of arrival; reading
the present state looks there first. The agreed layer alone is hashed into the state root (state_tree.py), which is
written with it.
"""

from collections.abc import Callable, Iterable, Sequence

from core.errors import MunimentError
from core.ledger.record import (
    RECORD_ID_BYTES,
    Change,
    GroupChange,
    IndexChange,
    Record,
    TotalChange,
    encode_record,
    read_record,
    record_digest,
)
from core.ledger.state_proof import StateProof, district_of
from core.store.database import Database
from core.store.foreseen import ForeseenStore
from core.store.state_tree import RecordChange, StateTree
from core.store.totals import TotalStore

MAX_NEAR = 32  # rows of neighbouring groups that are read at once
_ID_HEAD, _ID_END = b"\x50", 2 + RECORD_ID_BYTES  # of a group, a list of at most 23: one byte, then each value's
# What names a register or an index in the tables of its entries, agreed and foreseen.
_REGISTER, _INDEX = "register", "name"
_AGREED_COUNT = "SELECT (SELECT count(*) FROM index_entry WHERE name = ?1 AND grp = ?2)"
_AGREED_HOLDS = "EXISTS (SELECT 1 FROM index_entry WHERE name = ?1 AND grp = ?2 AND record = {})"
# With the overlay, which may repeat what the agreed layer says already.
_COUNT = (
    f"{_AGREED_COUNT} + (SELECT coalesce(sum(added - {_AGREED_HOLDS.format('overlaid.record')}), 0)"
    " FROM overlay_index AS overlaid WHERE name = ?1 AND grp = ?2)"
)
_HOLDS = (
    "SELECT coalesce((SELECT added FROM overlay_index WHERE name = ?1 AND grp = ?2 AND record = ?3),"
    f" {_AGREED_HOLDS.format('?3')})"
)
_TABLES = {_REGISTER: ("record", "overlay"), _INDEX: ("index_entry", "overlay_index")}


def beginning_of(group: bytes) -> bytes | None:
    """The bytes with which every group begins that names the same record first; None if it names none, or only that."""
    return group[:_ID_END] if group[1:2] == _ID_HEAD and len(group) > _ID_END else None


class StateStore:
    def __init__(self, database: Database) -> None:
        self._db = database
        self.tree = StateTree(database)
        self.foreseen = ForeseenStore(database)
        self.totals = TotalStore(database)
        self.total, self.present_total = self.totals.agreed, self.totals.present
        # Whether a register or an index was found empty, by (column that names it, name, whether of the agreed layer).
        self._empty: dict[tuple[str, str, bool], bool] = {}
        database.when_undone(self._empty.clear)  # what a transaction that failed had cleared is there again

    # -- reading ------------------------------------------------------------------------------------------------

    def agreed(self, record_id: bytes) -> Record | None:
        body = self._db.scalar("SELECT body FROM record WHERE id = ?", (record_id,))
        return read_record(body) if body else None

    def overlaid(self, record_id: bytes) -> Record | None:
        body = self._db.scalar("SELECT body FROM overlay WHERE id = ?", (record_id,))
        return read_record(body) if body else None

    def present(self, record_id: bytes) -> Record | None:
        """The newest version known here, confirmed or not."""
        body = self._db.scalar(
            "SELECT coalesce((SELECT body FROM overlay WHERE id = ?1), (SELECT body FROM record WHERE id = ?1))",
            (record_id,),
        )
        return read_record(body) if body else None

    def find(self, index: str, group: bytes, limit: int) -> list[bytes]:
        if self.is_bare(index, agreed_only=True):
            return []
        rows = self._db.rows(
            "SELECT record FROM index_entry WHERE name = ? AND grp = ? ORDER BY record LIMIT ?",
            (index, group, limit),
        )
        return [row[0] for row in rows]

    def count(self, index: str, group: bytes, agreed_only: bool = True) -> int:
        if self.is_bare(index, agreed_only):
            return 0
        found: int = self._db.scalar(_AGREED_COUNT if agreed_only else _COUNT, (index, group))
        return found

    def holds(self, index: str, group: bytes, record_id: bytes, agreed_only: bool = True) -> bool:
        """Whether the agreed layer has the record in the group, or both layers together."""
        query = f"SELECT {_AGREED_HOLDS.format('?3')}" if agreed_only else _HOLDS
        return bool(self._db.scalar(query, (index, group, record_id)))

    def uses(self, register: str, agreed_only: bool) -> bool:
        """Whether a register has a record; the disk is not asked again for one that was empty and stayed so."""
        return not self._is_empty(_REGISTER, register, agreed_only)

    def is_bare(self, index: str, agreed_only: bool) -> bool:
        """Whether an index has no entry at all: most conditions of a sale ask for what few parcels have."""
        return self._is_empty(_INDEX, index, agreed_only)

    def _is_empty(self, column: str, name: str, agreed_only: bool) -> bool:
        """One that has been filled may be empty again meanwhile: that is asked where it matters."""
        place = (column, name, agreed_only)
        if place not in self._empty:
            agreed, foreseen = _TABLES[column]
            tables = (agreed,) if agreed_only else (agreed, foreseen)
            statement = f"SELECT 1 FROM {{}} WHERE {column} = ? LIMIT 1"
            self._empty[place] = not any(self._db.scalar(statement.format(table), (name,)) for table in tables)
        return self._empty[place]

    def _written(self, column: str, names: Iterable[str]) -> None:
        """These may have something now."""
        for name in set(names) if self._empty else ():
            for place in ((column, name, True), (column, name, False)):
                if self._empty.get(place):
                    del self._empty[place]

    def overlay_index(self, index: str, group: bytes) -> dict[bytes, bool]:
        """Records that acts not yet executed add to (True) or take from (False) a group."""
        rows = self._db.rows("SELECT record, added FROM overlay_index WHERE name = ? AND grp = ?", (index, group))
        return {record: bool(added) for record, added in rows}

    def groups_near(self, index: str, beginning: bytes, agreed_only: bool) -> dict[bytes, set[bytes]] | None:
        """The records of each group that begins so (`beginning_of`), in one statement; None where there are many."""
        if self.is_bare(index, agreed_only):
            return {}
        span = (index, beginning, beginning + b"\xff")  # no value begins with that byte
        if agreed_only:
            rows = self._db.rows(
                "SELECT grp, record, NULL FROM index_entry WHERE name = ?1 AND grp > ?2 AND grp < ?3"
                f" LIMIT {MAX_NEAR + 1}",
                span,
            )
        else:
            rows = self._db.rows(
                "SELECT grp, record, NULL FROM index_entry WHERE name = ?1 AND grp > ?2 AND grp < ?3"
                " UNION ALL SELECT grp, record, added FROM overlay_index WHERE name = ?1 AND grp > ?2 AND grp < ?3"
                f" LIMIT {MAX_NEAR + 1}",
                span,
            )
        if len(rows) > MAX_NEAR:
            return None
        groups: dict[bytes, set[bytes]] = {}
        for group, record, added in rows:
            if added is None:
                groups.setdefault(group, set()).add(record)
        for group, record, added in rows:  # the overlay has the last word
            if added is not None:
                (set.add if added else set.discard)(groups.setdefault(group, set()), record)
        return groups

    def find_with_overlay(self, index: str, group: bytes, limit: int) -> tuple[list[bytes], dict[bytes, bool]]:
        """`find` and `overlay_index` in one statement, because every unique key of every act asks for both.

        So many more are found as the overlay takes away. The limit is put on afterwards: a group is small (laws bound
        their indexes), and SQLite sets up a limited half of a union at three times the cost of the whole.
        """
        if self.is_bare(index, agreed_only=False):
            return [], {}
        rows = self._db.rows(
            "SELECT record, added FROM overlay_index WHERE name = ?1 AND grp = ?2"
            " UNION ALL SELECT record, NULL FROM index_entry WHERE name = ?1 AND grp = ?2",
            (index, group),
        )
        overlaid = {record: bool(added) for record, added in rows if added is not None}
        gone = len(overlaid) - sum(overlaid.values())
        return sorted(record for record, added in rows if added is None)[: limit + gone], overlaid

    def history(self, record_id: bytes) -> list[Record]:
        """Versions that were replaced, newest first."""
        rows = self._db.rows("SELECT body FROM history WHERE record = ? ORDER BY version DESC", (record_id,))
        replaced = [read_record(row[0]) for row in rows]
        present, agreed = self.overlaid(record_id), self.agreed(record_id)
        if present is None:
            return replaced
        foreseen = self.foreseen.replaced_before(present, agreed.version if agreed else 0)
        return [*foreseen, agreed, *replaced] if agreed else foreseen

    # -- writing; inside `atomic` -------------------------------------------------------------------------------

    def write_agreed(
        self,
        changes: Sequence[Change],
        indexes: Iterable[IndexChange],
        labels: dict[bytes, str],
        encoding: Callable[[Record], bytes] = encode_record,
    ) -> None:
        """Net changes of executed acts, each record once. `encoding`: of a new version, where it is known already."""
        self._written(_REGISTER, (change.new.register for change in changes))
        created: list[tuple[object, ...]] = []
        replaced: list[tuple[object, ...]] = []
        olds: list[tuple[object, ...]] = []
        tree_changes: list[RecordChange] = []
        for change in sorted(changes, key=lambda change: change.new.id):
            new, old = change.new, change.old
            encoded, district = encoding(new), district_of(new)
            (replaced if old else created).append((new.register, district, labels[new.id], encoded, new.id))
            tree_changes.append(RecordChange(new.register, district, new.id, record_digest(encoded)))
            if old:
                olds.append((old.id, old.version, old.last_act, encode_record(old)))
                if (old.register, district_of(old)) != (new.register, district):
                    tree_changes.append(RecordChange(old.register, district_of(old), old.id, None))
        self._db.executemany("INSERT INTO record(register, district, label, body, id) VALUES (?,?,?,?,?)", created)
        self._db.executemany("UPDATE record SET register=?, district=?, label=?, body=? WHERE id=?", replaced)
        self._db.executemany("INSERT OR REPLACE INTO history VALUES (?,?,?,?)", olds)
        self.tree.update(tree_changes)
        self._write_indexes(indexes)

    def write_overlay(
        self, author: int, changes: Sequence[Change], indexes: Iterable[IndexChange], labels: dict[bytes, str]
    ) -> None:
        """Net changes of the acts of one block; `foreseen.add` comes before it."""
        self._written(_REGISTER, (change.new.register for change in changes))
        ordered = sorted(changes, key=lambda change: change.new.id)
        self._db.executemany(
            # A record keeps its register, as a rule its label too: named as changed they would have SQLite write their
            # index again, changed or not.
            "INSERT INTO overlay(id, author, register, label, body) VALUES (?,?,?,?,?)"
            " ON CONFLICT(id) DO UPDATE SET author = excluded.author, body = excluded.body",
            [(c.new.id, author, c.new.register, labels[c.new.id], encode_record(c.new)) for c in ordered],
        )
        relabelled = [c.new for c in ordered if c.old and c.old.key != c.new.key]
        self._db.executemany(
            "UPDATE overlay SET label = ? WHERE id = ?", [(labels[new.id], new.id) for new in relabelled]
        )
        rows = [(i.index, i.group, i.record, int(i.add), author) for i in indexes]
        self._written(_INDEX, (row[0] for row in rows))
        self._db.executemany("INSERT OR REPLACE INTO overlay_index VALUES (?,?,?,?,?)", rows)

    def write_history(self, versions: Iterable[Record]) -> None:
        """Agreed versions that were made and replaced within one batch."""
        self._db.executemany(
            "INSERT OR REPLACE INTO history VALUES (?,?,?,?)",
            [(v.id, v.version, v.last_act, encode_record(v)) for v in versions],
        )

    def settle_overlay(
        self,
        changes: Sequence[Change],
        indexes: Iterable[IndexChange],
        encoding: Callable[[Record], bytes] = encode_record,
    ) -> None:
        """Drop from the overlay what the agreed layer now says itself; what later acts made of it stays.

        The groups of a record stay as long as the record does: an older act that adds what a later one takes away and
        a still later one adds again must not take the last word with it.
        """
        self._db.executemany(
            "DELETE FROM overlay WHERE id = ? AND body = ?",
            [(c.new.id, encoding(c.new)) for c in changes],
        )
        self._db.executemany(
            "DELETE FROM overlay_index WHERE name = ? AND grp = ? AND record = ?"
            " AND NOT EXISTS (SELECT 1 FROM overlay WHERE id = record)",
            [(i.index, i.group, i.record) for i in indexes],
        )

    def clear_overlay(self) -> list[bytes]:
        """Forget what acts made that no anchor has executed; ids of the records concerned, in order."""
        dropped = [row[0] for row in self._db.rows("SELECT id FROM overlay ORDER BY id")]
        self._empty.clear()
        self._db.execute("DELETE FROM overlay")
        self._db.execute("DELETE FROM overlay_index")
        self.totals.clear_foreseen()
        self.foreseen.clear()
        return dropped

    def overlay_is_empty(self) -> bool:
        return self._db.scalar("SELECT 1 FROM overlay LIMIT 1") is None

    def fill(self, records: Iterable[tuple[Record, bytes, str]], groups: Iterable[GroupChange]) -> None:
        """Records with encoding and label that are not here yet: of a snapshot, in the order of their ids."""
        rows, changes = [], []
        for record, encoded, label in records:
            district = district_of(record)
            rows.append((record.register, district, label, encoded, record.id))
            changes.append(RecordChange(record.register, district, record.id, record_digest(encoded)))
        self._written(_REGISTER, (row[0] for row in rows))
        self._db.executemany("INSERT INTO record(register, district, label, body, id) VALUES (?,?,?,?,?)", rows)
        self.tree.update(changes)
        self.add_to_indexes(groups)

    def clear_indexes(self, law: str) -> None:
        """Every index and total of one law."""
        self.totals.clear(law)
        self._db.execute("DELETE FROM index_entry WHERE name >= ? AND name < ?", (f"{law}.", f"{law}/"))

    def add_to_indexes(self, groups: Iterable[GroupChange]) -> None:
        """What records belong to and add, from nothing."""
        found = list(groups)
        self.totals.add_agreed(one for one in found if isinstance(one, TotalChange))
        rows = sorted((one.index, one.group, one.record) for one in found if isinstance(one, IndexChange))
        self._written(_INDEX, (row[0] for row in rows))
        self._db.executemany("INSERT OR IGNORE INTO index_entry VALUES (?,?,?)", rows)

    def _write_indexes(self, indexes: Iterable[IndexChange]) -> None:
        added = sorted((i.index, i.group, i.record) for i in indexes if i.add)
        self._written(_INDEX, (row[0] for row in added))
        removed = [(i.index, i.group, i.record) for i in indexes if not i.add]
        self._db.executemany("DELETE FROM index_entry WHERE name = ? AND grp = ? AND record = ?", removed)
        self._db.executemany("INSERT OR IGNORE INTO index_entry VALUES (?,?,?)", added)

    def agreed_after(self, record_id: bytes, count: int) -> list[tuple[bytes, str, int, bytes]]:
        """At most so many (id, register, district, encoding) of agreed records, in the order of ids."""
        return self._db.rows(
            "SELECT id, register, district, body FROM record WHERE id > ? ORDER BY id LIMIT ?", (record_id, count)
        )

    def agreed_body(self, record_id: bytes) -> bytes | None:
        found: bytes | None = self._db.scalar("SELECT body FROM record WHERE id = ?", (record_id,))
        return found

    def bodies(self, record_id: bytes) -> list[bytes]:
        """Every agreed version kept of a record: the present one, and those replaced."""
        statement = "SELECT body FROM record WHERE id = ?1 UNION ALL SELECT body FROM history WHERE record = ?1"
        return [row[0] for row in self._db.rows(statement, (record_id,))]

    def ids_of(self, beginning: str) -> list[bytes]:
        """Ids of the agreed records of all registers whose names begin so."""
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        return [
            row[0]
            for row in self._db.rows("SELECT id FROM record WHERE register >= ? AND register < ?", (beginning, end))
        ]

    def agreed_of(self, beginning: str, after: int, count: int) -> list[tuple[int, bytes]]:
        """At most so many (number, encoding) of agreed records of registers whose names begin so, after a number."""
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        return self._db.rows(
            "SELECT number, body FROM record WHERE number > ? AND register >= ? AND register < ?"
            " ORDER BY number LIMIT ?",
            (after, beginning, end, count),
        )

    def index_count(self) -> int:
        return int(self._db.scalar("SELECT count(*) FROM index_entry"))

    # -- state root ---------------------------------------------------------------------------------------------

    def state_root(self) -> bytes:
        """32 bytes that commit to every record of the agreed state; always up to date."""
        return self.tree.root()

    def prove(self, record_id: bytes) -> tuple[bytes, StateProof]:
        """(encoded record, proof) of the agreed version under the state root. Raises `unknown-record`."""
        row = self._db.row("SELECT register, district, body FROM record WHERE id = ?", (record_id,))
        if row is None:
            raise MunimentError("unknown-record", record=record_id)
        register, district, body = row
        return body, self.tree.prove(register, district, record_id)

    def version_made(self, record_id: bytes, act: bytes, digest: bytes) -> bytes:
        """Encoding of the agreed version that an act made, now or before. Raises `version-not-held`."""
        rows = self._db.rows(
            "SELECT body FROM record WHERE id = ?1 UNION ALL"
            " SELECT body FROM history WHERE record = ?1 AND last_act = ?2",
            (record_id, act[:RECORD_ID_BYTES]),
        )
        for (body,) in rows:
            if record_digest(body) == digest:
                return bytes(body)
        raise MunimentError("version-not-held", record=record_id, act=act)

    def version_count(self) -> int:
        """Agreed versions of all records: the present ones and those replaced."""
        return sum(int(self._db.scalar(f"SELECT count(*) FROM {table}")) for table in ("record", "history"))

    def overlay_rows(self) -> list[tuple[bytes, int, str, str, bytes]]:
        """(id, author, register, label, encoding) of everything that is foreseen, in the order of ids."""
        return self._db.rows("SELECT id, author, register, label, body FROM overlay ORDER BY id")

    def record_count(self) -> int:
        found: int = self._db.scalar("SELECT count(*) FROM record WHERE register NOT LIKE '%#%'")
        return found
