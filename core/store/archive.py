"""The archive: settled payloads in a file of their own, outside the database that people work with.

Each box is sealed with the database key (core/crypto/sealing) and bound to its block's id; boxes are only ever added,
behind a length of 4 bytes, and durable before the database forgets the payload. Nothing reads the file from its
beginning: the database keeps the places. So what a crash leaves at the end, named by nobody, does no harm.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from core.crypto.sealing import open_sealed, seal
from core.errors import MunimentError
from core.store.files import file_error, sync_file, sync_folder, write_all

LENGTH_BYTES = 4
MAX_BOX_BYTES = 1 << 20
_NAME = b"muniment/archive/1\0"


class Archive:
    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def add(self, payloads: Iterable[tuple[bytes, bytes]]) -> list[int]:
        """Places of (block id, payload); durable on return. Raises `disk-full`, `file-not-written`."""
        places = []
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                end = os.lseek(descriptor, 0, os.SEEK_END)
                for block, payload in payloads:
                    box = seal(self._key, payload, _NAME + block)
                    places.append(end)
                    write_all(descriptor, len(box).to_bytes(LENGTH_BYTES, "big") + box)
                    end += LENGTH_BYTES + len(box)
                sync_file(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self.path.parent)
        except OSError as error:
            raise file_error(error, self.path) from None
        return places

    def copy_to(self, path: Path, key: bytes, named: Iterable[tuple[int, bytes]]) -> None:
        """The same boxes at the same places under another key; not yet durable. The file must not exist.

        `named`: (place, block id), in order of place; what nobody names is left out, and without
        an archive none is made. Raises `archive-missing`, `archive-damaged`, `disk-full`, `file-not-written`.
        """
        if not self.path.exists():
            return
        try:
            with open(path, "xb", opener=_for_owner_only) as file:
                for place, block in named:
                    box = seal(key, self.payload(place, block), _NAME + block)
                    file.seek(place)
                    file.write(len(box).to_bytes(LENGTH_BYTES, "big") + box)
        except OSError as error:
            raise file_error(error, path) from None

    def payload(self, place: int, block: bytes) -> bytes:
        """Raises `archive-missing`, `archive-damaged`."""
        try:
            with self.path.open("rb") as file:
                file.seek(place)
                length = int.from_bytes(file.read(LENGTH_BYTES), "big")
                box = file.read(length) if length <= MAX_BOX_BYTES else b""
        except OSError:
            raise MunimentError("archive-missing", path=str(self.path)) from None
        try:
            return open_sealed(self._key, box, _NAME + block)
        except MunimentError:
            raise MunimentError("archive-damaged", path=str(self.path)) from None


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
