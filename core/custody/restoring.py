"""Restoring an office with its recovery kit: on what a backup holds, or on what any neighbour gives.

With a backup the kit stands in for the passphrase of that time: the backup's own box gives the keys, or the one on the
kit's sheets. Without one the keys come from the sheets, and the register from a neighbour: a copy of it (as for an
office that joins; everything in it is verified), or the charter alone, after which meetings bring everything else. The
charter alone serves an office that founded the network: it names its key.

Either way what the lost computer signed last is unknown. The office opens in quarantine, reads and relays, and signs
again under a new key that the others vote (3-ledger §7); its officers' key files came with the kit. **Crash windows**:
nothing makes the folder a member's before the charter, which is written last; until then the same call begins anew.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.crypto.keyfile import Cost
from core.crypto.passphrase import require_strong
from core.crypto.signing import SigningKey, verify
from core.custody.keys import DATABASE_KEY, NEXT_DATABASE_KEY, NEXT_SEED, SEED, write_node_keys
from core.custody.passphrases import GivenKit, reset_passphrase
from core.data_folder import Folder, read_bounded
from core.epochs import Epochs
from core.errors import MunimentError
from core.joining import join
from core.laws.law_check import check_law
from core.laws.law_reading import law_from_canonical
from core.ledger.charter import Charter, decode_charter
from core.restoring import Unlock
from core.snapshot_file import Given, Progress
from core.store.computer import computer_identity
from core.store.database import KEY_BYTES, Database
from core.store.files import file_error, sync_folder, write_durably
from core.store.intent import IntentLog

RESTORING = ".restoring"  # in the folder while it is being filled: everything beside it is this restore's own


@dataclass(frozen=True)
class NewPassphrase:
    """What the restored keys are sealed with."""

    text: str
    choose_cost: Callable[[], Cost]
    floor: Cost | None = None  # None: the application's


@dataclass(frozen=True)
class FromNeighbour:
    """Where the register comes from: a neighbour's copy with what was given in person, or the charter (None)."""

    file: Path
    given: Given | None = None


def kind_of(path: Path) -> str:
    """`backup`, `charter` or `snapshot`, by how the file begins. Raises `file-not-found`, `file-not-read`."""
    try:
        with path.open("rb") as file:
            begin = file.read(32)
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(path)) from None
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None
    if begin.startswith(b"muniment-backup.json"):
        return "backup"
    return "charter" if b"muniment-charter" in begin else "snapshot"


def with_kit(kit: GivenKit, new: NewPassphrase) -> Unlock:
    """For `restore_backup` and `restore_in_place`, with the new passphrase as theirs."""
    return lambda folder: reset_passphrase(folder, kit, new.text, new.choose_cost, new.floor)


def restore_from_kit(
    folder: Folder, kit: GivenKit, source: FromNeighbour, new: NewPassphrase, progress: Progress | None = None
) -> Charter:
    """An office in an empty folder, in quarantine; durable on return.

    Raises `folder-not-empty`, `not-our-card` (the network's roll does not know the kit's keys), the refusals of
    `GivenKit.open`, `require_strong`, `decode_charter`, `check_law` and `join`.
    """
    require_strong(new.text)
    made = not folder.path.exists()
    under_way = _begin(folder)
    try:
        charter = _build(Folder(under_way), kit, source, new, progress)
        _move(under_way, folder)
    except BaseException:
        _remove(folder, made)
        raise
    return charter


def _build(
    folder: Folder, kit: GivenKit, source: FromNeighbour, new: NewPassphrase, progress: Progress | None
) -> Charter:
    """A whole office's files."""
    secrets, officers = kit.open()
    secrets = {name: one for name, one in secrets.items() if name != NEXT_DATABASE_KEY}
    secrets[DATABASE_KEY] = os.urandom(KEY_BYTES)  # the copy is a new one
    for number, content in officers.items():
        folder.officer_key(number).parent.mkdir(exist_ok=True)
        write_durably(folder.officer_key(number), content)
    charter = _fill(folder, source, secrets, progress)
    for card in charter.cards:
        if card.node_key == SigningKey(secrets[SEED]).public:
            write_durably(folder.card, card.encoded)
    _begin_intents(folder, secrets)
    write_node_keys(folder, secrets, new.text, new.choose_cost(), new.floor)
    write_durably(folder.charter, charter.encoded)
    return charter


def _fill(folder: Folder, source: FromNeighbour, secrets: dict[str, bytes], progress: Progress | None) -> Charter:
    """The replica, filled and verified."""
    database = Database(folder.replica, secrets[DATABASE_KEY], create=True)
    try:
        if source.given is not None:
            charter = join(database, source.file, source.given, progress)
        else:
            charter = decode_charter(read_bounded(source.file), verify)
            for law in charter.laws:
                check_law(law_from_canonical(law), charter.homes).raise_any()
        epochs = Epochs(database, charter)
        if all(epochs.number_of(key) is None for key in _public_keys(secrets)):
            raise MunimentError("not-our-card", office=charter.name)
        database.set_meta("restored", b"1")
    finally:
        database.close()
    return charter


def _begin_intents(folder: Folder, secrets: dict[str, bytes]) -> None:
    """What these keys have signed is unknown: their files begin anew, and the database says so."""
    for name, key in zip((SEED, NEXT_SEED), _public_keys(secrets), strict=False):
        path = folder.intent if name == SEED else folder.later_intent(key)
        IntentLog.create(path, key, computer_identity()).close()


def _public_keys(secrets: dict[str, bytes]) -> list[bytes]:
    return [SigningKey(secrets[name]).public for name in (SEED, NEXT_SEED) if name in secrets]


def _begin(folder: Folder) -> Path:
    """An empty place inside the folder; what an earlier call left there before its end goes."""
    under_way = folder.path / RESTORING
    if folder.path.exists():
        if not folder.path.is_dir() or folder.standing() == "member":
            raise MunimentError("folder-not-empty", path=str(folder.path))
        if any(folder.path.iterdir()) and not under_way.exists():
            raise MunimentError("folder-not-empty", path=str(folder.path))
        if under_way.exists():
            _remove(folder, whole=False)
    try:
        under_way.mkdir(parents=True)
    except OSError as error:
        raise file_error(error, folder.path) from None
    return under_way


def _move(under_way: Path, folder: Folder) -> None:
    """The charter last: with it the folder is a member's."""
    try:
        for path in sorted(under_way.iterdir(), key=lambda path: path.name == folder.charter.name):
            if path.name == folder.charter.name:
                sync_folder(folder.path)
            os.replace(path, folder.path / path.name)
        sync_folder(folder.path)
        under_way.rmdir()
    except OSError as error:
        raise file_error(error, folder.path) from None


def _remove(folder: Folder, whole: bool) -> None:
    """What this restore has put there; its own place last, which says that the rest is its."""
    for path in sorted(folder.path.iterdir(), key=lambda path: path.name == RESTORING):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if whole:
        folder.path.rmdir()
