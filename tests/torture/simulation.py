"""Whole offices in seeded worlds of mixed faults, three to twenty of them, up to f malicious (desktop/simulation).

What an honest one of them holds in the end is verified by the second implementation (tests/independent).
"""

import sys
from contextlib import closing
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from desktop.simulation.pool import run_jobs
from desktop.simulation.scenario import mixed_scenario
from tests.independent.confirming import refusal
from tests.torture.part import MAX_EXAMPLES, Part

PLANNED = 2_000
MOST_OFFICES = 20


def torture_simulation(first_seed: int, until_s: float) -> list[Part]:
    """`first_seed` and those after it: the same worlds as `muniment simulate` would run."""
    part = Part("simulated networks that keep every promise", PLANNED)
    seeds = range(first_seed, first_seed + PLANNED)
    with TemporaryDirectory(prefix="audits-") as folder:
        audits = Path(folder)
        answers = run_jobs([(mixed_scenario(seed, MOST_OFFICES), seed) for seed in seeds], audits=audits)
        with closing(answers):  # in the midst of a seed too
            for seed, answer in zip(seeds, answers, strict=True):
                _count(part, seed, answer["figures"], refusal(audits / str(seed)))
                rmtree(audits / str(seed))
                if monotonic() > until_s:
                    break
    return [part]


def _count(part: Part, seed: int, figures: dict[str, Any], refused: str | None) -> None:
    part.run += 1
    part.notes["acts"] = part.notes.get("acts", 0) + figures["acts"]
    for promise, count in figures["checks"].items():
        part.notes[f"checks of {promise}"] = part.notes.get(f"checks of {promise}", 0) + count
    broken = figures["violations"] or refused or (figures["never_final"] and "never final")
    if broken:
        part.failed += 1
        if len(part.examples) < MAX_EXAMPLES:
            part.examples.append(f"seed {seed}: {broken}"[:500])
        print(f"  seed {seed} breaks a promise", file=sys.stderr)
