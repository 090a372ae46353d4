"""Restoring a backup: into an empty folder, or where an office is that does not open any more; always a quarantine.

Restored into an empty folder the office cannot know what the lost computer signed last, so it reads and relays and
never signs under this key again. Restored in place, beside the intent file that this very computer wrote, it signs
again once it holds every block up to the file's last mark (3-ledger §7).
"""

import json
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.backup import FORMAT, HEAD, OPTIONAL, VERSION, for_owner_only
from core.crypto.keyfile import OpenedKeys, open_keys
from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.folder import MAX_FILE_BYTES, Folder, node_keys, read_bounded
from core.ledger.charter import decode_charter
from core.store.computer import computer_identity
from core.store.database import Database
from core.store.files import file_error, sync_file, sync_folder, write_durably
from core.store.intent import IntentLog

MAX_BACKUP_BYTES = 1 << 36
BEFORE = "before-restore"  # folders with what a restore in place found, numbered: nothing is deleted
MAXHEAD_BYTES = 16 << 10
_NEEDED = ("node.key", "charter", "replica.db")
_OFFICER_FILE = re.compile(r"[0-9]{1,3}\.key")


@dataclass(frozen=True)
class Head:
    parts: list[str]  # that must be there
    written_ms: int | None  # None: by a version that did not say


Unlock = Callable[[Folder], OpenedKeys]  # the keys of the unpacked files; may seal them anew


def with_passphrase(passphrase: str) -> Unlock:
    """The passphrase of the time when the backup was written."""
    return lambda folder: open_keys(read_bounded(folder.node_key), passphrase)


def restore_backup(source: Path, folder: Folder, passphrase: str, unlock: Unlock | None = None) -> None:
    """Unpack a backup into an empty folder; the office opens in quarantine.

    `unlock`: where the passphrase is a new one, chosen with the recovery kit (core/custody/restoring.py).
    Raises `file-not-found`, `file-not-read`, `not-a-backup`, `folder-not-empty`, `file-not-written`, `disk-full`,
    `replica-damaged`, and the refusals of `open_keys`: then the folder is left as it was.
    """
    if folder.path.exists() and (not folder.path.is_dir() or any(folder.path.iterdir())):
        raise MunimentError("folder-not-empty", path=str(folder.path))
    made = not folder.path.exists()
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, folder.path) from None
    try:
        keys, _ = unpack_checked(source, folder, unlock or with_passphrase(passphrase))
        _mark_restored(folder, keys)
        _begin_intents(folder, keys)
        _finish(folder)
    except BaseException as error:
        _empty(folder, made)
        if isinstance(error, OSError):
            raise file_error(error, folder.path) from None
        raise


def restore_in_place(source: Path, folder: Folder, passphrase: str, unlock: Unlock | None = None) -> bool:
    """Put a backup where an office was that does not open any more; whether the office may sign again by itself.

    It may where its own intent file survived there: then it opens behind its mark and waits for its blocks. What was
    found is moved aside, never deleted; after a crash the same call finishes. Raises what `restore_backup` raises,
    `replica-in-use` and `intent-of-another-node`: then the office's files are as they were.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".restore.", dir=folder.path) as beside:
            unpacked = Folder(Path(beside))
            keys, _ = unpack_checked(source, unpacked, unlock or with_passphrase(passphrase))
            _refuse_if_open(folder, keys)
            survived = _intents_survived(folder, keys)
            if not survived:
                _mark_restored(unpacked, keys)
            _move_aside(folder, {folder.intent_of(key).name for key in node_keys(keys)} if survived else set())
            for path in sorted(unpacked.path.iterdir()):
                os.replace(path, folder.path / path.name)
        if not survived:
            _begin_intents(folder, keys)
        _finish(folder)
    except OSError as error:
        raise file_error(error, folder.path) from None
    return survived


def unpack_checked(source: Path, folder: Folder, unlock: Unlock) -> tuple[OpenedKeys, Head]:
    """The backup's files in an empty folder, whole and readable with its keys; no charter yet."""
    head = _unpack(source, folder)
    _check_whole(source, folder, head.parts)
    keys = unlock(folder)
    decode_charter(read_bounded(folder.path / "charter.restored"), verify)
    database = Database(folder.replica, keys.secrets["database_key"])
    try:
        database.check_pages()
    finally:
        database.close()
    return keys, head


def _mark_restored(folder: Folder, keys: OpenedKeys) -> None:
    """What the lost computer signed last is unknown."""
    database = Database(folder.replica, keys.secrets["database_key"])
    try:
        database.set_meta("restored", b"1")
    finally:
        database.close()


def _finish(folder: Folder) -> None:
    """The charter comes last: without it the folder is no member yet, whatever a crash leaves here."""
    if (folder.path / "officers").exists():
        sync_folder(folder.path / "officers")
    write_durably(folder.charter, read_bounded(folder.path / "charter.restored"))
    (folder.path / "charter.restored").unlink()


def _refuse_if_open(folder: Folder, keys: OpenedKeys) -> None:
    try:
        Database(folder.replica, keys.secrets["database_key"]).close()
    except MunimentError as error:
        if error.code == "replica-in-use":
            raise


def _begin_intents(folder: Folder, keys: OpenedKeys) -> None:
    """What these keys have signed is unknown: their files begin anew, and the database says so."""
    for key in node_keys(keys):
        first = key == SigningKey(keys.secrets["node_seed"]).public
        IntentLog.create(folder.intent if first else folder.later_intent(key), key, computer_identity()).close()


def _intents_survived(folder: Folder, keys: OpenedKeys) -> bool:
    """Whether the folder holds the very intent files that this computer wrote for these keys, with marks."""
    with_marks = False
    for key in node_keys(keys):
        try:
            intent = IntentLog(folder.intent_of(key), key, computer_identity())
        except MunimentError as error:
            if error.code == "intent-of-another-node":
                raise
            return False
        own, marked = intent.computer_matches(), intent.last() is not None
        intent.close()
        if not own:
            return False
        with_marks |= marked
    return with_marks


def _move_aside(folder: Folder, kept: Collection[str]) -> None:
    """The charter goes first: from then on the folder is no member until the restore is finished."""
    aside = next(path for number in range(1, 10_000) if not (path := folder.path / f"{BEFORE}-{number}").exists())
    aside.mkdir()
    found = [path for path in sorted(folder.path.iterdir()) if path.name not in kept and not _is_ours(path)]
    for path in sorted(found, key=lambda path: path != folder.charter):
        os.replace(path, aside / path.name)
        sync_folder(folder.path)
    with suppress(OSError):
        aside.rmdir()  # nothing was there


def _is_ours(path: Path) -> bool:
    return path.name.startswith((".restore.", BEFORE))


def _unpack(source: Path, folder: Folder) -> Head:
    """Take the named members and nothing else: a path of the archive is never used as it stands."""
    try:
        with _opened(source) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            head = archive.next()
            if head is None or head.name != HEAD or head.size > MAXHEAD_BYTES:
                raise MunimentError("not-a-backup", path=str(source))
            stated = json.loads(_content(archive, head))
            if stated.get("format") != FORMAT or stated.get("version") != VERSION:
                raise MunimentError("not-a-backup", path=str(source))
            for member in archive:
                _take(archive, member, folder)
            written_ms = stated.get("written_ms")
            parts = [*_NEEDED, *map(str, stated.get("parts", OPTIONAL[1:]))]
            return Head(parts, written_ms if isinstance(written_ms, int) else None)
    except (tarfile.TarError, ValueError, AttributeError, TypeError, EOFError, RecursionError):
        raise MunimentError("not-a-backup", path=str(source)) from None
    except OSError as error:  # of what is written here
        raise file_error(error, folder.path) from None


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(source)) from None
    except OSError:
        raise MunimentError("file-not-read", path=str(source)) from None


def _check_whole(source: Path, folder: Folder, parts: Iterable[str]) -> None:
    """An archive that was cut between two of its members looks like a shorter one."""
    there = {str(path.relative_to(folder.path)).replace(os.sep, "/") for path in folder.path.rglob("*")}
    if not {"charter.restored" if name == "charter" else name for name in parts} <= there:
        raise MunimentError("not-a-backup", path=str(source))


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Folder) -> None:
    if member.name == HEAD:
        return
    most_bytes = MAX_BACKUP_BYTES if member.name in ("replica.db", folder.archive.name) else MAX_FILE_BYTES
    if not member.isreg() or member.size > most_bytes:
        raise MunimentError("not-a-backup", path=member.name)
    parts = member.name.split("/")
    known = member.name in ("node.key", *OPTIONAL, "charter", "replica.db", folder.archive.name)
    if not known and not (len(parts) == 2 and parts[0] == "officers" and _OFFICER_FILE.fullmatch(parts[1])):
        raise MunimentError("not-a-backup", path=member.name)
    target = folder.path / ("charter.restored" if member.name == "charter" else member.name)
    target.parent.mkdir(exist_ok=True)
    stream = archive.extractfile(member)
    assert stream is not None  # a regular file has one
    with stream, open(target, "wb", opener=for_owner_only) as out:
        while chunk := stream.read(1 << 20):
            out.write(chunk)
        out.flush()
        sync_file(out.fileno())


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    return stream.read() if stream else b""


def _empty(folder: Folder, remove: bool) -> None:
    for path in sorted(folder.path.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if remove:
        folder.path.rmdir()
