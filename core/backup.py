"""Backup and restore of a whole office: one file, and on restore always a quarantine.

The file holds an encrypted copy of the database, the charter and the sealed key files: it says nothing without the
office's passphrase, and signing needs the officers' own. The intent file is not in it: an office restored into an
empty folder cannot know what the lost computer signed last, so it reads and relays and never signs under this key
again. Restored in place, beside the intent file that this very computer wrote, it signs again once it holds every
block up to the file's last mark (3-ledger §7).
"""

import json
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from core.crypto.keyfile import OpenedKeys, open_keys
from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.folder import MAX_FILE_BYTES, Folder, OpenedOffice, node_keys, read_bounded
from core.ledger.charter import decode_charter
from core.people.actions import Action
from core.store.computer import computer_identity
from core.store.database import Database
from core.store.files import file_error, sync_file, sync_folder, write_durably
from core.store.intent import IntentLog

FORMAT = "muniment-backup"
VERSION = 1
MAX_BACKUP_BYTES = 1 << 36
BEFORE = "before-restore"  # folders with what a restore in place found, numbered: nothing is deleted
_HEAD = "muniment-backup.json"
MAX_HEAD_BYTES = 16 << 10
_NEEDED = ("node.key", "charter", "replica.db")
# The kit's box, where there is a kit; the card, which an office restored from its kit alone may lack.
_OPTIONAL = ("node.kit", "card.office")
_OFFICER_FILE = re.compile(r"[0-9]{1,3}\.key")


def write_backup(folder: Folder, opened: OpenedOffice, target: Path) -> None:
    """Write a backup of this moment; the target appears whole, on the disk, or not at all.

    Raises `file-exists`, `file-not-written`, `disk-full`.
    """
    opened.office.people.require(Action.BACKUP)
    try:
        if target.exists():
            raise MunimentError("file-exists", path=str(target))
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
            copy, part = Path(beside, "replica.db"), Path(beside, "backup")
            opened.office.store.database.copy_to(copy, opened.keys.secrets["database_key"])
            parts = [*_plain_names(folder), "replica.db"]
            head = {"format": FORMAT, "version": VERSION, "network": opened.office.network.hex(), "parts": parts}
            with open(part, "wb", opener=_for_owner_only) as out:
                with tarfile.open(fileobj=out, mode="w") as archive:
                    _add_bytes(archive, _HEAD, json.dumps(head).encode())
                    for name in parts[:-1]:
                        archive.add(folder.path / name, name, recursive=False)
                    archive.add(copy, parts[-1], recursive=False)
                    if folder.archive.exists():  # boxes that come later are named by no row of this copy
                        archive.add(folder.archive, folder.archive.name, recursive=False)
                out.flush()
                sync_file(out.fileno())
            os.replace(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise file_error(error, target) from None


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
        keys = _unpack_checked(source, folder, unlock or with_passphrase(passphrase))
        _mark_restored(folder, keys)
        _begin_intents(folder, keys)
        _finish(folder)
    except BaseException:
        _empty(folder, made)
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
            keys = _unpack_checked(source, unpacked, unlock or with_passphrase(passphrase))
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


def _unpack_checked(source: Path, folder: Folder, unlock: Unlock) -> OpenedKeys:
    """The backup's files in an empty folder, whole and readable with its keys; no charter yet."""
    _check_whole(source, folder, _unpack(source, folder))
    keys = unlock(folder)
    decode_charter(read_bounded(folder.path / "charter.restored"), verify)
    database = Database(folder.replica, keys.secrets["database_key"])
    try:
        database.check_pages()
    finally:
        database.close()
    return keys


def _mark_restored(folder: Folder, keys: OpenedKeys) -> None:
    """What the lost computer signed last is unknown."""
    database = Database(folder.replica, keys.secrets["database_key"])
    try:
        database.set_meta("restored", b"1")
    finally:
        database.close()


def _finish(folder: Folder) -> None:
    """The charter comes last: without it the folder is no member yet, whatever a crash leaves here."""
    write_durably(folder.charter, read_bounded(folder.path / "charter.restored"))
    (folder.path / "charter.restored").unlink()
    if (folder.path / "officers").exists():
        sync_folder(folder.path / "officers")


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


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _plain_names(folder: Folder) -> list[str]:
    officers = sorted((folder.path / "officers").glob("*.key"))
    present = [name for name in _OPTIONAL if (folder.path / name).exists()]
    return ["node.key", *present, "charter", *(f"officers/{path.name}" for path in officers)]


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))


def _unpack(source: Path, folder: Folder) -> list[str]:
    """Take the named members and nothing else: a path of the archive is never used as it stands. What it must hold."""
    try:
        with _opened(source) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            head = archive.next()
            if head is None or head.name != _HEAD or head.size > MAX_HEAD_BYTES:
                raise MunimentError("not-a-backup", path=str(source))
            stated = json.loads(_content(archive, head))
            if stated.get("format") != FORMAT or stated.get("version") != VERSION:
                raise MunimentError("not-a-backup", path=str(source))
            for member in archive:
                _take(archive, member, folder)
            return [*_NEEDED, *map(str, stated.get("parts", _OPTIONAL[1:]))]
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
    if member.name == _HEAD:
        return
    most_bytes = MAX_BACKUP_BYTES if member.name in ("replica.db", folder.archive.name) else MAX_FILE_BYTES
    if not member.isreg() or member.size > most_bytes:
        raise MunimentError("not-a-backup", path=member.name)
    parts = member.name.split("/")
    known = member.name in ("node.key", *_OPTIONAL, "charter", "replica.db", folder.archive.name)
    if not known and not (len(parts) == 2 and parts[0] == "officers" and _OFFICER_FILE.fullmatch(parts[1])):
        raise MunimentError("not-a-backup", path=member.name)
    target = folder.path / ("charter.restored" if member.name == "charter" else member.name)
    target.parent.mkdir(exist_ok=True)
    stream = archive.extractfile(member)
    assert stream is not None  # a regular file has one
    with stream, open(target, "wb", opener=_for_owner_only) as out:
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
