"""Blocks on their way in: parts of a payload put together and kept, each block judged and committed before the next.

Parts come one after another, and after the last of a frame its block: anything else ends the meeting, so that a peer
can have no more kept here than a payload. Where the link breaks in between, the parts that came are on the disk.
"""

from collections.abc import Callable

from core.errors import MunimentError
from sync.compact import Compactor
from sync.giving import frame_digest
from sync.messages import BlockMessage, Part
from sync.progress import Progress
from sync.replica import Received, Replica


class Taking:
    """`keeps_parts`: whether parts outlive the meeting. `arrived(id, id of the block before)`: now held."""

    def __init__(
        self,
        replica: Replica,
        compactor: Compactor,
        progress: Progress,
        arrived: Callable[[bytes, bytes | None], None],
        keeps_parts: bool = True,
    ) -> None:
        self._replica, self._compactor, self._progress = replica, compactor, progress
        self._arrived, self._keeps_parts = arrived, keeps_parts
        self._frame = bytearray()
        self._part: Part | None = None  # the last that came, while its block has not

    def take_part(self, part: Part) -> None:
        """Raises `parts-out-of-order`."""
        if self._part is None:
            known = self._replica.encounters.part_of(part.digest) if self._keeps_parts and part.offset else None
            self._frame = bytearray(known.body[: part.offset] if known else b"")
        elif (part.digest, part.total) != (self._part.digest, self._part.total):
            raise MunimentError("parts-out-of-order")
        if part.offset != len(self._frame):
            raise MunimentError("parts-out-of-order", offset=part.offset)
        self._frame += part.body
        self._part = part
        if self._keeps_parts:
            self._replica.encounters.keep_part(part.digest, part.total, part.offset, part.body)

    def take_block(self, message: BlockMessage) -> None:
        """Raises `parts-out-of-order`, the codes of `Compactor.unpack` and of `Replica.receive`."""
        if self._part is not None or message.parted is not None:
            message = self._put_together(message)
        self._progress.blocks_received += 1
        block_id, header, block = self._compactor.unpack(message)
        received = self._replica.receive(*block)
        if self._part is not None:
            self._forget(self._part.digest)
        if received is Received.ASIDE:
            self._progress.blocks_aside += 1
            return
        self._progress.blocks_new += received is Received.ACCEPTED
        self._arrived(block_id, header.prev)

    def _put_together(self, message: BlockMessage) -> BlockMessage:
        digest = message.parted
        if digest is None:
            raise MunimentError("parts-out-of-order")
        if self._part is None:  # all of it had come before the last meeting was cut
            known = self._replica.encounters.part_of(digest) if self._keeps_parts else None
            self._part = Part(digest, known.total, 0, known.body) if known else None
            self._frame = bytearray(known.body if known else b"")
        if self._part is None or self._part.digest != digest or frame_digest(bytes(self._frame)) != digest:
            if self._keeps_parts:
                self._replica.encounters.doubt_part(digest)
            raise MunimentError("parts-out-of-order")
        return BlockMessage(message.head, message.signature, bytes(self._frame))

    def _forget(self, digest: bytes) -> None:
        if self._keeps_parts:
            self._replica.encounters.forget_part(digest)
        self._part = None
        self._frame = bytearray()
