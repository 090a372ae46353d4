"""Passphrases, the recovery kit, and the key of the office's copy."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.crypto.keyfile import Cost, calibrate
from core.crypto.passphrase import require_strong
from core.custody.making import DrawnKit, draw_kit, keep_kit, office_name
from core.custody.passphrases import (
    GivenKit,
    change_officer_passphrase,
    change_passphrase,
    given_kit,
    reset_passphrase,
)
from core.custody.rekeying import rekey
from core.custody.restoring import FromNeighbour, NewPassphrase, kind_of, restore_from_kit, with_kit
from core.errors import MunimentError
from core.joining_folder import given_in_person
from core.restoring import restore_backup, restore_in_place
from core.store.files import write_durably
from desktop.unlocking import Access, read_new_passphrase
from desktop.wording import say, sentence

MAX_WORD_BYTES = 100


def passphrase_command(
    access: Access, new_file: Path | None, officer: int | None, kit_files: Sequence[Path]
) -> dict[str, Any]:
    """Change the office's passphrase or an officer's; with the recovery kit the old one is not needed."""
    if kit_files:
        kit = read_kit(kit_files)
        reset_passphrase(access.folder, kit, _new(new_file), _measured)
        return {"message": sentence("passphrase-changed-by-kit", {})}
    old = access.passphrase()
    if officer is not None:
        change_officer_passphrase(access.folder, officer, old, _new(new_file), _measured)
        return {"message": sentence("officer-passphrase-changed", {"officer": officer}), "officer": officer}
    change_passphrase(access.folder, old, _new(new_file), _measured)
    return {"message": sentence("passphrase-changed", {})}


def kit_command(access: Access, file: Path, sheets: int, needed: int | None) -> dict[str, Any]:
    """Print a new kit to a PDF and have two words typed back; until then an earlier kit stays the office's."""
    from desktop.printing.kit import KitPaper, kit_pdf, today

    if file.exists():
        raise MunimentError("file-exists", path=str(file))
    passphrase = access.passphrase()
    kit = draw_kit(access.folder, passphrase, needed or min(sheets, 2), sheets)
    write_durably(file, kit_pdf(kit, KitPaper(office_name(access.folder), today())))
    print(sentence("kit-written", {"path": str(file)}), file=sys.stderr, flush=True)
    keep_kit(access.folder, passphrase, kit, _typed_back(kit))
    facts: dict[str, Any] = {"path": str(file), "kit": kit.number, "sheets": sheets, "needed": kit.needed}
    return {"message": sentence("kit-kept", facts), **facts}


def rekey_command(access: Access) -> dict[str, Any]:
    """Raises what `rekey` raises."""
    rekey(access.folder, access.passphrase())
    return {"message": sentence("rekeyed", {})}


def restore_with_kit_command(
    access: Access,
    source: Path,
    kit_files: Sequence[Path],
    in_place: bool,
    network: str | None,
    checkpoint: str | None,
) -> dict[str, Any]:
    """On a backup, or on a neighbour's copy of the register or the charter. The passphrase given is the new one."""
    kit, path = read_kit(kit_files), str(access.folder.path)
    passphrase = access.passphrase()
    require_strong(passphrase)
    new, survived = NewPassphrase(passphrase, _measured), False
    kind = kind_of(source)
    if kind != "backup":
        given = None if kind == "charter" else given_in_person(network or "", checkpoint or "")
        restore_from_kit(access.folder, kit, FromNeighbour(source, given), new)
    elif in_place:
        survived = restore_in_place(source, access.folder, passphrase, with_kit(kit, new))
    else:
        restore_backup(source, access.folder, passphrase, with_kit(kit, new))
    told = "backup-restored-in-place" if survived else "kit-restored"
    done = sentence(told, {"path": path})
    return {"message": done, "path": path, "from": kind, "quarantine": None if survived else "restored"}


def read_kit(files: Sequence[Path]) -> GivenKit:
    """All sheets in these files. Raises the refusals of `read_sheets` and `given_kit`."""
    from desktop.printing.kit_reading import read_sheets

    return given_kit([sheet for file in files for sheet in read_sheets(file)])


def _typed_back(kit: DrawnKit) -> list[str]:
    """From a person, or line by line from whoever has read the paper. Raises `kit-not-proved`."""
    words = []
    for asked in kit.asked:
        print(say("kit.ask", place=asked.place, sheet=asked.sheet), end=" ", file=sys.stderr, flush=True)
        words.append(sys.stdin.buffer.readline(MAX_WORD_BYTES).decode("utf-8", "replace").strip())
    return words


def _new(file: Path | None) -> str:
    new = read_new_passphrase(file)
    require_strong(new)
    return new


def _measured() -> Cost:
    return calibrate(time.perf_counter)
