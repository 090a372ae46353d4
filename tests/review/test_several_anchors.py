"""One block may decide several anchors at once; what is executed at the first must not undo what the next executes."""

from random import Random

import pytest

from core.errors import MunimentError
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from tests.offices import DATABASE_KEY, StepClock, hand_over, land_network, meet, meet_until_quiet, register, sell, sign
from tests.requesting import propose_request

NETWORK = land_network()
SELDOM = 0.12


def office_of(number: int, draw: Random) -> Office:
    store = ReplicaStore(Database(IN_MEMORY, DATABASE_KEY))
    key, journal = NETWORK.nodes[number], MemoryJournal()
    return Office(store, NETWORK.charter, number, key, journal, StepClock(), draw.randbytes)


def act_by_chance(offices: list[Office], parcels: list[bytes], buyer: int, draw: Random) -> None:
    """A keeper sells its own parcel; seldom an office asks another. What an office refuses itself is not recorded."""
    seller = draw.choice(offices)
    one, other = draw.sample(offices, 2)
    try:
        sell(NETWORK, seller, parcels[seller.number], buyer)
        if draw.random() < SELDOM:
            one.record(sign(NETWORK, one, [propose_request(one, parcels[other.number], 500 + buyer, to=other.number)]))
    except MunimentError as error:
        if error.code not in ("rejected", "unknown-record"):
            raise


@pytest.mark.parametrize("chance", [21, 39, 92, 109])
def test_offices_that_meet_by_chance_come_to_one_state(chance: int) -> None:
    """A request ends with other facts than foreseen, so the overlay is folded anew, between two anchors too."""
    draw = Random(chance)
    offices = [office_of(number, draw) for number in range(4)]
    parcels = [register(NETWORK, office, office.number).records[0] for office in offices]
    for buyer in range(60):
        act_by_chance(offices, parcels, buyer, draw)
        for _ in range(draw.randint(1, 2)):
            one, other = draw.sample(offices, 2)
            if draw.random() < SELDOM:
                hand_over(one, other)
                other.write()
            else:
                meet(one, other)
    meet_until_quiet(offices)
    assert len({(office.anchor, office.state_root(), office.store.entries.root()) for office in offices}) == 1
