"""Blocks on their way out: which the other side lacks, what they will weigh, and a large payload in parts.

A frame longer than one part goes ahead of its block in PARTs, from where the other side has it already; the block then
names its digest. Which blocks are lacked follows from the chains that the other side is known to hold.
"""

from collections.abc import Callable, Iterator, Sequence

from core.crypto.hashing import tagged_hash
from sync.compact import Compactor, compress
from sync.key_talk import in_messages
from sync.messages import PART_BYTES, BlockMessage, Message, Part, PartHeld, Plan
from sync.replica import Replica, StoredBlock

HEAD_BYTES = 90  # of a block beside its payload, for estimates
SAMPLE = 16  # blocks that are compressed to estimate how far all will be


class Giving:
    """`in_parts`: whether large payloads are parted (on a stick they are not)."""

    def __init__(
        self,
        replica: Replica,
        compactor: Compactor,
        in_parts: bool = True,
        passing: Callable[[StoredBlock], None] | None = None,
    ) -> None:
        self.peer_holds: set[bytes] = set()  # ids of held blocks whose chains the peer holds too
        self.withheld: set[int] = set()  # authors of whom we hold blocks that cannot be passed on: their text is gone
        self._replica, self._compactor, self._in_parts, self._passing = replica, compactor, in_parts, passing
        self._peer_parts: dict[bytes, int] = {}

    def take_held(self, parts: Sequence[PartHeld]) -> None:
        """The other side has parts of these frames, of a meeting that was cut."""
        self._peer_parts.update(parts)

    def missing(self) -> list[bytes]:
        """What the peer lacks now; from here on it counts as given."""
        lacking = self._replica.newer_than(self.peer_holds)
        tips = {tip.id: tip.author for tip in self._replica.vector()}
        self.withheld |= {tips[tip] for tip in (tips.keys() - self.peer_holds).difference(lacking)}
        self.peer_holds = set(tips)
        return lacking

    def plan(self, blocks: Sequence[bytes]) -> Plan:
        """What giving these will bring, compression estimated from a few of them."""
        acts, size = self._replica.weigh(blocks)
        sample = [self._replica.block(block).payload for block in blocks[:: max(1, len(blocks) // SAMPLE)][:SAMPLE]]
        before = sum(len(payload) for payload in sample if payload)
        after = sum(len(compress(payload)) for payload in sample if payload)
        return Plan(len(blocks), acts, HEAD_BYTES * len(blocks) + (size * after // before if before else 0))

    def messages(self, block: bytes) -> Iterator[Message]:
        """A block, after the parts of its payload that the peer does not have."""
        stored = self._replica.block(block)
        if self._passing is not None:
            self._passing(stored)
        packed = self._compactor.pack(stored)
        frame = packed.payload
        if frame is None or len(frame) <= PART_BYTES or not self._in_parts:
            yield packed
            yield from in_messages(self._replica.keys.of_block(block))  # a cut loses the keys of one block at most
            return
        digest = frame_digest(frame)
        start = min(self._peer_parts.pop(digest, 0), len(frame))
        for offset in range(start, len(frame), PART_BYTES):
            yield Part(digest, len(frame), offset, frame[offset : offset + PART_BYTES])
        yield BlockMessage(packed.head, packed.signature, None, digest)
        yield from in_messages(self._replica.keys.of_block(block))  # a cut loses the keys of one block at most


class GivingThese(Giving):
    """Gives what was chosen, whatever has come since."""

    def __init__(
        self,
        replica: Replica,
        compactor: Compactor,
        blocks: list[bytes],
        passing: Callable[[StoredBlock], None],
    ) -> None:
        super().__init__(replica, compactor, in_parts=False, passing=passing)
        self._blocks = blocks

    def missing(self) -> list[bytes]:
        return self._blocks


def frame_digest(frame: bytes) -> bytes:
    """Names the compressed payload that travels, not the payload: whoever compresses otherwise begins anew."""
    return tagged_hash("payload-frame", frame)
