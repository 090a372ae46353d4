"""A block of an epoch that is over may carry anything, also proof against an office that its epoch did not know."""

from core.crypto.signing import SigningKey
from core.exchange import Received
from core.ledger.block import Block, Header, block_id, block_preimage, encode_header
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.forks import evidence_of
from core.ledger.roll import Officer
from sync.certificate import make_certificate
from tests.independent.confirming import confirm
from tests.ledger.building import FOUNDED_MS, seed
from tests.test_epochs import Town, epochs


def test_evidence_against_an_office_admitted_later() -> None:
    town, node, officer = Town(), SigningKey(seed("fifth")), SigningKey(seed("fifth", "officer"))
    people = (Officer("Марыя Лапко", officer.public, frozenset({"administrator"})),)
    card = OfficeCard("Fifth", node.public, make_certificate(seed("fifth")), people)
    card = sign_card(card, [node.sign, officer.sign])
    awake = town.offices[:3]
    proposal = town.propose(awake[0], "admit", None, card.encoded)
    town.settle(awake)
    for office in awake:
        town.vote(office, proposal)
    town.settle(awake)
    assert epochs(town) == [1, 1, 1, 0]

    def signed(claimed_ms: int) -> Block:
        header = Header(1, 4, 0, 1, None, (), 0, 0, FOUNDED_MS + claimed_ms, None)
        encoded = encode_header(header)
        network = town.network.id
        return Block(block_id(network, encoded), header, encoded, node.sign(block_preimage(network, encoded)), None)

    late, _ = town.network.block(3, [evidence_of(signed(1), signed(2))])
    for office in awake:
        assert office.receive(late.header_bytes, late.signature, late.payload) is Received.ACCEPTED
    town.settle(awake)
    assert len({office.state_root() for office in awake}) == 1
    for office in awake:
        confirm(office)
