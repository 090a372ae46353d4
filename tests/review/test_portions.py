"""Between two portions of an anchor: the overlay is folded over what is executed, and over a restart nothing of it is lost."""

from itertools import combinations

import pytest

from core.office import Office
from tests.offices import (
    land_network,
    make_offices,
    meet,
    meet_until_quiet,
    open_in_memory,
    register,
    sell,
    sign,
)
from tests.requesting import propose_request
from tests.review.orders import agreed, predicted

NETWORK = land_network()


@pytest.fixture
def offices() -> list[Office]:
    """Of four, the last one has executed the first block of an anchor: a request, which its anchor tells otherwise than was
    foreseen. What was recorded behind it is still to be executed.
    """
    offices = make_offices()
    (parcel,) = register(NETWORK, offices[0], 1).records
    meet_until_quiet(offices)
    offices[1].record(sign(NETWORK, offices[1], [propose_request(offices[1], parcel, 500, to=0)]))
    for number in (2, 3):
        (own,) = register(NETWORK, offices[1], number).records
        sell(NETWORK, offices[1], own, 600 + number)
    offices[3].acts_at_once = 1
    while offices[3].entering() is None:
        for one, other in combinations(offices, 2):
            meet(one, other)
    under_way = offices[3].execution.under_way
    assert under_way is not None
    assert (under_way.blocks, under_way.differs) == (1, True)
    return offices


def test_what_is_still_to_be_executed_stays_foreseen(offices: list[Office]) -> None:
    office = offices[3]

    def told() -> list[object]:
        rows = office.store.database.rows("SELECT id, outcome FROM act ORDER BY number")
        return [rows, office.records.count("land.parcel"), office.standing.counts()]

    before = told()
    with office.store.database.atomic():
        office.execution.rebuild_overlay()  # as a fork that is found now has it done
    assert told() == before


def test_a_restart_between_two_portions_goes_on_behind_the_first(offices: list[Office]) -> None:
    first, *_, begun = offices
    again = open_in_memory(NETWORK, begun.number, begun.store, begun.hand.journal)
    assert again.entering() == begun.entering() is not None
    again.acts_at_once = 1
    while again.enter_in_order():
        pass
    before = predicted(again)
    with again.store.database.atomic():
        again.execution.rebuild_overlay()
    assert predicted(again) == before
    meet_until_quiet([*offices[:3], again])
    assert agreed(again)[3:] == agreed(first)[3:]
    assert set(again.checking.verify_state()) == {None}
