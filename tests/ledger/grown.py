"""A network that has voted three times, made from fixed keys: rules adopted, then the keys of two of four renewed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.crypto.signing import SigningKey, verify
from core.ledger import multiproof
from core.ledger.checkpoint import Checkpoint, cosign
from core.ledger.constitution import Constitution, first_constitution
from core.ledger.constitution_tree import digests, node_leaves, open_constitution
from core.ledger.epoch_proof import EpochProof, Step
from core.ledger.final_proof import make_final_proof
from core.ledger.receipt_format import Receipt, decode_receipt
from core.ledger.roll_certificate import RollCertificate, make_roll_certificate
from tests.ledger.building import Network, make_network, seed
from tests.ledger.finished import CONSENSUS_MS, finished

ADOPTED_LAW = b"land version 2"


@dataclass(frozen=True)
class Grown:
    network: Network
    constitutions: tuple[Constitution, ...]
    digests: tuple[bytes, ...]

    def key(self, epoch: int, number: int) -> SigningKey:
        """Of a node in that epoch."""
        renewed = self.constitutions[epoch].members[number].incarnation
        return SigningKey(seed("renewed", number)) if renewed else self.network.nodes[number]

    def certificate(
        self, checkpoint: Checkpoint, counted_in: int, signers: Sequence[int], with_these: Sequence[int] = ()
    ) -> RollCertificate:
        """Of a checkpoint of any epoch, by the roll of `counted_in`."""
        first_s = CONSENSUS_MS // 1000
        signed = [cosign(checkpoint, n, first_s + n, self.key(checkpoint.epoch, n).sign) for n in signers]
        made = make_roll_certificate(self.constitutions[counted_in].roll, signed, verify, with_these)
        assert made is not None
        return made

    def checkpoint(self, epoch: int) -> Checkpoint:
        network = self.network.id
        parts = (seed("anchor", epoch), CONSENSUS_MS + epoch, 100 + epoch, seed("root", epoch), seed("state", epoch))
        return Checkpoint(network, epoch, 40 + epoch, *parts, self.digests[epoch] if epoch else None)

    def step(self, before: int, epoch: int, kept: Sequence[int] = (0, 1, 2)) -> Step:
        """From the roll of one epoch to that of another."""
        checkpoint, roll = self.checkpoint(epoch), self.constitutions[before].roll
        opened = open_constitution(self.constitutions[epoch], self.digests[epoch - 1])
        certificate = self.certificate(checkpoint, epoch, range(4), kept)
        return Step(checkpoint, opened, certificate, tuple(kept), tuple(multiproof.prove(node_leaves(roll), kept)))

    def closing(self, epoch: int) -> Checkpoint:
        """Of the anchor that closed an epoch."""
        return replace(self.checkpoint(epoch), following=self.digests[epoch + 1])

    def closing_step(self, before: int, epoch: int, signers: Sequence[int], of: Checkpoint | None = None) -> Step:
        """By those of a roll who have cosigned the close of an epoch."""
        checkpoint, roll = of or self.closing(epoch), self.constitutions[before].roll
        first_s = CONSENSUS_MS // 1000
        signed = [cosign(checkpoint, n, first_s + n, self.key(epoch, n).sign) for n in signers]
        certificate = make_roll_certificate(roll, signed, verify, needed=len(signers))
        assert certificate is not None
        opened = open_constitution(self.constitutions[epoch + 1], self.digests[epoch])
        return Step(checkpoint, opened, certificate, (), ())

    def receipt(self, epochs: EpochProof | None, counted_in: int, epoch: int = 3) -> Receipt:
        """Of a transfer that a checkpoint of an epoch proves final."""
        done = finished(self.network)
        checkpoint = replace(done.checkpoint, epoch=epoch, constitution=self.digests[epoch] if epoch else None)
        certificate = self.certificate(checkpoint, counted_in, range(4))
        proof = make_final_proof(done.leaf, done.number, done.path, checkpoint, certificate)
        return decode_receipt(done.receipt(proof, epochs))


def grown(name: str = "Muniment of the tests") -> Grown:
    network = make_network(4, name=name)
    found = [first_constitution(network.charter)]
    found.append(replace(found[0], epoch=1, laws=(*found[0].laws, ADOPTED_LAW)))
    for number in (3, 2):
        members = list(found[-1].members)
        key = SigningKey(seed("renewed", number)).public
        members[number] = replace(members[number], key=key, incarnation=1)
        found.append(replace(found[-1], epoch=len(found), members=tuple(members)))
    return Grown(network, tuple(found), tuple(digests(network.id, found[1:])))
