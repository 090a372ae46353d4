"""One replica's store: the parts that share a database, and case files beside the ledger."""

from core.store.chain import ChainStore
from core.store.checkpoints import CheckpointStore
from core.store.database import Database
from core.store.entries import EntryLog
from core.store.pages import PageStore
from core.store.state import StateStore
from core.views import Draft


class ReplicaStore:
    """Promises of `Database.atomic` hold across all parts."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.chain = ChainStore(database)
        self.state = StateStore(database)
        self.entries = EntryLog(database)
        self.checkpoints = CheckpointStore(database)
        self.pages = PageStore(database)

    def put_draft(self, draft: Draft) -> None:
        """Durable on return."""
        self.database.execute(
            "INSERT OR REPLACE INTO draft VALUES (?,?,?,?,?,?)",
            (draft.id, draft.law, draft.procedure, draft.title, draft.changed_ms, draft.document),
        )

    def delete_draft(self, draft_id: bytes) -> None:
        self.database.execute("DELETE FROM draft WHERE id = ?", (draft_id,))

    def drafts(self) -> list[Draft]:
        """Newest first."""
        rows = self.database.rows(
            "SELECT id, law, procedure, title, changed_ms, document FROM draft ORDER BY changed_ms DESC"
        )
        return [Draft(*row) for row in rows]
