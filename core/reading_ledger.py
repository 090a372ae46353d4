"""Asking about the ledger itself: its blocks as a picture draws them, one block read, and what a fork has done.

Blocks come in pages in the order in which they arrived here, so that asking for the newest of millions costs as much
as for the first; nothing here walks a past or decodes a payload but for the one block that is read.
"""

from collections.abc import Sequence
from dataclasses import astuple

from core.act_views import Acts
from core.errors import MunimentError
from core.ledger.block import block_id, decode_header
from core.ledger.payload import Evidence
from core.ledger.vertex import Vertex
from core.reading_acts import Steps
from core.replica import Replica
from core.views import LIST_LIMIT, ActView, AnchorView, BlockDetail, BlockView, ForkBranch, ForkView, LedgerExtent

READ_ACTS = 50  # of one block, at most


class LedgerReading:
    """Blocks, the common order, and proofs of forks."""

    def __init__(self, replica: Replica, steps: Steps, acts: Acts) -> None:
        self._replica, self._steps, self._acts = replica, steps, acts
        self._store = replica.store

    def extent(self) -> LedgerExtent:
        """How much there is to draw, and of whom a fork is proven."""
        blocks, _ = self._store.chain.counts()
        members = range(len(self._replica.roll.members))
        return LedgerExtent(blocks, tuple(n for n in members if self._replica.lace.forkers >> n & 1))

    def blocks(self, after: int, count: int) -> list[BlockView]:
        """At most so many blocks after a position (0: from the first), in order of arrival; positions begin at 1."""
        rows = self._store.chain.act_counts_of_blocks(after, count)
        return [self._block_view(self._replica.lace.vertices[block], position, acts) for position, block, acts in rows]

    def block_detail(self, block: bytes) -> BlockDetail:
        """One block with its first acts. Raises `unknown-block`."""
        vertex = self._replica.vertex(block)
        position = vertex.position
        rows = self._store.chain.acts_of_block(position, READ_ACTS)
        ((_, _, acts),) = self._store.chain.act_counts_of_blocks(position - 1, 1)
        return BlockDetail(self._block_view(vertex, position, acts), tuple(self._acts.view_of(row) for row in rows))

    def _block_view(self, vertex: Vertex, position: int, acts: int) -> BlockView:
        return BlockView(
            position,
            vertex.id,
            vertex.author,
            vertex.incarnation,
            vertex.epoch,
            vertex.seq,
            vertex.round,
            tuple(parent.id for parent in vertex.parents),
            vertex.opener,
            acts,
            vertex.claimed_ms,
            self._steps.of(vertex),
            self._steps.seen_by(vertex),
            self._replica.execution.anchor_of(vertex),
            vertex.leads,
            len(self._replica.lace.at(vertex.author, vertex.incarnation, vertex.seq)) > 1,
        )

    def anchors(self, after: int = 0, count: int = LIST_LIMIT) -> list[AnchorView]:
        """At most so many points of the common order after a number, in order."""
        return [AnchorView(*astuple(row)) for row in self._store.chain.anchors(after, count)]

    # -- forks --------------------------------------------------------------------------------------------------

    def evidence(self) -> list[tuple[int, Evidence]]:
        """(number of the office, evidence) of every known fork."""
        return self._store.chain.evidence()

    def evidence_against(self, author: int) -> Evidence | None:
        for evidence in (found for number, found in self.evidence() if number == author):
            if decode_header(evidence.first).author == author:
                return evidence
        return None

    def fork_of(self, author: int) -> ForkView:
        """What a proven forker did and what became of it here. Raises `no-evidence`."""
        evidence = self.evidence_against(author)
        if evidence is None:
            raise MunimentError("no-evidence", office=self._replica.roll.members[author].office)
        header = decode_header(evidence.first)
        branches = tuple(self._branch(one) for one in (evidence.first, evidence.second))
        void = self._void_acts(author)
        recorded = self._store.chain.act_counts().get(author, 0)
        return ForkView(author, header.seq, branches, recorded - len(void), len(void), tuple(void[:READ_ACTS]))

    def _branch(self, header_bytes: bytes) -> ForkBranch:
        header, block = decode_header(header_bytes), block_id(self._replica.network, header_bytes)
        held = block in self._replica.lace.vertices
        acts = self.block_detail(block).acts if held else ()
        return ForkBranch(block, header.claimed_ms, held, acts)

    def _void_acts(self, author: int) -> Sequence[ActView]:
        """Acts of the author that count nowhere because it wrote twice, oldest first."""
        void: list[ActView] = []
        for vertex in self._replica.lace.open_acts:
            if vertex.author == author and not vertex.certified:
                void.extend(self._acts.view_of(row) for row in self._store.chain.acts_of_block(vertex.position))
        return void
