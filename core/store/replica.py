"""One replica's store: the parts that share a database, and case files beside the ledger."""

from core.errors import MunimentError
from core.store.archive import Archive
from core.store.chain import BlockRow, ChainStore
from core.store.checkpoints import CheckpointStore
from core.store.database import Database
from core.store.encounters import EncounterStore
from core.store.entries import EntryLog
from core.store.looks import LookStore
from core.store.pages import PageStore
from core.store.papers import PaperStore
from core.store.pruned import PrunedStore
from core.store.sealing import SealingStore
from core.store.settled import SettledStore
from core.store.sharing import SharingStore
from core.store.state import StateStore
from core.store.waiting import WaitingStore
from core.views import Draft


class ReplicaStore:
    """Promises of `Database.atomic` hold across all parts. `archive`: where settled payloads may stand."""

    def __init__(self, database: Database, archive: Archive | None = None) -> None:
        self.database = database
        self.chain = ChainStore(database)
        self.state = StateStore(database)
        self.waiting = WaitingStore(database)
        self.entries = EntryLog(database)
        self.checkpoints = CheckpointStore(database)
        self.pages = PageStore(database)
        self.pruned = PrunedStore(database)
        self.looks = LookStore(database)
        self.encounters = EncounterStore(database)
        self.papers = PaperStore(database)
        self.sharing = SharingStore(database)
        self.sealing = SealingStore(database)
        self.settled = SettledStore(database)
        self.archive = archive
        self._discarded: set[bytes] = set()  # drafts that an order took with it; a window may still have one open

    def payload(self, row: BlockRow) -> bytes | None:
        """Of a block, from the archive where it went there; None for a block without one.

        Raises `payload-not-held` where it is nowhere on this computer, `archive-missing`, `archive-damaged`.
        """
        block = row.block
        if block.payload is not None or block.header.payload is None:
            return block.payload
        place = self.pruned.place(row.position)
        if place is None or self.archive is None:
            raise MunimentError("payload-not-held", block=block.id)
        return self.archive.payload(place, block.id)

    def put_draft(self, draft: Draft) -> None:
        """Durable on return. Raises `draft-erased` for one that an order took while a window had it open."""
        if draft.id in self._discarded:
            raise MunimentError("draft-erased")
        with self.database.atomic():
            self.database.execute(
                "INSERT OR REPLACE INTO draft VALUES (?,?,?,?,?,?)",
                (draft.id, draft.law, draft.procedure, draft.title, draft.changed_ms, draft.document),
            )
            self.database.execute("DELETE FROM draft_subject WHERE draft = ?", (draft.id,))
            self.database.executemany(
                "INSERT OR IGNORE INTO draft_subject VALUES (?,?)", [(draft.id, one) for one in draft.subjects]
            )

    def delete_draft(self, draft_id: bytes) -> None:
        with self.database.atomic():
            self.database.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
            self.database.execute("DELETE FROM draft_subject WHERE draft = ?", (draft_id,))
            self.sharing.end(draft_id)

    def discard_draft(self, draft_id: bytes) -> None:
        """As `delete_draft`, by an order of erasure: nobody who has it open keeps it again."""
        self._discarded.add(draft_id)
        self.delete_draft(draft_id)

    def drafts_about(self, record: bytes) -> list[Draft]:
        """The drafts that name a record."""
        about = {row[0] for row in self.database.rows("SELECT draft FROM draft_subject WHERE record = ?", (record,))}
        return [draft for draft in self.drafts() if draft.id in about]

    def drafts(self) -> list[Draft]:
        """Newest first."""
        rows = self.database.rows(
            "SELECT id, law, procedure, title, changed_ms, document FROM draft ORDER BY changed_ms DESC"
        )
        return [Draft(*row) for row in rows]
