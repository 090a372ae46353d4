"""Many seeds, on the processors that there are: a child that is free gets the next job.

A child is this very module as a program: a JSON line on standard input is a job (a scenario with its seed), a JSON line
on standard output its answer. What comes back is put in the order of the jobs, so that the result does not depend on
who was faster.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from core.audit import audit_files
from core.cycles import look_seldom
from core.errors import MunimentError
from core.office import Office
from desktop.simulation.comparing import compared
from desktop.simulation.figures import Figures
from desktop.simulation.mutants import mutated
from desktop.simulation.recording import record_graph
from desktop.simulation.run import simulate
from desktop.simulation.scenario import Scenario, drawn
from desktop.simulation.sharing import shared_work

MOST_CHILDREN = 2
FEWEST_JOBS = 6  # for fewer, starting a child takes longer than it saves

Job = tuple[Scenario, int]  # with a seed


def run_seed(scenario: Scenario, seed: int, trace: bool = False, audits: Path | None = None) -> dict[str, Any]:
    """`figures`; with them `rivals` and `graph` where they are asked for.

    `audits`: a folder that is given an audit (core/audit.py) of one honest office in a folder named as the seed.
    """
    with shared_work(), mutated(scenario.mutant):
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
    started = [_Child(trace, audits) for _ in range(children)]
    idle: SimpleQueue[_Child] = SimpleQueue()
    for child in started:
        idle.put(child)

    def asked(job: Job) -> dict[str, Any]:
        child = idle.get()
        try:
            return child.answer(job)
        finally:
            idle.put(child)

    asking = ThreadPoolExecutor(children)
    try:
        yield from asking.map(asked, jobs)
    finally:
        for child in started:
            child.stop()
        asking.shutdown(cancel_futures=True)  # threads that wait for an answer get none
        for child in started:
            child.close()


class _Child:
    def __init__(self, trace: bool, audits: Path | None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "desktop.simulation.pool"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self._asked = {"trace": trace, "audits": str(audits) if audits else None}

    def answer(self, job: Job) -> dict[str, Any]:
        """Runs one job; one thread at a time asks."""
        scenario, seed = job
        described = {**asdict(scenario), "faults": sorted(scenario.faults)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = ""
        with suppress(OSError):  # it has ended: then there is no answer either
            self._process.stdin.write(json.dumps({**self._asked, "scenario": described, "seed": seed}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise MunimentError("simulation-failed")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """Whatever it is at."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Once nobody asks any more."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was not sent is sent to nobody
                pipe.close()


def totalled(answers: Sequence[dict[str, Any]]) -> Figures:
    total = Figures()
    for answer in answers:
        total.add(Figures(**answer["figures"]))
    return total


def main() -> None:
    look_seldom()
    for line in sys.stdin:
        asked = json.loads(line)
        described, audits = asked["scenario"], Path(asked["audits"]) if asked["audits"] else None
        scenario = replace(Scenario(**described), faults=frozenset(described["faults"]))
        print(json.dumps(run_seed(scenario, asked["seed"], asked["trace"], audits)), flush=True)


if __name__ == "__main__":
    main()
