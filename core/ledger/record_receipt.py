"""The proof of a record's present state for a stranger who knows nothing but the network id.

It carries the record, its way to the state root, the rest of the checkpoint, and cosignatures of the founding
offices, or of a later roll that the epochs' part leads to, with their keys proved: what the register said of it after
that anchor, and that nothing later had changed it then. FORMAT.md §9.
"""

from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.charter import Charter, CharterHead, Verify, decode_head, network_id
from core.ledger.checkpoint import Checkpoint, checkpoint_value, read_checkpoint_value
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.epoch_proof import EpochProof, check_adopted, check_steps, decode_epoch_proof, encode_epoch_proof
from core.ledger.record import Record, decode_record
from core.ledger.roll_certificate import (
    RollCertificate,
    certificate_value,
    check_roll_certificate,
    read_certificate_value,
)
from core.ledger.state_proof import StateProof, decode_state_proof, encode_state_proof, root_from_record

KIND = "muniment-record"
VERSION = 1
EPOCHS_VERSION = 2  # of a later epoch than the first
CLOSING_VERSION = 3  # of the state at the close of an epoch, the first too
MAX_RECEIPT_BYTES = 512 << 10


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What a checked receipt of a record proves."""

    network: bytes
    head: CharterHead
    law_digests: tuple[bytes, ...]  # the charter's, and those that the receipt proves to have been adopted since
    offices: int  # whose cosignatures count: the founders, or the witnesses of a later roll
    record: Record
    checkpoint: Checkpoint  # under which this was the record's state
    witnesses: tuple[int, ...]
    epoch: int  # whose constitution it opens


def make_record_receipt(
    charter: Charter,
    record: bytes,
    proof: StateProof,
    checkpoint: Checkpoint,
    certificate: RollCertificate,
    epochs: EpochProof | None = None,
) -> bytes:
    """`record`: its encoding, whose proof leads to the checkpoint's state root. `epochs`: of a later epoch than 0."""
    epoch, anchor, block, consensus_ms, size, root, _, *named = checkpoint_value(checkpoint)
    part = [len(charter.leaves), charter.head, b"".join(multiproof.prove(charter.leaves, [0]))]
    return encode(
        [
            KIND,
            _version(checkpoint, epochs is not None),
            charter.network,
            record,
            encode_state_proof(proof),
            [epoch, anchor, block, consensus_ms, size, root, *named],
            certificate_value(certificate, consensus_ms),
            part if epochs is None else [*part, encode_epoch_proof(epochs)],
        ]
    )


def check_record_receipt(data: bytes, verify: Verify, network: bytes | None = None) -> RecordFacts:
    """`network`: the id that the reader trusts; without it the facts hold for the network that the receipt names.

    Raises `malformed-record-receipt`, `receipt-too-new` (facts: version), `receipt-of-another-network`,
    `bad-charter-proof`, `bad-state-proof`, and what `check_roll_certificate`, `check_steps`, `check_adopted` and the
    decoders raise.
    """
    match decode(data, MAX_RECEIPT_BYTES):
        case ["muniment-record", version, *_] if is_natural(version) and version > CLOSING_VERSION:
            raise MunimentError("receipt-too-new", version=version)
        case ["muniment-record", version, bytes(stated), bytes(record), bytes(proof), checkpoint, signed, [*charter]]:
            if not is_natural(version) or not 3 <= len(charter) <= 4:
                raise MunimentError("malformed-record-receipt")
        case _:
            raise MunimentError("malformed-record-receipt")
    if network is not None and stated != network:
        raise MunimentError("receipt-of-another-network", expected=network, found=stated)
    head = _check_head(stated, charter[:3])
    epochs = _read_epochs(stated, charter[3]) if len(charter) == 4 else EpochProof()
    roll = check_steps(epochs, head, verify)
    state_root = root_from_record(record, decode_state_proof(proof))
    known = _read_checkpoint(stated, checkpoint, state_root)
    certificate = read_certificate_value(signed, known.consensus_ms)
    if certificate is None or version != _version(known, len(charter) == 4):
        raise MunimentError("malformed-record-receipt")
    check_roll_certificate(certificate, known, roll.head, verify)
    adopted = check_adopted(epochs, known.constitution)
    laws = (*head.law_digests, *adopted.laws)
    return RecordFacts(
        stated,
        head,
        laws,
        roll.witnesses,
        decode_record(record),
        known,
        certificate.witnesses,
        adopted.epoch,
    )


def _version(checkpoint: Checkpoint, later: bool) -> int:
    if checkpoint.following is not None:
        return CLOSING_VERSION
    return EPOCHS_VERSION if later else VERSION


def _read_epochs(network: bytes, value: Value) -> EpochProof:
    if not isinstance(value, bytes):
        raise MunimentError("malformed-record-receipt")
    return decode_epoch_proof(network, value)


def _check_head(network: bytes, charter: Value) -> CharterHead:
    match charter:
        case [count, bytes(head), bytes(joined)] if is_natural(count) and (hashes := merkle.split(joined)) is not None:
            root = multiproof.root_from_proof(count, {0: merkle.leaf_hash(head)}, hashes)
            if root is None or network_id(root) != network:
                raise MunimentError("bad-charter-proof", network=network)
            return decode_head(head)
    raise MunimentError("malformed-record-receipt")


def _read_checkpoint(network: bytes, stated: Value, state_root: bytes) -> Checkpoint:
    match stated:
        case [epoch, anchor, block, consensus_ms, size, root, *named] if len(network) == merkle.HASH_BYTES:
            value = [epoch, anchor, block, consensus_ms, size, root, state_root, *named]
            checkpoint = read_checkpoint_value(network, value)
            if checkpoint is not None:
                return checkpoint
    raise MunimentError("malformed-record-receipt")
