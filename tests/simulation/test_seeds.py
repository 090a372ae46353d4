"""Worlds in which anything goes wrong that can: three to seven offices, up to f of them malicious.

Half of the three hundred; the others stand in test_more_seeds.py.
"""

from pathlib import Path

import pytest

from core.ledger.roll import default_quorum
from desktop.simulation.pool import run_seed, totalled
from desktop.simulation.scenario import Scenario
from tests.simulation.seeds import keep_every_promise


@pytest.mark.parametrize("first", [0, 50, 100])
def test_fifty_seeds_keep_every_promise(first: int, tmp_path: Path) -> None:
    keep_every_promise(first, tmp_path)


@pytest.mark.parametrize("nodes", [3, 6, 9, 12])
def test_nobody_waits_for_sleepers(nodes: int) -> None:
    """As many sleep as the quorum can miss; with a schedule of a third these very networks stood still for ever."""
    scenario = Scenario(nodes, sleepers=nodes - default_quorum(nodes), acts=2)
    figures = totalled([run_seed(scenario, seed) for seed in range(2)])
    assert figures.violations == []
    assert figures.never_final == 0
    assert len(figures.final) == 4


def test_an_epoch_closes_while_acts_are_recorded() -> None:
    figures = totalled([run_seed(Scenario(4, faults=frozenset({"changes"})), seed) for seed in range(4)])
    assert figures.violations == []
    assert figures.never_final == 0
    assert 0 < sum(figures.closed) / len(figures.closed) <= 5.5
