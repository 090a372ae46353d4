"""A new key for an office that may not sign under its old one (3-ledger §7, Incarnations).

The office makes the key and a card for it; another office proposes the card, and the offices vote. Until a close puts
the key into force the office goes on as it is, with its old key: it reads, relays and meets. From the first opening
after the close it signs with the new one, as the next incarnation of the same member; where it is open it is opened
again by itself (sync/service.py). The new key's intent file is
made with the key, so that a copy of the folder shows as one; what is in doubt about the old chain is not held against
the new one.
"""

from os import urandom

from core.crypto.keyfile import open_keys
from core.crypto.signing import SigningKey
from core.custody.keys import NEXT_SEED, SEED, write_node_keys
from core.errors import MunimentError
from core.folder import SEED_BYTES, Folder, MakeCertificate, open_officer, read_bounded
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.roll import Member
from core.office import RENEWED, Office
from core.people.actions import Action
from core.store.computer import computer_identity
from core.store.intent import IntentLog


def make_new_key(
    folder: Folder,
    member: Member,
    passphrase: str,
    officer: int,
    officer_passphrase: str,
    make_certificate: MakeCertificate,
) -> OfficeCard:
    """Make a key that is to follow the one in force, and the card that another office proposes for it.

    `member`: this office in the roll in force; the officer signs the card. The same call again gives the same card,
    until that key is in force. Touches no database. Raises `no-officer-key` and the refusals of `open_keys`.
    """
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    signer = open_officer(folder, officer, officer_passphrase)
    if officer >= len(member.officers) or member.officers[officer].key != signer.public:
        raise MunimentError("no-officer-key", officer=officer)
    seed = keys.secrets.get(NEXT_SEED)
    if seed is None or SigningKey(seed).public == member.key:
        current = seed or keys.secrets[SEED]
        seed = urandom(SEED_BYTES)
        write_node_keys(folder, {**keys.secrets, SEED: current, NEXT_SEED: seed}, passphrase, keys.cost, keys.cost)
    key = SigningKey(seed)
    intent = folder.later_intent(key.public)
    if not intent.exists():
        IntentLog.create(intent, key.public, computer_identity()).close()
    card = OfficeCard(member.office, key.public, make_certificate(seed), (member.officers[officer],))
    return sign_card(card, [key.sign, signer.sign])


def note_new_key(office: Office, key: bytes) -> None:
    """Remember which key is to follow; on the office's thread, after the key was made.

    What a restore has left in doubt is doubt about the old key's chain: the new one begins anew.
    """
    office.people.require(Action.RENEW_KEY)
    database = office.store.database
    with database.atomic():
        database.set_meta(RENEWED, key)
        if database.meta("restored") is not None:
            database.set_meta("restored", b"before " + key)
