"""The disk fails: full, an input or output error, a short write, a sync that does not come back. Nothing is lost.

Real failures of real calls (tests/kills/faults.c, preloaded): those of SQLCipher too. One write or sync of a task fails,
each in turn in the long run (tests/torture/faults.py), a sample of them here. Every failure is told by a code; what was
acknowledged, before it or after, is there when the office opens again; nothing is signed twice.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.kills.faulting import TASKS, Faulting, examine, prepared, require_told
from tests.kills.test_kills import Desk

FAILURES = ("io", "full", "short", "sync")
SAMPLE = 3  # places of each task and kind
pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/fd") or shutil.which("cc") is None,
    reason="calls are made to fail by a library that is compiled here and preloaded, which needs Linux and a C compiler",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        yield prepared(Path(made) / "office")


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("task", TASKS)
def test_what_a_failing_disk_leaves(faulting: Faulting, desk: Desk, task: str, kind: str) -> None:
    """The first and the last write or sync, and some between."""
    whole = faulting.run(desk, task, "sync" if kind == "sync" else "count", 0)
    assert (whole.status, whole.errors) == (0, [])
    assert whole.boundaries >= 2
    chance = Random(f"{task} {kind}")
    places = {1, whole.boundaries, *(chance.randint(1, whole.boundaries) for _ in range(SAMPLE - 2))}
    told = 0
    for at in sorted(places):
        ending = faulting.run(desk, task, kind, at)
        why = f"{task}: {kind} at {at} of {whole.boundaries}"
        require_told(ending, why)
        examine(desk, task, ending, why)
        told += len(ending.errors)
    assert told


@pytest.mark.parametrize("task", ["work", "backup", "restore-backup"])
def test_killed_at_every_kind_of_call(faulting: Faulting, desk: Desk, task: str) -> None:
    """At every write, sync, rename and removal, those of SQLite within a commit too; of several of one kind at three
    (`Faulting.boundaries_of`). At each of them, and of the other tasks, in the long run; at every commit and sync that
    our code asks for, those are killed in tests/kills/test_kills.py and test_custody_kills.py.
    """
    boundaries = faulting.boundaries_of(desk, task)
    for at in boundaries:
        ending = faulting.run(desk, task, "kill", at)
        assert ending.status == -9
        examine(desk, task, ending, f"{task}: killed at {at}")
    assert len(boundaries) > 20
