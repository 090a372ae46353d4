"""Verifying a received chain of individually signed acts, against PyNaCl alone on the very same signatures.

The chain is what an office makes that records act after act: each in its own block, first a registration with one
officer's signature, then a transfer with two. Measured is all that `Exchange.receive` does before `take`: duplicate
check, header (canonical, well formed), the node's signature, payload with its root and canonical check, each act with
its id, canonical check, form and law, its officers' keys and signatures, and the rules of the block's place in the
graph. `take` is not in it: it enters the block into graph and store and executes its acts. Both sides work in one
thread, in turns of fifty blocks; the median turn of each counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from nacl.bindings import crypto_sign_open

from core.exchange import StoredBlock
from core.ledger.block import block_id, block_preimage, decode_header
from core.ledger.charter import Charter
from core.ledger.payload import Group, decode_payload, group_signing_message
from core.ledger.transaction import decode_transaction
from core.replica import Replica
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from tests.bench.figure import Figure
from tests.bench.offices import Place, registration, sale

TURN = 50


def measure_verifying(place: Place, charter: Charter, act_count: int) -> Figure:
    """`place` has a fresh office; its chain is written first and then verified by a replica that knows nothing."""
    chain = write_chain(place, act_count)
    receiver = Replica(ReplicaStore(Database(IN_MEMORY, bytes(32))), charter)
    turns = [_turn(receiver, chain[start : start + TURN]) for start in range(0, len(chain), TURN)]
    ours_s, raw_s = median(turn.ours_s for turn in turns), median(turn.raw_s for turn in turns)
    signatures = sum(turn.signatures for turn in turns)
    return Figure(
        "verify a received chain",
        1 / ours_s,
        "signatures/s",
        1 / raw_s,
        at_least=0.7,
        note=f"{len(chain)} blocks of one act, {signatures} signatures, one thread",
    )


@dataclass(frozen=True)
class Turn:
    """Seconds a signature, ours and bare."""

    signatures: int
    ours_s: float
    raw_s: float


def _turn(receiver: Replica, blocks: Sequence[StoredBlock]) -> Turn:
    signed = [item for block in blocks for item in signed_items(receiver, block)]
    started_s = perf_counter()
    for public, message, signature in signed:
        crypto_sign_open(signature + message, public)
    raw_s = perf_counter() - started_s
    ours_s = sum(_verify(receiver, block) for block in blocks)
    return Turn(len(signed), ours_s / len(signed), raw_s / len(signed))


def _verify(receiver: Replica, block: StoredBlock) -> float:
    """Seconds of `Exchange.receive` up to where `take` begins; then only the graph learns of the block, untimed."""
    started_s = perf_counter()
    assert block_id(receiver.network, block.header) not in receiver.lace.vertices
    admitted = receiver.admit(*block)
    assert not admitted.acts.faults
    assert not receiver.lace.missing(admitted.block.header)
    for transaction in admitted.acts.transactions.values():
        law = receiver.laws[transaction.law]
        assert transaction.law_version == law.version
        assert transaction.procedure in law.procedures
    elapsed_s = perf_counter() - started_s
    receiver.lace.add(admitted.block.id, admitted.block.header, True)
    return elapsed_s


def signed_items(receiver: Replica, block: StoredBlock) -> list[tuple[bytes, bytes, bytes]]:
    """(public key, message, signature) of every signature in a block."""
    member = receiver.roll.members[decode_header(block.header).author]
    items = [(member.key, block_preimage(receiver.network, block.header), block.signature)]
    for group in decode_payload(block.payload or b"").groups:
        message = group_signing_message(receiver.network, group.root(receiver.network))
        signers = decode_transaction(group.transactions[0]).signers
        keys = [receiver.roll.members[signer.office].officers[signer.officer].key for signer in signers]
        items.extend((key, message, signature) for key, signature in zip(keys, group.signatures, strict=True))
    return items


def write_chain(place: Place, act_count: int) -> list[StoredBlock]:
    office = place.open().office
    both, (registrar, notary) = place.signers("registrar", "notary"), place.officers[:2]
    for number in range(act_count // 2):
        entry = office.propose("land", "first_registration", {}, registration(number), both[:1])
        signature = registrar.sign(office.signing_message([entry.encoded]))
        (parcel,) = office.record(Group((entry.encoded,), (signature,)))[0].records
        passing = office.propose("land", "transfer", {"parcel": parcel}, sale(number, both[1]), both)
        message = office.signing_message([passing.encoded])
        office.record(Group((passing.encoded,), (registrar.sign(message), notary.sign(message))))
    chain = [office.block(block) for block in office.newer_than([])]
    office.close()
    return chain
