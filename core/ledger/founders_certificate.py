"""A certificate for a stranger: a quorum of the founding offices has cosigned a checkpoint, with their keys proved.

The charter's head, which every receipt carries, holds a root over the nodes' keys; so a key costs 32 bytes and what
they share of the way to that root. Later rolls have no such root: their certificates are for replicas, and a paper
counts the founding offices that cosign with the key they founded with. The first number of the form says so and
leaves room for a chain of later rolls. FORMAT.md §9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.charter import Charter, CharterHead, Verify
from core.ledger.checkpoint import Checkpoint, CheckpointCosignature, signing_message
from core.ledger.encoding import Value, is_natural
from core.ledger.payload import SIGNATURE_BYTES

BY_FOUNDERS = 0
MAX_LATE_S = 1 << 62  # between a witness's clock and the consensus time


@dataclass(frozen=True, slots=True)
class FoundersCertificate:
    witnesses: tuple[int, ...]  # rising
    timestamps_s: tuple[int, ...]
    signatures: tuple[bytes, ...]
    keys: tuple[bytes, ...]
    key_hashes: tuple[bytes, ...]  # core/ledger/multiproof.py, over the nodes' keys


def make_founders_certificate(
    charter: Charter, cosignatures: Sequence[CheckpointCosignature], verify: Verify
) -> FoundersCertificate | None:
    """From cosignatures of one checkpoint; None if fewer than the charter's quorum are of founding keys."""
    founding = {
        one.witness: one
        for one in cosignatures
        if one.witness < len(charter.cards)
        and verify(charter.cards[one.witness].node_key, signing_message(one.checkpoint, one.timestamp_s), one.signature)
    }
    chosen = [founding[witness] for witness in sorted(founding)][: charter.quorum]
    if len(chosen) < charter.quorum:
        return None
    numbers = [one.witness for one in chosen]
    return FoundersCertificate(
        tuple(numbers),
        tuple(one.timestamp_s for one in chosen),
        tuple(one.signature for one in chosen),
        tuple(charter.cards[number].node_key for number in numbers),
        tuple(multiproof.prove(charter.node_leaves, numbers)),
    )


def check_founders_certificate(
    certificate: FoundersCertificate, checkpoint: Checkpoint, head: CharterHead, verify: Verify
) -> None:
    """`head`: proved by whoever calls. Raises `certificate-below-quorum`, `bad-charter-proof`, `bad-cosignature`."""
    if len(certificate.witnesses) < head.quorum:
        raise MunimentError("certificate-below-quorum", witnesses=len(certificate.witnesses), quorum=head.quorum)
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


def certificate_value(certificate: FoundersCertificate, consensus_ms: int) -> list[Value]:
    """Times are told as seconds after the consensus time: three bytes each where clocks are right."""
    mask = sum(1 << witness for witness in certificate.witnesses)
    return [
        BY_FOUNDERS,
        mask.to_bytes(mask.bit_length() + 7 >> 3, "big"),
        [timestamp_s - consensus_ms // 1000 for timestamp_s in certificate.timestamps_s],
        b"".join(certificate.signatures),
        b"".join(certificate.keys),
        b"".join(certificate.key_hashes),
    ]


def read_certificate_value(value: Value, consensus_ms: int) -> FoundersCertificate | None:
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
                return FoundersCertificate(witnesses, tuple(timestamps_s), *parts, _split(hashes, merkle.HASH_BYTES))
    return None


def _is_known(kind: Value) -> bool:
    return is_natural(kind) and kind == BY_FOUNDERS


def _is_late(late_s: Value) -> bool:
    return type(late_s) is int and abs(late_s) < MAX_LATE_S


def _witnesses(mask_bytes: bytes) -> tuple[int, ...]:
    mask = int.from_bytes(mask_bytes, "big")
    return tuple(number for number in range(mask.bit_length()) if mask >> number & 1)


def _split(joined: bytes, length: int) -> tuple[bytes, ...]:
    """Parts of one length; a shorter rest makes one part too many."""
    return tuple(joined[at : at + length] for at in range(0, len(joined), length))
