"""Trying a backup: restored into a folder that is thrown away, and everything in it verified as on any other day.

Nothing signs there, and no office of this computer is touched. What is found is what a restore would bring back.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.crypto.keyfile import OpenedKeys
from core.crypto.signing import verify
from core.custody.keys import DATABASE_KEY
from core.errors import MunimentError
from core.exchange import Exchange
from core.folder import Folder, read_bounded
from core.ledger.charter import decode_charter
from core.repairing import Source
from core.restoring import Unlock, unpack_checked
from core.store.archive import Archive
from core.store.database import Database
from core.store.files import file_error
from core.store.replica import ReplicaStore

BLOCKS_A_STEP = 200


@dataclass(frozen=True)
class Tried:
    """What a backup holds, all of it verified. `written_ms`: as the clock said where it was written; None: unsaid."""

    written_ms: int | None
    blocks: int
    acts: int


def try_backup(source: Path, unlock: Unlock, beside: Path | None = None) -> Tried:
    """Read, unlock and verify all of a backup. `beside`: where its folder is made; by default among temporary files.

    Raises what `restore_backup` raises of the backup, and what checking a replica raises.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="muniment-try.", dir=beside) as made:
            folder = Folder(Path(made))
            keys, head = unpack_checked(source, folder, unlock)
            return _verified(folder, keys, head.written_ms)
    except OSError as error:
        raise file_error(error, source) from None


def _verified(folder: Folder, keys: OpenedKeys, written_ms: int | None) -> Tried:
    charter = decode_charter(read_bounded(folder.path / "charter.restored"), verify)
    key = keys.secrets[DATABASE_KEY]
    with closing(Database(folder.replica, key)) as database:
        replica = Exchange(ReplicaStore(database, Archive(folder.archive, key)), charter)
        for _ in verify_all(replica):
            pass
        blocks, acts = replica.store.chain.counts()
        return Tried(written_ms, blocks, acts)


def verify_all(replica: Exchange) -> Iterator[None]:
    """Every page, block, derived row and scan of a replica, in steps but for the pages.

    Raises `replica-damaged`, `archive-missing`, `archive-damaged`, `looks-damaged`, `paper-damaged`.
    """
    replica.store.database.check_pages()
    yield
    position: int | None = 0
    while position is not None:
        position = replica.checking.verify_stored(position, BLOCKS_A_STEP)
        yield
    yield from replica.checking.verify_state()
    for damaged in replica.papers.verify():
        if damaged is not None:
            raise MunimentError("paper-damaged")
        yield


def open_source(source: Path, folder: Folder, unlock: Unlock) -> Source:
    """A backup's replica, unpacked into a folder, for a repair (core/repairing.py). Raises as `restore_backup`."""
    keys, _ = unpack_checked(source, folder, unlock)
    return Source(folder.replica, folder.archive, keys.secrets[DATABASE_KEY])
