"""The form of a snapshot file: the whole of a network after a certified checkpoint, without what is settled (§9).

A file is a sequence of *sections*, a section a sequence of frames (4 bytes of length, big-endian, then so many bytes)
closed by an empty frame. Sections stand in the order of `SECTIONS`; nothing follows the last. Of a block whose payload
is settled stands a *stub*: what is needed, with the ids of its acts, to compute its payload root. SNAPSHOT.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.checkpoint import (
    Certificate,
    Checkpoint,
    CheckpointCosignature,
    checkpoint_text,
    checkpoint_value,
    read_checkpoint_value,
)
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.epoch_proof import EpochProof, Step, decode_epoch_proof, encode_epoch_proof
from core.ledger.payload import (
    MAX_ACTS,
    SIGNATURE_BYTES,
    Group,
    Payload,
    group_leaf,
    group_root,
    payload_leaves,
)

VERSION = 1
STEPS_VERSION = 2  # with the steps by which strangers are led to later rolls
CLOSING_VERSION = 3  # with steps, or none, and a checkpoint among them of the close of an epoch
MAGIC = "muniment-snapshot"
SECTIONS = ("head", "charter", "entries", "records", "versions", "blocks", "evidence")
LENGTH_BYTES = 4
CHUNK_BYTES = 256 << 10  # of entries or records in one frame, about
MAX_FRAME_BYTES = 17 << 20  # a charter is the largest
MAX_HEAD_BYTES = 1 << 20
MAX_STUB_BYTES = 256 << 10


def checkpoint_hash(checkpoint: Checkpoint) -> bytes:
    """32 bytes that stand for a checkpoint: what somebody who joins is given in person."""
    return tagged_hash("checkpoint", checkpoint_text(checkpoint))


def encode_snapshot_head(certificate: Certificate, steps: Sequence[Step] = ()) -> bytes:
    """`steps`: from the charter's roll to one that has cosigned the checkpoint."""
    stated = certificate.checkpoint
    signed: list[Value] = [[one.witness, one.timestamp_s, one.signature] for one in certificate.cosignatures]
    closing = any(one.following is not None for one in (stated, *(step.checkpoint for step in steps)))
    version = CLOSING_VERSION if closing else STEPS_VERSION if steps else VERSION
    head: list[Value] = [MAGIC, version, stated.network, checkpoint_value(stated), signed]
    return encode([*head, encode_epoch_proof(EpochProof(tuple(steps)))] if steps else head)


def decode_snapshot_head(data: bytes) -> tuple[Certificate, EpochProof]:
    """What the file claims to be, unchecked. Raises `not-a-snapshot`, `snapshot-too-new` (facts: version)."""
    try:
        value = decode(data, MAX_HEAD_BYTES)
    except MunimentError:
        raise MunimentError("not-a-snapshot") from None
    match value:
        case [str(magic), version, *_] if magic == MAGIC and is_natural(version) and version > CLOSING_VERSION:
            raise MunimentError("snapshot-too-new", version=version)
        case [str(magic), version, bytes(network), stated, [*signed], *steps] if magic == MAGIC and is_natural(version):
            checkpoint = read_checkpoint_value(network, stated) if len(network) == merkle.HASH_BYTES else None
            if checkpoint is not None and (len(steps) == version - 1 or version == CLOSING_VERSION > len(steps) + 1):
                certificate = Certificate(checkpoint, tuple(_cosignature(checkpoint, one) for one in signed))
                return certificate, _steps(network, steps[0]) if steps else EpochProof()
    raise MunimentError("not-a-snapshot")


def _steps(network: bytes, value: Value) -> EpochProof:
    try:
        return decode_epoch_proof(network, value if isinstance(value, bytes) else b"")
    except MunimentError:
        raise MunimentError("not-a-snapshot") from None


def _cosignature(checkpoint: Checkpoint, value: Value) -> CheckpointCosignature:
    match value:
        case [witness, timestamp_s, bytes(signature)] if is_natural(witness) and is_natural(timestamp_s):
            if len(signature) == SIGNATURE_BYTES:
                return CheckpointCosignature(checkpoint, witness, timestamp_s, signature)
    raise MunimentError("not-a-snapshot")


# -- frames ---------------------------------------------------------------------------------------------------------


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def chunked(items: Iterable[bytes]) -> Iterator[bytes]:
    """Frames of lists of items, as many as fit."""
    chunk, size = list[Value](), 0
    for item in items:
        chunk.append(item)
        size += len(item)
        if size >= CHUNK_BYTES:
            yield framed(encode(chunk))
            chunk, size = [], 0
    if chunk:
        yield framed(encode(chunk))


def unchunked(frame: bytes) -> list[bytes]:
    """Raises `not-a-snapshot`."""
    try:
        items = decode(frame, MAX_FRAME_BYTES)
    except MunimentError:
        raise MunimentError("not-a-snapshot") from None
    if type(items) is not list or not items or not {bytes}.issuperset(map(type, items)):
        raise MunimentError("not-a-snapshot")
    return items


# -- stubs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stub:
    """A payload without its acts: for each item (count, signatures) of a group, or the leaf hash of another item."""

    items: tuple[tuple[int, tuple[bytes, ...]] | bytes, ...]

    @property
    def acts(self) -> int:
        return sum(item[0] for item in self.items if isinstance(item, tuple))


def stub_of(network: bytes, payload: Payload) -> Stub:
    leaves = payload_leaves(network, payload)
    return Stub(
        tuple(
            (len(item.transactions), item.signatures) if isinstance(item, Group) else leaf
            for item, leaf in zip(payload.items, leaves, strict=True)
        )
    )


def stub_root(stub: Stub, ids: Sequence[bytes]) -> bytes | None:
    """The payload root if these are the ids of its acts, in their order; None where they are not as many."""
    if len(ids) != stub.acts:
        return None
    leaves, at = list[bytes](), 0
    for item in stub.items:
        if isinstance(item, bytes):
            leaves.append(item)
            continue
        count, signatures = item
        leaves.append(merkle.leaf_hash(group_leaf(count, group_root(ids[at : at + count]), signatures)))
        at += count
    return merkle.root(leaves)


def encode_stub(stub: Stub) -> bytes:
    return encode([item if isinstance(item, bytes) else [item[0], list(item[1])] for item in stub.items])


def decode_stub(data: bytes) -> Stub:
    """Raises `not-a-snapshot`."""
    try:
        value = decode(data, MAX_STUB_BYTES)
    except MunimentError:
        raise MunimentError("not-a-snapshot") from None
    if type(value) is not list or not value:
        raise MunimentError("not-a-snapshot")
    stub = Stub(tuple(_stub_item(item) for item in value))
    if stub.acts > MAX_ACTS:
        raise MunimentError("not-a-snapshot")
    return stub


def _stub_item(value: Value) -> tuple[int, tuple[bytes, ...]] | bytes:
    match value:
        case bytes(leaf) if len(leaf) == merkle.HASH_BYTES:
            return leaf
        case [count, [*signatures]] if is_natural(count) and count:
            if all(type(one) is bytes and len(one) == SIGNATURE_BYTES for one in signatures):
                return count, tuple(signatures)
    raise MunimentError("not-a-snapshot")
