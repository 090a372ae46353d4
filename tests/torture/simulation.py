"""Whole offices in seeded worlds of mixed faults, three to twenty of them, up to f malicious (desktop/simulation).

What an honest one of them holds in the end is verified by the second implementation (tests/independent).
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from desktop.simulation.pool import MOST_CHILDREN, run_jobs
from desktop.simulation.scenario import mixed_scenario
from tests.independent.confirming import refusals
from tests.torture.part import MAX_EXAMPLES, Part

PLANNED = 2_000
MOST_OFFICES = 20
AT_ONCE = 8 * MOST_CHILDREN  # seeds between two looks at the clock


def torture_simulation(first_seed: int, until_s: float) -> list[Part]:
    """`first_seed` and those after it: the same worlds as `muniment simulate` would run."""
    part = Part("simulated networks that keep every promise", PLANNED)
    while part.run < part.planned and (part.run == 0 or monotonic() < until_s):
        left = min(AT_ONCE if part.run else 2, part.planned - part.run)
        seeds = range(first_seed + part.run, first_seed + part.run + left)
        jobs = [(mixed_scenario(seed, MOST_OFFICES), seed) for seed in seeds]
        with TemporaryDirectory(prefix="audits-") as audits:
            answers = list(run_jobs(jobs, audits=Path(audits)))
            refused = refusals(Path(audits))
        for seed, answer in zip(seeds, answers, strict=True):
            part.run += 1
            figures = answer["figures"]
            part.notes["acts"] = part.notes.get("acts", 0) + figures["acts"]
            broken = figures["violations"] or refused.get(str(seed)) or (figures["never_final"] and "never final")
            if broken:
                part.failed += 1
                if len(part.examples) < MAX_EXAMPLES:
                    part.examples.append(f"seed {seed}: {broken}"[:500])
                print(f"  seed {seed} breaks a promise", file=sys.stderr)
    return [part]
