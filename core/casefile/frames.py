"""Frames between application and child: length (4 bytes, big endian) ‖ text of a value; bounded."""

from typing import IO

# Saved bytes travel as hex: two copies of the largest draft and its longest edit.
MAX_FRAME_BYTES = 24 << 20


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """One frame, out of the process at once. Raises OSError."""
    stream.write(len(content).to_bytes(4, "big") + content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None where the stream ends, in the middle of a frame too, or announces too much."""
    length = int.from_bytes(stream.read(4), "big")
    if not 0 < length <= MAX_FRAME_BYTES:
        return None
    content = stream.read(length)
    return content if len(content) == length else None
