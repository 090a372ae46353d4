"""A certificate for a stranger: a quorum of one roll has cosigned a checkpoint, with their keys proved.

The head of a charter holds a root over the nodes' keys, and so does that of every later constitution; so a key costs
32 bytes and what they share of the way to that root. Whose roll counts is said by whoever has come to it: the
founders', or a later one that an epoch proof leads to (epoch_proof.py). The checkpoint may be of a later epoch than
the roll: a quorum holds more than the f who may lie, so an honest office of the roll says with its key what it has
come to know. FORMAT.md §9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.charter import Verify
from core.ledger.checkpoint import Checkpoint, CheckpointCosignature, signing_message
from core.ledger.constitution_tree import node_leaves
from core.ledger.encoding import Value, is_natural
from core.ledger.payload import SIGNATURE_BYTES
from core.ledger.roll import Roll

KIND = 0
MAX_LATE_S = 1 << 62  # between a witness's clock and the consensus time


class RollHead(Protocol):
    """What a roll is counted by: the head of a charter, or of a constitution."""

    @property
    def offices(self) -> int: ...

    @property
    def quorum(self) -> int: ...

    @property
    def nodes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class RollCertificate:
    witnesses: tuple[int, ...]  # rising
    timestamps_s: tuple[int, ...]
    signatures: tuple[bytes, ...]
    keys: tuple[bytes, ...]
    key_hashes: tuple[bytes, ...]  # core/ledger/multiproof.py, over the nodes' keys


def make_roll_certificate(
    roll: Roll,
    cosignatures: Sequence[CheckpointCosignature],
    verify: Verify,
    with_these: Sequence[int] = (),
    needed: int | None = None,
) -> RollCertificate | None:
    """From cosignatures of one checkpoint; None if fewer than the roll's quorum are of witnesses' keys of the roll.

    It holds a quorum, or as many as are `needed`, and no more, but all of `with_these`, who have cosigned.
    """
    needed = roll.quorum if needed is None else needed
    counted = {}
    for one in cosignatures:
        member = roll.member(one.witness)
        message = signing_message(one.checkpoint, one.timestamp_s)
        if member is not None and member.witness and verify(member.key, message, one.signature):
            counted[one.witness] = one, member.key
    others = [number for number in sorted(counted) if number not in with_these]
    chosen = sorted([*with_these, *others][: max(needed, len(with_these))])
    if len(chosen) < needed:
        return None
    return RollCertificate(
        tuple(chosen),
        tuple(counted[number][0].timestamp_s for number in chosen),
        tuple(counted[number][0].signature for number in chosen),
        tuple(counted[number][1] for number in chosen),
        tuple(multiproof.prove(node_leaves(roll), chosen)),
    )


def check_roll_certificate(
    certificate: RollCertificate, checkpoint: Checkpoint, head: RollHead, verify: Verify, needed: int | None = None
) -> None:
    """`head`: proved by whoever calls; `needed`: how many must have signed, else its quorum.

    Raises `certificate-below-quorum`, `bad-charter-proof`, `bad-cosignature`.
    """
    needed = head.quorum if needed is None else needed
    if len(certificate.witnesses) < needed:
        raise MunimentError("certificate-below-quorum", witnesses=len(certificate.witnesses), quorum=needed)
    leaves = {
        number: merkle.leaf_hash(key) for number, key in zip(certificate.witnesses, certificate.keys, strict=True)
    }
    if multiproof.root_from_proof(head.offices, leaves, certificate.key_hashes) != head.nodes:
        raise MunimentError("bad-charter-proof", network=checkpoint.network)
    for witness, key, timestamp_s, signature in zip(
        certificate.witnesses, certificate.keys, certificate.timestamps_s, certificate.signatures, strict=True
    ):
        if not verify(key, signing_message(checkpoint, timestamp_s), signature):
            raise MunimentError("bad-cosignature", witness=witness)


# -- bytes ----------------------------------------------------------------------------------------------------------


def certificate_value(certificate: RollCertificate, consensus_ms: int) -> list[Value]:
    """Times are told as seconds after the consensus time: three bytes each where clocks are right."""
    mask = sum(1 << witness for witness in certificate.witnesses)
    return [
        KIND,
        mask.to_bytes(mask.bit_length() + 7 >> 3, "big"),
        [timestamp_s - consensus_ms // 1000 for timestamp_s in certificate.timestamps_s],
        b"".join(certificate.signatures),
        b"".join(certificate.keys),
        b"".join(certificate.key_hashes),
    ]


def read_certificate_value(value: Value, consensus_ms: int) -> RollCertificate | None:
    """None when it is none, or of a kind that this version does not know."""
    match value:
        case [kind, bytes(mask_bytes), [*late_s], bytes(signatures), bytes(keys), bytes(hashes)] if _is_known(kind):
            witnesses = _witnesses(mask_bytes)
            timestamps_s = [consensus_ms // 1000 + late for late in late_s if _is_late(late)]
            parts = (_split(signatures, SIGNATURE_BYTES), _split(keys, merkle.HASH_BYTES))
            counts = {len(witnesses), len(late_s), len(timestamps_s), *map(len, parts)}
            whole = (
                mask_bytes[:1] != b"\0" and not len(hashes) % merkle.HASH_BYTES and not len(keys) % merkle.HASH_BYTES
            )
            if len(counts) == 1 and whole and all(is_natural(timestamp_s) for timestamp_s in timestamps_s):
                return RollCertificate(witnesses, tuple(timestamps_s), *parts, _split(hashes, merkle.HASH_BYTES))
    return None


def _is_known(kind: Value) -> bool:
    return is_natural(kind) and kind == KIND


def _is_late(late_s: Value) -> bool:
    return type(late_s) is int and abs(late_s) < MAX_LATE_S


def _witnesses(mask_bytes: bytes) -> tuple[int, ...]:
    mask = int.from_bytes(mask_bytes, "big")
    return tuple(number for number in range(mask.bit_length()) if mask >> number & 1)


def _split(joined: bytes, length: int) -> tuple[bytes, ...]:
    """Parts of one length; a shorter rest makes one part too many."""
    return tuple(joined[at : at + length] for at in range(0, len(joined), length))
