"""Forks: two signed headers of one (node key, incarnation, seq) with different ids prove that a node equivocated.

Validity is not asked: two signatures of one place are enough, and anybody with the node's key can check them
(3-ledger §3). Judged by (author, incarnation, seq), never by "incomparable in the graph": a malicious branch may
reference its sibling through a third party.
"""

from collections.abc import Callable

from core.errors import MunimentError
from core.ledger.block import Block, Header, block_id, block_preimage, decode_header
from core.ledger.charter import Verify
from core.ledger.encoding import decode, encode
from core.ledger.payload import Evidence

MAX_EVIDENCE_BYTES = 256 << 10


def evidence_of(first: Block, second: Block) -> Evidence:
    """Evidence in the order of the block ids, so that everybody makes the same bytes of one fork."""
    if second.id < first.id:
        first, second = second, first
    return Evidence(first.header_bytes, first.signature, second.header_bytes, second.signature)


def check_evidence(evidence: Evidence, network: bytes, key: bytes, verify: Verify) -> Header:
    """The first header of a fork that holds against `key`.

    Raises `not-a-fork` (same block, other place, or order), `bad-block-signature`, and the codes of `decode_header`.
    """
    first, second = decode_header(evidence.first), decode_header(evidence.second)
    same_place = (first.author, first.incarnation, first.seq) == (
        second.author,
        second.incarnation,
        second.seq,
    )
    if not same_place or not block_id(network, evidence.first) < block_id(network, evidence.second):
        raise MunimentError("not-a-fork")
    for header_bytes, signature in (
        (evidence.first, evidence.first_signature),
        (evidence.second, evidence.second_signature),
    ):
        if not verify(key, block_preimage(network, header_bytes), signature):
            raise MunimentError("bad-block-signature", author=first.author)
    return first


def proven_fork(
    evidence: Evidence, network: bytes, key_of: Callable[[int, int], bytes | None], verify: Verify
) -> tuple[int, int] | None:
    """(author, incarnation) of a fork that holds. `key_of`: the key of both, None where there was never one."""
    try:
        first = decode_header(evidence.first)
        key = key_of(first.author, first.incarnation)
        if key is None:
            return None
        check_evidence(evidence, network, key, verify)
    except MunimentError:
        return None
    return first.author, first.incarnation


def encode_evidence_file(network: bytes, evidence: Evidence) -> bytes:
    """The file that an office exports for a stranger; FORMAT.md §6."""
    return encode(
        [
            "muniment-fork-evidence",
            network,
            evidence.first,
            evidence.first_signature,
            evidence.second,
            evidence.second_signature,
        ]
    )


def decode_evidence_file(data: bytes) -> tuple[bytes, Evidence]:
    """(network, evidence), unchecked. Raises `not-fork-evidence` and the codes of `decode`."""
    match decode(data, MAX_EVIDENCE_BYTES):
        case [
            "muniment-fork-evidence",
            bytes(network),
            bytes(first),
            bytes(first_signature),
            bytes(second),
            bytes(second_signature),
        ] if len(network) == 32:
            return network, Evidence(first, first_signature, second, second_signature)
    raise MunimentError("not-fork-evidence")
