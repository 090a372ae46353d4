"""What a block carries beside its header: groups of acts, checkpoint cosignatures, fork evidence, and what its author
says of sealed fields: destroyed, or its share of a key given out.

A *group* is acts signed at once: its officers sign the RFC 6962 root of the acts' ids. A single act is a group of
one; an import of hundreds of rows is one group, so that each row keeps its own id, outcome and proof while an
officer signs once (a group never leaves its block). All acts of a group name the same signers in the same order.
The payload root is the RFC 6962 root over one leaf per item; the group's leaf holds its own root, so the path of
one act is its path in the group and the group's path in the payload. FORMAT.md §3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeGuard

from core.crypto.hashing import tag_bytes
from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.block import READ_AGAIN
from core.ledger.encoding import decode_unjudged, encode_known, refuse_kinds
from core.ledger.transaction import MAX_SIGNERS, transaction_id

MAX_PAYLOAD_BYTES = 256 << 10
MAX_ACTS = 4096  # of one block: 100,000 acts of one byte would fit its bytes and cost every office seconds
SIGNATURE_BYTES = 64

ID_BYTES = 32

GROUP, COSIGNATURE, EVIDENCE, ERASURE_NOTE, SHARE_RELEASE = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Group:
    transactions: tuple[bytes, ...]  # encoded, in the order in which they run
    signatures: tuple[bytes, ...]  # one a signer, in the order of the transactions' signers
    # Every check of a block asks for the ids and the root again: they are worked out once.
    _ids: dict[bytes, list[bytes]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _roots: dict[bytes, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def ids(self, network: bytes) -> Sequence[bytes]:
        if network not in self._ids:
            self._ids[network] = [transaction_id(network, transaction) for transaction in self.transactions]
        return self._ids[network]

    def root(self, network: bytes) -> bytes:
        """What its officers sign: the 32-byte root over its ids."""
        if network not in self._roots:
            self._roots[network] = group_root(self.ids(network))
        return self._roots[network]


@dataclass(frozen=True)
class Cosignature:
    """One witness's signature of a checkpoint; the note is read in core/ledger/checkpoint.py."""

    note: bytes


@dataclass(frozen=True)
class Evidence:
    """Two signed headers of one (node key, incarnation, seq): see core/ledger/forks.py."""

    first: bytes
    first_signature: bytes
    second: bytes
    second_signature: bytes


@dataclass(frozen=True)
class ErasureNote:
    """The block's author says: what this order names is destroyed here."""

    order: bytes  # id of the act, 32 bytes


@dataclass(frozen=True)
class ShareRelease:
    """The block's author says: I have given out my share of this sealed field, or found none that can be used."""

    sealed: bytes  # its name (core/ledger/sealed.py), 32 bytes
    usable: bool


Item = Group | Cosignature | Evidence | ErasureNote | ShareRelease


@dataclass(frozen=True)
class Payload:
    items: tuple[Item, ...]

    @cached_property
    def encoded(self) -> bytes:
        return encode_known([_item_value(item) for item in self.items])

    @property
    def groups(self) -> list[Group]:
        return [item for item in self.items if isinstance(item, Group)]

    @property
    def evidence(self) -> list[Evidence]:
        return [item for item in self.items if isinstance(item, Evidence)]


def group_root(ids: Sequence[bytes]) -> bytes:
    """32-byte root of a group from the ids of its acts."""
    return merkle.root(list(map(merkle.leaf_hash, ids)))


def group_signing_message(network: bytes, root: bytes) -> bytes:
    """What each officer of a group signs with Ed25519."""
    return tag_bytes("group-signature") + network + root


def group_leaf(count: int, root: bytes, signatures: Sequence[bytes]) -> bytes:
    return encode_known([GROUP, count, root, list(signatures)])


def payload_leaves(network: bytes, payload: Payload) -> list[bytes]:
    """Leaf hashes of the payload's tree, one an item."""
    leaves = []
    for item in payload.items:
        if isinstance(item, Group):
            leaf = group_leaf(len(item.transactions), item.root(network), item.signatures)
            leaves.append(merkle.leaf_hash(leaf))
        else:
            leaves.append(merkle.leaf_hash(encode_known(_item_value(item))))
    return leaves


def payload_root(network: bytes, payload: Payload) -> bytes:
    return merkle.root(payload_leaves(network, payload))


@lru_cache(READ_AGAIN)
def decode_payload(data: bytes) -> Payload:
    """Raises `too-large`, `too-deep`, `not-canonical` or `malformed-payload`."""
    parts = decode_unjudged(data, MAX_PAYLOAD_BYTES)
    try:
        if type(parts) is not list or not parts:
            raise MunimentError("malformed-payload")
        payload = Payload(tuple([_decode_item(part) for part in parts]))
    except MunimentError:
        refuse_kinds(parts)
        raise
    if sum([len(group.transactions) for group in payload.groups]) > MAX_ACTS:
        raise MunimentError("malformed-payload")
    return payload


def _item_value(item: Item) -> list[object]:
    if isinstance(item, Group):
        return [GROUP, list(item.transactions), list(item.signatures)]
    if isinstance(item, Cosignature):
        return [COSIGNATURE, item.note]
    if isinstance(item, ErasureNote):
        return [ERASURE_NOTE, item.order]
    if isinstance(item, ShareRelease):
        return [SHARE_RELEASE, item.sealed, item.usable]
    return [EVIDENCE, item.first, item.first_signature, item.second, item.second_signature]


def _decode_item(part: object) -> Item:
    # `false` equals 0 in a pattern: two byte forms of one payload would share its root.
    if not isinstance(part, list) or not part or type(part[0]) is not int:
        raise MunimentError("malformed-payload")
    if part[0] == GROUP and len(part) == 3:
        transactions, signatures = part[1], part[2]
        lists = type(transactions) is list and type(signatures) is list
        if lists and transactions and signatures and _signatures(signatures) and _all_bytes(transactions):
            return Group(tuple(transactions), tuple(signatures))
    match part:
        case [1, bytes(note)]:
            return Cosignature(note)
        case [2, bytes(first), bytes(first_signature), bytes(second), bytes(second_signature)]:
            return Evidence(first, first_signature, second, second_signature)
        case [3, bytes(order)] if len(order) == ID_BYTES:
            return ErasureNote(order)
        case [4, bytes(sealed), bool(usable)] if len(sealed) == ID_BYTES:
            return ShareRelease(sealed, usable)
    raise MunimentError("malformed-payload")


def _all_bytes(items: Sequence[object]) -> TypeGuard[Sequence[bytes]]:
    return {bytes}.issuperset(map(type, items))


def _signatures(items: Sequence[object]) -> TypeGuard[Sequence[bytes]]:
    for item in items:
        if type(item) is not bytes or len(item) != SIGNATURE_BYTES:
            return False
    return len(items) <= MAX_SIGNERS
