"""Whether what a replica has on its disk is what was written: what is derived, the blocks, and what is foreseen."""

from collections.abc import Iterator
from itertools import islice

from core.crypto.signing import verify
from core.ledger.block import block_preimage
from core.replica import Replica
from core.store.chain import BlockRow
from core.verifying import verify_archive, verify_blocks, verify_certificates, verify_past, verify_state

MENDED_AT_ONCE = 1_000  # acts that wait for an anchor: folding them again takes a second at most


class Checking:
    """Of one replica."""

    def __init__(self, replica: Replica) -> None:
        self._replica, self._store = replica, replica.store

    def verify_state(self) -> Iterator[None]:
        """Check what is derived from the blocks, in steps, and fold anew what is only foreseen.

        Raises `replica-damaged`, `archive-missing`, `archive-damaged`, `looks-damaged`.
        """
        yield from verify_state(self._store, self._replica.laws, self._replica.lace.epoch)
        yield from verify_past(self._store)
        yield from verify_certificates(self._store, lambda epoch: self._replica.epochs.constitutions[epoch].roll)
        yield from verify_archive(self._store, self._replica.network)
        with self._replica.reading_own_disk():
            self._store.looks.verify()
        self.mend_overlay()
        yield

    def mend_overlay(self) -> bool:
        """Fold what is foreseen anew where it is little enough for one step; whether something else stood there.

        No checkpoint proves what no anchor has executed, but the blocks do. A prediction may also be merely older than
        what is agreed by now: so what differs is no alarm.
        """
        if self._replica.execution.under_way is not None:
            return False
        some = islice(self._replica.lace.foreseen(), MENDED_AT_ONCE + 1)
        acts = self._store.chain.act_counts_at([vertex.position for vertex in some])
        if sum(acts.values()) > MENDED_AT_ONCE or (not acts and self._store.state.overlay_is_empty()):
            return False
        before = self._store.state.overlay_rows()
        with self._replica.reading_own_disk(), self._store.database.atomic():
            self._replica.execution.rebuild_overlay()
        return self._store.state.overlay_rows() != before

    def verify_stored(self, after_position: int, count: int) -> int | None:
        """Check so many stored blocks again, as if they came from outside; the last position, None at the end.

        Raises `replica-damaged` naming the block. SQLCipher finds a changed page, not an old page put back.
        """
        network, check_payload = self._replica.network, self._replica.check_payload
        with self._replica.reading_own_disk():
            return verify_blocks(self._store, network, self._stands, check_payload, after_position, count)

    def _stands(self, row: BlockRow) -> bool:
        """Whether a stored block is one of the graph, with its author's signature and the anchor that executed it."""
        block = row.block
        vertex = self._replica.lace.vertices.get(block.id)
        key = self._replica.epochs.key_of(block.header.author, block.header.incarnation)
        return (
            key is not None
            and verify(key, block_preimage(self._replica.network, block.header_bytes), block.signature)
            and vertex is not None
            and row.anchor == self._replica.execution.anchor_of(vertex)
        )
