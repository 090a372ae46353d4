"""Every write and sync of every task fails in turn, in each way, and every task is killed at each (tests/kills, whole)."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.kills.faulting import TASKS, FaultedEnding, Faulting, examine, prepared, require_told
from tests.kills.kept import KeptFolder
from tests.kills.test_carrying_kills import Carrying
from tests.kills.test_erasure_kills import Erasing
from tests.kills.test_joining_kills import Joining
from tests.kills.test_pruning_kills import PuttingAway
from tests.torture.part import Part

KINDS = ("io", "full", "short", "sync", "kill")


class Scene(NamedTuple):
    desk: KeptFolder
    task: str
    examine: Callable[[FaultedEnding, str], object]


def torture_faults(work: Path, first_seed: int, until_s: float) -> list[Part]:
    """`first_seed`: the number of the first case; they are the same in every run."""
    folder = work / "faults"
    folder.mkdir(exist_ok=True)
    faulting, cases = Faulting(folder), []
    for scene in _scenes(folder):
        counts = {kind: faulting.run(scene.desk, scene.task, kind, 0).boundaries for kind in ("count", "sync")}
        for kind in KINDS:
            count = counts["sync" if kind == "sync" else "count"]
            cases += [(scene, kind, at, count) for at in range(1, count + 1)]
    part = Part("writes and syncs that fail", len(cases))

    def one(seed: int) -> None:
        scene, kind, at, count = cases[seed * 7919 % len(cases)]  # a prime: all of them, far apart
        ending, why = faulting.run(scene.desk, scene.task, kind, at), f"{scene.task}: {kind} at {at} of {count}"
        require_told(ending, why)
        scene.examine(ending, why)
        part.count(f"{scene.task}: {kind}")
        for error in ending.errors:
            part.count(f"told: {error}")

    part.repeat(one, first_seed, until_s)
    faulting.close()
    return [part]


def _scenes(folder: Path) -> Iterator[Scene]:
    desk = prepared(folder / "office")
    for task in TASKS:
        yield Scene(desk, task, partial(examine, desk, task))
    for make in (Carrying, Erasing, PuttingAway, Joining):
        scene = make(folder / make.task)
        yield Scene(scene.desk, scene.task, scene.examine)
