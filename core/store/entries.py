"""The tree of executed entries: an RFC 6962 log that only grows (3-ledger §9).

Every complete subtree's hash is kept from the moment its last leaf comes, in that order, 64 to a row: leaf 0, leaf 1,
their parent, leaf 2, … So a root, a path or a consistency proof at any size reads O(log n) hashes and an append writes
at the end alone. The place of a subtree follows from its level and number. A replica that joined with a snapshot holds
of the entries before it only the *peaks*; zeros stand for what it does not hold.
"""

from collections.abc import Sequence

from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.entry import ID_AT, REJECTED, decode_entry
from core.store.database import Database

_ROW_HASHES = 64
_ROW_BYTES = _ROW_HASHES * merkle.HASH_BYTES
_NOT_HELD = bytes(merkle.HASH_BYTES)
_SIZE = "entries"


class EntryLog:
    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def size(self) -> int:
        """How many entries there are, held or not."""
        return int.from_bytes(self._db.meta(_SIZE) or b"", "big")

    # -- writing; inside `atomic` -------------------------------------------------------------------------------

    def append(self, leaves: Sequence[bytes]) -> None:
        """Entries (core/ledger/entry.py) in the order of their execution."""
        if not leaves:
            return
        size = self.size
        peaks, made = self.peaks(size), list[bytes]()
        for number, leaf in enumerate(leaves, size):
            digest = merkle.leaf_hash(leaf)
            made.append(digest)
            for _ in range(_trailing_ones(number)):
                digest = merkle.node_hash(peaks.pop(), digest)
                made.append(digest)
            peaks.append(digest)
        self._write(_kept(size), made)
        self._db.executemany("INSERT INTO entry VALUES (?,?)", list(enumerate(leaves, size)))
        self._set_size(size + len(leaves))

    def resume(self, size: int, peaks: Sequence[bytes]) -> None:
        """Go on after so many entries of which only the peaks are known, checked by whoever knows their root."""
        if self.size or len(peaks) != size.bit_count():
            raise ValueError("an empty log, and one peak a complete subtree")
        places = [_place(level, number) for level, number in _subtrees(0, size)]
        for place, peak in zip(places, peaks, strict=True):
            self._write(place, [peak])
        self._set_size(size)

    def _set_size(self, size: int) -> None:
        self._db.set_meta(_SIZE, size.to_bytes(8, "big"))

    def _write(self, place: int, hashes: Sequence[bytes]) -> None:
        row, offset = divmod(place, _ROW_HASHES)
        start = (self._row(row) or b"")[: offset * merkle.HASH_BYTES].ljust(offset * merkle.HASH_BYTES, b"\0")
        joined = start + b"".join(hashes)
        self._db.executemany(
            "INSERT OR REPLACE INTO entry_hash VALUES (?,?)",
            [(row + at // _ROW_BYTES, joined[at : at + _ROW_BYTES]) for at in range(0, len(joined), _ROW_BYTES)],
        )

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def first_held(self) -> int:
        """Number of the first entry that is here: 0, but for a replica that joined later; the size where none is."""
        found: int | None = self._db.scalar("SELECT min(number) FROM entry")
        return self.size if found is None else found

    def growing(self, size: int) -> "GrowingLog":
        """The first so many entries, to be followed by leaves that are read again."""
        return GrowingLog(size, self.peaks(size))

    def leaf(self, number: int) -> bytes:
        """Raises `entry-not-held`."""
        found: bytes | None = self._db.scalar("SELECT leaf FROM entry WHERE number = ?", (number,))
        if found is None:
            raise MunimentError("entry-not-held", entry=number)
        return found

    def leaves(self, first: int, count: int) -> list[bytes]:
        """At least one and at most so many, from that number on. Raises `entry-not-held`."""
        rows = self._db.rows("SELECT number, leaf FROM entry WHERE number >= ? ORDER BY number LIMIT ?", (first, count))
        if not rows or rows[0][0] != first:
            raise MunimentError("entry-not-held", entry=first)
        return [leaf for _, leaf in rows]

    def find(self, act: bytes, first: int, end: int) -> int | None:
        """The earliest entry that a transaction has among those from `first` up to `end`."""
        return self._db.scalar(  # type: ignore[no-any-return]  # a number or nothing
            f"SELECT min(number) FROM entry WHERE number >= ? AND number < ? AND substr(leaf, {ID_AT + 1}, 32) = ?",
            (first, end, act),
        )

    def find_entered(self, act: bytes, first: int, end: int) -> int | None:
        """The same, passing over rejections: copies that other nodes enclose are rejected under the same id."""
        number = self.find(act, first, end)
        while number is not None and decode_entry(self.leaf(number)).outcome == REJECTED:
            number = self.find(act, number + 1, end)
        return number

    def root(self, size: int | None = None) -> bytes:
        """32 bytes that commit to the first so many entries; to all by default."""
        return root_of_peaks(self.peaks(self.size if size is None else size))

    def peaks(self, size: int) -> list[bytes]:
        """Hashes of the complete subtrees that so many entries make, the largest first."""
        self._check(size)
        return self._hashes(_subtrees(0, size))

    def path(self, number: int, size: int) -> list[bytes]:
        """From an entry to the root over the first `size` (RFC 6962 §2.1.1)."""
        self._check(size)
        if not 0 <= number < size:
            raise IndexError(number)
        siblings, start, end = list[tuple[int, int]](), 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            left = number < middle
            siblings.append((middle, end) if left else (start, middle))
            start, end = (start, middle) if left else (middle, end)
        return [self._range(*one) for one in reversed(siblings)]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """That the first `old` entries are the beginning of the first `new` (RFC 6962 §2.1.2); 0 < old ≤ new."""
        self._check(new)
        if not 0 < old <= new:
            raise IndexError(old)
        return self._consistency(old, 0, new, whole=True)

    def _consistency(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        count = end - start
        if old == count:
            return [] if whole else [self._range(start, end)]
        split = _split(count)
        if old <= split:
            return [*self._consistency(old, start, start + split, whole=whole), self._range(start + split, end)]
        rest = self._consistency(old - split, start + split, end, whole=False)
        return [*rest, self._range(start, start + split)]

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise IndexError(size)

    def _range(self, start: int, end: int) -> bytes:
        """The hash over some entries; `start` is a multiple of a power of two not below their number."""
        return root_of_peaks(self._hashes(_subtrees(start, end)))

    def _hashes(self, subtrees: Sequence[tuple[int, int]]) -> list[bytes]:
        found, rows = [], dict[int, bytes]()
        for level, number in subtrees:
            row, offset = divmod(_place(level, number), _ROW_HASHES)
            if row not in rows:
                rows[row] = self._row(row) or b""
            digest = rows[row][offset * merkle.HASH_BYTES : (offset + 1) * merkle.HASH_BYTES]
            if len(digest) < merkle.HASH_BYTES or digest == _NOT_HELD:
                raise MunimentError("entry-not-held", entry=number << level)
            found.append(digest)
        return found

    def _row(self, number: int) -> bytes | None:
        found: bytes | None = self._db.scalar("SELECT hashes FROM entry_hash WHERE number = ?", (number,))
        return found


class GrowingLog:
    """The same tree without a disk: only its peaks are kept."""

    def __init__(self, size: int, peaks: Sequence[bytes]) -> None:
        self._size, self._peaks = size, list(peaks)

    def append(self, leaf: bytes) -> None:
        digest = merkle.leaf_hash(leaf)
        for _ in range(_trailing_ones(self._size)):
            digest = merkle.node_hash(self._peaks.pop(), digest)
        self._peaks.append(digest)
        self._size += 1

    def root(self) -> bytes:
        return root_of_peaks(self._peaks)


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """RFC 6962 root from the hashes of complete subtrees, the largest first."""
    if not peaks:
        return merkle.EMPTY_ROOT
    digest = peaks[-1]
    for peak in reversed(peaks[:-1]):
        digest = merkle.node_hash(peak, digest)
    return digest


def _subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """(level, number) of the complete subtrees that make up a range whose start fits its length, the largest first."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def _place(level: int, number: int) -> int:
    """Of a subtree's hash in the sequence: those of its last leaf follow all that earlier leaves completed."""
    return _kept((number + 1 << level) - 1) + level


def _kept(leaves: int) -> int:
    """How many hashes so many leaves leave in the sequence: each a leaf's, and one for each join."""
    return 2 * leaves - leaves.bit_count()


def _trailing_ones(number: int) -> int:
    return (~number & number + 1).bit_length() - 1


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
