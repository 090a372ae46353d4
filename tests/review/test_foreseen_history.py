"""A version that was only foreseen leaves no trace once the common order has decided otherwise."""

from tests.offices import hand_over, meet_until_quiet, open_in_memory, register, sell
from tests.test_common_order import shared_network


def test_the_history_of_a_record_names_no_act_that_lost() -> None:
    """Two offices sell one parcel and sell it on, out of reach: of the loser's two sales nothing is left."""
    network = shared_network("order")
    offices = [open_in_memory(network, number) for number in range(4)]
    (parcel,) = register(network, offices[0], 1).records
    meet_until_quiet(offices)
    for number in (1, 2):
        for buyer in (10, 20):
            sell(network, offices[number], parcel, number + buyer)
    meet_until_quiet(offices)
    told = [
        [(entry.after.version, entry.after.last_act) for entry in office.records.view(parcel).timeline]
        for office in offices
    ]
    assert [version for version, _ in told[0]] == [3, 2, 1]
    assert all(one == told[0] for one in told)
    kept = [[(one.version, one.last_act) for one in office.store.state.history(parcel)] for office in offices]
    assert all(one == told[0][1:] for one in kept)
    hand_over(offices[0], offices[1])
    sell(network, offices[1], parcel, 30)
    for office in offices:
        assert len(office.store.state.history(parcel)) == office.records.view(parcel).record.version - 1
