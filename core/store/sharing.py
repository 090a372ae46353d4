"""Case files that officers of two offices edit: who shares which, and the copy on which both last agreed.

The *mirror* is what the other office is known to have, merged with what was said to it; the draft itself is changed
only by its own window, which takes the mirror in. `said` is the digest of the two when they last parted: equal, there
is nothing to say. A share that was ended stays as a row, so that it does not come back by itself.
"""

from hashlib import sha256
from typing import NamedTuple

from core.store.database import Database
from core.views import Draft

DRAFT_ID_BYTES = 16
MAX_FROM_OFFICE = 64  # drafts that one office may share with this one at a time


class Share(NamedTuple):
    draft: Draft
    office: int
    mirror: bytes  # b"": the other office has nothing yet
    said: bytes

    @property
    def has_news(self) -> bool:
        return bool(self.draft.document) and self.said != what_stands(self.draft.document, self.mirror)

    @property
    def is_answer(self) -> bool:
        """A copy came on a stick and nothing has changed since: the other office waits to hear that it has come."""
        return self.said == what_is_owed(self.draft.document, self.mirror)


def what_stands(document: bytes, mirror: bytes) -> bytes:
    """What there is to say of a draft, as a digest."""
    return sha256(sha256(document).digest() + sha256(mirror).digest()).digest()


def what_is_owed(document: bytes, mirror: bytes) -> bytes:
    """The same, as long as it is to be said that the other's copy has come."""
    return sha256(b"answer" + what_stands(document, mirror)).digest()


class SharingStore:
    """Every call is durable on return."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def share(self, draft: bytes, office: int) -> None:
        """From now on the office has it too. An unfinished act is told nobody else."""
        self._db.execute(
            "INSERT INTO shared_draft VALUES (?,?,X'',X'',0) ON CONFLICT(draft, office) DO UPDATE SET gone = 0",
            (draft, office),
        )

    def end(self, draft: bytes) -> None:
        """Its draft is an act by now, or discarded: nothing more is said of it, and nothing taken."""
        self._db.execute("UPDATE shared_draft SET gone = 1, mirror = X'', said = X'' WHERE draft = ?", (draft,))

    def offices(self, draft: bytes) -> list[int]:
        """Who has the draft too."""
        rows = self._db.rows("SELECT office FROM shared_draft WHERE draft = ? AND NOT gone ORDER BY office", (draft,))
        return [office for (office,) in rows]

    def mirrors(self, draft: bytes) -> list[bytes]:
        """What others have of a draft, to be merged into it."""
        rows = self._db.rows("SELECT mirror FROM shared_draft WHERE draft = ? AND mirror != X''", (draft,))
        return [mirror for (mirror,) in rows]

    def with_office(self, office: int) -> list[Share]:
        """What is shared with an office and stands."""
        rows = self._db.rows(
            "SELECT id, law, procedure, title, changed_ms, document, mirror, said FROM shared_draft"
            " JOIN draft ON draft.id = shared_draft.draft WHERE office = ? AND NOT gone ORDER BY id",
            (office,),
        )
        return [Share(Draft(*row[:6]), office, row[6], row[7]) for row in rows]

    def may_take(self, office: int, draft: bytes, begun: int = 0) -> bool:
        """Whether what an office says of a draft is listened to: it shares it, or begins to and has room.

        `begun`: drafts that it begins to share just now.
        """
        row = self._db.row("SELECT gone FROM shared_draft WHERE draft = ? AND office = ?", (draft, office))
        if row is not None:
            return not row[0]
        if self._db.scalar("SELECT 1 FROM draft WHERE id = ?", (draft,)) is not None:
            return False  # ours, and not shared with it
        rows = self._db.scalar("SELECT count(*) FROM shared_draft WHERE office = ? AND NOT gone", (office,))
        return bool(rows + begun < MAX_FROM_OFFICE)

    def take(self, office: int, draft: Draft, mirror: bytes) -> bool:
        """Keep what an office has of a draft, which begins here if it is new; whether it is.

        Nothing is kept of one that was signed, discarded or erased here while it was talked about. `draft.subjects`:
        the records that it is about now.
        """
        with self._db.atomic():
            if not self.may_take(office, draft.id):
                return False
            new = self._db.scalar("SELECT 1 FROM draft WHERE id = ?", (draft.id,)) is None
            if new:
                self._db.execute(
                    "INSERT INTO draft VALUES (?,?,?,?,?,?)",
                    (draft.id, draft.law, draft.procedure, draft.title, draft.changed_ms, mirror),
                )
            self._db.executemany(
                "INSERT OR IGNORE INTO draft_subject VALUES (?,?)", [(draft.id, one) for one in draft.subjects]
            )
            self._db.execute(
                "INSERT INTO shared_draft VALUES (?,?,?,X'',0) ON CONFLICT(draft, office) DO UPDATE SET mirror = ?",
                (draft.id, office, mirror, mirror),
            )
        return new

    def agree(self, draft: bytes, office: int, said: bytes) -> None:
        """Both have told each other what stood (`what_stands`), or it is still to be said (`what_is_owed`)."""
        self._db.execute("UPDATE shared_draft SET said = ? WHERE draft = ? AND office = ?", (said, draft, office))
