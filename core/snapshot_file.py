"""A snapshot file as whoever joins reads it: section after section, and the beginning that says of what it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.charter import Charter, decode_charter
from core.ledger.checkpoint import Certificate
from core.ledger.epoch_proof import EpochProof
from core.ledger.snapshot import LENGTH_BYTES, MAX_FRAME_BYTES, checkpoint_hash, decode_snapshot_head, unchunked

DIFFERS = "snapshot-differs"
Progress = Callable[[int], None]  # bytes so far


class SnapshotFile:
    """A snapshot as it is read: section after section, each to its end. Everything in it is a claim."""

    def __init__(self, stream: BinaryIO, progress: Progress | None = None) -> None:
        """`progress` is told how many bytes are read; what it raises ends the reading."""
        self._stream, self._progress = stream, progress
        self._taken = 0

    def frame(self, limit: int = MAX_FRAME_BYTES) -> bytes | None:
        """None at the end of a section. Raises `not-a-snapshot`, `snapshot-cut-off`, `file-not-read`."""
        length = int.from_bytes(self._read(LENGTH_BYTES), "big")
        if length > limit:
            raise MunimentError("not-a-snapshot")
        return self._read(length) if length else None

    def only(self) -> bytes:
        """The content of a section of one frame."""
        content = self.frame()
        if content is None or self.frame() is not None:
            raise MunimentError("not-a-snapshot")
        return content

    def frames(self, limit: int = MAX_FRAME_BYTES) -> Iterator[bytes]:
        while (content := self.frame(limit)) is not None:
            yield content

    def items(self) -> Iterator[bytes]:
        for content in self.frames():
            yield from unchunked(content)

    def end(self) -> None:
        if self._stream.read(1):
            raise MunimentError("not-a-snapshot")

    def _read(self, count: int) -> bytes:
        try:
            content = self._stream.read(count)
        except OSError:
            raise MunimentError("file-not-read", path=str(getattr(self._stream, "name", ""))) from None
        if len(content) < count:
            raise MunimentError("snapshot-cut-off")
        self._taken += count
        if self._progress is not None:
            self._progress(self._taken)
        return content


@dataclass(frozen=True)
class Given:
    """What whoever joins was given in person."""

    network: bytes
    checkpoint: bytes  # hash


def read_beginning(source: SnapshotFile, given: Given) -> tuple[Certificate, Charter, EpochProof]:
    """C's certificate, the charter, and the steps to later rolls that the head holds.

    Raises `not-a-snapshot`, `snapshot-of-another-network`, `snapshot-of-another-state`.
    """
    certificate, epochs = decode_snapshot_head(source.only())
    if certificate.checkpoint.network != given.network:
        raise MunimentError("snapshot-of-another-network")
    if checkpoint_hash(certificate.checkpoint) != given.checkpoint:
        raise MunimentError("snapshot-of-another-state", anchor=certificate.checkpoint.anchor)
    charter = decode_charter(source.only(), verify)
    if charter.network != given.network:
        raise MunimentError(DIFFERS, part="charter")
    return certificate, charter, epochs
