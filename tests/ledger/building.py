"""A small network made of fixed keys: charter, signed groups and blocks, without any disk or office.

Everything is a function of the numbers given, so that vectors and failures repeat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from core.crypto.signing import SigningKey
from core.ledger.block import Block, Header, Reference, block_id, block_preimage, encode_header
from core.ledger.charter import Charter, OfficeCard, found, sign_card
from core.ledger.encoding import Value
from core.ledger.payload import (
    Cosignature,
    Evidence,
    Group,
    Payload,
    group_root,
    group_signing_message,
    payload_root,
)
from core.ledger.record import new_record_id
from core.ledger.roll import Officer
from core.ledger.transaction import RecordRef, Signer, Transaction, encode_transaction, transaction_id
from sync.certificate import make_certificate

NAMES = ("Шацк", "Телеханы", "Борисов", "Gori", "Cluj", "მცხეთა", "Ружаны")
PEOPLE = (
    ("Анна Ковалёва", ("clerk", "registrar")),
    ("Пётр Сакович", ("notary",)),
    ("Maria Ionescu", ("registrar",)),
)
LAW = b"\xa0"  # canonical bytes that stand for a law where no law is executed
FOUNDED_MS = 1_700_000_000_000


def seed(*of: object) -> bytes:
    """32 bytes that follow from what is named."""
    return sha256(repr(of).encode()).digest()


@dataclass(frozen=True)
class Network:
    """A charter with every private key to it."""

    charter: Charter
    nodes: tuple[SigningKey, ...]
    officers: tuple[tuple[SigningKey, ...], ...]  # by office, then by officer

    @cached_property
    def id(self) -> bytes:
        return self.charter.network

    def sign_group(self, transactions: Sequence[Transaction]) -> Group:
        """One group with the signatures of the first act's signers."""
        encoded = tuple(encode_transaction(transaction) for transaction in transactions)
        ids = [transaction_id(self.id, one) for one in encoded]
        message = group_signing_message(self.id, group_root(ids))
        signers = transactions[0].signers
        return Group(encoded, tuple(self.officers[s.office][s.officer].sign(message) for s in signers))

    def block(
        self,
        author: int,
        items: Sequence[Group | Cosignature | Evidence] = (),
        seq: int = 1,
        prev: bytes | None = None,
        refs: Sequence[Reference] = (),
        round_: int = 0,
    ) -> tuple[Block, Payload]:
        """A signed block of `author` that carries the items."""
        payload = Payload(tuple(items))
        root = (payload_root(self.id, payload), len(payload.encoded)) if items else None
        header = Header(0, author, 0, seq, prev, tuple(sorted(refs)), round_, 0, FOUNDED_MS + seq * 60_000, root)
        header_bytes = encode_header(header)
        signature = self.nodes[author].sign(block_preimage(self.id, header_bytes))
        body = payload.encoded if items else None
        return Block(block_id(self.id, header_bytes), header, header_bytes, signature, body), payload


def make_network(
    count: int = 4,
    laws: Sequence[bytes] = (LAW,),
    name: str = "Muniment of the tests",
    people_of_each: Sequence[tuple[str, tuple[str, ...]]] = PEOPLE,
) -> Network:
    """`count` offices, three officers each: a registrar, a notary, another registrar, if nobody else is named."""
    nodes, officers, cards = [], [], []
    for number in range(count):
        node = SigningKey(seed(name, number, "node"))
        keys = tuple(SigningKey(seed(name, number, place)) for place in range(len(people_of_each)))
        people = tuple(
            Officer(person, key.public, frozenset(roles))
            for (person, roles), key in zip(people_of_each, keys, strict=True)
        )
        office = NAMES[number] if number < len(NAMES) else f"Office {number}"
        card = OfficeCard(office, node.public, make_certificate(seed(name, number, "node")), people)
        cards.append(sign_card(card, [node.sign, *(key.sign for key in keys)]))
        nodes.append(node)
        officers.append(keys)
    charter = found(name, FOUNDED_MS, cards, laws, {})
    return Network(charter, tuple(nodes), tuple(officers))


def act(
    procedure: str,
    values: Mapping[str, Value],
    changes: Mapping[str, RecordRef] | None = None,
    signers: Sequence[Signer] = (Signer(0, 0, "registrar"),),
    number: int = 0,
    law: str = "land",
) -> Transaction:
    """An act of the land law; `number` tells equal acts apart."""
    nonce = number.to_bytes(8, "big")
    return Transaction(law, 1, procedure, changes or {}, values, tuple(signers), FOUNDED_MS + 1000, nonce)


def registration(number: int = 0) -> Transaction:
    """A first registration of one parcel with two owners."""
    owners = [
        {"kind": "ownership", "holder": party("Алесь Янкоўскі", 1), "part": [1, 2]},
        {"kind": "ownership", "holder": party("ნინო გელაშვილი", 2), "part": [1, 2]},
    ]
    values = {
        "cadastral": f"{6_220_000_000 + number:010}",
        "basis": "systematic",
        "address": "ул. Зялёная 7, Шацк",
        "area_m2": 1250,
        "rights": owners,
    }
    return act("first_registration", values, number=number)


def transfer(network: bytes, created_by: Transaction, number: int = 0) -> Transaction:
    """A sale of the parcel that `created_by` registered, signed by registrar and notary."""
    act_id = transaction_id(network, encode_transaction(created_by))
    reference = RecordRef(new_record_id(act_id, 0), 1, act_id[:16])
    values = {
        "ground": "sale",
        "from": [{"entry": 1, "part": [1, 2]}],
        "to": [{"holder": party("Ștefan Țurcanu", 3), "part": [1, 2]}],
        "price": [4_850_000, "BYN"],
        "deed": document("Deed of sale", "2-417"),
        "spouse_consent": {"answer": "not_required", "by": [0, 1]},
        "co_owners_waiver": {"answer": "waived", "by": [0, 1]},
    }
    signers = (Signer(0, 0, "registrar"), Signer(0, 1, "notary"))
    return act("transfer", values, {"parcel": reference}, signers, number)


def party(name: str, number: int, kind: str = "natural") -> dict[str, Value]:
    return {"kind": kind, "name": name, "number": f"P-{number:06}"}


def document(kind: str, number: str) -> dict[str, Value]:
    return {
        "digest": seed(kind, number),
        "kind": kind,
        "number": number,
        "issuer": "Notary P. Sakovich, Шацк",
        "day": [2023, 11, 14],
        "pages": 3,
    }
