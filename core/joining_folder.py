"""A new office, or one whose disk has died, enters a network with a snapshot instead of its whole past.

The office has made its card before, and the network has admitted it, or its new key, by vote. The replica is written
beside its place and put there when all of it was verified; then follow the officers' key files, which get the numbers
that the roll gives to those of the card, the intent file and, last, the charter, which makes the folder a member's.
A crash before that leaves an office that has not joined, and the same call begins anew.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.crypto.keyfile import open_keys
from core.crypto.signing import verify
from core.epochs import Epochs
from core.errors import MunimentError
from core.folder import Folder, read_bounded
from core.joining import join
from core.ledger.block import decode_header
from core.ledger.charter import Charter, OfficeCard, decode_card
from core.ledger.returning import first_number
from core.snapshot_file import Given, Progress
from core.store.computer import computer_identity
from core.store.database import Database
from core.store.files import file_error, sync_folder, write_durably
from core.store.intent import IntentLog, was_used
from core.store.replica import ReplicaStore

HASH_HEX_CHARS = 64


@dataclass(frozen=True)
class Joined:
    charter: Charter
    number: int  # of this office in the roll
    anchor: int  # the newest that the snapshot led to
    records: int
    first_officer: int  # number of the first officer on its card; not 0 where the vote replaced those before


def given_in_person(network: str, checkpoint: str) -> Given:
    """As typed or read from a code: hexadecimal digits, in groups or not. Raises `not-a-hash`."""
    return Given(read_hash(network, "network"), read_hash(checkpoint, "checkpoint"))


def read_hash(text: str, what: str) -> bytes:
    """One of the two numbers; `what`: which, for the refusal. Raises `not-a-hash`."""
    digits = "".join(text.split()).lower()
    if len(digits) != HASH_HEX_CHARS or not set(digits) <= set("0123456789abcdef"):
        raise MunimentError("not-a-hash", what=what)
    return bytes.fromhex(digits)


def join_network(
    folder: Folder, snapshot: Path | BinaryIO, given: Given, passphrase: str, progress: Progress | None = None
) -> Joined:
    """Durable on return; until then the folder is that of an office in no network.

    Raises `no-office-here`, `already-a-member`, `not-admitted` (facts: office), `key-was-used`, the refusals of
    `open_keys` and those of `join`.
    """
    if folder.standing() != "office":
        raise MunimentError("no-office-here" if folder.standing() == "empty" else "already-a-member")
    card = decode_card(read_bounded(folder.card), verify)
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    if was_used(folder.intent):  # the charter was lost, not never there: this key has signed
        raise MunimentError("already-a-member", path=str(folder.path))
    beside = folder.path / "joining.db"
    _remove(beside)
    try:
        database = Database(beside, keys.secrets["database_key"], create=True)
        try:
            charter = join(database, snapshot, given, progress)
            joined = _standing(database, charter, card)
        finally:
            database.close()
        _put_in_place(beside, folder)
    except BaseException:
        _remove(beside)
        raise
    if joined.first_officer:
        _number_officers(folder, joined.first_officer)
    folder.intent.unlink(missing_ok=True)
    IntentLog.create(folder.intent, card.node_key, computer_identity()).close()
    write_durably(folder.charter, charter.encoded)
    return joined


def _standing(database: Database, charter: Charter, card: OfficeCard) -> Joined:
    """Which member of the roll in force has this key, that has signed nothing so far."""
    epochs, store = Epochs(database, charter), ReplicaStore(database)
    member = epochs.present.roll.by_key.get(card.node_key)
    if member is None:
        raise MunimentError("not-admitted", office=card.name)
    for _, header_bytes, _, _ in store.chain.headers():
        header = decode_header(header_bytes)
        if (header.author, header.incarnation) == (member.number, member.incarnation):
            raise MunimentError("key-was-used", office=card.name)
    anchors, records = store.chain.anchor_count(), store.state.record_count()
    return Joined(charter, member.number, anchors, records, first_number(member, card))


def _put_in_place(beside: Path, folder: Folder) -> None:
    """A log left behind would be read into the new database, so it goes first."""
    try:
        _remove(folder.replica)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, folder.replica)
        sync_folder(folder.path)
    except OSError as error:
        raise file_error(error, folder.replica) from None


def _number_officers(folder: Folder, first: int) -> None:
    """Move the card's officers' key files, 0, 1, …, to the numbers from `first` on; again it goes on after a crash.

    The last goes first: whatever has been moved, the lowest number that is free says how many have not.
    """
    left = 0
    while folder.officer_key(left).exists():
        left += 1
    try:
        for number in range(left - 1, -1, -1):
            os.replace(folder.officer_key(number), folder.officer_key(first + number))
            sync_folder(folder.officer_key(number).parent)
    except OSError as error:
        raise file_error(error, folder.officer_key(0)) from None


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
