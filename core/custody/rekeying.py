"""A new key for the office's encrypted copy: another file is written under it, checked, and put in the old one's place.

`PRAGMA rekey` would change every page where it stands, in one long transaction whose safety rests on a journal of pages
under two keys; a copy leaves the old file whole until a finished, verified one lies beside it. It costs as much room
again as the copy takes. The archive is sealed with the same key and goes the same way. Steps, each durable before the
next; a kill between any two leaves a folder that the next opening finishes with the passphrase that it is given anyway:

    1  the new key is put into the key file, beside the old one         window "asked": the old files are copied anew
    2  `rekeying` is filled: archive, then replica; both are checked    window "copying": thrown away, then as 1
    3  `rekeying` is renamed `rekeyed`: from here the new key holds     window "made": the files are put in their places
    4  archive and replica are renamed over the old ones                window "placed": as far as it came, then 5
    5  the key file forgets the old key                                 window "forgotten": the empty folder goes
    6  `rekeyed`, empty, is removed

Before 3 the office is opened with the old key where there is no room for the copy; what was asked is then tried again.
What is signed is not touched: the intent file is sealed under a key of its own (core/folder.py).
"""

import os
import shutil
from os import urandom
from pathlib import Path

from core.crypto.keyfile import OpenedKeys, open_keys
from core.custody.keys import DATABASE_KEY, NEXT_DATABASE_KEY, renew_box, write_node_keys
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.store.archive import Archive
from core.store.database import KEY_BYTES, Database
from core.store.files import file_error, sync_file, sync_folder
from core.store.pruned import PrunedStore

UNDER_WAY, MADE = "rekeying", "rekeyed"
_LOGS = ("-wal", "-shm")
_PUT_OFF = ("disk-full", "disk-failed", "file-not-written")


def ask_rekey(folder: Folder, passphrase: str) -> None:
    """Have the next opening change the key of the copy. Durable on return. Raises the refusals of `open_keys`."""
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    if NEXT_DATABASE_KEY not in keys.secrets:
        secrets = {**keys.secrets, NEXT_DATABASE_KEY: urandom(KEY_BYTES)}
        write_node_keys(folder, secrets, passphrase, keys.cost, floor=keys.cost)


def rekey(folder: Folder, passphrase: str) -> None:
    """Change the key of the copy now; the office must be closed.

    Raises `replica-in-use`, `disk-full`, `replica-damaged`, `archive-damaged`, `archive-missing` and the refusals of
    `open_keys`: then the old key holds.
    """
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    if not (folder.path / MADE).exists():
        open_replica(folder, keys.secrets[DATABASE_KEY]).close()
    ask_rekey(folder, passphrase)
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    try:
        finish_rekey(folder, keys, passphrase)
    except MunimentError:
        if not (folder.path / MADE).exists():
            _withdraw(folder, keys, passphrase)
        raise


def finish_or_put_off(folder: Folder, keys: OpenedKeys, passphrase: str) -> OpenedKeys:
    """As `finish_rekey`; where there is no room for the copy the office opens with the old key."""
    try:
        return finish_rekey(folder, keys, passphrase)
    except MunimentError as error:
        if error.code in _PUT_OFF and not (folder.path / MADE).exists():
            return keys
        raise


def finish_rekey(folder: Folder, keys: OpenedKeys, passphrase: str) -> OpenedKeys:
    """Do what was asked and is not done yet; the keys that hold afterwards."""
    made = folder.path / MADE
    new = keys.secrets.get(NEXT_DATABASE_KEY)
    try:
        if new is not None:
            renew_box(folder, keys.secrets)  # a kill may have come before it: from 3 on the kit needs the new key too
            if not made.exists():
                _copy(folder, keys.secrets[DATABASE_KEY], new)
            _put_in_place(folder)
            secrets = {name: one for name, one in keys.secrets.items() if name != NEXT_DATABASE_KEY}
            keys = OpenedKeys(keys.purpose, keys.cost, {**secrets, DATABASE_KEY: new})
            write_node_keys(folder, keys.secrets, passphrase, keys.cost, floor=keys.cost)
        if made.exists():
            _put_away(folder, made, keys, passphrase)
    except OSError as error:
        raise file_error(error, folder.path) from None
    return keys


def open_replica(folder: Folder, key: bytes) -> Database:
    """The database, unless another process is about to put another in its place. Raises as `Database`."""
    number = _file_number(folder.replica)
    database = Database(folder.replica, key)
    if (folder.path / MADE).exists() or _file_number(folder.replica) != number:
        database.close()
        raise MunimentError("replica-in-use", path=str(folder.replica))
    return database


def _copy(folder: Folder, old: bytes, new: bytes) -> None:
    """Steps 2 and 3, with the office's own file locked."""
    under_way = folder.path / UNDER_WAY
    database = Database(folder.replica, old)
    try:
        shutil.rmtree(under_way, ignore_errors=True)
        under_way.mkdir()
        try:
            beside = Folder(under_way)
            Archive(folder.archive, old).copy_to(beside.archive, new, PrunedStore(database).archived())
            database.copy_to(beside.replica, new)
            _check(beside.replica, new)
            for path in under_way.iterdir():
                _sync(path)
            sync_folder(under_way)
        except BaseException:
            shutil.rmtree(under_way, ignore_errors=True)
            raise
        os.replace(under_way, folder.path / MADE)
        sync_folder(folder.path)
    finally:
        database.close()


def _check(replica: Path, key: bytes) -> None:
    """Every page of the copy, read back."""
    database = Database(replica, key)
    try:
        database.check_pages()
    finally:
        database.close()


def _put_in_place(folder: Folder) -> None:
    """Step 4. The old database's log would be read into the new one, so it goes first: the copy holds what it held."""
    made = Folder(folder.path / MADE)
    for new, old in ((made.archive, folder.archive), (made.replica, folder.replica)):
        if not new.exists():
            continue
        for end in _LOGS if old == folder.replica else ():
            old.with_name(old.name + end).unlink(missing_ok=True)
        os.replace(new, old)
        sync_folder(folder.path)
        sync_folder(made.path)


def _put_away(folder: Folder, made: Path, keys: OpenedKeys, passphrase: str) -> None:
    """Step 6. Copies that no key file knows of, because an older one was put back by hand, are kept under another name.

    Unless another process is at work on them: then the key file is not what was read here.
    """
    if not any(made.iterdir()):
        made.rmdir()
    elif open_keys(read_bounded(folder.node_key), passphrase).secrets == keys.secrets:
        free = (folder.path / f"{MADE}-unused-{number}" for number in range(1, 10_000))
        os.replace(made, next(path for path in free if not path.exists()))
    sync_folder(folder.path)


def _withdraw(folder: Folder, keys: OpenedKeys, passphrase: str) -> None:
    """Unless it is done already and only its very last sync failed: the old key opens nothing any more then."""
    if NEXT_DATABASE_KEY not in open_keys(read_bounded(folder.node_key), passphrase).secrets:
        return
    secrets = {name: one for name, one in keys.secrets.items() if name != NEXT_DATABASE_KEY}
    write_node_keys(folder, secrets, passphrase, keys.cost, floor=keys.cost)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        sync_file(descriptor)
    finally:
        os.close(descriptor)


def _file_number(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
