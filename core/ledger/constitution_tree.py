"""The constitution of an epoch as a tree of short leaves: what checkpoints name, and what papers open of it.

Its *digest* is H("constitution", digest of the one before ‖ root); that of epoch 0 is the network id. So every digest
leads back to the network id, and whoever has one can be shown, leaf by leaf, who counted then, an office with its
officers, or that a law was in force: what a charter's root does for the founding. Leaves: the head, the members by
number, then the digests of the laws in their order. FORMAT.md §10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.charter import OfficeCard, decode_office_leaf, office_leaf
from core.ledger.constitution import MAX_MEMBERS, Constitution
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.roll import Member, Roll

VERSION = 1
MAX_OPENED = 32  # leaves of one constitution
MAX_LEAVES = 1 + MAX_MEMBERS + (1 << 16)


@dataclass(frozen=True, slots=True)
class ConstitutionHead:
    """What the first leaf says. `quorum`, `offices` and `nodes` are what a certificate is counted by."""

    epoch: int
    quorum: int
    witnesses: int
    offices: int  # members, those removed too
    laws: int
    nodes: bytes  # root of the tree over the members' node keys, empty for those who are no witness


@dataclass(frozen=True, slots=True)
class Opened:
    """Leaves of a constitution with what proves them; the head, leaf 0, always."""

    before: bytes  # digest of the constitution before
    leaves: Mapping[int, bytes]
    count: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class OpenedFacts:
    digest: bytes
    head: ConstitutionHead
    members: Mapping[int, Member]
    laws: tuple[bytes, ...]  # digests


def node_leaves(roll: Roll) -> list[bytes]:
    return [merkle.leaf_hash(member.key if member.witness else b"") for member in roll.members]


def digests(network: bytes, later: Iterable[Constitution]) -> list[bytes]:
    """Of each epoch from 0 on. `later`: the constitutions from epoch 1 on."""
    return list(accumulate(later, digest_after, initial=network))


def digest_after(before: bytes, constitution: Constitution) -> bytes:
    return _digest(before, merkle.root(list(map(merkle.leaf_hash, _leaves(constitution)))))


def open_constitution(
    constitution: Constitution, before: bytes, members: Iterable[int] = (), laws: Iterable[bytes] = ()
) -> Opened:
    """`laws`: canonical texts in force. Raises ValueError for one that is not."""
    first = 1 + len(constitution.members)
    places = {0, *(number + 1 for number in members), *(first + constitution.laws.index(law) for law in laws)}
    leaves = _leaves(constitution)
    hashes = multiproof.prove(list(map(merkle.leaf_hash, leaves)), sorted(places))
    return Opened(before, {place: leaves[place] for place in sorted(places)}, len(leaves), tuple(hashes))


def check_opened(opened: Opened) -> OpenedFacts:
    """What the leaves say, for whoever trusts the digest. Raises `bad-constitution-proof` and the codes of `decode`."""
    known = {place: merkle.leaf_hash(leaf) for place, leaf in opened.leaves.items()}
    root = multiproof.root_from_proof(opened.count, known, opened.hashes)
    head = _decode_head(opened.leaves[0]) if 0 in opened.leaves else None
    if root is None or head is None or opened.count != 1 + head.offices + head.laws:
        raise MunimentError("bad-constitution-proof")
    members: dict[int, Member] = {}
    laws = []
    for place, leaf in opened.leaves.items():
        if place > head.offices:
            laws.append(leaf)
        elif place:
            member = _decode_member(leaf)
            if member.number != place - 1:
                raise MunimentError("bad-constitution-proof")
            members[member.number] = member
    return OpenedFacts(_digest(opened.before, root), head, members, tuple(laws))


def _digest(before: bytes, root: bytes) -> bytes:
    return tagged_hash("constitution", before, root)


def _leaves(constitution: Constitution) -> list[bytes]:
    roll = constitution.roll
    nodes = merkle.root(node_leaves(roll))
    counts = [roll.witness_count, len(roll.members), len(constitution.laws)]
    head = encode([VERSION, constitution.epoch, constitution.quorum, *counts, nodes])
    members = [_member_leaf(member) for member in constitution.members]
    return [head, *members, *(tagged_hash("law", law) for law in constitution.laws)]


def _member_leaf(member: Member) -> bytes:
    card = OfficeCard(member.office, member.key, member.certificate, member.officers)
    return encode([office_leaf(member.number, card), member.incarnation])


def _decode_head(data: bytes) -> ConstitutionHead | None:
    match decode(data):
        case [version, epoch, quorum, witnesses, offices, laws, bytes(nodes)] if len(nodes) == merkle.HASH_BYTES:
            if version == VERSION and all(map(is_natural, (version, epoch, quorum, witnesses, offices, laws))):
                return ConstitutionHead(epoch, quorum, witnesses, offices, laws, nodes)
    return None


def _decode_member(data: bytes) -> Member:
    match decode(data):
        case [bytes(leaf), incarnation] if is_natural(incarnation):
            return replace(decode_office_leaf(leaf), incarnation=incarnation)
    raise MunimentError("bad-constitution-proof")


# -- bytes ----------------------------------------------------------------------------------------------------------


def opened_value(opened: Opened) -> list[Value]:
    leaves: list[Value] = [[place, leaf] for place, leaf in sorted(opened.leaves.items())]
    return [opened.before, opened.count, leaves, b"".join(opened.hashes)]


def read_opened_value(value: Value) -> Opened | None:
    """None when it is none."""
    match value:
        case [bytes(before), count, [*leaves], bytes(joined)] if is_natural(count) and count <= MAX_LEAVES:
            places = [one[0] for one in leaves if _is_leaf(one)]
            rising = places[:1] == [0] and all(a < b for a, b in pairwise(places))
            hashes = merkle.split(joined) if len(before) == merkle.HASH_BYTES else None
            if rising and hashes is not None and len(places) == len(leaves) <= MAX_OPENED:
                return Opened(before, dict(leaves), count, hashes)
    return None


def _is_leaf(value: Value) -> bool:
    match value:
        case [place, bytes()]:
            return is_natural(place)
    return False
