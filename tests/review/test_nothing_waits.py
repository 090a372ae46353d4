"""What a block that no anchor will execute had touched holds nothing up: later acts are their keeper's alone again."""

import pytest

from core.crypto.signing import SigningKey
from core.ledger.block import Block
from core.office import RENEWED, Office
from core.store.journal import MemoryJournal
from tests.drawing import draw
from tests.ledger.building import seed
from tests.offices import StepClock, hand_over, open_in_memory, register, registrar, sell, sign
from tests.test_common_order import shared_network
from tests.test_epochs import Town, new_card

NETWORK = shared_network("hold")
FORKER = 3


def sibling() -> Block:
    return NETWORK.block(FORKER)[0]


@pytest.mark.parametrize("proof_first", [False, True])
def test_acts_of_a_forker_hold_up_nothing(proof_first: bool) -> None:
    reader, forker = (open_in_memory(NETWORK, number) for number in (0, FORKER))
    register(NETWORK, forker, 1)  # a shared act: the offices keep the parcels together
    block = sibling()
    if proof_first:
        reader.receive(block.header_bytes, block.signature, None)
        hand_over(forker, reader)
    else:
        hand_over(forker, reader)
        assert reader.store.waiting.of(FORKER)
        reader.receive(block.header_bytes, block.signature, None)
    assert reader.forkers() == {FORKER}
    assert reader.store.waiting.of(FORKER) == set()


def test_what_became_void_with_an_old_key_does_not_make_later_acts_wait() -> None:
    town = Town()
    old, network = town.offices[3], town.network
    foreign = register(network, town.offices[1], 2).records[0]
    town.settle()
    key = SigningKey(seed("renewed", 3))
    proposal = town.propose(town.offices[0], "incarnation", 3, new_card(town, 3, key))
    town.settle()
    release = town.offices[1].propose("land", "release", {"parcel": foreign}, {"to": 3}, [registrar(town.offices[1])])
    town.offices[1].record(sign(network, town.offices[1], [release]))
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, proposal)
    accept = old.propose("land", "accept", {"parcel": foreign}, {}, [registrar(old)])
    old.record(sign(network, old, [accept]))  # shared, and nobody hears of it before the close
    town.settle(town.offices[:3])
    hand_over(town.offices[0], old)
    old.store.database.set_meta(RENEWED, b"1")
    renewed = Office(old.store, network.charter, 3, key, MemoryJournal(), StepClock(), draw)
    town.offices[3] = renewed
    town.settle()
    assert [office.lace.epoch for office in town.offices] == [1] * 4
    assert [view.ladder.code for view in renewed.standing.today().void] == ["not-in-the-roll"]
    assert all(office.store.waiting.of(3) == set() for office in town.offices)
    accept = renewed.propose("land", "accept", {"parcel": foreign}, {}, [registrar(renewed)])
    renewed.record(sign(network, renewed, [accept]))
    town.settle()
    assert not sell(network, renewed, foreign, 5).ladder.shared
