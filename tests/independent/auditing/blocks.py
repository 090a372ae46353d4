"""Headers, payloads and evidence: their one form, roots and signatures. FORMAT.md §3, §4 and §6."""

from dataclasses import dataclass, field
from itertools import pairwise

from .acts import Act, read_group
from .rolls import Keys
from .values import (
    RefusedError,
    decode,
    encode,
    is_bytes,
    is_id,
    is_natural,
    is_one,
    require,
    signed,
    tag,
    tagged_hash,
    tree_root,
)

Place = tuple[int, int, int]  # author, incarnation, seq


@dataclass(frozen=True)
class Header:
    epoch: int
    author: int
    incarnation: int
    seq: int
    prev: bytes | None
    refs: list[list]
    round: int
    close: bool
    claimed_ms: int
    payload: list | None  # root, length
    closing_anchor: bytes | None

    @property
    def place(self) -> Place:
        return self.author, self.incarnation, self.seq


@dataclass
class Block:
    id: bytes
    header: Header
    acts: list[Act] = field(default_factory=list)
    cosignatures: list[bytes] = field(default_factory=list)
    accused: set[tuple[int, int]] = field(default_factory=set)  # (author, incarnation) that the payload proves forked


def read_block(keys: Keys, header_bytes: bytes, signature: bytes, payload: bytes | None) -> Block:
    header = read_header(header_bytes)
    key = keys.member(header.epoch, header.author).key
    require(signed(key, _preimage(keys, header_bytes), signature), "bad-block-signature", str(header.place))
    block = Block(tagged_hash("block", keys.network, header_bytes), header)
    stated = None if header.payload is None else header.payload[1]
    require((None if payload is None else len(payload)) == stated, "payload-differs", str(header.place))
    if payload is not None:
        _read_payload(keys, block, payload)
    return block


def _preimage(keys: Keys, header_bytes: bytes) -> bytes:
    return tag("block") + keys.network + header_bytes


def read_header(data: bytes) -> Header:
    match decode(data, 64 << 10):
        case [version, epoch, author, incarnation, seq, prev, [*refs], round_, flags, claimed, payload, closing]:
            header = Header(epoch, author, incarnation, seq, prev, refs, round_, flags == 1, claimed, payload, closing)
        case _:
            raise RefusedError("malformed-header")
    naturals = all(map(is_natural, (epoch, author, incarnation, seq, round_, claimed)))
    chain = naturals and seq >= 1 and (prev is None) == (seq == 1) and (prev is None or is_id(prev))
    sorted_ = all(map(_is_reference, refs)) and all(one < other for one, other in pairwise(refs))
    match payload:
        case None:
            carried = True
        case [root, length]:
            carried = is_id(root) and is_natural(length)
        case _:
            carried = False
    flagged = type(flags) is int and flags in (0, 1)
    closed = closing is None or is_id(closing)
    require(is_one(version) and chain and sorted_ and carried and flagged and closed, "malformed-header")
    return header


def _is_reference(value) -> bool:
    match value:
        case [author, seq, block]:
            return is_natural(author) and is_natural(seq) and is_id(block)
    return False


def _read_payload(keys: Keys, block: Block, payload: bytes) -> None:
    place = str(block.header.place)
    items = decode(payload, 256 << 10)
    require(type(items) is list and bool(items), "malformed-payload", place)
    leaves = [_read_item(keys, block, item) for item in items]
    require(len(block.acts) <= 4096, "malformed-payload", place)
    require(tree_root(leaves) == block.header.payload[0], "payload-differs", place)


def _read_item(keys: Keys, block: Block, item) -> bytes:
    """The item's leaf in the payload's tree; what it says is added to the block."""
    match item:
        case [kind, *_] if type(kind) is not int:
            pass
        case [0, [*acts], [*signatures]] if acts and 1 <= len(signatures) <= 8:
            if all(type(act) is bytes for act in acts) and all(is_bytes(one, 64) for one in signatures):
                read, root = read_group(keys, block.header.epoch, acts, signatures)
                block.acts.extend(read)
                return encode([0, len(acts), root, signatures])
        case [1, bytes(note)]:
            block.cosignatures.append(note)
            return encode(item)
        case [2, *four] if len(four) == 4 and all(type(one) is bytes for one in four):
            forked = proven_fork(keys, block.header.epoch, four)
            if forked is not None:
                block.accused.add(forked)
            return encode(item)
        case [3, order] if is_id(order):  # the author has destroyed what this order names
            return encode(item)
        case [4, sealed, usable] if is_id(sealed) and type(usable) is bool:  # … has given out its share of a key
            return encode(item)
    raise RefusedError("malformed-payload", str(block.header.place))


def proven_fork(keys: Keys, epoch: int, evidence: list[bytes]) -> tuple[int, int] | None:
    """(author, incarnation) of the epoch whose key has signed two headers of one place, or None: it proves nothing."""
    try:
        first, second = read_header(evidence[0]), read_header(evidence[2])
        member = keys.member(epoch, first.author)
    except RefusedError:
        return None
    ids = [tagged_hash("block", keys.network, header) for header in (evidence[0], evidence[2])]
    if first.place != second.place or first.incarnation != member.incarnation or not ids[0] < ids[1]:
        return None
    if not all(signed(member.key, _preimage(keys, evidence[at]), evidence[at + 1]) for at in (0, 2)):
        return None
    return member.number, member.incarnation
