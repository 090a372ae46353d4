"""The epochs' part of a proof: what votes have made of a network, for a stranger who knows nothing but the network id.

It begins with the roll that the charter's head holds. A *step* is a checkpoint of a later epoch with a certificate by
the quorum of that epoch's own roll, which stands in the head of the constitution that it names; more than half of the
witnesses of the roll so far are among those who have signed, with the keys that it gives them. More than half are
more than the f who may lie, so the next roll is as good as the one so far. Or it is the checkpoint of the anchor that
closed an epoch, which names the next constitution too, signed by more than half of the roll so far alone: it leads on
where their keys went before the next roll had signed anything. Where a quorum of the founders still cosigns with the
keys they founded with, no step is needed, however many epochs lie between. Behind the steps constitutions are
*opened*: that of the last checkpoint, and where it is needed those before it, each named by the next; they hold the
law of an act, and offices that joined or changed their key. FORMAT.md §9.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import MunimentError
from core.ledger import merkle, multiproof
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
from core.ledger.encoding import Value, decode, encode, is_natural
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
    opened: Opened  # of the constitution that it names as its own, or as the next one; the head alone
    certificate: RollCertificate  # by that head's roll; where none are `kept`, by more than half of the roll before
    kept: tuple[int, ...]  # those of its witnesses who sign with the key that the roll before gives them, rising
    kept_hashes: tuple[bytes, ...]  # from these keys to that roll's root over its keys

    @property
    def epoch(self) -> int:
        """Of the roll that it leads to."""
        return self.checkpoint.epoch if self.kept else self.checkpoint.epoch + 1


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
        stated, facts = step.checkpoint, check_opened(step.opened)
        if step.kept:
            _check_kept(step, roll)
        named = stated.constitution if step.kept else stated.following
        if facts.digest != named or facts.head.epoch != step.epoch or step.epoch <= roll.epoch:
            raise MunimentError("bad-epoch-proof")
        if step.kept:
            check_roll_certificate(step.certificate, stated, facts.head, verify)
        else:
            check_roll_certificate(step.certificate, stated, roll.head, verify, kept_needed(roll.witnesses))
        roll = CountedRoll(facts.head, step.epoch, facts.digest)
    return roll


def kept_needed(witnesses: int) -> int:
    """How many of a roll must have signed for a later one: more than half, so more than the f who may lie."""
    return witnesses // 2 + 1


def _check_kept(step: Step, before: CountedRoll) -> None:
    """Whether enough of the roll before are among the signers; their signatures are for `check_roll_certificate`."""
    keys = dict(zip(step.certificate.witnesses, step.certificate.keys, strict=True))
    needed = kept_needed(before.witnesses)
    if len(step.kept) < needed:
        raise MunimentError("certificate-below-quorum", witnesses=len(step.kept), quorum=needed)
    leaves = {number: merkle.leaf_hash(keys[number]) for number in step.kept if number in keys}
    root = multiproof.root_from_proof(before.head.offices, leaves, step.kept_hashes)
    if len(leaves) < len(step.kept) or root != before.head.nodes:
        raise MunimentError("bad-epoch-proof")


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
            opened_value(step.opened),
            certificate_value(step.certificate, step.checkpoint.consensus_ms),
            list(step.kept),
            b"".join(step.kept_hashes),
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
        case [stated, opened, signed, [*kept], bytes(joined)]:
            checkpoint = read_checkpoint_value(network, stated)
            certificate = checkpoint and read_certificate_value(signed, checkpoint.consensus_ms)
            rising, hashes = all(map(is_natural, kept)) and kept == sorted(set(kept)), merkle.split(joined)
            if checkpoint and certificate and rising and hashes is not None:
                return Step(checkpoint, _read_opened(opened), certificate, tuple(kept), hashes)
    raise MunimentError("malformed-epoch-proof")


def _read_opened(value: Value) -> Opened:
    opened = read_opened_value(value)
    if opened is None:
        raise MunimentError("malformed-epoch-proof")
    return opened
