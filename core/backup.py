"""Backup of a whole office: one file.

It holds an encrypted copy of the database, the charter and the sealed key files: it says nothing without the office's
passphrase, and signing needs the officers' own. The intent file is not in it: what a restore makes of that stands in
core/restoring.py. A backup counts once it was read back from the disk and says what was written; the copy in it was
checked page by page.
"""

import json
import os
import tarfile
import tempfile
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, cast

from core.clock import SystemClock
from core.errors import MunimentError
from core.folder import Folder
from core.ledger.encoding import decode, encode
from core.office import Office
from core.people.actions import Action
from core.store.files import file_error, sync_file, sync_folder

FORMAT = "muniment-backup"
VERSION = 1
HEAD = "muniment-backup.json"
_LAST = "last-backup"  # of the replica's facts
# The kit's box, where there is a kit; the card, which an office restored from its kit alone may lack.
OPTIONAL = ("node.kit", "card.office")


Done = tuple[int, int]  # bytes, of how many


@dataclass(frozen=True)
class LastBackup:
    """The newest backup that was written and read back here."""

    written_ms: int  # as this computer's clock said
    path: str
    blocks: int


def last_backup(office: Office) -> LastBackup | None:
    body = office.store.database.meta(_LAST)
    return LastBackup(*decode(body)) if body else None


def write_backup(folder: Folder, office: Office, target: Path, now_ms: int | None = None) -> None:
    """Write a backup of this moment; the target appears whole, verified, on the disk, or not at all.

    Raises `file-exists`, `file-not-written`, `disk-full`, `replica-damaged`, `backup-differs`.
    """
    for _ in write_in_steps(folder, office, target, now_ms):
        pass


def write_in_steps(folder: Folder, office: Office, target: Path, now_ms: int | None = None) -> Iterator[Done]:
    """As `write_backup`; yields how far it is. After the first step the office may do anything else."""
    office.people.require(Action.BACKUP)
    written_ms = SystemClock().now_ms() if now_ms is None else now_ms
    try:
        if target.exists():
            raise MunimentError("file-exists", path=str(target))
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
            copy, part = Path(beside, "replica.db"), Path(beside, "backup")
            office.store.database.copy_to(copy)
            blocks, _ = office.store.chain.counts()
            parts = {name: folder.path / name for name in _plain_names(folder)} | {"replica.db": copy}
            head = {
                "format": FORMAT,
                "version": VERSION,
                "network": office.network.hex(),
                "parts": list(parts),
                "written_ms": written_ms,
            }
            if folder.archive.exists():  # boxes that come later are named by no row of this copy
                parts[folder.archive.name] = folder.archive
            whole = 2 * sum(path.stat().st_size for path in parts.values())
            digests = yield from _write_archive(part, json.dumps(head).encode(), parts, whole)
            yield from _read_back(part, digests, whole)
            os.replace(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise file_error(error, target) from None
    if office.hand.quarantine is None:  # in quarantine not a byte of the copy changes
        office.store.database.set_meta(_LAST, encode([written_ms, str(target), blocks]))
    yield whole, whole


def _write_archive(
    part: Path, head: bytes, parts: Mapping[str, Path], whole: int
) -> Generator[Done, None, dict[str, bytes]]:
    """Digests of what was written, by name."""
    digests, done = dict[str, bytes](), 0
    with open(part, "wb", opener=for_owner_only) as out:
        with tarfile.open(fileobj=out, mode="w") as archive:
            _add_bytes(archive, HEAD, head)
            for name, path in parts.items():
                with path.open("rb") as stream:
                    entry = archive.gettarinfo(name=str(path), arcname=name)
                    hashed = _Hashed(stream)
                    archive.addfile(entry, cast(BinaryIO, hashed))
                    digests[name] = hashed.digest()
                done += entry.size
                yield done, whole
        out.flush()
        sync_file(out.fileno())
        if hasattr(os, "posix_fadvise"):  # what is read back shall come from the disk
            os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return digests


def _read_back(part: Path, digests: Mapping[str, bytes], whole: int) -> Iterator[Done]:
    """Raises `backup-differs`."""
    left, done = dict(digests), whole // 2
    try:
        with tarfile.open(part, mode="r:") as archive:
            for member in archive:
                stream = archive.extractfile(member)
                assert stream is not None
                hashed = _Hashed(stream)
                while chunk := hashed.read(1 << 20):
                    done += len(chunk)
                    yield min(done, whole), whole
                if member.name != HEAD and left.pop(member.name, None) != hashed.digest():
                    raise MunimentError("backup-differs", path=str(part.name))
    except tarfile.TarError:
        raise MunimentError("backup-differs", path=str(part.name)) from None
    if left:
        raise MunimentError("backup-differs", path=str(part.name))


class _Hashed:
    """A stream and the SHA-256 of what was read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._hash = stream, sha256()

    def read(self, count: int) -> bytes:
        chunk = self._stream.read(count)
        self._hash.update(chunk)
        return chunk

    def digest(self) -> bytes:
        return self._hash.digest()


def for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _plain_names(folder: Folder) -> list[str]:
    officers = sorted((folder.path / "officers").glob("*.key"))
    present = [name for name in OPTIONAL if (folder.path / name).exists()]
    return ["node.key", *present, "charter", *(f"officers/{path.name}" for path in officers)]


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))
