"""Makes tests/vectors/checkpoint.json: known answers for FORMAT.md §5, §8 and §9.

    python -m tests.ledger.checkpoint_vectors

writes it anew; a difference in it is a change of a format. Node keys are those of `tests/ledger/building.py`: their
seeds stand in the file. Nothing here is random.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.crypto.signing import SigningKey, verify
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.checkpoint import Certificate, checkpoint_digest, checkpoint_text, cosign, encode_cosignature
from core.ledger.constitution import Change as ConstitutionChange
from core.ledger.constitution import apply, encode_constitution
from core.ledger.constitution_tree import digest_after, open_constitution
from core.ledger.entry import entry_leaf, rejected_leaf
from core.ledger.epoch_proof import EpochProof, encode_epoch_proof
from core.ledger.receipt_format import encode_receipt
from core.ledger.record import Change, encode_record
from core.ledger.record_receipt import make_record_receipt
from core.ledger.returning import returning
from core.ledger.roll import Officer, Roll
from core.ledger.roll_certificate import make_roll_certificate
from core.ledger.signed_note import encode_note
from core.ledger.state_proof import encode_state_proof
from core.store.database import IN_MEMORY, Database
from core.store.entries import EntryLog
from sync.certificate import make_certificate
from tests.ledger.building import Network, make_network, seed
from tests.ledger.finished import CONSENSUS_MS, Finished, finished
from tests.ledger.grown import ADOPTED_LAW, Grown, grown
from tests.store.records import KEY, agree, empty_store, make_record

FILE = Path(__file__).parents[1] / "vectors" / "checkpoint.json"
NAME = "Muniment of the tests"
WITNESSES = (0, 2, 3, 5, 6)
SIZES = (1, 2, 3, 7, 64, 100)


def make_vectors() -> dict[str, Any]:
    network = make_network(7, name=NAME)
    done = finished(network)
    return {
        "about": "Checkpoints, state roots and what they prove; made by tests/ledger/checkpoint_vectors.py",
        "network": network.id.hex(),
        "head": network.charter.head.hex(),
        "quorum": network.charter.quorum,
        "node_seeds": [seed(NAME, number, "node").hex() for number in range(7)],
        "state": [_state(count) for count in (1, 32, 33, 120)],
        "entries": _entries(),
        "checkpoint": _checkpoint(network, done),
        "final": {
            "transaction": done.id.hex(),
            "entry": done.leaf.hex(),
            "number": done.number,
            "proof": done.proof(WITNESSES).hex(),
            "receipt": done.receipt(done.proof(WITNESSES)).hex(),
        },
        "record": _record(network, done),
        "epochs": _epochs(),
    }


def _state(count: int) -> dict[str, Any]:
    """Records of three keepers and shared ones; the proof is that of the last record."""
    store = empty_store()
    records = [make_record(number, keeper=None if number % 4 == 3 else number % 4) for number in range(count)]
    agree(store, [Change(None, record) for record in records])
    encoded, proof = store.state.prove(records[-1].id)
    return {
        "records": [encode_record(record).hex() for record in records],
        "trees": [[one.register, one.district, one.records, one.root.hex()] for one in store.state.tree.trees()],
        "state_root": store.state.state_root().hex(),
        "record": encoded.hex(),
        "proof": encode_state_proof(proof).hex(),
    }


def _entries() -> dict[str, Any]:
    database = Database(IN_MEMORY, KEY)
    log = EntryLog(database)
    leaves = [entry_leaf(seed(n), "entered", [(seed(n)[:16], seed(n, "digest"))]) for n in range(SIZES[-1] - 1)]
    leaves.append(rejected_leaf(seed("refused"), "not-the-keeper"))
    with database.atomic():
        log.append(leaves)
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": {str(size): log.root(size).hex() for size in SIZES},
        "path": {"number": 42, "size": 100, "hashes": _hexed(log.path(42, 100))},
        "consistency": {"old": 7, "new": 100, "hashes": _hexed(log.consistency(7, 100))},
    }


def _checkpoint(network: Network, done: Finished) -> dict[str, Any]:
    signed = done.cosigned(WITNESSES)
    roll: Roll = network.charter.roll
    return {
        "text": checkpoint_text(done.checkpoint).decode("ascii"),
        "digest": checkpoint_digest(done.checkpoint).hex(),
        "notes": [encode_cosignature(one).hex() for one in signed],
        "signed_note": encode_note(Certificate(done.checkpoint, tuple(signed)), roll).decode("utf-8"),
    }


def _record(network: Network, done: Finished) -> dict[str, Any]:
    """The state root of its checkpoint is that of one parcel alone."""
    store, record = empty_store(), make_record(7, area=700)
    agree(store, [Change(None, record)])
    encoded, proof = store.state.prove(record.id)
    at = replace(done, checkpoint=replace(done.checkpoint, state_root=store.state.state_root()))
    certificate = make_roll_certificate(network.charter.roll, at.cosigned(WITNESSES), verify)
    assert certificate is not None
    return {
        "record": encoded.hex(),
        "receipt": make_record_receipt(network.charter, encoded, proof, at.checkpoint, certificate).hex(),
    }


def _epochs() -> dict[str, Any]:
    """Another network, of four offices, that has voted three times."""
    made = grown(NAME)
    opened = open_constitution(made.constitutions[3], made.digests[2], [2], [ADOPTED_LAW])
    epochs = EpochProof((made.step(0, 2),), (opened,))
    checkpoint = made.checkpoint(3)
    note = cosign(checkpoint, 0, CONSENSUS_MS // 1000, made.network.nodes[0].sign)
    return {
        "network": made.network.id.hex(),
        "constitutions": [encode_constitution(one).hex() for one in made.constitutions[1:]],
        "digests": _hexed(list(made.digests[1:])),
        "text": checkpoint_text(checkpoint).decode("ascii"),
        "note": encode_cosignature(note).hex(),
        "law": ADOPTED_LAW.hex(),
        "proof": encode_epoch_proof(epochs).hex(),
        "receipt": encode_receipt(made.receipt(epochs, 2)).hex(),
        "closings": [_closing(made, epoch) for epoch in (0, 1)],
        "returning": _returning(made),
    }


def _returning(made: Grown) -> dict[str, Any]:
    """An office of the last epoch comes back with a card that names another officer."""
    before, key, officer = made.constitutions[3], SigningKey(seed("a new computer")), SigningKey(seed("after the fire"))
    office, roles = before.members[1].office, frozenset({"administrator", "registrar"})
    certificate = make_certificate(seed("a new computer"))
    card = OfficeCard(office, key.public, certificate, (Officer("Нина Лось", officer.public, roles),))
    content = returning(sign_card(card, [key.sign, officer.sign]).encoded)
    change = ConstitutionChange("incarnation", seed("proposal")[:16], 1, content)
    after = apply(before, change, seed("anchor", 3), verify, lambda law: (law.hex(), 1))
    return {
        "member": 1,
        "content": content.hex(),
        "proposal": change.proposal.hex(),
        "closing_anchor": seed("anchor", 3).hex(),
        "constitution": encode_constitution(after).hex(),
        "digest": digest_after(made.digests[3], after).hex(),
    }


def _closing(made: Grown, epoch: int) -> dict[str, Any]:
    """Of the anchor that closed an epoch, and the step by three founders to the next one."""
    checkpoint, step = made.closing(epoch), made.closing_step(0, epoch, (0, 1, 2))
    note = cosign(checkpoint, 0, CONSENSUS_MS // 1000, made.network.nodes[0].sign)
    return {
        "text": checkpoint_text(checkpoint).decode("ascii"),
        "note": encode_cosignature(note).hex(),
        "proof": encode_epoch_proof(EpochProof((step,))).hex(),
    }


def _hexed(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def as_text(vectors: dict[str, Any]) -> str:
    return json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(make_vectors()), encoding="utf-8")
