"""Asking about the ledger itself: its blocks as a picture draws them, one block read, and what a fork has done.

Blocks come in pages in the order in which they arrived here, so that asking for the newest of millions costs as much
as for the first; nothing here walks a past or decodes a payload but for the one block that is read.
"""

from collections.abc import Sequence

from core.errors import MunimentError
from core.ledger.block import block_id, decode_header
from core.ledger.vertex import Vertex
from core.reading_proofs import ProofReading
from core.views import ActView, BlockDetail, BlockView, ForkBranch, ForkView, LedgerExtent

READ_ACTS = 50  # of one block, at most


class LedgerReading(ProofReading):
    def ledger_extent(self) -> LedgerExtent:
        """How much there is to draw, and of whom a fork is proven."""
        blocks, _ = self.store.chain.counts()
        members = range(len(self.roll.members))
        return LedgerExtent(blocks, tuple(n for n in members if self.lace.forkers >> n & 1))

    def ledger_blocks(self, after: int, count: int) -> list[BlockView]:
        """At most so many blocks after a position (0: from the first), in order of arrival; positions begin at 1."""
        rows = self.store.chain.act_counts_of_blocks(after, count)
        return [self._block_view(self.lace.vertices[block], position, acts) for position, block, acts in rows]

    def block_detail(self, block: bytes) -> BlockDetail:
        """One block with its first acts. Raises `unknown-block`."""
        vertex = self.vertex(block)
        position = vertex.position
        rows = self.store.chain.acts_of_block(position, READ_ACTS)
        ((_, _, acts),) = self.store.chain.act_counts_of_blocks(position - 1, 1)
        return BlockDetail(self._block_view(vertex, position, acts), tuple(self._view(row) for row in rows))

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
            self._vertex_step(vertex),
            self._seen_by(vertex),
            self.execution.anchor_of(vertex),
            vertex.leads,
            len(self.lace.at(vertex.author, vertex.incarnation, vertex.seq)) > 1,
        )

    # -- forks --------------------------------------------------------------------------------------------------

    def fork_of(self, author: int) -> ForkView:
        """What a proven forker did and what became of it here. Raises `no-evidence`."""
        evidence = self.evidence_against(author)
        if evidence is None:
            raise MunimentError("no-evidence", office=self.roll.members[author].office)
        header = decode_header(evidence.first)
        branches = tuple(self._branch(one) for one in (evidence.first, evidence.second))
        void = self._void_acts(author)
        recorded = self.store.chain.act_counts().get(author, 0)
        return ForkView(author, header.seq, branches, recorded - len(void), len(void), tuple(void[:READ_ACTS]))

    def _branch(self, header_bytes: bytes) -> ForkBranch:
        header, block = decode_header(header_bytes), block_id(self.network, header_bytes)
        held = block in self.lace.vertices
        acts = self.block_detail(block).acts if held else ()
        return ForkBranch(block, header.claimed_ms, held, acts)

    def _void_acts(self, author: int) -> Sequence[ActView]:
        """Acts of the author that count nowhere because it wrote twice, oldest first."""
        void: list[ActView] = []
        for vertex in self.lace.open_acts:
            if vertex.author == author and not vertex.certified:
                void.extend(self._view(row) for row in self.store.chain.acts_of_block(vertex.position))
        return void
