"""The proof of a record's present state for a stranger who knows nothing but the network id.

It carries the record, its way to the state root, the rest of the checkpoint, and the founding offices' cosignatures
with their keys proved from the charter's head: what the register said of it after that anchor, and that nothing later
had changed it then. FORMAT.md §9.
"""

from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.charter import Charter, CharterHead, Verify, decode_head, network_id
from core.ledger.checkpoint import Checkpoint
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.founders_certificate import (
    FoundersCertificate,
    certificate_value,
    check_founders_certificate,
    read_certificate_value,
)
from core.ledger.record import Record, decode_record
from core.ledger.state_proof import StateProof, decode_state_proof, encode_state_proof, root_from_record

KIND = "muniment-record"
VERSION = 1
MAX_RECEIPT_BYTES = 512 << 10


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What a checked receipt of a record proves."""

    network: bytes
    head: CharterHead
    record: Record
    checkpoint: Checkpoint  # under which this was the record's state
    witnesses: tuple[int, ...]


def make_record_receipt(
    charter: Charter, record: bytes, proof: StateProof, checkpoint: Checkpoint, certificate: FoundersCertificate
) -> bytes:
    """`record`: its encoding, whose proof leads to the checkpoint's state root."""
    return encode(
        [
            KIND,
            VERSION,
            charter.network,
            record,
            encode_state_proof(proof),
            [
                checkpoint.epoch,
                checkpoint.anchor,
                checkpoint.block,
                checkpoint.consensus_ms,
                checkpoint.size,
                checkpoint.root,
            ],
            certificate_value(certificate, checkpoint.consensus_ms),
            [len(charter.leaves), charter.head, b"".join(multiproof.prove(charter.leaves, [0]))],
        ]
    )


def check_record_receipt(data: bytes, verify: Verify, network: bytes | None = None) -> RecordFacts:
    """`network`: the id that the reader trusts; without it the facts hold for the network that the receipt names.

    Raises `malformed-record-receipt`, `receipt-too-new` (facts: version), `receipt-of-another-network`,
    `bad-charter-proof`, `bad-state-proof`, and what `check_founders_certificate` and the decoders raise.
    """
    match decode(data, MAX_RECEIPT_BYTES):
        case ["muniment-record", version, *_] if is_natural(version) and version > VERSION:
            raise MunimentError("receipt-too-new", version=version)
        case ["muniment-record", int(), bytes(stated), bytes(record), bytes(proof), checkpoint, certificate, charter]:
            pass
        case _:
            raise MunimentError("malformed-record-receipt")
    if network is not None and stated != network:
        raise MunimentError("receipt-of-another-network", expected=network, found=stated)
    head = _check_head(stated, charter)
    state_root = root_from_record(record, decode_state_proof(proof))
    known = _read_checkpoint(stated, checkpoint, state_root)
    signed = read_certificate_value(certificate, known.consensus_ms)
    if signed is None:
        raise MunimentError("malformed-record-receipt")
    check_founders_certificate(signed, known, head, verify)
    return RecordFacts(stated, head, decode_record(record), known, signed.witnesses)


def _check_head(network: bytes, charter: Value) -> CharterHead:
    match charter:
        case [count, bytes(head), bytes(joined)] if is_natural(count) and len(joined) % merkle.HASH_BYTES == 0:
            hashes = [joined[at : at + merkle.HASH_BYTES] for at in range(0, len(joined), merkle.HASH_BYTES)]
            root = multiproof.root_from_proof(count, {0: merkle.leaf_hash(head)}, hashes)
            if root is None or network_id(root) != network:
                raise MunimentError("bad-charter-proof", network=network)
            return decode_head(head)
    raise MunimentError("malformed-record-receipt")


def _read_checkpoint(network: bytes, stated: Value, state_root: bytes) -> Checkpoint:
    match stated:
        case [epoch, anchor, bytes(block), consensus_ms, size, bytes(root)]:
            if all(is_natural(one) for one in (epoch, anchor, consensus_ms, size)) and len(network) == len(root) == 32:
                return Checkpoint(network, epoch, anchor, block, consensus_ms, size, root, state_root)
    raise MunimentError("malformed-record-receipt")
