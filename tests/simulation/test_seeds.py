"""Three hundred worlds in which anything goes wrong that can: three to seven offices, up to f of them malicious."""

from pathlib import Path

from desktop.simulation.pool import run_jobs, totalled
from desktop.simulation.scenario import mixed_scenario
from tests.independent.confirming import refusals

SEEDS = 300
MOST_OFFICES = 7


def test_three_hundred_seeds_keep_every_promise(tmp_path: Path) -> None:
    jobs = [(mixed_scenario(seed, MOST_OFFICES), seed) for seed in range(SEEDS)]
    figures = totalled(list(run_jobs(jobs, audits=tmp_path)))
    assert figures.violations == []
    assert figures.never_final == 0
    assert {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I11", "I12", "I13"} <= figures.checks.keys()
    assert len(list(tmp_path.iterdir())) == SEEDS
    assert refusals(tmp_path) == {}  # a second implementation, which imports nothing of the first
