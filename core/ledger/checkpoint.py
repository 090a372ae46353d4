"""Checkpoints: what the register was after an anchor, cosigned by its witnesses (3-ledger §9, FORMAT.md §8).

The text is a C2SP tlog-checkpoint with two extension lines, a signature a C2SP tlog-cosignature (Ed25519,
`cosignature/v1` with a time in seconds), so that tools for transparency logs read both. Inside blocks a cosignature is
a compact *note* with all that its witness signed: whoever knows the roll can check it, also when it speaks of another
root than ours. Cosignatures of a quorum of the epoch's witnesses make a *certificate*. Sources: c2sp.org/signed-note,
c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger.block import Header
from core.ledger.charter import Verify
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.merkle import HASH_BYTES
from core.ledger.payload import SIGNATURE_BYTES, Cosignature, Payload
from core.ledger.roll import Member, Roll

VERSION = 1
NAMING_VERSION = 2  # the checkpoint names its constitution
CLOSING_VERSION = 3  # and the next one: it is that of a closing anchor
MAX_NOTE_BYTES = 512  # of one cosignature in a block; about 200 are used
_HEADER = b"cosignature/v1\ntime "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    network: bytes
    epoch: int  # whose witnesses cosign it
    anchor: int  # number of the anchor, from 1
    block: bytes  # its block
    consensus_ms: int
    size: int  # executed entries
    root: bytes  # RFC 6962 root over them
    state_root: bytes  # of every record then
    constitution: bytes | None = None  # digest of the epoch's; none in epoch 0, whose constitution the network id names
    following: bytes | None = None  # of a closing anchor: the digest of the next epoch's

    @property
    def version(self) -> int:
        """Of what carries it."""
        if self.following is not None:
            return CLOSING_VERSION
        return VERSION if self.constitution is None else NAMING_VERSION

    @property
    def named(self) -> list[Value]:
        """What its compact form says of constitutions, last."""
        if self.following is not None:
            return [self.constitution, self.following]
        return [] if self.constitution is None else [self.constitution]


@dataclass(frozen=True, slots=True)
class CheckpointCosignature:
    """One witness says that this was the register after that anchor. `timestamp_s`: its clock, a claim."""

    checkpoint: Checkpoint
    witness: int
    timestamp_s: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    checkpoint: Checkpoint
    cosignatures: tuple[CheckpointCosignature, ...]  # of distinct witnesses, by their number


def origin(network: bytes) -> str:
    """The log's name."""
    return f"muniment/{network.hex()}"


def checkpoint_text(checkpoint: Checkpoint) -> bytes:
    """The body of a C2SP checkpoint: what witnesses cosign.

    After epoch 0 it names the constitution in force, at the anchor that closes an epoch also the next one: so those
    whose keys the change takes away say themselves who counts from there on.
    """
    anchor = f"anchor {checkpoint.epoch} {checkpoint.anchor} {checkpoint.consensus_ms} {base64(checkpoint.block)}"
    lines = (
        origin(checkpoint.network),
        str(checkpoint.size),
        base64(checkpoint.root),
        f"state {base64(checkpoint.state_root)}",
        anchor,
        *([] if checkpoint.constitution is None else [f"constitution {base64(checkpoint.constitution)}"]),
        *([] if checkpoint.following is None else [f"next {base64(checkpoint.following)}"]),
    )
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def checkpoint_digest(checkpoint: Checkpoint) -> bytes:
    """32 bytes that name a checkpoint: what a newcomer is given in person."""
    return tagged_hash("checkpoint", checkpoint_text(checkpoint))


def base64(data: bytes) -> str:
    """Standard alphabet, padded (RFC 4648 §4)."""
    return b64encode(data).decode("ascii")


def signing_message(checkpoint: Checkpoint, timestamp_s: int) -> bytes:
    return _HEADER + str(timestamp_s).encode("ascii") + b"\n" + checkpoint_text(checkpoint)


def cosign(
    checkpoint: Checkpoint, witness: int, timestamp_s: int, sign: Callable[[bytes], bytes]
) -> CheckpointCosignature:
    """`sign`: with the witness's node key."""
    return CheckpointCosignature(checkpoint, witness, timestamp_s, sign(signing_message(checkpoint, timestamp_s)))


# -- compact form ---------------------------------------------------------------------------------------------------


def checkpoint_value(checkpoint: Checkpoint) -> list[Value]:
    """All but the network, which whoever reads it knows."""
    return [
        checkpoint.epoch,
        checkpoint.anchor,
        checkpoint.block,
        checkpoint.consensus_ms,
        checkpoint.size,
        checkpoint.root,
        checkpoint.state_root,
        *checkpoint.named,
    ]


def read_checkpoint_value(network: bytes, value: Value) -> Checkpoint | None:
    """None when it is none."""
    match value:
        case [epoch, anchor, bytes(block), consensus_ms, size, bytes(root), bytes(state_root), *named]:
            numbers = all(is_natural(number) for number in (epoch, anchor, consensus_ms, size))
            hashes = all(map(_is_hash, (block, root, state_root)))
            if numbers and anchor and size and hashes and _is_named(epoch, named):
                return Checkpoint(network, epoch, anchor, block, consensus_ms, size, root, state_root, *named)
    return None


def _is_named(epoch: int, named: list[Value]) -> bool:
    """One hash after epoch 0; behind it, or behind null in epoch 0, the next one."""
    if len(named) == 2 and epoch == 0:
        return named[0] is None and _is_hash(named[1])
    return len(named) <= min(2 * epoch, 2) and all(map(_is_hash, named))


def _is_hash(value: Value) -> bool:
    return type(value) is bytes and len(value) == HASH_BYTES


def encode_cosignature(cosignature: CheckpointCosignature) -> bytes:
    """The note that stands in a payload."""
    checkpoint, signed = cosignature.checkpoint, [cosignature.timestamp_s, cosignature.signature]
    return encode([checkpoint.version, checkpoint_value(checkpoint), cosignature.witness, *signed])


def decode_cosignature(network: bytes, note: bytes) -> CheckpointCosignature:
    """Raises `malformed-cosignature`, `cosignature-too-new` (facts: version) and the codes of `decode`."""
    match decode(note, MAX_NOTE_BYTES):
        case [version, *_] if is_natural(version) and version > CLOSING_VERSION:
            raise MunimentError("cosignature-too-new", version=version)
        case [version, stated, witness, timestamp_s, bytes(signature)] if is_natural(version) and version:
            checkpoint = read_checkpoint_value(network, stated)
            if checkpoint is None or version != checkpoint.version:
                raise MunimentError("malformed-cosignature")
            if is_natural(witness) and is_natural(timestamp_s) and len(signature) == SIGNATURE_BYTES:
                return CheckpointCosignature(checkpoint, witness, timestamp_s, signature)
    raise MunimentError("malformed-cosignature")


# -- judging --------------------------------------------------------------------------------------------------------


def check_cosignature(cosignature: CheckpointCosignature, roll: Roll, verify: Verify) -> Member:
    """The witness, of the roll of the checkpoint's epoch. Raises `unknown-witness`, `bad-cosignature`."""
    witness = roll.member(cosignature.witness)
    if witness is None or not witness.witness or roll.epoch != cosignature.checkpoint.epoch:
        raise MunimentError("unknown-witness", witness=cosignature.witness)
    message = signing_message(cosignature.checkpoint, cosignature.timestamp_s)
    if not verify(witness.key, message, cosignature.signature):
        raise MunimentError("bad-cosignature", witness=cosignature.witness)
    return witness


def check_certificate(certificate: Certificate, roll: Roll, verify: Verify) -> None:
    """Raises `certificate-below-quorum` (facts: witnesses, quorum), `cosignature-of-another-checkpoint`, as above."""
    for cosignature in certificate.cosignatures:
        if cosignature.checkpoint != certificate.checkpoint:
            raise MunimentError("cosignature-of-another-checkpoint", witness=cosignature.witness)
        check_cosignature(cosignature, roll, verify)
    witnesses = len({cosignature.witness for cosignature in certificate.cosignatures})
    if witnesses < roll.quorum:
        raise MunimentError("certificate-below-quorum", witnesses=witnesses, quorum=roll.quorum)


def cosignatures_in(payload: Payload, header: Header, network: bytes) -> Iterator[CheckpointCosignature]:
    """A witness's own words on checkpoints; whatever else stands in its block is carried and not judged."""
    for item in payload.items:
        if not isinstance(item, Cosignature):
            continue
        try:
            found = decode_cosignature(network, item.note)
        except MunimentError:
            continue
        if found.witness == header.author and found.checkpoint.epoch <= header.epoch:
            yield found
