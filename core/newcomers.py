"""Who was paired with and has not got the register yet, in the data folders of both sides.

At the office that invited, below `newcomers/`: `<key>.office` is the newcomer's card, which an administrator proposes,
and `<key>.newcomer` what is needed to hand the register over to it; the second is written last and removed last. At the
newcomer, `paired` is the invitation, from the moment its code was typed until the office has joined. An office that has
lost everything comes back in the same way, with a card of its old name and new keys, of its officers too.
A restore forgets both: then a new invitation is made.
"""

from dataclasses import dataclass
from pathlib import Path

from core.crypto.signing import verify
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.ledger.charter import MAX_CARD_BYTES, OfficeCard, decode_card
from core.ledger.constitution import Change
from core.ledger.encoding import decode, encode
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.returning import returning
from core.ledger.roll import Roll
from core.store.files import write_durably

MAX_NOTE_BYTES = 64
MAX_PAIRED_BYTES = 4096


@dataclass(frozen=True)
class Awaited:
    """A newcomer whose code was right."""

    card: OfficeCard
    card_file: Path
    token: bytes  # of its invitation
    port: int  # at which it will call


def keep_newcomer(folder: Folder, card: OfficeCard, token: bytes, port: int) -> Awaited:
    """Durable on return. The same newcomer again, with another invitation: the newer one counts."""
    card_file, note = _files(folder, card.node_key)
    card_file.parent.mkdir(exist_ok=True)
    write_durably(card_file, card.encoded)
    write_durably(note, encode([token, port]))
    return Awaited(card, card_file, token, port)


def change_to_let_in(roll: Roll, card: OfficeCard) -> Change:
    """What the offices are to vote: a new member, or, of a member that has lost its computer, the key under which it
    comes back. Nobody has proposed it yet. Of one that was removed meanwhile too, if an officer of it is on the card:
    its records wait for it under its number, where nobody else can act on them. Where none of its officers is on the
    card, those of the card come in their place: nobody could sign for it otherwise.
    """
    keys = {officer.key for officer in card.officers}
    named = [one for one in roll.members if one.office == card.name]
    back = [one for one in named if not one.removed] or [
        one for one in named if any(officer.key in keys for officer in one.officers)
    ]
    member = back[-1] if back else None
    if member is None:
        return Change("admit", bytes(RECORD_ID_BYTES), None, card.encoded)
    known = any(officer.key in keys for officer in member.officers)
    content = card.encoded if known else returning(card.encoded)
    return Change("incarnation", bytes(RECORD_ID_BYTES), member.number, content)


def list_newcomers(folder: Folder) -> list[Awaited]:
    """By name. A damaged file is passed over: whoever it was is invited anew."""
    found = []
    for note in (folder.path / "newcomers").glob("*.newcomer"):
        try:
            token, port = decode(read_bounded(note, MAX_NOTE_BYTES))
            card = decode_card(read_bounded(note.with_suffix(".office"), MAX_CARD_BYTES), verify)
        except (MunimentError, TypeError, ValueError):
            continue
        found.append(Awaited(card, note.with_suffix(".office"), token, port))
    return sorted(found, key=lambda one: one.card.name)


def find_newcomer(folder: Folder, name: str) -> Awaited:
    """By the office's name. Raises `unknown-newcomer`; of several that are called so none is meant."""
    found = [one for one in list_newcomers(folder) if one.card.name == name]
    if len(found) != 1:
        raise MunimentError("unknown-newcomer", office=name)
    return found[0]


def forget_newcomer(folder: Folder, awaited: Awaited) -> None:
    """It has the register."""
    card_file, note = _files(folder, awaited.card.node_key)
    card_file.unlink(missing_ok=True)
    note.unlink(missing_ok=True)


def paired_file(folder: Folder) -> Path:
    """The invitation that this office, which belongs to no network yet, was let in with."""
    return folder.path / "paired"


def copy_file(folder: Folder, newcomer: bytes) -> Path:
    """The copy of the register that is handed over to the newcomer with this key; of no use afterwards."""
    return folder.path / f"handed-over-{newcomer.hex()[:16]}.snapshot"


def arriving_file(folder: Folder) -> Path:
    """What has come of it at the newcomer, sealed; of no use once the office has joined."""
    return folder.path / "handed-over.part"


def _files(folder: Folder, key: bytes) -> tuple[Path, Path]:
    place = folder.path / "newcomers" / key.hex()[:32]
    return place.with_suffix(".office"), place.with_suffix(".newcomer")
