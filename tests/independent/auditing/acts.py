"""Transactions and the groups that sign them. FORMAT.md §2 and §3.

Officers with numbers below 100 stand in a card, so their keys are known with the roll of the block's epoch. The others
were appointed by an act: their signatures are judged where the act is executed, by the records of that moment.
"""

from dataclasses import dataclass

from .rolls import NODE_NUMBER, Keys
from .values import (
    RefusedError,
    decode,
    is_bytes,
    is_natural,
    is_one,
    require,
    signed,
    tag,
    tagged_hash,
    tree_root,
)

FIRST_APPOINTED = 100


@dataclass(frozen=True)
class Signature:
    office: int
    officer: int
    message: bytes
    signature: bytes

    def holds(self, key: bytes | None) -> bool:
        return key is not None and signed(key, self.message, self.signature)


@dataclass(frozen=True)
class Act:
    id: bytes
    fault: str | None  # why it must be rejected whatever the law says
    appointed: tuple[Signature, ...] = ()  # of officers whose keys are records


def read_group(keys: Keys, epoch: int, acts: list[bytes], signatures: list[bytes]) -> tuple[list[Act], bytes]:
    """The acts of a group in a block of the epoch, and the group's root."""
    ids = [tagged_hash("transaction", keys.network, act) for act in acts]
    root, fault, appointed = tree_root(ids), None, ()
    try:
        appointed = _judge(keys, epoch, acts, root, signatures)
    except RefusedError as refusal:
        fault = refusal.code
    return [Act(one, fault, appointed) for one in ids], root


def _judge(keys: Keys, epoch: int, acts: list[bytes], root: bytes, signatures: list[bytes]) -> tuple[Signature, ...]:
    """The signatures that are left to judge. Raises what makes every act of the group rejected."""
    read = [_read_act(act) for act in acts]
    require(len(acts) == 1 or not any(one.addressed for one in read), "request-in-a-batch")
    require(all(one.signers == read[0].signers for one in read), "group-of-different-signers")
    found = _signatures(keys, root, read[0].signers, signatures)
    for act, signers, given in (_read_request(request) for one in read for request in one.requests):
        found += _signatures(keys, tree_root([tagged_hash("transaction", keys.network, act)]), signers, given)
    for one in found:
        appointed = one.officer >= FIRST_APPOINTED and one.officer != NODE_NUMBER
        known = appointed or one.holds(keys.officer(epoch, one.office, one.officer))
        require(known, "bad-signature")
    return tuple(one for one in found if one.officer >= FIRST_APPOINTED and one.officer != NODE_NUMBER)


def _signatures(keys: Keys, root: bytes, signers: list[list], signatures: list[bytes]) -> list[Signature]:
    require(len(signers) == len(signatures), "signature-missing")
    message = tag("group-signature") + keys.network + root
    return [
        Signature(office, officer, message, signature)
        for (office, officer, _), signature in zip(signers, signatures, strict=True)
    ]


@dataclass(frozen=True)
class _Read:
    signers: list[list]
    requests: list[bytes]
    addressed: bool


def _read_act(act: bytes) -> _Read:
    """What the group needs of an act, once its form holds."""
    fields = decode(act, 64 << 10)
    longer = type(fields) is list and len(fields) == 11
    addressed = longer and type(fields[10]) is not bytes
    match fields[:10] if longer else fields:
        case [form, str(_), version, str(_), dict(changes), dict(_), [*signers], claimed, nonce, [*requests]]:
            well = is_one(form) and is_natural(version) and is_natural(claimed) and is_bytes(nonce, 8)
            well = well and len(requests) <= 16 and all(type(request) is bytes for request in requests)
            well = well and all(_is_change(change) for change in changes.values())
            well = well and (not addressed or is_natural(fields[10]))
            well = well and (addressed or not longer or (is_bytes(fields[10], 32) and len(requests) <= 1))
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
