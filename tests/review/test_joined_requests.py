"""Whoever joins with a copy is told of a request that waits in the same words as all others."""

from pathlib import Path

from core.store.replica import ReplicaStore
from tests.offices import land_network, make_offices, meet_until_quiet, open_in_memory, register
from tests.requesting import KEEPER, LAPTOP, ask
from tests.test_snapshot import joined


def test_a_request_that_waits_is_told_alike_after_joining(tmp_path: Path) -> None:
    offices, network = make_offices(), land_network()
    (parcel,) = register(network, offices[KEEPER], 1).records
    meet_until_quiet(offices)
    request = ask(network, offices[LAPTOP], parcel, 5)
    meet_until_quiet(offices)
    register(network, offices[2], 2)  # one more checkpoint, which has settled the request
    meet_until_quiet(offices)
    store: ReplicaStore = joined(offices[2], tmp_path / "copy")
    newcomer = open_in_memory(network, 2, store, offices[2].hand.journal)
    told = [office.acts.view(request.id).ladder for office in (offices[2], newcomer)]
    assert told[0].code == "waiting-for-keeper"
    assert told[0] == told[1]
