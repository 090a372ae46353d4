"""Scans that acts name by their SHA-256: kept in chunks inside the encrypted replica, fetched on demand, resumable.

They stand in the database itself: one key, one backup, one change of keys, and a changed page is found by SQLCipher;
whoever reads one hashes it again, so nothing altered is ever shown. Chunks come in order, from one member or one after
another from several; what does not come to the digest in the end is dropped whole. A digest alone does not tell which
chunk was wrong: after a mixture that failed, the paper is taken from a single member, and if that fails the member is
known. Nothing is taken that nobody here asked for, nor more than was allowed for it.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from core.errors import MunimentError
from core.store.database import Database

CHUNK_BYTES = 64 << 10
MAX_PAPER_BYTES = 100 << 20  # what a law may allow at most
MAX_WANTED = 64
MAX_ALL_BYTES = 8 << 30  # of all papers on this computer
OWN = -1  # source of a paper that was chosen here


class Paper(NamedTuple):
    """How much of a paper is here."""

    digest: bytes
    size: int  # 0: not known yet
    held: int  # chunks, from the first on
    whole: bool
    wanted: int  # bytes it may have; 0: nobody here asks for it

    @property
    def held_bytes(self) -> int:
        return self.size if self.whole else self.held * CHUNK_BYTES


class Wanted(NamedTuple):
    digest: bytes
    first: int  # number of the chunk to go on with
    limit: int  # bytes that the whole may have


class PaperStore:
    """Every call is durable on return."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._false: set[tuple[int, bytes]] = set()  # (member, digest): it gave another file, alone

    def standing(self, digest: bytes) -> Paper | None:
        row = self._db.row("SELECT digest, size, held, whole, wanted FROM paper WHERE digest = ?", (digest,))
        return Paper(row[0], row[1], row[2], bool(row[3]), row[4]) if row else None

    @property
    def all_bytes(self) -> int:
        """What all chunks here take."""
        held = "SELECT sum(CASE whole WHEN 1 THEN size ELSE held * ? END) FROM paper"
        return int(self._db.scalar(held, (CHUNK_BYTES,)) or 0)

    # -- what is chosen and asked for here ------------------------------------------------------------------------

    def add(self, content: bytes) -> bytes:
        """Keep a paper that was chosen here; its digest. Raises `paper-too-large`, `papers-full`."""
        digest = sha256(content).digest()
        known = self.standing(digest)
        if known is not None and known.whole:
            return digest
        with self._db.atomic():
            self._drop_chunks(digest)
            self._begin(digest, MAX_PAPER_BYTES)
            for place in range(max(1, -(-len(content) // CHUNK_BYTES))):
                body = content[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES]
                self.take(OWN, digest, len(content), place, body)
        return digest

    def want(self, digest: bytes, limit: int) -> None:
        """Ask whoever is met for it. Raises `too-many-papers-wanted`, `papers-full`."""
        known = self.standing(digest)
        if known is not None and (known.whole or known.wanted):
            return
        if self._db.scalar("SELECT count(*) FROM paper WHERE wanted > 0") >= MAX_WANTED:
            raise MunimentError("too-many-papers-wanted", limit=MAX_WANTED)
        self._begin(digest, min(limit, MAX_PAPER_BYTES))

    def forget(self, digest: bytes) -> None:
        """Ask for it no longer, and drop what came of it; a whole one stays."""
        with self._db.atomic():
            known = self.standing(digest)
            if known is not None and not known.whole:
                self._drop_chunks(digest)
                self._db.execute("DELETE FROM paper WHERE digest = ?", (digest,))

    def wanted(self) -> list[Wanted]:
        rows = self._db.rows("SELECT digest, held, wanted FROM paper WHERE wanted > 0 ORDER BY digest")
        return [Wanted(*row) for row in rows]

    def _begin(self, digest: bytes, limit: int) -> None:
        self._db.execute(
            "INSERT INTO paper VALUES (?,0,0,0,?,NULL,0) ON CONFLICT(digest) DO UPDATE SET wanted = ?",
            (digest, limit, limit),
        )

    # -- chunks that come in --------------------------------------------------------------------------------------

    def take(self, source: int, digest: bytes, size: int, place: int, body: bytes) -> bool:
        """Keep one chunk from a member; whether the paper is whole now.

        Raises `paper-not-wanted`, `paper-too-large`, `paper-chunk` (not the next one, or of a wrong length),
        `papers-full`; and `paper-differs` when the whole is another file, after all of it was dropped.
        """
        known = self.standing(digest)
        if known is None or not known.wanted or known.whole:
            raise MunimentError("paper-not-wanted")
        if not 0 < size <= known.wanted:
            raise MunimentError("paper-too-large", bytes=size, limit=known.wanted)
        if self.all_bytes + len(body) > MAX_ALL_BYTES:
            raise MunimentError("papers-full", limit=MAX_ALL_BYTES)
        count = -(-size // CHUNK_BYTES)
        due = size - place * CHUNK_BYTES if place == count - 1 else CHUNK_BYTES
        if place != known.held or len(body) != due or (known.size not in (0, size)):
            raise MunimentError("paper-chunk", place=place)
        with self._db.atomic():
            self._db.execute("INSERT INTO paper_chunk(digest, place, body) VALUES (?,?,?)", (digest, place, body))
            self._db.execute(
                "UPDATE paper SET size = ?, held = ?, source = CASE WHEN held = 0 OR source = ? THEN ? END"
                " WHERE digest = ?",
                (size, place + 1, source, source, digest),
            )
            if place < count - 1:
                return False
            by_one = self._db.scalar("SELECT source FROM paper WHERE digest = ?", (digest,)) == source
            differs = self._finish(digest)
        if differs:
            if by_one:
                self._false.add((source, digest))
            raise MunimentError("paper-differs", office=source)
        return True

    def was_false(self, source: int, digest: bytes) -> bool:
        """Whether this member gave another file for it, since this computer opened the office."""
        return (source, digest) in self._false

    def starts_anew_with(self, source: int, digest: bytes) -> bool:
        """Whether what came from others must be dropped before this member gives any: a mixture failed before."""
        row = self._db.row("SELECT alone, source, held FROM paper WHERE digest = ?", (digest,))
        return bool(row and row[0] and row[2] and row[1] != source)

    def drop_part(self, digest: bytes) -> None:
        """What came so far; it is still asked for."""
        with self._db.atomic():
            self._drop_chunks(digest)

    def _finish(self, digest: bytes) -> bool:
        """Whole, or dropped; whether it differs."""
        if self._hash(digest) == digest:
            self._db.execute("UPDATE paper SET whole = 1, wanted = 0 WHERE digest = ?", (digest,))
            return False
        self._drop_chunks(digest)
        self._db.execute("UPDATE paper SET alone = 1 WHERE digest = ?", (digest,))
        return True

    def _drop_chunks(self, digest: bytes) -> None:
        self._db.execute("DELETE FROM paper_chunk WHERE digest = ?", (digest,))
        self._db.execute("UPDATE paper SET size = 0, held = 0, whole = 0, source = NULL WHERE digest = ?", (digest,))

    # -- reading --------------------------------------------------------------------------------------------------

    def chunk(self, digest: bytes, place: int) -> tuple[int, bytes] | None:
        """(size of the whole, one chunk) of a whole paper, for a neighbour."""
        row = self._db.row(
            "SELECT size, body FROM paper JOIN paper_chunk USING (digest) WHERE digest = ? AND place = ? AND whole",
            (digest, place),
        )
        return (row[0], row[1]) if row else None

    def read(self, digest: bytes) -> bytes:
        """The whole paper, hashed again.

        Raises `paper-not-held`, and `paper-damaged`: then it is dropped, and asked for anew.
        """
        known = self.standing(digest)
        if known is None or not known.whole:
            raise MunimentError("paper-not-held")
        content = b"".join(self._bodies(digest))
        if sha256(content).digest() != digest:
            self._doubt(known)
            raise MunimentError("paper-damaged")
        return content

    def verify(self) -> Iterator[bytes | None]:
        """Hash every whole paper again, one a step; the digest of one that is damaged, else None."""
        for (digest,) in self._db.rows("SELECT digest FROM paper WHERE whole ORDER BY digest"):
            known = self.standing(digest)
            damaged = known is not None and known.whole and self._hash(digest) != digest
            if damaged and known is not None:
                self._doubt(known)
            yield digest if damaged else None

    def _doubt(self, damaged: Paper) -> None:
        with self._db.atomic():
            self._drop_chunks(damaged.digest)
            self._begin(damaged.digest, max(damaged.size, 1))

    def _hash(self, digest: bytes) -> bytes:
        hashed = sha256()
        for body in self._bodies(digest):
            hashed.update(body)
        return hashed.digest()

    def _bodies(self, digest: bytes) -> Iterator[bytes]:
        count = self._db.scalar("SELECT count(*) FROM paper_chunk WHERE digest = ?", (digest,))
        for place in range(count):
            body = self._db.scalar("SELECT body FROM paper_chunk WHERE digest = ? AND place = ?", (digest, place))
            yield body if isinstance(body, bytes) else b""
