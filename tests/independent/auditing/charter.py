"""The charter and its office cards. FORMAT.md §1."""

from dataclasses import dataclass
from itertools import groupby
from unicodedata import category, normalize, ucd_3_2_0

from .rolls import Member, Roll, least_quorum, policy_of, read_officers
from .values import (
    RefusedError,
    decode,
    encode,
    is_bytes,
    is_natural,
    is_one,
    require,
    signed,
    tag,
    tagged_hash,
    tree_root,
)

ROLES = {"administrator", "auditor", "clerk", "notary", "registrar"}
JOINERS = "\u200c\u200d"
UNSEEN = "\u00ad\u061c\u200b\u200e\u200f\ufeff" + "".join(map(chr, (*range(0x2028, 0x202F), *range(0x2060, 0x2070))))


@dataclass(frozen=True)
class Charter:
    network: bytes
    name: str
    roll: Roll  # of epoch 0


def read_charter(data: bytes) -> Charter:
    match decode(data, 16 << 20):
        case ["muniment-charter", bytes(head), [*laws], [*cards]] if all(type(one) is bytes for one in laws + cards):
            pass
        case _:
            raise RefusedError("not-a-charter")
    match decode(head):
        case [version, str(name), founded, quorum, dict(homes), [*digests], count, bytes(nodes)]:
            require(
                is_one(version) and is_natural(founded) and is_natural(quorum) and is_natural(count) and named(name),
                "not-a-charter",
            )
            require(all(home in ("office", "shared") for home in homes.values()), "not-a-charter", "homes")
        case _:
            raise RefusedError("not-a-charter", "the head")
    require([tagged_hash("law", law) for law in laws] == digests, "not-a-charter", "a law differs from its digest")
    require(count == len(cards) > 0, "no-offices")
    bodies = [read_card(card) for card in cards]
    require(tree_root([body[2] for body in bodies]) == nodes, "not-a-charter", "the root of the nodes' keys")
    leaves = [encode([number, body[1], body[2], body[4]]) for number, body in enumerate(bodies)]
    members = tuple(Member(number, body[1], body[2], read_officers(body[4])) for number, body in enumerate(bodies))
    keys = [key for member in members for key in (member.key, *(officer.key for officer in member.officers))]
    require(len(set(keys)) == len(keys), "same-key-twice")
    require(len({member.name for member in members}) == len(members), "same-name-twice")
    require(least_quorum(count) <= quorum <= count, "bad-quorum")
    network = tagged_hash("network", tree_root([head, *leaves]))
    return Charter(network, name, Roll(0, quorum, members, tuple(laws), above_least=policy_of(quorum, count)))


def read_card(card: bytes) -> list:
    """The body's fields, once all its signatures hold."""
    match decode(card, 64 << 10):
        case ["muniment-office-card", bytes(body), [*signatures]]:
            fields = decode(body, 64 << 10)
        case _:
            raise RefusedError("not-an-office-card")
    match fields:
        case [version, str(name), bytes(key), bytes(_), [*officers]] if len(key) == 32 and 1 <= len(officers) <= 100:
            require(
                is_one(version) and named(name) and all(_is_officer(officer) for officer in officers),
                "not-an-office-card",
            )
        case _:
            raise RefusedError("not-an-office-card")
    message = tag("office-card") + body
    keys = [key, *(officer[1] for officer in officers)]
    require(len(signatures) == len(keys), "bad-card-signature", name)
    for one, signature in zip(keys, signatures, strict=True):
        require(signed(one, message, signature), "bad-card-signature", name)
    return fields


def _is_officer(value) -> bool:
    match value:
        case [str(name), key, [*roles]] if is_bytes(key, 32) and all(type(role) is str for role in roles):
            return named(name) and set(roles) <= ROLES and roles == sorted(set(roles))
    return False


def named(name: str) -> bool:
    plain = all((category(one) not in ("Cc", "Zl", "Zp") and one not in UNSEEN) or one in JOINERS for one in name)
    parts = ["".join(run) for old, run in groupby(name, lambda one: ucd_3_2_0.category(one) != "Cn") if old]
    composed = all(normalize("NFC", part) == part for part in parts)
    return plain and 1 <= len(name) <= 120 and composed and name == name.strip()
