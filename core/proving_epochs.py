"""What a proof for a stranger says of later epochs: by which roll a checkpoint is counted, and what is opened of them.

Cosignatures in the store are those of a checkpoint's own roll; whoever of an older roll still signs with the key of
then counts for that one as well. As few steps as there can be: each goes to the newest epoch that it reaches.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.crypto.signing import verify
from core.epochs import Epochs
from core.ledger import multiproof
from core.ledger.checkpoint import Checkpoint
from core.ledger.constitution_tree import Opened, node_leaves, open_constitution
from core.ledger.epoch_proof import EpochProof, Step, kept_needed
from core.ledger.roll import Roll
from core.ledger.roll_certificate import RollCertificate, make_roll_certificate
from core.store.checkpoints import CheckpointStore


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate of a checkpoint, and the steps to the roll that gives it."""

    steps: tuple[Step, ...]
    certificate: RollCertificate


@dataclass(frozen=True, slots=True)
class EpochProving:
    checkpoints: CheckpointStore
    epochs: Epochs

    def certify(self, checkpoint: Checkpoint) -> Certified | None:
        """None while the cosignatures here lead from the charter to no roll whose quorum has cosigned it."""
        steps: list[Step] = []
        while True:
            trusted = self._roll(steps)
            cosigned = self.checkpoints.cosignatures(checkpoint.anchor)
            certificate = make_roll_certificate(trusted, cosigned, verify)
            if certificate is not None:
                return Certified(tuple(steps), certificate)
            step = self._step(trusted, checkpoint.epoch)
            if step is None:
                return None
            steps.append(step)

    def lead_to(self, epoch: int) -> tuple[Step, ...] | None:
        """Steps to a constitution of that epoch or a later one; None as above."""
        steps: list[Step] = []
        while self._roll(steps).epoch < epoch:
            step = self._step(self._roll(steps), self.epochs.present.epoch)
            if step is None:
                return None
            steps.append(step)
        return tuple(steps)

    def open(self, epoch: int, law: bytes, members: Collection[int]) -> tuple[Opened, ...] | None:
        """Of the constitutions up to an epoch, what shows that the law (its text) was in force, and the members.

        Empty where the charter shows it all, None where nothing does.
        """
        constitutions = self.epochs.constitutions
        if law in constitutions[0].laws:
            return (self._opened(epoch, members, ()),) if members and epoch else ()
        last = next((number for number in range(epoch, 0, -1) if law in constitutions[number].laws), None)
        if last is None:
            return None
        newer = tuple(self._opened(number, members if number == epoch else (), ()) for number in range(epoch, last, -1))
        return (*newer, self._opened(last, () if newer else members, [law]))

    def _roll(self, steps: Sequence[Step]) -> Roll:
        return self.epochs.constitutions[steps[-1].epoch if steps else 0].roll

    def _step(self, before: Roll, last: int) -> Step | None:
        """The farthest step from a roll to a later epoch, up to the last.

        By a certified checkpoint of that epoch, else by that of the anchor which closed the one before.
        """
        for epoch in range(last, before.epoch, -1):
            step = self._step_by_kept(before, epoch) or self._step_by_closing(before, epoch)
            if step is not None:
                return step
        return None

    def _step_by_kept(self, before: Roll, epoch: int) -> Step | None:
        roll, needed = self.epochs.constitutions[epoch].roll, kept_needed(before.witness_count)
        same = [one.number for one in before.members if one.witness and _still_signs(roll, one.number, one.key)]
        checkpoint = self.checkpoints.first_certified(epoch, same, needed)
        if checkpoint is None or checkpoint.constitution is None:
            return None
        cosigned = self.checkpoints.cosignatures(checkpoint.anchor)
        kept = [one.witness for one in cosigned if one.witness in same][:needed]
        certificate = make_roll_certificate(roll, cosigned, verify, kept)
        if certificate is None:
            return None
        proof = tuple(multiproof.prove(node_leaves(before), kept))
        return Step(checkpoint, self._opened(epoch, (), ()), certificate, tuple(kept), proof)

    def _step_by_closing(self, before: Roll, epoch: int) -> Step | None:
        checkpoint = self.checkpoints.of_closing(epoch - 1)
        if checkpoint is None or checkpoint.following is None:
            return None
        cosigned, needed = self.checkpoints.cosignatures(checkpoint.anchor), kept_needed(before.witness_count)
        certificate = make_roll_certificate(before, cosigned, verify, needed=needed)
        return None if certificate is None else Step(checkpoint, self._opened(epoch, (), ()), certificate, (), ())

    def _opened(self, epoch: int, members: Collection[int], laws: Collection[bytes]) -> Opened:
        return open_constitution(self.epochs.constitutions[epoch], self.epochs.digests[epoch - 1], members, laws)


def _still_signs(roll: Roll, number: int, key: bytes) -> bool:
    member = roll.member(number)
    return member is not None and member.witness and member.key == key


def epoch_proof(steps: tuple[Step, ...], opened: tuple[Opened, ...]) -> EpochProof | None:
    """None where the charter says it all."""
    return EpochProof(steps, opened) if steps or opened else None
