"""A network that follows from a seed: its charter under the land law, and every private key to it.

Where a world also asks for requests or for a register that all keep together, the network has chosen its rules
accordingly: the land law with another term, and once more under another name, as each charter may choose; in a third of
those networks the order decides between sales that had not seen each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from random import Random

from core.crypto.signing import SigningKey
from core.laws.law_reading import parse_law
from core.ledger.anchors import Finality
from core.ledger.blocklace import Blocklace
from core.ledger.charter import Charter, OfficeCard, found, sign_card
from core.ledger.payload import Group
from core.ledger.roll import Member, Officer
from core.ledger.transaction import Signer
from core.office import Office
from core.officers import FIRST_NUMBER
from desktop.library import library_laws
from sync.certificate import make_certificate

FOUNDED_MS = 1_700_000_000_000
OFFICERS = (
    ("registrar", frozenset({"clerk", "registrar"})),
    ("notary", frozenset({"notary"})),
    ("administrator", frozenset({"administrator"})),
)
LAND, COMMON, CHARTER = "land", "common", "charter"  # names of laws; `common` is the land law, kept by all together
Replaced = tuple[tuple[str, str], ...]
SHORT_TERM: Replaced = (("term_days: 30", "term_days: 1"),)
NO_TERM: Replaced = (("term_days: 30, ", ""),)
QUEUED: Replaced = (("second: refuse", "second: queue"),)
ORDERED: Replaced = (("when_unseen: hold", "when_unseen: order"),)
UNDER_ANOTHER_NAME: Replaced = ((f"law: {LAND}\n", f"law: {COMMON}\n"),)
SECOND_VERSION: Replaced = (
    ("\nversion: 1\n", '\nversion: 2\ntransition: {begun: new, article: "1"}\n'),
    ("address: {type: text, max_chars: 200", "address: {type: text, max_chars: 240"),
)


@dataclass
class Network:
    """`nodes` and `officers`: keys by office; those of offices that are admitted later join them."""

    seed: int
    charter: Charter
    terms: Replaced  # how its land law differs from the one in the library
    nodes: list[SigningKey] = field(default_factory=list)
    officers: list[tuple[SigningKey, ...]] = field(default_factory=list)

    def sign(self, office: Office, encoded: bytes, signers: Iterable[Signer]) -> Group:
        """One act with the signatures of its officers."""
        message = office.signing_message([encoded])
        return Group((encoded,), tuple(self.officer_key(s.office, s.officer).sign(message) for s in signers))

    def officer_key(self, office: int, number: int) -> SigningKey:
        """The key of an officer of the charter or of the card, or of one who was appointed later."""
        if number >= FIRST_NUMBER:
            return appointed(self.seed, office, number)
        return self.officers[office][number]

    def newcomer(self, number: int) -> OfficeCard:
        """The card of an office that asks to be admitted as the next one; its keys are known from now on."""
        card, node, officers = make_office(self.seed, number)
        self.nodes[number:], self.officers[number:] = [node], [officers]
        return card

    def renewed(self, member: Member) -> OfficeCard:
        """The card with which an office asks for a new key in place of the one that it may not use any more."""
        secret = derived("node", self.seed, member.number, member.incarnation + 1)
        key = self.nodes[member.number] = SigningKey(secret)
        card = OfficeCard(member.office, key.public, make_certificate(secret), member.officers[:1])
        return sign_card(card, [key.sign, self.officers[member.number][0].sign])

    def returned(self, member: Member) -> OfficeCard:
        """That of one that has lost the keys of its officers too: others sign for it, behind the former ones."""
        secret = derived("node", self.seed, member.number, member.incarnation + 1)
        key = self.nodes[member.number] = SigningKey(secret)
        card, _, officers = make_office(self.seed, member.number, member.incarnation + 1)
        self.officers[member.number] = (*self.officers[member.number][: len(member.officers)], *officers)
        card = OfficeCard(member.office, key.public, make_certificate(secret), card.officers)
        return sign_card(card, [key.sign, *(one.sign for one in officers)])

    def second_version(self) -> bytes:
        """The land law's next version."""
        return law(LAND, self.terms + SECOND_VERSION)


def derived(*of: object) -> bytes:
    """32 bytes that follow from what is named."""
    return sha256(repr(of).encode()).digest()


@cache
def appointed(seed: int, office: int, number: int) -> SigningKey:
    return SigningKey(derived("appointed", seed, office, number))


@cache
def law(name: str, replaced: Replaced = ()) -> bytes:
    """A law of the library, with these pieces of its text replaced."""
    text = library_laws()[name]
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_law(text).canonical


def officer_of(member: Member, role: str) -> int:
    """The number of the officer of its newest card who had the role first."""
    names = [name for name, _ in OFFICERS]
    return len(member.officers) - len(names) + names.index(role)


def make_office(seed: int, number: int, incarnation: int = 0) -> tuple[OfficeCard, SigningKey, tuple[SigningKey, ...]]:
    """(card, key of its node, keys of its officers); those of officers who came with a later key are others."""
    node = SigningKey(derived("node", seed, number))
    later = (incarnation,) if incarnation else ()
    keys = tuple(SigningKey(derived("officer", seed, number, one, *later)) for one in range(len(OFFICERS)))
    people = tuple(
        Officer(f"{name} {number}", key.public, roles) for (name, roles), key in zip(OFFICERS, keys, strict=True)
    )
    certificate = make_certificate(derived("node", seed, number))
    card = OfficeCard(f"Office {number}", node.public, certificate, people)
    return sign_card(card, [node.sign, *(key.sign for key in keys)]), node, keys


def found_network(seed: int, node_count: int, faults: frozenset[str] = frozenset()) -> Network:
    """So many offices, each with its officers; every register of the land law homed, and the charter law."""
    made = [make_office(seed, number) for number in range(node_count)]
    terms: Replaced = ()
    if "requests" in faults:
        random = Random(f"{seed}/terms")
        terms = random.choice((SHORT_TERM, NO_TERM)) + random.choice((QUEUED, ()))
    laws, homes = [law(LAND, terms), law(CHARTER)], {}
    if "shared" in faults:
        # A third of such networks lets the order say which of two sales that had not seen each other stands.
        unseen = ORDERED if Random(f"{seed}/unseen").randrange(3) == 0 else ()
        laws.append(law(LAND, terms + UNDER_ANOTHER_NAME + unseen))
        homes = {f"{COMMON}.parcel": "shared"}
    charter = found(f"Simulated network {seed}", FOUNDED_MS, [card for card, _, _ in made], laws, homes)
    return Network(seed, charter, terms, [node for _, node, _ in made], [officers for _, _, officers in made])


def first_leader(network: Network) -> int:
    """Who leads round 1 of a network that has not begun."""
    return Finality(Blocklace(network.charter.roll, network.charter.network)).leader(1)
