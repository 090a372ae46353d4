"""The state root kept up to date: buckets and pages of core/ledger/state_proof.py, one row each.

A change touches one bucket and the pages above it; a batch reads and hashes each of them once, level by level. A page
knows of each branch how many records it holds: at most 32 are a bucket. So a bucket that grows beyond is split, and a
page that shrinks to as few becomes a bucket again. Rows are numbered as they come; the numbers are not agreed.
Changes wait for the end of their transaction, or for whoever asks before it: a large anchor is hashed once, a very
large one in parts, because what waits is in memory. The tree is a function of its records, however they came.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple

from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.state_proof import (
    BRANCHES,
    BUCKET_RECORDS,
    ITEM_BYTES,
    StateProof,
    TreeLeaf,
    branch_of,
    bucket_hash,
    by_branch,
    item_of,
    state_root,
    tree_leaf_hash,
)
from core.store.database import Database

_PAGE = Struct(f">512s{BRANCHES}I{BRANCHES}Q")  # hashes, then records and rows
_READ_ROWS = 500  # of one statement
_MAX_WAITING = 1 << 17  # changes: some 0.25 KB each
_EDITS_AT_ONCE = 1 << 13  # neighbours in the tree, so that few of its rows are in memory at a time


class _Branch(NamedTuple):
    records: int
    row: int
    hash: bytes


_NOTHING = _Branch(0, 0, merkle.EMPTY_ROOT)


class _Page:
    """The branches of one page."""

    __slots__ = ("hashes", "records", "rows")

    def __init__(self, body: bytes = b"") -> None:
        """Empty without a body."""
        hashes, *counts = _PAGE.unpack(body) if body else (merkle.EMPTY_ROOT * BRANCHES, *bytes(2 * BRANCHES))
        self.hashes, self.records, self.rows = bytearray(hashes), counts[:BRANCHES], counts[BRANCHES:]

    @property
    def body(self) -> bytes:
        return _PAGE.pack(self.hashes, *self.records, *self.rows)

    def __getitem__(self, number: int) -> _Branch:
        at = number * merkle.HASH_BYTES
        return _Branch(self.records[number], self.rows[number], bytes(self.hashes[at : at + merkle.HASH_BYTES]))

    def __setitem__(self, number: int, branch: _Branch) -> None:
        self.records[number], self.rows[number], digest = branch
        self.hashes[number * merkle.HASH_BYTES : (number + 1) * merkle.HASH_BYTES] = digest

    def __iter__(self) -> Iterator[_Branch]:
        return (self[number] for number in range(BRANCHES))


class RecordChange(NamedTuple):
    """One record of a tree has a new digest, or is gone from it (None)."""

    register: str
    district: int
    record: bytes
    digest: bytes | None


@dataclass(slots=True)
class _Opened:
    """A part of a tree that a batch changes. `edits`: sorted; an item to put, or an id alone to take away."""

    row: int
    edits: Sequence[bytes]
    items: list[bytes] = field(default_factory=list)  # of a bucket
    page: _Page | None = None
    children: dict[int, "_Opened"] = field(default_factory=dict)


class StateTree:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._waiting: dict[tuple[str, int], dict[bytes, bytes]] = {}
        database.put_off(self._finish, self._waiting.clear)

    def root(self) -> bytes:
        """32 bytes that commit to every record of the agreed state."""
        return state_root(self.trees())

    def trees(self) -> list[TreeLeaf]:
        """In the order of register and district."""
        self._finish()
        rows = self._db.rows("SELECT register, district, records, hash FROM state_tree ORDER BY register, district")
        return [TreeLeaf(*row) for row in rows]

    # -- writing; inside `atomic` -------------------------------------------------------------------------------

    def update(self, changes: Iterable[RecordChange]) -> None:
        """The last change of a record counts. Taking away what is not there changes nothing."""
        for register, district, record, digest in changes:
            edit = record if digest is None else item_of(record, digest)
            self._waiting.setdefault((register, district), {})[record] = edit
        if not self._db.in_atomic or sum(map(len, self._waiting.values())) >= _MAX_WAITING:
            self._finish()

    def _finish(self) -> None:
        for (register, district), edits in sorted(self._waiting.items()):
            self._update_tree(register, district, sorted(edits.values()))
        self._waiting.clear()

    def _update_tree(self, register: str, district: int, edits: list[bytes]) -> None:
        after = self._top(register, district)
        for start in range(0, len(edits), _EDITS_AT_ONCE):
            after = _Batch(self._db).apply(after, edits[start : start + _EDITS_AT_ONCE])
        if not after.records:
            self._db.execute("DELETE FROM state_tree WHERE register = ? AND district = ?", (register, district))
        else:
            self._db.execute("INSERT OR REPLACE INTO state_tree VALUES (?,?,?,?,?)", (register, district, *after))

    def _top(self, register: str, district: int) -> _Branch:
        row = self._db.row(
            "SELECT records, node, hash FROM state_tree WHERE register = ? AND district = ?", (register, district)
        )
        return _Branch(*row) if row else _NOTHING

    # -- proving ------------------------------------------------------------------------------------------------

    def prove(self, register: str, district: int, record: bytes) -> StateProof:
        """That the record's present version is the one under the root. Raises `unknown-record`."""
        self._finish()
        at, depth, page_path = self._top(register, district), 0, list[bytes]()
        records = at.records
        while at.records > BUCKET_RECORDS:
            page, branch = _Page(self._body(at.row)), branch_of(record, depth)
            page_path[:0] = merkle.path([one.hash for one in page], branch)
            at, depth = page[branch], depth + 1
        items = _read_bucket(self._body(at.row)) if at.records else []
        place = next((n for n, item in enumerate(items) if item.startswith(record)), None)
        if place is None:
            raise MunimentError("unknown-record", record=record)
        trees = self.trees()
        number = [(tree.register, tree.district) for tree in trees].index((register, district))
        return StateProof(
            place,
            len(items),
            tuple(merkle.path([item[RECORD_ID_BYTES:] for item in items], place)),
            tuple(page_path),
            records,
            number,
            len(trees),
            tuple(merkle.path([tree_leaf_hash(tree) for tree in trees], number)),
        )

    def verify(self) -> Iterator[None]:
        """Hash every row again, from the roots down; yields between them. Raises `replica-damaged`."""
        self._finish()
        rows = self._db.rows("SELECT records, node, hash FROM state_tree")
        below, seen = [_Branch(*row) for row in rows], 0
        while below:
            at = below.pop()
            if not at.records:
                continue
            body, seen = self._body(at.row), seen + 1
            if at.records <= BUCKET_RECORDS:
                items = _read_bucket(body)
                holds = len(items) == at.records and bucket_hash(items) == at.hash
            else:
                page = _Page(body)
                holds = sum(page.records) == at.records and merkle.root_of_joined(bytes(page.hashes)) == at.hash
                below.extend(page)
            if not holds:
                raise MunimentError("replica-damaged", path=self._db.path, detail="state tree")
            yield
        if seen != self._db.scalar("SELECT count(*) FROM state_node"):
            raise MunimentError("replica-damaged", path=self._db.path, detail="state tree")

    def _body(self, row: int) -> bytes:
        body: bytes | None = self._db.scalar("SELECT body FROM state_node WHERE number = ?", (row,))
        if body is None:
            raise MunimentError("replica-damaged", path=self._db.path)
        return body


class _Batch:
    """The changes of one batch to one tree."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._next = (database.scalar("SELECT max(number) FROM state_node") or 0) + 1
        self._written: dict[int, bytes] = {}
        self._dropped: list[int] = []

    def apply(self, top: _Branch, edits: list[bytes]) -> _Branch:
        after = self._close(self._open(top, edits), 0)
        self._db.executemany(
            "INSERT INTO state_node VALUES (?,?) ON CONFLICT(number) DO UPDATE SET body = excluded.body",
            sorted(self._written.items()),
        )
        self._db.executemany("DELETE FROM state_node WHERE number = ?", [(row,) for row in self._dropped])
        return after

    def _open(self, top: _Branch, edits: list[bytes]) -> _Opened:
        """Read what the edits touch, a level at a time."""
        whole = _Opened(top.row, edits)
        level, depth = [(top, whole)], 0
        while level:
            bodies = self._read([branch.row for branch, _ in level if branch.records])
            below: list[tuple[_Branch, _Opened]] = []
            for at, opened in level:
                if not at.records:
                    continue
                if at.records <= BUCKET_RECORDS:
                    opened.items = _read_bucket(bodies[at.row])
                    continue
                opened.page = _Page(bodies[at.row])
                for number, part in by_branch(opened.edits, depth):
                    branch = opened.page[number]
                    child = opened.children[number] = _Opened(branch.row, part)
                    below.append((branch, child))
            level, depth = below, depth + 1
        return whole

    def _read(self, rows: list[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for start in range(0, len(rows), _READ_ROWS):
            part = rows[start : start + _READ_ROWS]
            marks = ",".join("?" * len(part))
            found.update(self._db.rows(f"SELECT number, body FROM state_node WHERE number IN ({marks})", tuple(part)))
        if len(found) != len(rows):
            raise MunimentError("replica-damaged", path=self._db.path)
        return found

    def _close(self, opened: _Opened, depth: int) -> _Branch:
        """Apply the edits from the buckets up."""
        page = opened.page
        if page is None:
            return self._settle(opened.row, _edited(opened.items, opened.edits), depth)
        for number, child in opened.children.items():
            page[number] = self._close(child, depth + 1)
        if sum(page.records) > BUCKET_RECORDS:
            return self._write_page(opened.row, page)
        return self._settle(opened.row, [item for branch in page for item in self._take(branch)], depth)

    def _settle(self, row: int, items: Sequence[bytes], depth: int) -> _Branch:
        """Keep these items, and no others, under a row (0: a new one)."""
        if not items:
            self._drop(row)
            return _NOTHING
        if len(items) > BUCKET_RECORDS:
            page = _Page()
            for number, part in by_branch(items, depth):
                page[number] = self._settle(0, part, depth + 1)
            return self._write_page(row, page)
        return _Branch(len(items), self._write(row, b"".join(items)), bucket_hash(items))

    def _take(self, branch: _Branch) -> list[bytes]:
        """The items of a branch, which goes."""
        if not branch.records:
            return []
        body = self._written.get(branch.row) or self._read([branch.row])[branch.row]
        self._drop(branch.row)
        if branch.records <= BUCKET_RECORDS:
            return _read_bucket(body)
        return [item for child in _Page(body) for item in self._take(child)]

    def _write_page(self, row: int, page: _Page) -> _Branch:
        return _Branch(sum(page.records), self._write(row, page.body), merkle.root_of_joined(bytes(page.hashes)))

    def _write(self, row: int, body: bytes) -> int:
        if not row:
            row, self._next = self._next, self._next + 1
        self._written[row] = body
        return row

    def _drop(self, row: int) -> None:
        self._written.pop(row, None)
        if row:
            self._dropped.append(row)


def _read_bucket(body: bytes) -> list[bytes]:
    return [body[at : at + ITEM_BYTES] for at in range(0, len(body), ITEM_BYTES)]


def _edited(items: list[bytes], edits: Sequence[bytes]) -> list[bytes]:
    """The sorted items with the edits made to them."""
    for edit in edits:
        record = edit[:RECORD_ID_BYTES]
        place = bisect_left(items, record)
        held = place < len(items) and items[place].startswith(record)
        if len(edit) == ITEM_BYTES:
            items[place : place + held] = [edit]
        elif held:
            del items[place]
    return items
