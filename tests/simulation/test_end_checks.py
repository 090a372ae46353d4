"""The checks that look at whole offices at the end of a run speak when an office does not hold what it should."""

from collections.abc import Iterator

import pytest

from core.exchange import Exchange
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.replica import ReplicaStore
from desktop.simulation.observing import Observer
from desktop.simulation.recomputing import recomputed
from desktop.simulation.rejoining import _difference, rejoined
from desktop.simulation.run import Run, simulate
from desktop.simulation.scenario import Scenario


@pytest.fixture
def run() -> Iterator[Run]:
    made = simulate(Scenario(3, acts=1), 0)
    yield made
    made.world.close()


def test_another_order_of_arrival(run: Run) -> None:
    office = run.world.office(0)
    assert not [wrong for _, wrong in recomputed(office, "0") if wrong]
    next(iter(office.lace.vertices.values())).approvals = 0
    assert [promise for promise, wrong in recomputed(office, "0") if wrong] == ["I9", "I9"]


def test_a_newcomer_that_holds_less(run: Run) -> None:
    office = run.world.office(0)
    assert rejoined(office) is None
    database = Database(IN_MEMORY, bytes(KEY_BYTES))
    assert _difference(office, Exchange(ReplicaStore(database), office.charter)) is not None
    database.close()


def test_a_fork_that_cannot_be_proved(run: Run) -> None:
    observer = Observer(run.world)
    observer.look_at_evidence()
    assert observer.violations == []
    run.world.office(0).lace.accuse(1, 0)
    observer.look_at_evidence()
    assert {violation["promise"] for violation in observer.violations} == {"I8", "I12"}


def test_anchors_that_go_back(run: Run) -> None:
    """An office that began again on an old copy of its disk, and believes it."""
    office = run.world.office(0)
    run.observer.look([0])
    assert run.observer.violations == []
    run.world.computers[0].restore([office.block(block) for block in office.newer_than(())][:1], journal_lost=True)
    run.world.computers[0].copies_put_back = 0  # nobody was told
    run.observer.look([0])
    assert [violation["promise"] for violation in run.observer.violations] == ["I1"]
