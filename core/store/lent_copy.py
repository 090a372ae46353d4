"""A copy of the register on its way out: it lies sealed on the disk until the newcomer has it, or nobody ever reads it.

The key is random and stands in memory alone: a computer that is switched off, or whose program is killed, while a copy
lies there leaves bytes that say nothing; the next copy overwrites them.

    offset  bytes  content
         0      …  its parts in order, each sealed (core/crypto/sealing.py), of PART_BYTES but the last
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from core.crypto.hashing import tag_bytes
from core.crypto.sealing import KEY_BYTES, NONCE_BYTES, TAG_BYTES, open_sealed, seal
from core.errors import MunimentError
from core.store.arriving import PART_BYTES
from core.store.files import file_error

_SEALED_BYTES = NONCE_BYTES + PART_BYTES + TAG_BYTES


class LentCopy:
    """Used from one thread at a time. Raises `disk-full`, `file-not-written` where the disk fails."""

    def __init__(self, path: Path) -> None:
        self._path, self._key = path, os.urandom(KEY_BYTES)
        self.size_bytes = 0  # in clear
        self._hash = sha256()

    @property
    def digest(self) -> bytes:
        """SHA-256 of all of it, in clear."""
        return self._hash.digest()

    def write(self, pieces: Iterable[bytes]) -> None:
        """All of it, once. It need not outlive this program, so nothing waits for the disk."""
        try:
            self._path.unlink(missing_ok=True)
            self._path.touch(mode=0o600)
            with self._path.open("wb") as file:
                for content in _in_parts(pieces):
                    file.write(seal(self._key, content, _place(self.size_bytes)))
                    self.size_bytes += len(content)
                    self._hash.update(content)
        except OSError as error:
            raise file_error(error, self._path) from None

    def part(self, begin: int) -> bytes:
        """What begins at a multiple of PART_BYTES; nothing at the end. Raises `file-not-found`, and `not-opened` where
        somebody has written into the file.
        """
        if begin >= self.size_bytes:
            return b""
        try:
            with self._path.open("rb") as file:
                file.seek(begin // PART_BYTES * _SEALED_BYTES)
                box = file.read(_SEALED_BYTES)
        except OSError:
            raise MunimentError("file-not-found", path=str(self._path)) from None
        return open_sealed(self._key, box, _place(begin))

    def drop(self) -> None:
        self._path.unlink(missing_ok=True)


def _in_parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


def _place(begin: int) -> bytes:
    return tag_bytes("lent-copy") + begin.to_bytes(8, "big")
