"""A replica that checks itself: what is derived from the blocks, the blocks themselves, and what is only foreseen."""

from collections.abc import Iterator
from itertools import islice

from core.crypto.signing import verify
from core.ledger.block import block_preimage
from core.replica import Replica
from core.store.chain import BlockRow
from core.verifying import verify_archive, verify_blocks, verify_certificates, verify_past, verify_state

MENDED_AT_ONCE = 1_000  # acts that wait for an anchor: folding them again takes a second at most


class CheckedReplica(Replica):
    def verify_state(self) -> Iterator[None]:
        """Check what is derived from the blocks, in steps, and fold anew what is only foreseen.

        Raises `replica-damaged`, `archive-missing`, `archive-damaged`, `looks-damaged`.
        """
        yield from verify_state(self.store, self.laws, self.lace.epoch)
        yield from verify_past(self.store)
        yield from verify_certificates(self.store, lambda epoch: self.epochs.constitutions[epoch].roll)
        yield from verify_archive(self.store, self.network)
        with self._reading_own_disk():
            self.store.looks.verify()
        self.mend_overlay()
        yield

    def mend_overlay(self) -> bool:
        """Fold what is foreseen anew where it is little enough for one step; whether something else stood there.

        No checkpoint proves what no anchor has executed, but the blocks do. A prediction may also be merely older than
        what is agreed by now: so what differs is no alarm.
        """
        if self.execution.under_way is not None:
            return False
        some = islice(self.lace.foreseen(), MENDED_AT_ONCE + 1)
        acts = self.store.chain.act_counts_at([vertex.position for vertex in some])
        if sum(acts.values()) > MENDED_AT_ONCE or (not acts and self.store.state.overlay_is_empty()):
            return False
        before = self.store.state.overlay_rows()
        with self._reading_own_disk(), self.store.database.atomic():
            self.execution.rebuild_overlay()
        return self.store.state.overlay_rows() != before

    def verify_stored(self, after_position: int, count: int) -> int | None:
        """Check so many stored blocks again, as if they came from outside; the last position, None at the end.

        Raises `replica-damaged` naming the block. SQLCipher finds a changed page, not an old page put back.
        """
        with self._reading_own_disk():
            return verify_blocks(self.store, self.network, self._stands, self._check_payload, after_position, count)

    def _stands(self, row: BlockRow) -> bool:
        """Whether a stored block is one of the graph, with its author's signature and the anchor that executed it."""
        block = row.block
        vertex = self.lace.vertices.get(block.id)
        key = self.epochs.key_of(block.header.author, block.header.incarnation)
        return (
            key is not None
            and verify(key, block_preimage(self.network, block.header_bytes), block.signature)
            and vertex is not None
            and row.anchor == self.execution.anchor_of(vertex)
        )
