"""A part of the three hundred mixed worlds: two files share them, so that two processors can."""

from pathlib import Path

from desktop.simulation.pool import run_jobs, totalled
from desktop.simulation.scenario import mixed_scenario
from tests.independent.confirming import refusals

MOST_OFFICES = 7
AT_ONCE = 50


def keep_every_promise(first: int, folder: Path) -> None:
    """Fifty seeds from one on; what the offices hold in the end is verified by a second implementation."""
    jobs = [(mixed_scenario(seed, MOST_OFFICES), seed) for seed in range(first, first + AT_ONCE)]
    figures = totalled(list(run_jobs(jobs, audits=folder)))
    assert figures.violations == []
    assert figures.never_final == 0
    assert {f"I{number}" for number in range(1, 14)} == figures.checks.keys()
    assert len(list(folder.iterdir())) == AT_ONCE
    assert refusals(folder) == {}
