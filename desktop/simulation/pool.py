"""Many seeds, on the processors that there are: each child runs every second job and answers a JSON line a job.

A child is this very module as a program: it reads one JSON object (scenarios with their seeds) from standard input.
What comes back is put in the order of the jobs, so that the result does not depend on who was faster.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.audit import audit_files
from core.errors import MunimentError
from core.office import Office
from desktop.simulation.comparing import compared
from desktop.simulation.figures import Figures
from desktop.simulation.mutants import mutated
from desktop.simulation.recording import record_graph
from desktop.simulation.run import simulate
from desktop.simulation.scenario import Scenario, drawn

MOST_CHILDREN = 2
FEWEST_JOBS = 6  # for fewer, starting a child takes longer than it saves

Job = tuple[Scenario, int]  # with a seed


def run_seed(scenario: Scenario, seed: int, trace: bool = False, audits: Path | None = None) -> dict[str, Any]:
    """`figures`; with them `rivals` and `graph` where they are asked for.

    `audits`: a folder that is given an audit (core/audit.py) of one honest office in a folder named as the seed.
    """
    with mutated(scenario.mutant):
        run = simulate(drawn(scenario, seed), seed)
        try:
            answer: dict[str, Any] = {"figures": asdict(run.figures)}
            if audits is not None:
                _keep_audit(run.world.office(run.world.honest[0]), audits / str(seed))
            if scenario.compare or trace:
                recording = record_graph(run.world)
                answer["rivals"] = compared(recording, run.world) if scenario.compare else {}
                answer["graph"] = recording.as_json() if trace else None
        finally:
            run.world.close()
    return answer


def _keep_audit(office: Office, folder: Path) -> None:
    """Not durably: it is verified at once and thrown away."""
    folder.mkdir()
    for name, parts in audit_files(office):
        (folder / name).write_bytes(b"".join(parts))


def run_jobs(jobs: Sequence[Job], trace: bool = False, audits: Path | None = None) -> Iterator[dict[str, Any]]:
    """The answers in the order of the jobs. Raises `simulation-failed` when a child ends without one."""
    children = min(MOST_CHILDREN, os.cpu_count() or 1)
    # A frozen application cannot start one of its modules.
    if children < 2 or len(jobs) < FEWEST_JOBS or getattr(sys, "frozen", False):
        for scenario, seed in jobs:
            yield run_seed(scenario, seed, trace, audits)
        return
    started = [_Child(jobs[part::children], trace, audits) for part in range(children)]
    try:
        for number in range(len(jobs)):
            yield started[number % children].answer()
    finally:
        for child in started:
            child.stop()


class _Child:
    def __init__(self, jobs: Sequence[Job], trace: bool, audits: Path | None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "desktop.simulation.pool"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        described = [[{**asdict(scenario), "faults": sorted(scenario.faults)}, seed] for scenario, seed in jobs]
        assert self._process.stdin is not None
        asked = {"jobs": described, "trace": trace, "audits": str(audits) if audits else None}
        self._process.stdin.write(json.dumps(asked).encode())
        self._process.stdin.close()

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise MunimentError("simulation-failed")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def totalled(answers: Sequence[dict[str, Any]]) -> Figures:
    total = Figures()
    for answer in answers:
        total.add(Figures(**answer["figures"]))
    return total


def main() -> None:
    asked = json.load(sys.stdin)
    audits = Path(asked["audits"]) if asked["audits"] else None
    for described, seed in asked["jobs"]:
        scenario = replace(Scenario(**described), faults=frozenset(described["faults"]))
        print(json.dumps(run_seed(scenario, seed, asked["trace"], audits)), flush=True)


if __name__ == "__main__":
    main()
