"""The epochs' part of a proof: what votes have made of a network, for a stranger who knows nothing but the network id.

It begins with the roll that the charter's head holds. A *step* is a checkpoint of a later epoch that a quorum of the
roll so far has cosigned; it names that epoch's constitution, whose head is the next roll. Where a quorum of the
founders still cosigns with the keys they founded with, no step is needed, however many epochs lie between. Behind the
steps constitutions are *opened*: that of the last checkpoint, and where it is needed those before it, each named by
the next; they hold the law of an act, and offices that joined or changed their key. FORMAT.md §9.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import MunimentError
from core.ledger.charter import CharterHead, Verify
from core.ledger.checkpoint import Checkpoint, checkpoint_value, read_checkpoint_value
from core.ledger.constitution_tree import (
    ConstitutionHead,
    Opened,
    OpenedFacts,
    check_opened,
    opened_value,
    read_opened_value,
)
from core.ledger.encoding import Value, decode, encode
from core.ledger.roll import Member
from core.ledger.roll_certificate import (
    RollCertificate,
    certificate_value,
    check_roll_certificate,
    read_certificate_value,
)

MAX_PROOF_BYTES = 256 << 10
MAX_STEPS = 64
MAX_CONSTITUTIONS = 64


@dataclass(frozen=True, slots=True)
class Step:
    checkpoint: Checkpoint
    certificate: RollCertificate  # by the roll before
    opened: Opened  # of the checkpoint's constitution, the head alone


@dataclass(frozen=True, slots=True)
class EpochProof:
    steps: tuple[Step, ...] = ()
    opened: tuple[Opened, ...] = ()  # the newest first


@dataclass(frozen=True, slots=True)
class CountedRoll:
    """The roll by which the last certificate is counted, and the constitution that the steps have come to."""

    head: CharterHead | ConstitutionHead
    epoch: int = 0
    constitution: bytes | None = None  # its digest; None: the charter's

    @property
    def witnesses(self) -> int:
        return self.head.offices if isinstance(self.head, CharterHead) else self.head.witnesses


@dataclass(frozen=True, slots=True)
class Adopted:
    """What the opened constitutions hold."""

    laws: tuple[bytes, ...] = ()  # digests
    members: Mapping[int, Member] = field(default_factory=dict)
    epoch: int = 0  # of the newest one


def check_steps(proof: EpochProof, head: CharterHead, verify: Verify) -> CountedRoll:
    """From the charter's head to the roll of the last step.

    Raises `bad-epoch-proof`, `bad-constitution-proof` and the codes of `check_roll_certificate`.
    """
    roll = CountedRoll(head)
    for step in proof.steps:
        check_roll_certificate(step.certificate, step.checkpoint, roll.head, verify)
        facts = check_opened(step.opened)
        epoch = step.checkpoint.epoch
        if facts.digest != step.checkpoint.constitution or facts.head.epoch != epoch or epoch <= roll.epoch:
            raise MunimentError("bad-epoch-proof")
        roll = CountedRoll(facts.head, epoch, facts.digest)
    return roll


def check_adopted(proof: EpochProof, constitution: bytes | None) -> Adopted:
    """`constitution`: the digest that the last checkpoint names. Raises `bad-epoch-proof`, `bad-constitution-proof`."""
    found: list[OpenedFacts] = []
    expected = constitution
    for opened in proof.opened:
        facts = check_opened(opened)
        if facts.digest != expected or (found and facts.head.epoch != found[-1].head.epoch - 1):
            raise MunimentError("bad-epoch-proof")
        found.append(facts)
        expected = opened.before
    laws = tuple(law for facts in found for law in facts.laws)
    members = {number: member for facts in reversed(found) for number, member in facts.members.items()}
    return Adopted(laws, members, found[0].head.epoch if found else 0)


# -- bytes ----------------------------------------------------------------------------------------------------------


def encode_epoch_proof(proof: EpochProof) -> bytes:
    steps: list[Value] = [
        [
            checkpoint_value(step.checkpoint),
            certificate_value(step.certificate, step.checkpoint.consensus_ms),
            opened_value(step.opened),
        ]
        for step in proof.steps
    ]
    return encode([steps, [opened_value(one) for one in proof.opened]])


def decode_epoch_proof(network: bytes, data: bytes) -> EpochProof:
    """Raises `malformed-epoch-proof` and the codes of `decode`."""
    match decode(data, MAX_PROOF_BYTES):
        case [[*steps], [*opened]] if len(steps) <= MAX_STEPS and len(opened) <= MAX_CONSTITUTIONS:
            return EpochProof(
                tuple(_read_step(network, step) for step in steps), tuple(_read_opened(one) for one in opened)
            )
    raise MunimentError("malformed-epoch-proof")


def _read_step(network: bytes, value: Value) -> Step:
    match value:
        case [stated, signed, opened]:
            checkpoint = read_checkpoint_value(network, stated)
            certificate = checkpoint and read_certificate_value(signed, checkpoint.consensus_ms)
            if checkpoint and certificate:
                return Step(checkpoint, certificate, _read_opened(opened))
    raise MunimentError("malformed-epoch-proof")


def _read_opened(value: Value) -> Opened:
    opened = read_opened_value(value)
    if opened is None:
        raise MunimentError("malformed-epoch-proof")
    return opened
