"""Putting a damaged replica together anew from its own blocks, and from a backup if there is one.

Rules: nothing is invented. Every block that can still be read is judged as if a neighbour had sent it, and everything
else follows from the blocks once more; so the result is right whatever the damage was. A block that waits for one that
is lost waits on the disk (core/store/salvaged.py) until a meeting brings that one. What belongs to this office alone
(drafts, the log of looks, keys of sealed fields, scans) is copied row by row; what of it is lost is said by name. What
an order of erasure has destroyed does not come back with a backup. A replica that joined with a snapshot never had the
text of its first acts: it joins again with a new one, and whatever it held beyond that is judged on top of it.

Steps, and where a crash leaves them: (1) the new replica grows under `.repair-under-way`, which is thrown away by the
next attempt; (2) whole and on the disk it is renamed `repair-made`: from here on the repair is asked for, and opening
the office finishes it; (3) what was found is linked into `before-repair-<n>`; (4) the old log goes, (5) the new replica
takes the old one's place, (6) `repair-made` goes. The intent file is not touched: an office whose newest blocks are
missing opens behind its mark and signs nothing until it has them back.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.crypto.keyfile import OpenedKeys
from core.crypto.signing import verify
from core.custody.keys import DATABASE_KEY
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.exchange import Exchange, Received
from core.joining import join
from core.ledger.block import block_id
from core.ledger.charter import decode_charter
from core.snapshot_file import Given, Progress
from core.store.archive import Archive
from core.store.damaged import DamagedReplica, FoundBlock
from core.store.database import Database
from core.store.files import file_error, sync_file, sync_folder
from core.store.replica import ReplicaStore

UNDER_WAY, MADE, BEFORE = ".repair-under-way", "repair-made", "before-repair"
_LOGS = ("-wal", "-shm")
# What no block says: (table, its primary key). The log of looks comes with what it is chained to.
_OWN = (
    ("look", "number"),
    ("draft", "id"),
    ("draft_subject", "draft, record"),
    ("shared_draft", "draft, office"),
    ("sealed_key", "name"),
    ("sealed_envelope", "name, kind, recipient, incarnation, by"),
    ("paper", "digest"),
    ("paper_chunk", "number"),
)
_OWN_NOTES = "import:"  # how far imports have come (core/importing/resuming.py)
_OWN_FACTS = ("restored", "renewed", "line", "looks-exported", "looks-base", "lock-after-s")


@dataclass
class Repaired:
    """What a repair found and made. `lost`: names of this office's own tables that did not come whole."""

    blocks: int = 0  # in the new replica
    acts: int = 0
    unreadable: int = 0  # places in the old one
    refused: int = 0  # that could be read and break a rule
    waiting: int = 0  # that wait for blocks of other offices
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A replica's files and their key: the damaged one's, or a backup's."""

    replica: Path
    archive: Path
    key: bytes


@dataclass(frozen=True)
class NewCopy:
    """A neighbour's snapshot, with the hash of its checkpoint as it was received in person."""

    path: Path
    checkpoint: bytes
    progress: Progress | None = None


def repair(
    folder: Folder, keys: OpenedKeys, backup: Source | None = None, copy: NewCopy | None = None
) -> Iterator[Repaired]:
    """Yields between steps how far it is; the last one is of the whole. The office is closed meanwhile.

    Raises `replica-in-use`, `no-office-here`, `new-copy-needed` for a replica that joined with a snapshot and is given
    no new one, `disk-full`, and the refusals of `decode_charter` and `join`. Then the folder is as it was.
    """
    if folder.standing() != "member":
        raise MunimentError("no-office-here", path=str(folder.path))
    finish_repair(folder)
    under_way, told = Folder(folder.path / UNDER_WAY), Repaired()
    shutil.rmtree(under_way.path, ignore_errors=True)
    try:
        under_way.path.mkdir()
        own = Source(folder.replica, folder.archive, keys.secrets[DATABASE_KEY])
        yield from _make(folder, under_way, [own, *([backup] if backup else [])], copy, told)
        _sync_all(under_way.path)
        os.replace(under_way.path, folder.path / MADE)
        sync_folder(folder.path)
        finish_repair(folder)
    except OSError as error:
        raise file_error(error, folder.path) from None
    finally:
        shutil.rmtree(under_way.path, ignore_errors=True)
    yield told


def finish_repair(folder: Folder) -> None:
    """Steps 3 to 6, from wherever a crash has left them. Raises `file-not-written`."""
    made = Folder(folder.path / MADE)
    if not made.path.exists():
        return
    try:
        if made.replica.exists():
            _keep_aside(folder)
            for end in _LOGS:
                folder.replica.with_name(folder.replica.name + end).unlink(missing_ok=True)
            folder.archive.unlink(missing_ok=True)
            os.replace(made.replica, folder.replica)
            sync_folder(folder.path)
        shutil.rmtree(made.path)
        sync_folder(folder.path)
    except OSError as error:
        raise file_error(error, folder.path) from None


def _keep_aside(folder: Folder) -> None:
    """The folder's name is kept beside the new replica: a second attempt links what the first has not."""
    note = folder.path / MADE / "aside"
    if not note.exists():
        number = next(n for n in range(1, 10_000) if not (folder.path / f"{BEFORE}-{n}").exists())
        (folder.path / f"{BEFORE}-{number}").mkdir()
        note.write_text(str(number), encoding="ascii")
    aside = folder.path / f"{BEFORE}-{note.read_text(encoding='ascii')}"
    logs = [folder.replica.with_name(folder.replica.name + end) for end in _LOGS]
    for path in (folder.replica, folder.archive, *logs):
        if path.exists() and not (aside / path.name).exists():
            _link(path, aside / path.name)
    sync_folder(aside)
    sync_folder(folder.path)


def _link(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:  # a file system without second names
        shutil.copyfile(path, aside.with_suffix(".part"))
        os.replace(aside.with_suffix(".part"), aside)


def _make(
    folder: Folder, beside: Folder, sources: list[Source], copy: NewCopy | None, told: Repaired
) -> Iterator[Repaired]:
    charter = decode_charter(read_bounded(folder.charter), verify)
    database = Database(beside.replica, sources[0].key, create=True)
    try:
        if copy is not None:
            join(database, copy.path, Given(charter.network, copy.checkpoint), copy.progress)
        with database.bulk():
            replica = Exchange(ReplicaStore(database), charter)
            own_drafts = set[bytes]()
            for number, source in enumerate(sources):
                old = DamagedReplica(source.replica, source.key, Archive(source.archive, source.key))
                try:
                    if copy is None and old.joined:
                        raise MunimentError("new-copy-needed")
                    yield from _take_blocks(replica, old, told)
                    _copy_own(old, database, told, first=number == 0)
                finally:
                    old.close()
                if number == 0:
                    own_drafts = {draft.id for draft in replica.store.drafts()}
            replica.take_salvaged()
            _erase_again(replica, own_drafts)
        told.blocks, told.acts = replica.store.chain.counts()
        told.waiting = len(replica.salvaged.ids())
        database.check_pages()
    finally:
        database.close()


def _take_blocks(replica: Exchange, old: DamagedReplica, told: Repaired) -> Iterator[Repaired]:
    for _, found in old.blocks():
        if found is None:
            told.unreadable += 1
        else:
            _take(replica, found, told)
        yield told


def _take(replica: Exchange, found: FoundBlock, told: Repaired) -> None:
    block = (found.header, found.signature, found.payload)
    try:
        if replica.receive(*block) is Received.ASIDE:
            replica.salvaged.add([(block_id(replica.network, found.header), block)])
    except MunimentError as error:
        if error.code in ("disk-full", "disk-failed", "replica-damaged"):  # of the new one
            raise
        told.refused += 1


def _copy_own(old: DamagedReplica, database: Database, told: Repaired, first: bool) -> None:
    """A backup is older: of it only what is not here."""
    with database.atomic():
        for name, key in _OWN:
            if name == "look" and not first and database.scalar("SELECT 1 FROM look LIMIT 1") is not None:
                continue  # two parts of one chain do not make a chain
            whole = old.copy(name, key, database, both_ends=name != "look")
            if not whole and first:
                told.lost.append(name)
        for fact, value in (*old.facts(_OWN_FACTS), *old.facts_beginning(_OWN_NOTES)):
            if first or database.meta(fact) is None:
                database.set_meta(fact, value)


def _erase_again(replica: Exchange, own_drafts: set[bytes]) -> None:
    """Keys that an order has destroyed, and drafts that it has taken: a backup of before had them."""
    store = replica.store
    with store.database.atomic():
        store.sealing.drop_erased()
        for record in {row.record for row in store.sealing.erasures()}:
            for draft in store.drafts_about(record):
                if draft.id not in own_drafts:
                    store.delete_draft(draft.id)


def _sync_all(folder: Path) -> None:
    for path in folder.iterdir():
        descriptor = os.open(path, os.O_RDWR)
        try:
            sync_file(descriptor)
        finally:
            os.close(descriptor)
    sync_folder(folder)
