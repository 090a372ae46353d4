"""Made-up checkpoints and witnesses, for tests."""

from collections.abc import Sequence
from hashlib import sha256

from core.crypto.signing import SigningKey
from core.ledger.checkpoint import Certificate, Checkpoint, CheckpointCosignature, cosign
from core.ledger.roll import Member, Roll, make_roll

NETWORK = sha256(b"network of the tests").digest()
TIME_S = 1_790_000_000


def digest(name: str) -> bytes:
    return sha256(name.encode()).digest()


def node_key(number: int) -> SigningKey:
    return SigningKey(bytes([number + 1]) * 32)


def witnesses(count: int, epoch: int = 0) -> Roll:
    """Offices of which the last is no witness when there are more than seven."""
    members = [
        Member(number, f"Office {number}", node_key(number).public, b"", (), witness=number < 7)
        for number in range(count)
    ]
    made = make_roll(members)
    return Roll(made.members, made.quorum, epoch)


def checkpoint(anchor: int = 12, network: bytes = NETWORK) -> Checkpoint:
    size = 10 * anchor
    return Checkpoint(
        network, 0, anchor, digest(f"block {anchor}"), 1000 * TIME_S + anchor, size, digest("root"), digest("state")
    )


def cosigned(of: Checkpoint, witness: int, late_s: int = 0) -> CheckpointCosignature:
    return cosign(of, witness, TIME_S + late_s, node_key(witness).sign)


def certified(of: Checkpoint, by: Sequence[int]) -> Certificate:
    return Certificate(of, tuple(cosigned(of, witness, 7 * witness) for witness in by))
