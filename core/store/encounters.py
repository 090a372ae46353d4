"""What is kept of meetings for the next one: the version vector both held at its end, and payloads that came in part.

A row a member met, replaced at each meeting that changed it. Parts of a payload are kept under the digest of its
frame, bounded in number: whoever sends the same frame goes on where it was cut. Nothing of this is ever believed: a
vector is only used if the other side names the same one, a payload only if its block's signature holds. A frame that
went wrong once is not gone on with again: a liar's beginning would spoil every honest end.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from core.ledger.encoding import decode, encode
from core.store.database import Database

MAX_PARTLY = 8  # payloads kept in part; each is at most as large as a payload may be
MAX_DOUBTED = 1024
MAX_VECTOR_BYTES = 4 << 20
MAX_ADDRESSES = 4  # of one member

ShortPlace = tuple[int, int, int, bytes]  # author, incarnation, seq, first bytes of the id


class Partly(NamedTuple):
    digest: bytes
    total: int
    body: bytes


class Line(NamedTuple):
    """What sort of connection this office has."""

    bytes_per_s: int  # that it may send; 0: as fast as it can
    papers: bool  # whether scans travel over it


class EncounterStore:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._doubted: set[bytes] = set()  # frames whose parts made another, since this computer opened the office

    # -- the connection -------------------------------------------------------------------------------------------

    @property
    def line(self) -> Line:
        body = self._db.meta("line")
        return Line(*decode(body)) if body else Line(0, True)

    def keep_line(self, line: Line) -> None:
        self._db.set_meta("line", encode(list(line)))

    # -- addresses that somebody typed or read ---------------------------------------------------------------------

    @property
    def addresses(self) -> dict[int, list[str]]:
        """By member, the newest first. Each led to that member once; announcements change nothing of them."""
        body = self._db.meta("addresses")
        return {member: list(found) for member, found in decode(body)} if body else {}

    def keep_address(self, member: int, address: str) -> None:
        """Durable on return; the oldest of a member gives way."""
        kept = self.addresses
        before = kept.get(member, [])
        kept[member] = [address, *(one for one in before if one != address)][:MAX_ADDRESSES]
        if kept[member] != before:
            self._db.set_meta("addresses", encode([[number, found] for number, found in sorted(kept.items())]))

    # -- whom one has met -----------------------------------------------------------------------------------------

    def met(self, member: int) -> list[ShortPlace] | None:
        """The tips that both held when this member was last met; None for one never met."""
        body = self._db.scalar("SELECT vector FROM met WHERE member = ?", (member,))
        if body is None:
            return None
        return [(author, incarnation, seq, prefix) for author, incarnation, seq, prefix in decode(body)]

    def remember_met(self, member: int, tips: Sequence[ShortPlace]) -> None:
        """Durable on return; written only where it differs."""
        body = encode([list(tip) for tip in tips])
        if len(body) > MAX_VECTOR_BYTES:  # of countless branches: the next meeting compares by buckets
            self._db.execute("DELETE FROM met WHERE member = ?", (member,))
        elif self._db.scalar("SELECT vector FROM met WHERE member = ?", (member,)) != body:
            self._db.execute("INSERT OR REPLACE INTO met VALUES (?, ?)", (member, body))

    # -- scans that a member has asked for on a stick ---------------------------------------------------------------

    def wishes(self, member: int) -> list[tuple[bytes, int, int]]:
        """(digest, first chunk that it lacked, bytes that the whole may have), as its last file said."""
        return [(digest, first, limit) for digest, first, limit in self._wishes().get(member, [])]

    def keep_wishes(self, member: int, wishes: Sequence[tuple[bytes, int, int]]) -> None:
        """In place of those before. Durable on return, or with the transaction; written only where it differs."""
        before = self._wishes()
        after = {**before, member: [list(wish) for wish in wishes]}
        if after[member] != before.get(member, []):
            self._db.set_meta("wishes", encode([[number, found] for number, found in sorted(after.items()) if found]))

    def _wishes(self) -> dict[int, list[list[Any]]]:
        body = self._db.meta("wishes")
        return dict(decode(body, MAX_VECTOR_BYTES)) if body else {}

    # -- payloads that came in part -------------------------------------------------------------------------------

    def partly(self) -> list[tuple[bytes, int]]:
        """(digest, bytes that are here) of each payload that came in part and may be gone on with."""
        rows = self._db.rows("SELECT digest, length(body) FROM partly ORDER BY number")
        return [(digest, size) for digest, size in rows if digest not in self._doubted]

    def part_of(self, digest: bytes) -> Partly | None:
        row = self._db.row("SELECT digest, total, body FROM partly WHERE digest = ?", (digest,))
        return Partly(*row) if row else None

    def keep_part(self, digest: bytes, total: int, offset: int, body: bytes) -> None:
        """Add to what is here up to `offset`. Durable on return; the oldest payload gives way."""
        with self._db.atomic():
            before = self.part_of(digest)
            kept = before.body[:offset] if before else b""
            self._db.execute("DELETE FROM partly WHERE digest = ?", (digest,))
            self._db.execute("INSERT INTO partly(digest, total, body) VALUES (?,?,?)", (digest, total, kept + body))
            self._db.execute(
                "DELETE FROM partly WHERE number NOT IN (SELECT number FROM partly ORDER BY number DESC LIMIT ?)",
                (MAX_PARTLY,),
            )

    def forget_part(self, digest: bytes) -> None:
        self._db.execute("DELETE FROM partly WHERE digest = ?", (digest,))

    def doubt_part(self, digest: bytes) -> None:
        """What was kept of it made another frame: it comes anew, and from now on in one meeting."""
        self.forget_part(digest)
        if len(self._doubted) >= MAX_DOUBTED:
            self._doubted.clear()
        self._doubted.add(digest)
