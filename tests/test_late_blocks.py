"""A block of an epoch that is over may arrive at any time: what is made of it must not depend on when it does.

Whoever was a member then can still sign one, with whatever in it: proof against an office, or an act of an officer, that
its epoch did not know.
"""

from itertools import cycle

import pytest

from core.crypto.signing import SigningKey
from core.exchange import Received
from core.ledger.block import Block, Header, block_id, block_preimage, encode_header
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.forks import evidence_of
from core.ledger.payload import Group, group_root, group_signing_message
from core.ledger.roll import Officer
from core.ledger.transaction import Signer, encode_transaction, transaction_id
from core.office import Office
from sync.certificate import make_certificate
from tests.independent.confirming import confirm
from tests.ledger.building import FOUNDED_MS, act, seed
from tests.offices import meet, register, registration
from tests.test_epochs import Town

SLEEPER, NEWCOMER = 4, 5  # numbers: one sleeps through the close, one is admitted by it


class GrowingTown(Town):
    """Five offices, of which the last sleeps, vote to admit a sixth whose keys the tests hold."""

    def __init__(self) -> None:
        super().__init__(5)
        self.awake = self.offices[:SLEEPER]
        self.node, self.officer = SigningKey(seed("sixth")), SigningKey(seed("sixth", "officer"))
        people = (Officer("Марыя Лапко", self.officer.public, frozenset({"administrator", "registrar"})),)
        card = OfficeCard("Sixth", self.node.public, make_certificate(seed("sixth")), people)
        proposal = self.propose(
            self.awake[0], "admit", None, sign_card(card, [self.node.sign, self.officer.sign]).encoded
        )
        self.settle(self.awake)
        for office in self.awake:
            self.vote(office, proposal)

    def late(self, office: Office, block: Block) -> None:
        assert office.receive(block.header_bytes, block.signature, block.payload) is Received.ACCEPTED


@pytest.fixture
def town() -> GrowingTown:
    return GrowingTown()


def agree(town: GrowingTown) -> None:
    """Work goes on, and everybody awake comes to the same."""
    for number, office in enumerate(town.awake):
        register(town.network, office, 200 + number)
        town.settle(town.awake)
    assert [office.lace.epoch for office in town.awake] == [1] * SLEEPER
    assert len({(office.anchor, office.state_root(), office.store.entries.root()) for office in town.awake}) == 1
    assert {office.finality_stopped for office in town.awake} == {None}
    for office in town.awake:
        confirm(office)


def test_evidence_against_an_office_admitted_later(town: GrowingTown) -> None:
    town.settle(town.awake)
    network = town.network.id

    def signed(claimed_ms: int) -> Block:
        header = Header(1, NEWCOMER, 0, 1, None, (), 0, 0, FOUNDED_MS + claimed_ms, None)
        encoded = encode_header(header)
        signature = town.node.sign(block_preimage(network, encoded))
        return Block(block_id(network, encoded), header, encoded, signature, None)

    late, _ = town.network.block(SLEEPER, [evidence_of(signed(1), signed(2))])
    for office in town.awake:
        town.late(office, late)
    agree(town)


def test_an_act_of_an_officer_admitted_later(town: GrowingTown) -> None:
    """It comes to some before their epoch closes and to others after."""
    for one, other in cycle([(1, 2), (0, 1), (0, 2), (3, 1)]):
        meet(town.awake[one], town.awake[other])
        epochs = [office.lace.epoch for office in town.awake]
        if 0 in epochs and 1 in epochs:
            break
    transaction = act("first_registration", registration(77), signers=(Signer(NEWCOMER, 0, "registrar"),))
    encoded = encode_transaction(transaction)
    act_id = transaction_id(town.network.id, encoded)
    message = group_signing_message(town.network.id, group_root([act_id]))
    late, _ = town.network.block(SLEEPER, [Group((encoded,), (town.officer.sign(message),))])
    town.late(town.awake[epochs.index(0)], late)
    agree(town)
    assert {office.acts.view(act_id).ladder.code for office in town.awake} == {"bad-signature"}
