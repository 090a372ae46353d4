"""The bytes of a receipt: a canonical DAG-CBOR list, bounded, read strictly; FORMAT.md §7.

What it means, how it is made and checked stands in core/ledger/receipt.py. A lone transfer is about 1.3 KB, so
that it fits one QR code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.charter import MAX_OFFICES
from core.ledger.encoding import Value, decode, encode
from core.ledger.payload import SIGNATURE_BYTES
from core.ledger.transaction import MAX_SIGNERS

VERSION = 1
EPOCHS_VERSION = 2  # with one field more: what votes have made of the network
FIELDS = 13
MAX_RECEIPT_BYTES = 512 << 10
MAX_ORIGINS = 16
MAX_LEAVES = 1 + 1 + MAX_SIGNERS + 1  # the charter's head, the author's office, the signers', the one that asked
MAX_CREATED = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf's place in a tree, and the hashes from its sibling up."""

    index: int
    count: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The act that created, as its `number`-th record, what the act's `changes` call `name`."""

    name: str
    number: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    network: bytes
    template: int
    language: str
    transaction: bytes
    origins: tuple[Origin, ...]  # in the order of their names
    group: Place  # of the act among the acts signed together
    signatures: tuple[bytes, ...]  # the officers', in the order of the act's signers
    # Of the group in its block, the block's header and its node's signature; none beside a final proof.
    payload: Place | None
    header: bytes | None
    signature: bytes | None
    charter_count: int
    charter_leaves: Mapping[int, bytes]  # 0: the head; n + 1: office n
    charter_hashes: tuple[bytes, ...]
    checkpoint: bytes | None = None
    epochs: bytes | None = None  # epoch_proof.py


def encode_receipt(receipt: Receipt) -> bytes:
    return encode(
        [
            VERSION if receipt.epochs is None else EPOCHS_VERSION,
            receipt.network,
            receipt.template,
            receipt.language,
            receipt.transaction,
            [[origin.name, origin.number, origin.transaction] for origin in receipt.origins],
            _place_value(receipt.group),
            list(receipt.signatures),
            None if receipt.payload is None else _place_value(receipt.payload),
            receipt.header,
            receipt.signature,
            [
                receipt.charter_count,
                [[index, leaf] for index, leaf in sorted(receipt.charter_leaves.items())],
                list(receipt.charter_hashes),
            ],
            receipt.checkpoint,
            *([] if receipt.epochs is None else [receipt.epochs]),
        ]
    )


def decode_receipt(data: bytes) -> Receipt:
    """Raises `malformed-receipt`, `receipt-too-new` (facts: version) and the codes of `decode`."""
    parts = decode(data, MAX_RECEIPT_BYTES)
    if not isinstance(parts, list) or not parts or not _natural(parts[0]):
        raise MunimentError("malformed-receipt")
    if parts[0] > EPOCHS_VERSION:
        raise MunimentError("receipt-too-new", version=parts[0])
    if len(parts) != (FIELDS + 1 if parts[0] == EPOCHS_VERSION else FIELDS):
        raise MunimentError("malformed-receipt")
    _, network, template, language, transaction, origins, group, signatures, payload, *rest = parts
    header, signature, charter, checkpoint, *epochs = rest
    receipt = Receipt(
        network,
        template,
        language,
        transaction,
        tuple(_decode_origin(origin) for origin in _listed(origins)),
        _decode_place(group),
        tuple(_listed(signatures)),
        None if payload is None else _decode_place(payload),
        header,
        signature,
        *_decode_charter(charter),
        checkpoint,
        *epochs,
    )
    if not _well_formed(receipt) or not all(type(one) is bytes for one in epochs):
        raise MunimentError("malformed-receipt")
    return receipt


def _place_value(place: Place) -> list[Value]:
    return [place.index, place.count, list(place.path)]


def _decode_place(value: Value) -> Place:
    match value:
        case [int(index), int(count), [*path]]:
            if _natural(index) and _natural(count) and len(path) <= merkle.MAX_PATH and _hashes(path):
                return Place(index, count, tuple(path))
    raise MunimentError("malformed-receipt")


def _decode_origin(value: Value) -> Origin:
    match value:
        case [str(name), int(number), bytes(transaction)]:
            if type(number) is int and 0 <= number < MAX_CREATED:
                return Origin(name, number, transaction)
    raise MunimentError("malformed-receipt")


def _decode_charter(value: Value) -> tuple[int, dict[int, bytes], tuple[bytes, ...]]:
    match value:
        case [int(count), [*leaves], [*hashes]]:
            return count, _decode_leaves(leaves), tuple(hashes)
    raise MunimentError("malformed-receipt")


def _decode_leaves(values: Sequence[Value]) -> dict[int, bytes]:
    """The leaves by place; in order, none twice."""
    leaves: dict[int, bytes] = {}
    for value in values:
        match value:
            case [int(index), bytes(leaf)] if _natural(index) and all(index > before for before in leaves):
                leaves[index] = leaf
            case _:
                raise MunimentError("malformed-receipt")
    return leaves


def _listed(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise MunimentError("malformed-receipt")
    return value


def _well_formed(receipt: Receipt) -> bool:
    byte_parts = (receipt.network, receipt.transaction)
    names = [origin.name for origin in receipt.origins]
    return (
        all(type(part) is bytes for part in byte_parts)
        and type(receipt.language) is str
        and len(receipt.network) == merkle.HASH_BYTES
        and _natural(receipt.template)
        and len(receipt.language) == 2
        and receipt.language.isascii()
        and receipt.language.islower()
        and len(receipt.signatures) <= MAX_SIGNERS
        and all(type(one) is bytes and len(one) == SIGNATURE_BYTES for one in receipt.signatures)
        and _enclosed(receipt)
        and names == sorted(set(names))
        and len(names) <= MAX_ORIGINS
        and 0 in receipt.charter_leaves
        and len(receipt.charter_leaves) <= MAX_LEAVES
        and _natural(receipt.charter_count)
        and receipt.charter_count <= MAX_OFFICES + 1
        and _hashes(receipt.charter_hashes)
        and (receipt.checkpoint is None or type(receipt.checkpoint) is bytes)
    )


def _enclosed(receipt: Receipt) -> bool:
    """Whether the parts about the block are whole, or all left out for a final proof."""
    if receipt.payload is None:
        return receipt.header is None and receipt.signature is None and receipt.checkpoint is not None
    signed = type(receipt.signature) is bytes and len(receipt.signature) == SIGNATURE_BYTES
    return type(receipt.header) is bytes and signed


def _hashes(values: Sequence[Value]) -> bool:
    return all(type(value) is bytes and len(value) == merkle.HASH_BYTES for value in values)


def _natural(value: Value) -> bool:
    return type(value) is int and 0 <= value < 1 << 63
