"""A copy of the register on its way in: what has come of it lies sealed on the disk, so that a cut line goes on there.

    offset  bytes  content
         0     32  SHA-256 of the whole copy, by which giver and newcomer know that they speak of the same one
        32      …  its parts in order, each sealed (core/crypto/sealing.py), of PART_BYTES but the last

A register must not lie open on the disk of a computer that was switched off halfway, so parts are sealed under the key
of the replica that they will become. After a power cut the end of the file may be anything: parts are opened again from
the first when the copy goes on, and what does not open is cut off. The digest tells only that nothing was mixed up;
what the copy is worth is verified when it is read (core/joining.py).
"""

import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from core.crypto.hashing import DIGEST_BYTES, tagged_hash
from core.crypto.sealing import NONCE_BYTES, TAG_BYTES, open_sealed, seal
from core.errors import MunimentError
from core.store.files import file_error, sync_file

PART_BYTES = 48 << 10  # so that a cut repeats no more than 64 KiB with all that is around it
_SEALED_BYTES = NONCE_BYTES + PART_BYTES + TAG_BYTES


class Held(NamedTuple):
    """What is here of a copy: the digest of all of it, and how many bytes, from the first on."""

    digest: bytes
    held_bytes: int


NOTHING = Held(bytes(DIGEST_BYTES), 0)


class ArrivingCopy:
    """Used from one thread at a time. Raises `disk-full`, `file-not-written` where the disk fails."""

    def __init__(self, path: Path, secret: bytes) -> None:
        """`secret`: the key of the replica that is to be."""
        self._path, self._key = path, tagged_hash("arriving-copy", secret)
        self._start(NOTHING.digest)

    def find(self) -> Held:
        """What an earlier call has left, all of it opened once; what does not open is cut off."""
        try:
            with self._path.open("rb+") as file:
                head = file.read(DIGEST_BYTES)
                if len(head) < DIGEST_BYTES:
                    return NOTHING
                self._start(head)
                for content in self._opened(file):
                    self._count(content)
                file.truncate(self._end)
        except FileNotFoundError:
            return NOTHING
        except OSError as error:
            raise file_error(error, self._path) from None
        return Held(self._digest, self._held)

    def begin(self, digest: bytes) -> None:
        """Another copy than the one that `find` has found: it begins with nothing."""
        self._start(digest)
        try:
            self._path.unlink(missing_ok=True)
            self._path.touch(mode=0o600)
            self._path.write_bytes(digest)
        except OSError as error:
            raise file_error(error, self._path) from None

    def add(self, content: bytes) -> None:
        """The next part."""
        box = seal(self._key, content, self._place(self._held))
        try:
            with self._path.open("ab") as file:
                file.write(box)
        except OSError as error:
            raise file_error(error, self._path) from None
        self._count(content)

    def finish(self) -> None:
        """All has come, durable on return. Raises `copy-differs`: it is not what was announced, and was dropped."""
        if self._hash.digest() != self._digest:
            self.drop()
            raise MunimentError("copy-differs")
        try:
            with self._path.open("rb+") as file:
                sync_file(file.fileno())
        except OSError as error:
            raise file_error(error, self._path) from None

    def stream(self) -> BinaryIO:
        """In clear what `find` has found or has come since, as it is read. Raises `file-not-found`."""
        try:
            file = self._path.open("rb")
        except OSError:
            raise MunimentError("file-not-found", path=str(self._path)) from None
        file.seek(DIGEST_BYTES)
        return io.BufferedReader(_InClear(self._opened(file), file), PART_BYTES)

    def drop(self) -> None:
        """It is of no use any more."""
        self._path.unlink(missing_ok=True)
        self._start(NOTHING.digest)

    def _start(self, digest: bytes) -> None:
        self._digest, self._held, self._hash = digest, 0, sha256()

    def _count(self, content: bytes) -> None:
        self._held += len(content)
        self._hash.update(content)

    def _opened(self, file: BinaryIO) -> Iterator[bytes]:
        """Each part, up to the first that does not open."""
        before = 0
        while box := file.read(_SEALED_BYTES):
            try:
                content = open_sealed(self._key, box, self._place(before))
            except MunimentError:
                return
            yield content
            before += len(content)

    def _place(self, before: int) -> bytes:
        return self._digest + before.to_bytes(8, "big")

    @property
    def _end(self) -> int:
        """Of the file."""
        return DIGEST_BYTES + self._held + -(-self._held // PART_BYTES) * (NONCE_BYTES + TAG_BYTES)


class _InClear(io.RawIOBase):
    """Parts as one stream. One that does not open ends it: whoever reads finds that it was cut off."""

    def __init__(self, parts: Iterator[bytes], file: BinaryIO) -> None:
        self._parts, self._file = parts, file
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._parts, b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
