"""The charter: the genesis of a network, and the office cards it is made from.

An office writes its *card* (name, node key and certificate, officers' names, keys and roles), signed by the node's
key and by each officer's, so nobody can put a key into a charter that its owner has not offered. The founder puts
cards and laws into the *charter*. The network id is the RFC 6962 root over the charter's head and one short leaf per
office, so a printed extract proves with that leaf and a path of a few hashes that an office and its officers belong
to the network, to a reader who knows nothing but the id. FORMAT.md §1.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from unicodedata import is_normalized, ucd_3_2_0

from core.crypto.hashing import tag_bytes, tagged_hash
from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.roll import Member, Officer, Roll, default_quorum, make_roll, tolerated

VERSION = 1
MAX_CARD_BYTES = 64 << 10
MAX_CHARTER_BYTES = 16 << 20
MAX_OFFICES = 1000
MAX_OFFICERS = 100
MAX_NAME_CHARS = 120
HOMES = frozenset({"office", "shared"})
ROLES = frozenset({"clerk", "registrar", "notary", "auditor", "administrator"})

# Control, line and direction characters and those of no width; U+200C and U+200D are letters' own in some scripts.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")

Verify = Callable[[bytes, bytes, bytes], bool]  # (public key, message, signature)
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class OfficeCard:
    name: str
    node_key: bytes
    certificate: bytes
    officers: tuple[Officer, ...]
    signatures: tuple[bytes, ...] = ()  # of the node, then of each officer

    @cached_property
    def body(self) -> bytes:
        return encode([VERSION, self.name, self.node_key, self.certificate, [_officer_value(o) for o in self.officers]])

    @property
    def signing_message(self) -> bytes:
        return tag_bytes("office-card") + self.body

    @cached_property
    def encoded(self) -> bytes:
        return encode(["muniment-office-card", self.body, list(self.signatures)])


@dataclass(frozen=True)
class Charter:
    name: str
    founded_ms: int
    quorum: int
    homes: Mapping[str, str]  # "<law>.<register>" → "office" | "shared", where its law leaves the choice
    laws: tuple[bytes, ...]  # canonical bytes of the laws in force from epoch 0
    cards: tuple[OfficeCard, ...]

    @cached_property
    def head(self) -> bytes:
        digests = [tagged_hash("law", law) for law in self.laws]
        offices = [len(self.cards), merkle.root(self.node_leaves)]
        return encode([VERSION, self.name, self.founded_ms, self.quorum, dict(self.homes), digests, *offices])

    @cached_property
    def node_leaves(self) -> list[bytes]:
        """Leaf hashes of the nodes' keys, by number: an extract names its witnesses without their offices' leaves."""
        return [merkle.leaf_hash(card.node_key) for card in self.cards]

    @cached_property
    def leaves(self) -> list[bytes]:
        """Leaf hashes: the head, then each office."""
        offices = [office_leaf(number, card) for number, card in enumerate(self.cards)]
        return [merkle.leaf_hash(leaf) for leaf in (self.head, *offices)]

    @cached_property
    def network(self) -> bytes:
        """The network id, 32 bytes."""
        return network_id(merkle.root(self.leaves))

    @cached_property
    def encoded(self) -> bytes:
        return encode(["muniment-charter", self.head, list(self.laws), [card.encoded for card in self.cards]])

    @property
    def roll(self) -> Roll:
        members = [
            Member(number, card.name, card.node_key, card.certificate, card.officers)
            for number, card in enumerate(self.cards)
        ]
        return make_roll(members, self.quorum)

    def office_path(self, number: int) -> list[bytes]:
        return merkle.path(self.leaves, number + 1)


@dataclass(frozen=True, slots=True)
class CharterHead:
    """What the first leaf of a charter's tree says."""

    name: str
    founded_ms: int
    quorum: int
    homes: Mapping[str, str]
    law_digests: tuple[bytes, ...]  # of the laws in force from epoch 0
    offices: int  # how many found it: a proof in a tree does not say how many leaves the tree has
    nodes: bytes  # root of the tree over their nodes' keys


def decode_head(data: bytes) -> CharterHead:
    """Raises `not-a-charter` and the codes of `decode`."""
    match decode(data):
        case [version, str(name), founded_ms, quorum, dict(homes), [*digests], offices, bytes(nodes)] if _is_version(
            version
        ):
            named = is_name(name) and all(type(home) is str for home in homes.values())
            counted = is_natural(founded_ms) and is_natural(quorum) and is_natural(offices)
            if named and counted and all(type(digest) is bytes for digest in digests):
                return CharterHead(name, founded_ms, quorum, homes, tuple(digests), offices, nodes)
    raise MunimentError("not-a-charter")


def network_id(charter_root: bytes) -> bytes:
    return tagged_hash("network", charter_root)


def office_leaf(number: int, card: OfficeCard) -> bytes:
    """What an extract carries of its office: number, name, node key, officers; the certificate follows from the key."""
    return encode([number, card.name, card.node_key, [_officer_value(officer) for officer in card.officers]])


def decode_office_leaf(data: bytes) -> Member:
    """Raises `malformed-office-leaf` and the codes of `decode`."""
    match decode(data, MAX_CARD_BYTES):
        case [number, str(name), bytes(node_key), [*officers]] if is_natural(number) and len(node_key) == 32:
            return Member(number, name, node_key, b"", tuple(_decode_officer(o) for o in officers))
    raise MunimentError("malformed-office-leaf")


def sign_card(card: OfficeCard, signers: Sequence[Sign]) -> OfficeCard:
    """The card with the signatures of its node and of its officers, in that order."""
    signatures = tuple(sign(card.signing_message) for sign in signers)
    return OfficeCard(card.name, card.node_key, card.certificate, card.officers, signatures)


def decode_card(data: bytes, verify: Verify) -> OfficeCard:
    """A card whose signatures hold. Raises `not-an-office-card`, `bad-card-signature` and the codes of `decode`."""
    match decode(data, MAX_CARD_BYTES):
        case ["muniment-office-card", bytes(body), [*signatures]]:
            card = _decode_card_body(body, signatures)
        case _:
            raise MunimentError("not-an-office-card")
    keys = [card.node_key, *(officer.key for officer in card.officers)]
    if len(signatures) != len(keys) or not all(
        type(signature) is bytes and verify(key, card.signing_message, signature)
        for key, signature in zip(keys, signatures, strict=True)
    ):
        raise MunimentError("bad-card-signature", office=card.name)
    return card


def found(
    name: str,
    founded_ms: int,
    cards: Sequence[OfficeCard],
    laws: Sequence[bytes],
    homes: Mapping[str, str],
    quorum: int | None = None,
) -> Charter:
    """A charter of the given cards. Raises `bad-quorum`, `same-key-twice`, `same-name-twice`, `no-offices`."""
    charter = Charter(name, founded_ms, quorum or default_quorum(len(cards)), dict(homes), tuple(laws), tuple(cards))
    _check_charter(charter)
    return charter


def decode_charter(data: bytes, verify: Verify) -> Charter:
    """Raises `not-a-charter`, the refusals of `found` and of each card."""
    match decode(data, MAX_CHARTER_BYTES):
        case ["muniment-charter", bytes(head), [*laws], [*cards]]:
            pass
        case _:
            raise MunimentError("not-a-charter")
    stated = decode_head(head)
    if not all(type(part) is bytes for part in (*laws, *cards)):
        raise MunimentError("not-a-charter")
    charter = Charter(
        stated.name,
        stated.founded_ms,
        stated.quorum,
        stated.homes,
        tuple(laws),
        tuple(decode_card(card, verify) for card in cards),
    )
    if tuple(tagged_hash("law", law) for law in laws) != stated.law_digests or charter.head != head:
        raise MunimentError("not-a-charter")
    _check_charter(charter)
    return charter


def _check_charter(charter: Charter) -> None:
    count = len(charter.cards)
    if not 0 < count <= MAX_OFFICES or not charter.laws:
        raise MunimentError("no-offices" if not count else "not-a-charter")
    # Below the default two quorums might share no honest office; above n − f the malicious could stop everything.
    if not default_quorum(count) <= charter.quorum <= count:
        raise MunimentError("bad-quorum", quorum=charter.quorum, least=default_quorum(count), offices=count)
    keys = [key for card in charter.cards for key in (card.node_key, *(o.key for o in card.officers))]
    if len(set(keys)) != len(keys):
        raise MunimentError("same-key-twice")
    if len({card.name for card in charter.cards}) != count:
        raise MunimentError("same-name-twice")
    if not is_name(charter.name) or not set(charter.homes.values()) <= HOMES:
        raise MunimentError("not-a-charter")


def fault_tolerance(charter: Charter) -> int:
    """How many malicious offices the network tolerates; 0 must be said to the user."""
    return tolerated(len(charter.cards))


def is_name(name: str) -> bool:
    """One spelling, and nothing that is invisible or turns text around: names stand on papers and in terminals.

    Composed as Unicode 3.2 has it, as in RFC 3454: the newest tables differ from one Python to the next, and a charter
    that one office refuses and another opens would part them. What Unicode had by then is composed for ever in the same
    way (its stability policy); what came later composes with nothing here. Python's old tables do not tell that alone:
    they compose by the new ones.
    """
    known = "".join("\n" if ucd_3_2_0.category(one) == "Cn" else one for one in name)
    spelled_once = name == name.strip() and is_normalized("NFC", known)
    return 0 < len(name) <= MAX_NAME_CHARS and spelled_once and not _UNSEEN.search(name)


def _is_version(value: Value) -> bool:
    return is_natural(value) and value == VERSION


def _officer_value(officer: Officer) -> list[Value]:
    return [officer.name, officer.key, sorted(officer.roles)]


def _decode_officer(value: Value) -> Officer:
    match value:
        case [str(name), bytes(key), [*roles]] if len(key) == 32 and is_name(name):
            if all(type(role) is str and role in ROLES for role in roles) and roles == sorted(set(roles)):
                return Officer(name, key, frozenset(roles))
    raise MunimentError("not-an-office-card")


def _decode_card_body(body: bytes, signatures: Sequence[bytes]) -> OfficeCard:
    match decode(body, MAX_CARD_BYTES):
        case [version, str(name), bytes(node_key), bytes(certificate), [*officers]] if _is_version(version):
            if is_name(name) and len(node_key) == 32 and 0 < len(officers) <= MAX_OFFICERS:
                people = tuple(_decode_officer(officer) for officer in officers)
                return OfficeCard(name, node_key, certificate, people, tuple(signatures))
    raise MunimentError("not-an-office-card")
