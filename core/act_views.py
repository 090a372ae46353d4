"""The view of an act, drawn up in one place: its text, how far it has come, and what the person signed in may see."""

from core.ledger.block import Block
from core.ledger.transaction import NONCE_BYTES, Transaction
from core.outcomes import Outcomes
from core.people.showing import Showing
from core.reading_acts import HeldActs
from core.replica import Replica
from core.store.chain import ActRow
from core.views import NOT_HELD, ActView, Ladder, Step


class Acts:
    """What pages and papers show of acts."""

    def __init__(self, replica: Replica, held: HeldActs, outcomes: Outcomes, showing: Showing) -> None:
        self._replica, self._held, self._outcomes, self._showing = replica, held, outcomes, showing

    def view(self, act_id: bytes) -> ActView:
        """Raises `unknown-act`."""
        return self.view_of(self._held.row(act_id))

    def view_of(self, row: ActRow) -> ActView:
        """Of the act that stands there, as the person signed in may see it."""
        block, transaction = self._held.read(row)
        if transaction is None:
            transaction = self._outcomes.kept_text(row, self._not_held(row, block))
        ladder = self._outcomes.ladder(row, block.id)
        written = self._written(row, ladder)
        return self._showing.act(ActView(row.id, transaction, block.id, row.author, block.header.seq, ladder, written))

    def ladder_of(self, row: ActRow) -> Ladder:
        return self._outcomes.ladder(row, self._replica.store.chain.id_at(row.block))

    def _written(self, row: ActRow, ladder: Ladder) -> tuple[bytes, ...]:
        """The records that an act has written, or the one that decided it."""
        if ladder.step is Step.REJECTED:
            return ()
        by = self._replica.store.chain.act(ladder.decision) if ladder.decision is not None else row
        return by.records if by is not None else ()

    def _not_held(self, row: ActRow, block: Block) -> Transaction:
        """Stands for an act of which only the outcome is known: to a snapshot its text was settled."""
        state, laws = self._replica.store.state, self._replica.laws
        written = (state.present(record) for record in row.records)
        law = next((record.register.partition(".")[0] for record in written if record is not None), "")
        version = laws[law].version if law in laws else 0
        return Transaction(law, version, NOT_HELD, {}, {}, (), block.header.claimed_ms, bytes(NONCE_BYTES))
