"""An act that is final, with everything that proves it, made from fixed keys; and a record's state under it."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.crypto.signing import verify
from core.ledger import merkle
from core.ledger.block import Reference
from core.ledger.checkpoint import Checkpoint, CheckpointCosignature, cosign
from core.ledger.entry import entry_leaf
from core.ledger.epoch_proof import EpochProof
from core.ledger.final_proof import make_final_proof
from core.ledger.receipt_format import Origin
from core.ledger.receipt_making import make_final_receipt, make_receipt
from core.ledger.roll_certificate import make_roll_certificate
from core.ledger.transaction import Transaction, encode_transaction, transaction_id
from tests.ledger.building import FOUNDED_MS, Network, registration, seed, transfer

CONSENSUS_MS = FOUNDED_MS + 5_000_000


@dataclass(frozen=True)
class Finished:
    """A transfer that is entry `number` of a register with so many."""

    network: Network
    act: Transaction
    leaf: bytes
    number: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def id(self) -> bytes:
        return transaction_id(self.network.id, encode_transaction(self.act))

    def cosigned(self, witnesses: Sequence[int]) -> list[CheckpointCosignature]:
        """Each some minutes after the other."""
        first_s = CONSENSUS_MS // 1000
        nodes = self.network.nodes
        return [cosign(self.checkpoint, n, first_s + 700 * n, nodes[n].sign) for n in witnesses]

    def proof(self, witnesses: Sequence[int]) -> bytes:
        certificate = make_roll_certificate(self.network.charter.roll, self.cosigned(witnesses), verify)
        assert certificate is not None
        return make_final_proof(self.leaf, self.number, self.path, self.checkpoint, certificate)

    def receipt(self, proof: bytes | None = None, epochs: EpochProof | None = None) -> bytes:
        """Of the act as it was recorded, or with its final proof."""
        charter, group = self.network.charter, self.network.sign_group([self.act])
        origin = Origin("parcel", 0, encode_transaction(registration()))
        if proof is not None:
            return make_final_receipt(charter, group, 0, "en", [origin], proof, verify, epochs=epochs)
        references = [Reference(author, 12, seed(author)) for author in (1, 2, 3)]
        block, payload = self.network.block(0, [group], 300, seed("prev"), references, 9)
        return make_receipt(charter, block, payload, 0, 0, "en", [origin])


def finished(network: Network, size: int = 1000, outcome: str = "entered") -> Finished:
    """A third of the entries come before it; the hashes beside its way are made up."""
    act = transfer(network.id, registration())
    act_id, number = transaction_id(network.id, encode_transaction(act)), size // 3
    leaf = entry_leaf(act_id, outcome, [(seed("record")[:16], seed("digest"))])
    length = merkle.path_length(number, size)
    assert length is not None
    path = tuple(seed("sibling", place) for place in range(length))
    root = merkle.root_from_path(merkle.leaf_hash(leaf), number, size, path)
    assert root is not None
    checkpoint = Checkpoint(network.id, 0, size // 4, seed("anchor"), CONSENSUS_MS, size, root, seed("state root"))
    return Finished(network, act, leaf, number, path, checkpoint)
