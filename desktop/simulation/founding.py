"""A network that follows from a seed: its charter under the land law, and every private key to it."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from core.crypto.signing import SigningKey
from core.laws.law_reading import parse_law
from core.ledger.anchors import Finality
from core.ledger.blocklace import Blocklace
from core.ledger.charter import Charter, OfficeCard, found, sign_card
from core.ledger.payload import Group
from core.ledger.roll import Officer
from core.office import Office
from desktop.library import library_laws
from sync.certificate import make_certificate

FOUNDED_MS = 1_700_000_000_000
OFFICERS = (
    ("registrar", frozenset({"clerk", "registrar"})),
    ("notary", frozenset({"notary"})),
    ("administrator", frozenset({"administrator"})),
)
LAWS = ("land", "charter")


@dataclass(frozen=True)
class Network:
    charter: Charter
    nodes: tuple[SigningKey, ...]
    officers: tuple[tuple[SigningKey, ...], ...]  # by office, then by officer

    def sign(self, office: Office, encoded: bytes, signers: Any) -> Group:
        """One act with the signatures of its officers."""
        message = office.signing_message([encoded])
        return Group((encoded,), tuple(self.officers[s.office][s.officer].sign(message) for s in signers))


def derived(*of: object) -> bytes:
    """32 bytes that follow from what is named."""
    return sha256(repr(of).encode()).digest()


@cache
def law(name: str) -> bytes:
    return parse_law(library_laws()[name]).canonical


def found_network(seed: int, node_count: int) -> Network:
    """So many offices, each with its officers; the land law with every register homed, and the charter law."""
    nodes = tuple(SigningKey(derived("node", seed, number)) for number in range(node_count))
    officers = tuple(
        tuple(SigningKey(derived("officer", seed, number, one)) for one in range(len(OFFICERS)))
        for number in range(node_count)
    )
    cards = []
    for number, (node, keys) in enumerate(zip(nodes, officers, strict=True)):
        people = tuple(
            Officer(f"{name} {number}", key.public, roles) for (name, roles), key in zip(OFFICERS, keys, strict=True)
        )
        certificate = make_certificate(derived("node", seed, number))
        card = OfficeCard(f"Office {number}", node.public, certificate, people)
        cards.append(sign_card(card, [node.sign, *(key.sign for key in keys)]))
    return Network(
        found(f"Simulated network {seed}", FOUNDED_MS, cards, [law(name) for name in LAWS], {}), nodes, officers
    )


def first_leader(network: Network) -> int:
    """Who leads round 1 of a network that has not begun."""
    return Finality(Blocklace(network.charter.roll, network.charter.network)).leader(1)
