"""The checkpoint part of a receipt: what became of the act, for good, and that a quorum of the offices says so.

It holds the act's entry without its id, the way to the root of the entries, the rest of the checkpoint, whose root
follows from that way, and a certificate by the founders or by a later roll that the receipt leads to
(epoch_proof.py). About 700 bytes with five cosignatures, and 32 for each doubling of the register. That an act was
rejected is not proved so: a copy of an act that another office encloses is rejected there, under the same id. Records
that earlier entries have written may ride along, each with its own way to the same root: appointed officers are named
by theirs. FORMAT.md §9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.charter import Verify
from core.ledger.checkpoint import CLOSING_VERSION, Checkpoint, read_checkpoint_value
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.entry import REJECTED, Entry, decode_entry, encode_entry
from core.ledger.record import Record, decode_record, record_digest
from core.ledger.roll_certificate import (
    RollCertificate,
    RollHead,
    certificate_value,
    check_roll_certificate,
    read_certificate_value,
)

MAX_PROOF_BYTES = 256 << 10
MAX_RECORDS = 16


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """A version of a record, and the entry that wrote it."""

    record: bytes
    leaf: bytes
    number: int
    path: tuple[bytes, ...]  # at the size of the proof's checkpoint


@dataclass(frozen=True, slots=True)
class Final:
    """What a checked proof says of an act. `witnesses`: the offices whose cosignatures it holds."""

    entry: Entry
    number: int  # of the entry, from 0
    checkpoint: Checkpoint
    witnesses: tuple[int, ...]
    records: tuple[Record, ...] = ()  # that rode along: written by entries under the same root


def make_final_proof(
    leaf: bytes,
    number: int,
    path: Sequence[bytes],
    checkpoint: Checkpoint,
    certificate: RollCertificate,
    records: Sequence[WrittenRecord] = (),
) -> bytes:
    """`path`: from entry `number`, whose bytes are `leaf`, to the checkpoint's root."""
    entry = decode_entry(leaf)
    if entry.outcome == REJECTED:
        raise ValueError("what is rejected in one block may be entered by another")
    stated = [checkpoint.epoch, checkpoint.anchor, checkpoint.block, checkpoint.consensus_ms, checkpoint.size]
    return encode(
        [
            checkpoint.version,
            [entry.outcome, [list(one) for one in entry.written]],
            [number, b"".join(path)],
            [*stated, checkpoint.state_root, *checkpoint.named],
            certificate_value(certificate, checkpoint.consensus_ms),
            [[one.record, one.leaf, one.number, b"".join(one.path)] for one in records],
        ]
    )


def check_final_proof(data: bytes, network: bytes, act: bytes, head: RollHead, verify: Verify) -> Final:
    """What the proof says of an act of a network. `head`: of the roll that counts, proved by whoever calls.

    Raises `malformed-final-proof`, `final-proof-too-new` (facts: version), `bad-final-path` and the codes of
    `check_roll_certificate`.
    """
    match decode(data, MAX_PROOF_BYTES):
        case [version, *_] if is_natural(version) and version > CLOSING_VERSION:
            raise MunimentError("final-proof-too-new", version=version)
        case [version, [str(outcome), [*written]], [number, bytes(path)], stated, signed, [*others]] if (
            is_natural(version) and version and len(others) <= MAX_RECORDS
        ):
            entry = _entry(act, outcome, written)
            checkpoint = _checkpoint(network, stated, encode_entry(entry), number, path)
            certificate = read_certificate_value(signed, checkpoint.consensus_ms)
            records = tuple(_written(one, checkpoint) for one in others)
        case _:
            raise MunimentError("malformed-final-proof")
    if certificate is None or version != checkpoint.version:
        raise MunimentError("malformed-final-proof")
    check_roll_certificate(certificate, checkpoint, head, verify)
    return Final(entry, number, checkpoint, certificate.witnesses, records)


def _entry(act: bytes, outcome: str, written: list[Value]) -> Entry:
    try:
        return decode_entry(encode([act, outcome, written]))
    except MunimentError:
        raise MunimentError("malformed-final-proof") from None


def _checkpoint(network: bytes, stated: Value, leaf: bytes, number: Value, path: bytes) -> Checkpoint:
    """The checkpoint whose root the path leads to."""
    match stated:
        case [epoch, anchor, block, consensus_ms, size, *rest] if is_natural(size):
            root = _root(leaf, number, size, path)
            checkpoint = read_checkpoint_value(network, [epoch, anchor, block, consensus_ms, size, root, *rest])
            if checkpoint is not None:
                return checkpoint
    raise MunimentError("malformed-final-proof")


def _root(leaf: bytes, number: Value, size: int, path: bytes) -> bytes:
    if not is_natural(number):
        raise MunimentError("malformed-final-proof")
    hashes = merkle.split(path)
    root = None if hashes is None else merkle.root_from_path(merkle.leaf_hash(leaf), number, size, hashes)
    if root is None:
        raise MunimentError("bad-final-path")
    return root


def _written(value: Value, checkpoint: Checkpoint) -> Record:
    match value:
        case [bytes(encoded), bytes(leaf), number, bytes(path)]:
            record, entry = decode_record(encoded), decode_entry(leaf)
            if _root(leaf, number, checkpoint.size, path) != checkpoint.root:
                raise MunimentError("bad-final-path")
            if (record.id, record_digest(encoded)) in entry.written:
                return record
    raise MunimentError("malformed-final-proof")
