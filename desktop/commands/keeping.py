"""Backup, trying one, restore, checking and repairing this office's copy."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.backup import write_backup
from core.crypto.keyfile import open_keys
from core.folder import Folder, read_bounded
from core.joining_folder import read_hash
from core.repairing import NewCopy, repair
from core.restoring import restore_backup, restore_in_place, with_passphrase
from core.trying import Tried, open_source, try_backup, verify_all
from desktop.unlocking import Access
from desktop.wording import say, sentence
from desktop.wording.repairing import repaired_words
from desktop.wording.values import claimed_text


def backup_command(access: Access, target: Path) -> dict[str, Any]:
    opened = access.open()
    try:
        write_backup(access.folder, opened.office, target)
    finally:
        opened.office.close()
    return {"message": sentence("backup-written", {"path": str(target)}), "path": str(target)}


def try_backup_command(access: Access, source: Path) -> dict[str, Any]:
    """The passphrase is that of the time when the backup was written; no office here is touched."""
    return tried_words(try_backup(source, with_passphrase(access.passphrase())))


def tried_words(tried: Tried) -> dict[str, Any]:
    facts: dict[str, Any] = {"acts": tried.acts, "blocks": tried.blocks, "written_ms": tried.written_ms}
    when = claimed_text(tried.written_ms) if tried.written_ms is not None else say("backup.undated")
    return {"message": sentence("backup-tried", {**facts, "when": when}), **facts}


def check_command(access: Access) -> dict[str, Any]:
    """Raises the code of the first damage that is found."""
    opened = access.open()
    try:
        for _ in verify_all(opened.office):
            pass
        blocks, acts = opened.office.store.chain.counts()
    finally:
        opened.office.close()
    return {"message": sentence("copy-checked", {"acts": acts, "blocks": blocks}), "acts": acts, "blocks": blocks}


def repair_command(access: Access, backup: Path | None, copy: Path | None, checkpoint: str) -> dict[str, Any]:
    """`backup`: under the same passphrase; blocks that the damaged copy does not give any more are taken from it.

    `copy`: another office's snapshot, for one that joined with such a copy. Raises `not-a-hash` and what `repair` does.
    """
    given = NewCopy(copy, read_hash(checkpoint, "checkpoint")) if copy is not None else None
    secret, folder = access.passphrase(), access.folder
    keys = open_keys(read_bounded(folder.node_key), secret)
    with TemporaryDirectory(prefix="muniment-repair.") as made:
        source = open_source(backup, Folder(Path(made)), with_passphrase(secret)) if backup else None
        *_, told = repair(folder, keys, source, given)
    return {"message": repaired_words(told), **vars(told)}


def restore_command(access: Access, source: Path, in_place: bool = False) -> dict[str, Any]:
    """`in_place`: where an office is that does not open any more; what is there is kept aside."""
    path, survived = str(access.folder.path), False
    if in_place:
        survived = restore_in_place(source, access.folder, access.passphrase())
    else:
        restore_backup(source, access.folder, access.passphrase())
    done = sentence("backup-restored-in-place" if survived else "backup-restored", {"path": path})
    return {"message": done, "path": path, "quarantine": None if survived else "restored"}
