"""Headers, payloads and transactions: their one form, roots and signatures. FORMAT.md §2–§4 and §6."""

from dataclasses import dataclass, field
from itertools import pairwise

from .charter import Charter
from .rolls import Member, Roll
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


@dataclass(frozen=True)
class Act:
    id: bytes
    fault: str | None  # why it must be rejected whatever the law says
    judged: bool = True  # False: a signer whom the charter does not know, so the signatures were not checked


@dataclass
class Block:
    id: bytes
    header: Header
    acts: list[Act] = field(default_factory=list)
    cosignatures: list[bytes] = field(default_factory=list)
    accused: set[tuple[int, int]] = field(default_factory=set)  # (author, incarnation) that the payload proves forked


class Keys:
    """The members of each epoch with their node keys and officers."""

    def __init__(self, charter: Charter, rolls: list[Roll]) -> None:
        self.network = charter.network
        self.rolls = rolls

    def member(self, epoch: int, author: int) -> Member:
        require(epoch < len(self.rolls), "wrong-epoch", f"{epoch}")
        found = self.rolls[epoch].members.get(author)
        if found is None:
            raise RefusedError("unknown-author", f"office {author} in epoch {epoch}")
        return found

    def officer(self, epoch: int, office: int, officer: int) -> bytes | None:
        """None for one whom the roll of the epoch does not name."""
        everybody = self.rolls[epoch].everybody
        known = office < len(everybody) and officer < len(everybody[office].officers)
        return everybody[office].officers[officer] if known else None


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
                ids = [tagged_hash("transaction", keys.network, act) for act in acts]
                root = tree_root(ids)
                fault, judged = _group_fault(keys, block.header.epoch, acts, root, signatures)
                block.acts.extend(Act(one, fault, judged) for one in ids)
                return encode([0, len(acts), root, signatures])
        case [1, bytes(note)]:
            block.cosignatures.append(note)
            return encode(item)
        case [2, *four] if len(four) == 4 and all(type(one) is bytes for one in four):
            forked = proven_fork(keys, block.header.epoch, four)
            if forked is not None:
                block.accused.add(forked)
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


# -- acts ---------------------------------------------------------------------------------------------------------


def _group_fault(
    keys: Keys, epoch: int, acts: list[bytes], root: bytes, signatures: list[bytes]
) -> tuple[str | None, bool]:
    """Why every act of the group must be rejected, or None; and whether its signers' keys are known."""
    try:
        read = [_read_act(act) for act in acts]
        if len(acts) > 1 and any(one.addressed for one in read):
            return "request-in-a-batch", True
        carried = [_read_request(request) for one in read for request in one.requests]
    except RefusedError as refusal:
        return refusal.code, True
    if any(one.signers != read[0].signers for one in read):
        return "group-of-different-signers", True
    signed_by = [(root, read[0].signers, signatures)]
    for act, signers, request_signatures in carried:
        signed_by.append((tree_root([tagged_hash("transaction", keys.network, act)]), signers, request_signatures))
    verdicts = [_signature_fault(keys, epoch, *one) for one in signed_by]
    fault = next((fault for fault, _ in verdicts if fault), None)
    return fault, fault is not None or all(judged for _, judged in verdicts)


def _signature_fault(
    keys: Keys, epoch: int, root: bytes, signers: list[list], signatures: list[bytes]
) -> tuple[str | None, bool]:
    if len(signers) != len(signatures):
        return "signature-missing", True
    message = tag("group-signature") + keys.network + root
    judged = True
    for (office, officer, _), signature in zip(signers, signatures, strict=True):
        key = keys.officer(epoch, office, officer)
        if key is None:
            judged = False
        elif not signed(key, message, signature):
            return "bad-signature", True
    return None, judged


@dataclass(frozen=True)
class _Read:
    signers: list[list]
    requests: list[bytes]
    addressed: bool


def _read_act(act: bytes) -> _Read:
    """What the group needs of an act, once its form holds."""
    fields = decode(act, 64 << 10)
    addressed = type(fields) is list and len(fields) == 11
    match fields[:10] if addressed else fields:
        case [form, str(_), version, str(_), dict(changes), dict(_), [*signers], claimed, nonce, [*requests]]:
            well = is_one(form) and is_natural(version) and is_natural(claimed) and is_bytes(nonce, 8)
            well = well and len(requests) <= 16 and all(type(request) is bytes for request in requests)
            well = well and all(_is_change(change) for change in changes.values())
            well = well and (not addressed or is_natural(fields[10]))
            if well and 1 <= len(signers) <= 8 and all(_is_signer(signer) for signer in signers):
                require(not (addressed and (requests or len(act) > 48 << 10)), "malformed-request")
                return _Read(signers, requests, addressed)
    raise RefusedError("malformed-transaction")


def _read_request(request: bytes) -> tuple[bytes, list[list], list[bytes]]:
    """A request that an act carries: its transaction, its signers, its signatures."""
    match decode(request, 64 << 10):
        case [bytes(act), [*signatures]] if all(is_bytes(one, 64) for one in signatures):
            read = _read_act(act)
            require(read.addressed and len(read.signers) == len(signatures), "malformed-request")
            return act, read.signers, signatures
    raise RefusedError("malformed-request")


def _is_change(value) -> bool:
    match value:
        case [record, version, last]:
            return is_bytes(record, 16) and is_natural(version) and is_bytes(last, 16)
    return False


def _is_signer(value) -> bool:
    match value:
        case [office, officer, str(_)]:
            return is_natural(office) and is_natural(officer)
    return False
