"""A part of the three hundred mixed worlds: two files share them, so that two processors can.

Played in the test's own process, as the other processors play other parts; children of a run are tested in
test_command.py.
"""

from pathlib import Path

from desktop.simulation.pool import run_seed, totalled
from desktop.simulation.scenario import mixed_scenario
from tests.independent.confirming import refusals

MOST_OFFICES = 7
AT_ONCE = 50


def keep_every_promise(first: int, folder: Path) -> None:
    """Fifty seeds from one on; what the offices hold in the end is verified by a second implementation."""
    seeds = range(first, first + AT_ONCE)
    figures = totalled([run_seed(mixed_scenario(seed, MOST_OFFICES), seed, audits=folder) for seed in seeds])
    assert figures.violations == []
    assert figures.never_final == 0
    assert {f"I{number}" for number in range(1, 14)} == figures.checks.keys()
    assert len(list(folder.iterdir())) == AT_ONCE
    assert refusals(folder) == {}
