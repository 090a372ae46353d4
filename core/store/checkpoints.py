"""Checkpoints of this replica, the cosignatures of them, and those that speak of another checkpoint.

A cosignature counts if its text is that of our checkpoint of the same anchor and its signature holds. One that comes
before we have decided that anchor waits, unjudged. A quorum of the epoch's witnesses certifies a checkpoint for good.
One of another text is kept apart: it is a fault of ours or a lie, and whoever asks is told (3-ledger §9).
"""

from collections.abc import Collection, Iterator
from enum import Enum

from core.errors import MunimentError
from core.ledger.charter import Verify
from core.ledger.checkpoint import (
    Certificate,
    Checkpoint,
    CheckpointCosignature,
    check_cosignature,
    checkpoint_text,
    decode_cosignature,
    encode_cosignature,
)
from core.ledger.merkle import HASH_BYTES
from core.ledger.roll import Roll
from core.ledger.signed_note import decode_checkpoint
from core.store.database import Database

_TIME_BYTES = 8


class Counted(Enum):
    """What became of a cosignature."""

    COUNTED = "counted"
    KNOWN = "known"  # this witness has one already
    EARLY = "early"  # its anchor is not decided here: kept, not judged
    CONFLICT = "conflict"  # of another checkpoint for an anchor of ours: kept as evidence
    INVALID = "invalid"  # nobody in the epoch's roll has signed this


class CheckpointStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    # -- writing; inside `atomic` -------------------------------------------------------------------------------

    def add(self, checkpoint: Checkpoint, roll: Roll, verify: Verify) -> list[CheckpointCosignature]:
        """Keep the checkpoint of an anchor just executed, and judge what came early; those that contradict it.

        `roll`: that of the checkpoint's epoch.
        """
        early = self._cosignatures(checkpoint.anchor)
        self._db.execute(
            "INSERT INTO checkpoint(anchor, size, body) VALUES (?,?,?)",
            (checkpoint.anchor, checkpoint.size, checkpoint_text(checkpoint)),
        )
        self._db.execute("DELETE FROM cosignature WHERE anchor = ?", (checkpoint.anchor,))
        return [one for one in early if self.take(one, roll, verify) is Counted.CONFLICT]

    def take(self, cosignature: CheckpointCosignature, roll: Roll | None, verify: Verify) -> Counted:
        """Judge and keep a cosignature. `roll`: of its checkpoint's epoch; None while that has not begun here.

        The caller sees to it that a witness's cosignature stands in its own block: else others could fill its place.
        """
        stated = cosignature.checkpoint
        ours = self.at(stated.anchor)
        if ours is None:
            self._drop_older_early(cosignature)
            self._keep("cosignature", cosignature, _whole(cosignature))
            return Counted.EARLY
        try:
            if roll is None:
                return Counted.INVALID
            check_cosignature(cosignature, roll, verify)
        except MunimentError:
            return Counted.INVALID
        if any((one is None) is not (other is None) for one, other in _names(stated, ours)):
            return Counted.INVALID  # written before checkpoints named a constitution, or the next: no lie
        if stated != ours:
            self._keep("cosignature_conflict", cosignature, _whole(cosignature))
            return Counted.CONFLICT
        if not self._keep("cosignature", cosignature, _short(cosignature)):
            return Counted.KNOWN
        count = self._db.scalar("SELECT count(*) FROM cosignature WHERE anchor = ?", (stated.anchor,))
        if count >= roll.quorum:
            self._db.execute("UPDATE checkpoint SET certified = ? WHERE anchor = ?", (roll.quorum, stated.anchor))
        return Counted.COUNTED

    def _drop_older_early(self, cosignature: CheckpointCosignature) -> None:
        """An old key in other hands must not keep a place for which its successor speaks in a later epoch."""
        place = cosignature.checkpoint.anchor, cosignature.witness
        kept = self._db.scalar("SELECT body FROM cosignature WHERE anchor = ? AND witness = ?", place)
        if kept is not None and _read_whole(kept).checkpoint.epoch < cosignature.checkpoint.epoch:
            self._db.execute("DELETE FROM cosignature WHERE anchor = ? AND witness = ?", place)

    def _keep(self, table: str, cosignature: CheckpointCosignature, body: bytes) -> bool:
        """Whether it is the first of this witness there."""
        cursor = self._db.execute(
            f"INSERT OR IGNORE INTO {table} VALUES (?,?,?)",
            (cosignature.checkpoint.anchor, cosignature.witness, body),
        )
        return int(cursor.rowcount) > 0

    # -- reading ------------------------------------------------------------------------------------------------

    def at(self, anchor: int) -> Checkpoint | None:
        return self._checkpoint("anchor = ?", anchor)

    def newest(self) -> Checkpoint | None:
        return self._checkpoint("1 ORDER BY anchor DESC")

    def all_held(self) -> Iterator[Checkpoint]:
        """By anchor."""
        after = -1
        while rows := self._db.rows(
            "SELECT anchor, body FROM checkpoint WHERE anchor > ? ORDER BY anchor LIMIT 500", (after,)
        ):
            yield from (decode_checkpoint(body) for _, body in rows)
            after = rows[-1][0]

    def of_closing(self, epoch: int) -> Checkpoint | None:
        """That of the anchor which closed an epoch; None while it is open, and where older versions wrote none."""
        return self._checkpoint("anchor = (SELECT number FROM anchor WHERE epoch = ? AND closing)", epoch)

    def newest_up_to(self, anchor: int) -> Checkpoint | None:
        """The newest of an anchor up to this number."""
        return self._checkpoint("anchor <= ? ORDER BY anchor DESC", anchor)

    def newest_certified(self) -> Certificate | None:
        found = self._checkpoint("certified > 0 ORDER BY anchor DESC")
        return self.certificate(found.anchor) if found else None

    def certified_anchors(self, count: int) -> list[int]:
        """Numbers of the anchors of the newest certified checkpoints, at most so many, the newest first."""
        statement = "SELECT anchor FROM checkpoint WHERE certified > 0 ORDER BY size DESC LIMIT ?"
        return [row[0] for row in self._db.rows(statement, (count,))]

    def covering(self, entry: int) -> Certificate | None:
        """Of the first certified checkpoint that holds the entry of that number."""
        found = self._checkpoint("certified > 0 AND size > ? ORDER BY size", entry)
        return self.certificate(found.anchor) if found else None

    def certificate(self, anchor: int) -> Certificate | None:
        """As many cosignatures as the quorum asks, of the least numbers; None while they are fewer."""
        row = self._db.row("SELECT body, certified FROM checkpoint WHERE anchor = ?", (anchor,))
        if row is None or not row[1]:
            return None
        return Certificate(decode_checkpoint(row[0]), tuple(self._cosignatures(anchor)[: row[1]]))

    def entries_of(self, anchor: int) -> tuple[int, int]:
        """(first, end) of the entries that an anchor executed; none without a checkpoint of it."""
        end = self._db.scalar("SELECT size FROM checkpoint WHERE anchor = ?", (anchor,)) or 0
        before = "SELECT size FROM checkpoint WHERE anchor < ? ORDER BY anchor DESC LIMIT 1"
        return (self._db.scalar(before, (anchor,)) or 0 if end else 0), end

    def cosignatures(self, anchor: int) -> list[CheckpointCosignature]:
        """Those counted, by witness; of an anchor that is not decided here, those that came early."""
        return self._cosignatures(anchor)

    def first_certified(self, epoch: int, witnesses: Collection[int], count: int) -> Checkpoint | None:
        """The first certified one of an epoch that so many of these witnesses have cosigned."""
        marks = ",".join("?" * len(witnesses))
        anchor = self._db.scalar(
            "SELECT checkpoint.anchor FROM checkpoint JOIN anchor ON anchor.number = checkpoint.anchor"
            " JOIN cosignature ON cosignature.anchor = checkpoint.anchor"
            f" WHERE anchor.epoch = ? AND checkpoint.certified > 0 AND cosignature.witness IN ({marks})"
            " GROUP BY checkpoint.anchor HAVING count(*) >= ? ORDER BY checkpoint.anchor LIMIT 1",
            (epoch, *witnesses, count),
        )
        return None if anchor is None else self.at(anchor)

    def cosigned_by(self, witness: int) -> int:
        """Number of the newest anchor of ours whose checkpoint a witness has cosigned, 0 for none.

        One of an anchor not decided here is unjudged: an old key in other hands must not silence its successor.
        """
        found = self._db.scalar(
            "SELECT anchor FROM cosignature WHERE witness = ? AND anchor <= (SELECT max(anchor) FROM checkpoint)"
            " ORDER BY anchor DESC LIMIT 1",
            (witness,),
        )
        return int(found or 0)

    def conflicts(self) -> list[CheckpointCosignature]:
        """Cosignatures of other checkpoints for anchors of ours, oldest anchor first."""
        rows = self._db.rows("SELECT body FROM cosignature_conflict ORDER BY anchor, witness")
        return [_read_whole(body) for (body,) in rows]

    def contradicting(self, anchor: int) -> list[CheckpointCosignature]:
        """Those for one anchor, of each witness at most one."""
        rows = self._db.rows("SELECT body FROM cosignature_conflict WHERE anchor = ? ORDER BY witness", (anchor,))
        return [_read_whole(body) for (body,) in rows]

    def _cosignatures(self, anchor: int) -> list[CheckpointCosignature]:
        ours = self.at(anchor)
        rows = self._db.rows("SELECT witness, body FROM cosignature WHERE anchor = ? ORDER BY witness", (anchor,))
        if ours is None:
            return [_read_whole(body) for _, body in rows]
        return [
            CheckpointCosignature(ours, witness, int.from_bytes(body[:_TIME_BYTES], "big"), body[_TIME_BYTES:])
            for witness, body in rows
        ]

    def _checkpoint(self, where: str, *values: int) -> Checkpoint | None:
        body = self._db.scalar(f"SELECT body FROM checkpoint WHERE {where} LIMIT 1", values)
        return decode_checkpoint(body) if body else None


def _names(one: Checkpoint, other: Checkpoint) -> Iterator[tuple[bytes | None, bytes | None]]:
    yield one.constitution, other.constitution
    yield one.following, other.following


def _short(cosignature: CheckpointCosignature) -> bytes:
    """Of one that counts: its checkpoint is ours."""
    return cosignature.timestamp_s.to_bytes(_TIME_BYTES, "big") + cosignature.signature


def _whole(cosignature: CheckpointCosignature) -> bytes:
    return cosignature.checkpoint.network + encode_cosignature(cosignature)


def _read_whole(body: bytes) -> CheckpointCosignature:
    return decode_cosignature(body[:HASH_BYTES], body[HASH_BYTES:])
