"""Every write and sync of every task fails in turn, in each way, and every task is killed at each (tests/kills, whole)."""

from pathlib import Path

from tests.kills.faulting import TASKS, Faulting, examine, prepared
from tests.torture.part import Part

KINDS = ("io", "full", "short", "sync", "kill")


def torture_faults(work: Path, first_seed: int, until_s: float) -> list[Part]:
    """`first_seed`: the number of the first case; they are the same in every run."""
    folder = work / "faults"
    folder.mkdir(exist_ok=True)
    faulting, desk = Faulting(folder), prepared(folder / "office")
    cases = []
    for task in TASKS:
        counts = {kind: faulting.run(desk, task, kind, 0).boundaries for kind in ("count", "sync")}
        for kind in KINDS:
            count = counts["sync" if kind == "sync" else "count"]
            cases += [(task, kind, at, count) for at in range(1, count + 1)]
    part = Part("writes and syncs that fail", len(cases))

    def one(seed: int) -> None:
        task, kind, at, count = cases[seed * 7919 % len(cases)]  # a prime: all of them, far apart
        ending = faulting.run(desk, task, kind, at)
        examine(desk, task, ending, f"{task}: {kind} at {at} of {count}")
        part.count(f"{task}: {kind}")
        for error in ending.errors:
            part.count(f"told: {error}")

    part.repeat(one, first_seed, until_s)
    faulting.close()
    return [part]
