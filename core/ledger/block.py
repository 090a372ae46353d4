"""A block: a node's signed header, and the payload that travels beside it.

id = SHA-256(tag ‖ network ‖ header); the node signs that same preimage and the signature stays outside the id, so
a second signature makes no second block. The payload stands under its root, so it can be archived while the header
still verifies. Header fields are final from the first vector (3-ledger §2, FORMAT.md §4).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core.crypto.hashing import tag_bytes, tagged_hash
from core.errors import MunimentError
from core.ledger.encoding import Value, decode_unjudged, encode_known, is_natural, refuse_kinds

VERSION = 1
CLOSE = 1  # flag: this node has seen a change of the constitution pass
MAX_HEADER_BYTES = 64 << 10
FIRST_SEQ = 1
READ_AGAIN = 4  # blocks on their way in, whose bytes several layers read one after another


class Reference(NamedTuple):
    """A parent other than the node's own previous block. Sorted by (author, seq, id) in a header."""

    author: int
    seq: int
    id: bytes


@dataclass(frozen=True, slots=True)
class Header:
    epoch: int
    author: int  # the node's number in the roll
    incarnation: int
    seq: int  # 1, 2, 3 … without a gap
    prev: bytes | None  # id of the block before; None for the first
    refs: tuple[Reference, ...]
    round: int
    flags: int
    claimed_ms: int
    payload: tuple[bytes, int] | None  # root and length in bytes; None: empty block
    closing_anchor: bytes | None = None  # first block of an epoch names the closing anchor before it


@dataclass(frozen=True, slots=True)
class Block:
    id: bytes
    header: Header
    header_bytes: bytes
    signature: bytes
    payload: bytes | None  # encoded; None when the header names none


def block_preimage(network: bytes, header_bytes: bytes) -> bytes:
    """What is hashed to the id and signed."""
    return tag_bytes("block") + network + header_bytes


@lru_cache(READ_AGAIN)
def block_id(network: bytes, header_bytes: bytes) -> bytes:
    return tagged_hash("block", network, header_bytes)


def encode_header(header: Header) -> bytes:
    return encode_known(
        [
            VERSION,
            header.epoch,
            header.author,
            header.incarnation,
            header.seq,
            header.prev,
            [list(reference) for reference in header.refs],
            header.round,
            header.flags,
            header.claimed_ms,
            None if header.payload is None else list(header.payload),
            header.closing_anchor,
        ]
    )


@lru_cache(READ_AGAIN)
def decode_header(data: bytes) -> Header:
    """Raises `too-large`, `too-deep`, `not-canonical` or `malformed-header`."""
    parts = decode_unjudged(data, MAX_HEADER_BYTES)
    try:
        version, epoch, author, incarnation, seq, prev, refs, round_, flags, claimed_ms, payload, anchor = parts
        header = Header(
            epoch,
            author,
            incarnation,
            seq,
            prev,
            tuple([Reference(*reference) for reference in refs]) if refs else (),
            round_,
            flags,
            claimed_ms,
            None if payload is None else (payload[0], payload[1]),
            anchor,
        )
        one_form = type(version) is int and type(refs) is list and (not refs or {list}.issuperset(map(type, refs)))
        whole_payload = payload is None or (type(payload) is list and len(payload) == 2)
        if version == VERSION and one_form and whole_payload and _well_formed(header):
            return header
    except (TypeError, ValueError, IndexError, KeyError):
        pass
    refuse_kinds(parts)
    raise MunimentError("malformed-header")


def _well_formed(header: Header) -> bool:
    epoch, author, incarnation, seq = header.epoch, header.author, header.incarnation, header.seq
    round_, flags, claimed_ms, prev, payload = (
        header.round,
        header.flags,
        header.claimed_ms,
        header.prev,
        header.payload,
    )
    return (
        # As many calls of `is_natural` would take a quarter of the reading of a header.
        type(epoch) is type(author) is type(incarnation) is type(seq) is type(round_) is type(claimed_ms) is int
        and min(epoch, author, incarnation, round_, claimed_ms) >= 0
        and epoch | author | incarnation | seq | round_ | claimed_ms < 1 << 63
        and seq >= FIRST_SEQ
        and (prev is None) == (seq == FIRST_SEQ)
        and (prev is None or _is_id(prev))
        and type(flags) is int
        and flags in (0, CLOSE)
        and (not header.refs or _references_well_formed(header.refs))
        and (payload is None or (_is_id(payload[0]) and is_natural(payload[1])))
        and (header.closing_anchor is None or _is_id(header.closing_anchor))
    )


def _references_well_formed(refs: tuple[Reference, ...]) -> bool:
    known = all(is_natural(ref.author) and is_natural(ref.seq) and _is_id(ref.id) for ref in refs)
    return known and list(refs) == sorted(set(refs))


def _is_id(value: Value) -> bool:
    return type(value) is bytes and len(value) == 32
