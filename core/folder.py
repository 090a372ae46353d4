"""How an office comes into being in its data folder, and how it is opened again.

Steps that create an office are ordered so that a crash between any two leaves a folder that the same call finishes.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from os import urandom

from core.clock import Clock
from core.crypto.hashing import tagged_hash
from core.crypto.keyfile import Cost, OpenedKeys, open_keys, seal_keys
from core.crypto.passphrase import require_strong
from core.crypto.signing import SigningKey, verify
from core.custody.keys import DATABASE_KEY, NEXT_SEED, SEED, renew_box, write_node_keys
from core.custody.rekeying import finish_or_put_off, open_replica
from core.data_folder import MAX_FILE_BYTES, Folder, read_bounded
from core.epochs import Epochs
from core.errors import MunimentError
from core.laws.law_check import check_law
from core.laws.law_reading import law_from_canonical
from core.ledger.charter import Charter, OfficeCard, decode_card, decode_charter, sign_card
from core.ledger.roll import Officer
from core.office import Office
from core.repairing import finish_repair
from core.store.archive import Archive
from core.store.computer import computer_identity
from core.store.database import Database
from core.store.files import write_durably
from core.store.intent import IntentLog, was_used
from core.store.journal import FileJournal, Journal, LostJournal
from core.store.replica import ReplicaStore

__all__ = [  # the folder itself is offered here too
    "MAX_FILE_BYTES",
    "NEXT_SEED",
    "SEED_BYTES",
    "Folder",
    "MakeCertificate",
    "NewOfficer",
    "OpenedOffice",
    "create_office",
    "enter_network",
    "make_officer_key",
    "node_keys",
    "open_office",
    "open_officer",
    "read_bounded",
]

SEED_BYTES = 32

MakeCertificate = Callable[[bytes], bytes]  # node seed → DER


@dataclass(frozen=True, repr=False)
class NewOfficer:
    name: str
    roles: frozenset[str]
    passphrase: str


@dataclass(frozen=True)
class OpenedOffice:
    """An unlocked office; the node's seed is kept for TLS and never shown."""

    office: Office
    keys: OpenedKeys
    node_seed: bytes = field(repr=False)  # of the key with which it was opened
    folder: Folder
    clock: Clock

    @property
    def next_seed(self) -> bytes | None:
        """Of a key that was made here to follow; the others may know it before this office does."""
        seed = self.keys.secrets.get(NEXT_SEED)
        return seed if seed != self.node_seed else None

    def with_keys(self, keys: OpenedKeys) -> "OpenedOffice":
        """Of the same office, with a key that was made since it was opened."""
        return replace(self, keys=keys)

    def open_again(self) -> "OpenedOffice":
        """Close it and open it with the key that is in force now; who is here stays here. Raises as `open_office`."""
        self.office.close()
        opened = _open_with(self.folder, self.keys, self.clock)
        opened.office.people.go_on_from(self.office.people)
        return opened


def create_office(
    folder: Folder,
    name: str,
    passphrase: str,
    officers: Sequence[NewOfficer],
    make_certificate: MakeCertificate,
    cost: Cost,
    floor: Cost | None = None,
) -> OfficeCard:
    """Make the keys of an office and its officers, and its signed card for the founder.

    Raises `folder-not-empty`, and the refusals of `require_strong` and `seal_keys`.
    """
    require_strong(passphrase, (name,))
    for officer in officers:
        require_strong(officer.passphrase, (name, officer.name))
    # A card or charter that was lost does not make the keys of an existing replica worthless.
    if folder.standing() != "empty" or folder.replica.exists() or folder.intent.exists():
        raise MunimentError("folder-not-empty", path=str(folder.path))
    folder.path.mkdir(parents=True, exist_ok=True)
    (folder.path / "officers").mkdir(exist_ok=True)
    node_seed, database_key = urandom(SEED_BYTES), urandom(SEED_BYTES)
    seeds = [urandom(SEED_BYTES) for _ in officers]
    secrets = {SEED: node_seed, DATABASE_KEY: database_key}
    write_node_keys(folder, secrets, passphrase, cost, floor)
    for number, (officer, seed) in enumerate(zip(officers, seeds, strict=True)):
        sealed = seal_keys(officer.passphrase, "officer", {"officer_seed": seed}, cost, floor=floor)
        write_durably(folder.officer_key(number), sealed)
    keys = [SigningKey(seed) for seed in (node_seed, *seeds)]
    people = tuple(
        Officer(officer.name, key.public, officer.roles) for officer, key in zip(officers, keys[1:], strict=True)
    )
    card = sign_card(OfficeCard(name, keys[0].public, make_certificate(node_seed), people), [key.sign for key in keys])
    write_durably(folder.card, card.encoded)
    return card


def enter_network(folder: Folder, charter_bytes: bytes, passphrase: str) -> Charter:
    """Take a charter file that holds this office's own card, unaltered; the replica is created empty.

    Raises the refusals of `decode_charter`, `check_law` and `open_keys`, `no-office-here`, `not-our-card`,
    `already-a-member`.
    """
    charter = decode_charter(charter_bytes, verify)
    if folder.standing() == "empty":
        raise MunimentError("no-office-here", path=str(folder.path))
    if folder.standing() == "member":
        raise MunimentError("already-a-member", path=str(folder.path))
    card = decode_card(read_bounded(folder.card), verify)
    if card.encoded not in [one.encoded for one in charter.cards]:
        raise MunimentError("not-our-card", office=card.name)
    for law in charter.laws:  # before anything is written: a network whose laws this version cannot decide stays closed
        check_law(law_from_canonical(law), charter.homes).raise_any()
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    if was_used(folder.intent):
        # The charter was lost, not never there: beginning anew would sign a second block at every place.
        raise MunimentError("already-a-member", path=str(folder.path))
    # Of an interrupted attempt: nothing was ever signed without a charter. A log left behind would be read into the
    # new database.
    logs = (folder.replica.with_name(folder.replica.name + end) for end in ("-wal", "-shm"))
    for leftover in (folder.replica, *logs, folder.intent):
        leftover.unlink(missing_ok=True)
    Database(folder.replica, keys.secrets[DATABASE_KEY], create=True).close()
    IntentLog.create(folder.intent, card.node_key, computer_identity()).close()
    write_durably(folder.charter, charter.encoded)
    return charter


def open_office(folder: Folder, passphrase: str, clock: Clock) -> OpenedOffice:
    """Unlock an office.

    Raises `no-office-here`, `no-network-yet`, `wrong-passphrase`, `replica-damaged`, `not-our-card` and the codes of
    the key file. A database behind its mark opens in quarantine, and so does one whose intent file is missing, damaged
    or of another key.
    """
    if folder.standing() != "member":
        code = "no-network-yet" if folder.standing() == "office" else "no-office-here"
        raise MunimentError(code, path=str(folder.path))
    finish_repair(folder)
    keys = finish_or_put_off(folder, open_keys(read_bounded(folder.node_key), passphrase), passphrase)
    renew_box(folder, keys.secrets)
    return _open_with(folder, keys, clock)


def _open_with(folder: Folder, keys: OpenedKeys, clock: Clock) -> OpenedOffice:
    charter = decode_charter(read_bounded(folder.charter), verify)
    database_key = keys.secrets[DATABASE_KEY]
    with ExitStack() as opened:
        database = open_replica(folder, database_key)
        opened.callback(database.close)
        database.keep_log_room()
        number, seed = _key_in_force(keys, Epochs(database, charter))
        key = SigningKey(seed)
        journal = _open_journal(folder, key.public, seed)
        opened.callback(journal.close)
        store = ReplicaStore(database, Archive(folder.archive, database_key))
        office = Office(store, charter, number, key, journal, clock)
        opened.pop_all()  # the office closes them now
        return OpenedOffice(office, keys, seed, folder, clock)


def node_keys(keys: OpenedKeys) -> list[bytes]:
    """The public keys of the seeds in a node's key file, the newest first."""
    return [SigningKey(keys.secrets[name]).public for name in (NEXT_SEED, SEED) if name in keys.secrets]


def _key_in_force(keys: OpenedKeys, epochs: Epochs) -> tuple[int, bytes]:
    """(number of the member, seed) of the newest key in the file that the network knows. Raises `not-our-card`."""
    for name in (NEXT_SEED, SEED):
        seed = keys.secrets.get(name)
        number = epochs.number_of(SigningKey(seed).public) if seed else None
        if seed is not None and number is not None:
            return number, seed
    raise MunimentError("not-our-card")


def _open_journal(folder: Folder, node_key: bytes, seed: bytes) -> Journal:
    """What is about to be signed is sealed under a key of the node's own, which outlives the copy's key."""
    try:
        intent = IntentLog(folder.intent_of(node_key), node_key, computer_identity())
    except MunimentError as error:
        if error.code not in ("intent-missing", "intent-damaged", "intent-of-another-node"):
            raise
        return LostJournal(error.code)
    return FileJournal(intent, tagged_hash("journal-key", seed))


def open_officer(folder: Folder, number: int, passphrase: str) -> SigningKey:
    """An officer's key. Raises `no-officer-key` and the refusals of `open_keys`."""
    path = folder.officer_key(number)
    if not path.exists():
        raise MunimentError("no-officer-key", officer=number)
    return SigningKey(open_keys(read_bounded(path), passphrase).secrets["officer_seed"])


def make_officer_key(folder: Folder, number: int, passphrase: str, cost: Cost, floor: Cost | None = None) -> SigningKey:
    """The key of an officer who is to be appointed; the same again if it was made before under this passphrase.

    Raises `officer-key-exists` and the refusals of `require_strong` and `seal_keys`.
    """
    require_strong(passphrase)
    path = folder.officer_key(number)
    if path.exists():  # of an appointment that was cut short, or refused
        try:
            return open_officer(folder, number, passphrase)
        except MunimentError as error:
            if error.code != "wrong-passphrase":
                raise
            raise MunimentError("officer-key-exists", officer=number) from None
    path.parent.mkdir(exist_ok=True)
    seed = urandom(SEED_BYTES)
    write_durably(path, seal_keys(passphrase, "officer", {"officer_seed": seed}, cost, floor=floor))
    return SigningKey(seed)
