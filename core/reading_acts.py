"""Acts as a replica holds them: where one stands, its text, and how far its block has climbed."""

from core.errors import MunimentError
from core.folding import REJECTED
from core.ledger.block import Block
from core.ledger.payload import Payload, decode_payload
from core.ledger.transaction import Transaction, decode_transaction
from core.ledger.vertex import Vertex
from core.replica import Replica
from core.store.chain import ActRow
from core.views import Ladder, Step

UNDECIDED = 1 << 62  # above the number of any anchor
WRITTEN_TWICE = "written-twice"
NOT_IN_THE_ROLL = "not-in-the-roll"
PAYLOAD_NOT_HERE = frozenset({"payload-not-held", "archive-missing", "archive-damaged"})


class HeldActs:
    """Acts and the blocks that enclose them, as they are held."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._last_opened: tuple[int, Block, list[bytes]] | None = None

    def row(self, act_id: bytes) -> ActRow:
        """Where an act stands and what became of it. Raises `unknown-act`."""
        row = self._replica.store.chain.act(act_id)
        if row is None:
            raise MunimentError("unknown-act", act=act_id)
        return self._place_of_signers(row) if row.outcome == REJECTED else row

    def _place_of_signers(self, refused: ActRow) -> ActRow:
        """Of an act that stands nowhere: its place in a block of its signers' office, if it is here.

        Anybody may copy it into a block of their own. Why it was refused there, sooner or later, says nothing of it.
        """
        rows = self._replica.store.chain.places_of_act(refused.id)
        if len(rows) < 2 or not (acts := self.opened(refused.block)[1]):
            return refused
        offices = {signer.office for signer in decode_transaction(acts[refused.place]).signers}
        own = [row for row in rows if row.author in offices]
        return min(own, key=self._when_executed) if own else refused

    def _when_executed(self, row: ActRow) -> tuple[int, int]:
        """Number of the anchor, later than any while there is none; and the author, where one executes two."""
        return self._replica.execution.anchor_of(self.vertex(row)) or UNDECIDED, row.author

    def vertex(self, row: ActRow) -> Vertex:
        """The block of the graph that encloses an act."""
        return self._replica.vertex(self._replica.store.chain.id_at(row.block))

    def read(self, row: ActRow) -> tuple[Block, Transaction | None]:
        """An act's block, and the act as it was signed; None where its text is not here."""
        newest = self._replica.newest_taken
        if newest is not None and newest[0] == row.block and row.id in newest[1].acts.transactions:  # read already
            return newest[1].block, newest[1].acts.transactions[row.id]
        block, acts = self.opened(row.block)
        return block, decode_transaction(acts[row.place]) if acts else None

    def opened(self, position: int) -> tuple[Block, list[bytes]]:
        """A block and its encoded acts. The last one is kept: lists show act after act of one import."""
        if self._last_opened is None or self._last_opened[0] != position:
            block, payload = self.stored(position)
            groups = payload.groups if payload else []
            acts = [act for group in groups for act in group.transactions]
            self._last_opened = (position, block, acts)
        return self._last_opened[1:]

    def stored(self, position: int) -> tuple[Block, Payload | None]:
        """A block and its payload; None for one without, and for one that is not on this computer."""
        taken, store = self._replica.newest_taken, self._replica.store
        if taken is not None and taken[0] == position:
            return taken[1].block, taken[1].payload
        row = store.chain.block_at(position)
        try:
            payload = store.payload(row)
        except MunimentError as error:
            if error.code not in PAYLOAD_NOT_HERE:
                raise
            payload = None
        return row.block, decode_payload(payload) if payload else None


class Steps:
    """How far a block has climbed, and an act by its block alone."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    def of(self, vertex: Vertex) -> Step:
        """Whatever became of the block's single acts."""
        if self._replica.execution.anchor_of(vertex):
            return Step.FINAL
        if self._replica.lace.is_void(vertex):
            return Step.REJECTED
        if vertex.certified:
            return Step.CERTIFIED
        if self._replica.lace.is_forked(vertex.chain):
            return Step.REJECTED  # uncertified, and its author proven to have written twice: no effect here
        return Step.WITNESSED if vertex.approvals.bit_count() > 1 else Step.RECORDED

    def seen_by(self, vertex: Vertex) -> tuple[int, ...]:
        """Numbers of the offices that have countersigned it, its own included."""
        return tuple([n for n in range(len(self._replica.roll.members)) if vertex.approvals >> n & 1])

    def ladder(self, row: ActRow, block: bytes) -> Ladder:
        """Of an act in this block."""
        lace, quorum = self._replica.lace, self._replica.roll.quorum
        vertex = lace.vertices[block]
        seen_by = self.seen_by(vertex)
        code, facts = row.code, row.facts
        standing = self.of(vertex)
        step = Step.REJECTED if row.outcome == REJECTED else standing
        if standing is Step.REJECTED:  # whatever the law would have said of it
            code = WRITTEN_TWICE if lace.is_forked(vertex.chain) else NOT_IN_THE_ROLL
        anchor = self._replica.execution.anchor_of(vertex) or None
        return Ladder(step, seen_by, quorum, code, facts, row.outcome, anchor, row.shared)
