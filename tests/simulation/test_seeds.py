"""Three hundred worlds in which anything goes wrong that can: three to seven offices, up to f of them malicious."""

from pathlib import Path

import pytest

from core.ledger.roll import default_quorum
from desktop.simulation.pool import run_jobs, run_seed, totalled
from desktop.simulation.scenario import Scenario, mixed_scenario
from tests.independent.confirming import refusals

MOST_OFFICES = 7
AT_ONCE = 100


@pytest.mark.parametrize("first", [0, 100, 200])
def test_a_hundred_seeds_keep_every_promise(first: int, tmp_path: Path) -> None:
    jobs = [(mixed_scenario(seed, MOST_OFFICES), seed) for seed in range(first, first + AT_ONCE)]
    figures = totalled(list(run_jobs(jobs, audits=tmp_path)))
    assert figures.violations == []
    assert figures.never_final == 0
    assert {f"I{number}" for number in range(1, 14)} == figures.checks.keys()
    assert len(list(tmp_path.iterdir())) == AT_ONCE
    assert refusals(tmp_path) == {}  # a second implementation, which imports nothing of the first


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
