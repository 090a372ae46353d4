"""What simulated offices end with is verified by the second implementation, from nothing but what they export."""

import pytest

from desktop.simulation.run import simulate
from desktop.simulation.scenario import drawn, mixed_scenario
from tests.independent.confirming import confirm

MOST_OFFICES = 7


@pytest.mark.parametrize("seed", range(6))
def test_a_stranger_reaches_the_same_register(seed: int) -> None:
    """Signatures, certificates, anchors, order, entries, checkpoints and changes of the network, of every office."""
    run = simulate(drawn(mixed_scenario(seed, MOST_OFFICES), seed), seed)
    assert run.figures.violations == []
    for _, office in run.world.offices():
        confirm(office)
    run.world.close()
