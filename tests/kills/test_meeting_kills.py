"""Killed, or failed by its disk, while a neighbour's blocks come in over a socket or from a stick.

Blocks that arrive together become durable together (core/replica.py, `gathering`). The windows: before the first of them
is judged, between two of them, before and after their commit, before the own block that answers, before it is told. After
each an office opens, holds every block of its own that the neighbour has heard of, and takes the rest in when they meet
again.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.exchange import StoredBlock
from core.office import Office
from sync.courier import CourierWriter
from sync.service import Service, Settings
from tests.kills.cases import BACKUP_FILE, PORT_FILE, STICK_FILE
from tests.kills.faulting import TOLD, Faulting
from tests.kills.test_kills import Desk, Ending, Recorder, check
from tests.ledger.building import seed
from tests.offices import land_network, open_in_memory, register

NEIGHBOUR, RECORDER = 1, 2  # who listens, and whose acts it hands on
ACTS = 7
QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)
TIMEOUT_S = 60
pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the killed process is watched by Linux' pidfd")


@dataclass
class Opened:
    office: Office
    node_seed: bytes
    next_seed: bytes | None = None


@dataclass
class Scene:
    desk: Desk
    blocks: list[StoredBlock]

    def _neighbour(self) -> Opened:
        office = open_in_memory(self.desk.network, NEIGHBOUR)
        for block in self.blocks:
            office.receive(*block)
        return Opened(office, seed(land_network().charter.name, NEIGHBOUR, "node"))

    @contextmanager
    def listening(self) -> Iterator[Callable[[], list[str]]]:
        """The desk put back, and its neighbour as it was at first; to be asked what it has heard from the desk."""
        service: Service[Office] = Service(self._neighbour, QUIET)
        service.start()
        self.desk.put_back()
        (self.desk.folder.path / PORT_FILE).write_text(str(service.port))
        self.desk.keep()
        try:
            yield lambda: service.call(lambda: heard(service.office)).result(TIMEOUT_S)
        finally:
            service.stop()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        desk = Desk(Path(made) / "office")
        office = open_in_memory(desk.network, RECORDER)
        for number in range(60, 60 + ACTS):
            register(desk.network, office, number)
        writer = CourierWriter(office, seed(land_network().charter.name, RECORDER, "node"), [0])
        (desk.folder.path / STICK_FILE).write_bytes(b"".join(writer.frames()))
        (desk.folder.path / BACKUP_FILE).touch()
        desk.keep()
        yield Scene(desk, [office.block(block) for block in office.newer_than([])])


def heard(office: Office) -> list[str]:
    """Acknowledged by being told: the desk's own blocks that the neighbour holds."""
    return [f"block {office.at(0, 0, seq)[0].hex()}" for tip in office.lace.tips(0) for seq in range(1, tip.seq + 1)]


@pytest.mark.parametrize("task", ["meet", "stick"])
def test_killed_throughout_a_meeting_and_a_stick(recorder: Recorder, scene: Scene, task: str) -> None:
    """At every boundary; there are more or fewer in every meeting, as its messages arrive."""
    boundary, ending, found = 0, Ending([], -9, 0), set()
    while ending.status == -9:
        boundary += 1
        with scene.listening() as told:
            ending = recorder.run(scene.desk.folder, boundary, task=task)
            done = [*ending.done, *told()]
        held = check(scene.desk, Ending(done, ending.status, 0), f"{task} killed at boundary {boundary}")
        found.add(held[RECORDER])
    assert ending.status == 0
    assert len(ending.done) >= ACTS
    assert {0, ACTS} <= found
    assert boundary > 10


def test_a_meeting_after_the_kill_brings_the_rest(recorder: Recorder, scene: Scene) -> None:
    with scene.listening():
        assert recorder.run(scene.desk.folder, 8, task="meet").status == -9
    scene.desk.keep()  # as the kill left it
    with scene.listening():
        assert recorder.run(scene.desk.folder, task="meet").status == 0
    assert check(scene.desk, Ending([], 0, 0), "met again")[RECORDER] == ACTS


@pytest.mark.skipif(shutil.which("cc") is None, reason="calls are made to fail by a library that is compiled here")
@pytest.mark.parametrize("task", ["meet", "stick"])
def test_what_a_failing_disk_leaves_of_a_meeting_and_of_a_stick(faulting: Faulting, scene: Scene, task: str) -> None:
    errors = 0
    for kind in ("full", "sync"):
        with scene.listening():
            whole = faulting.run(scene.desk, task, "sync" if kind == "sync" else "count", 0)
        assert (whole.status, whole.errors) == (0, []), whole
        for at in sorted({1, whole.boundaries // 2, whole.boundaries - 1}):
            with scene.listening() as told:
                ending = faulting.run(scene.desk, task, kind, at)
                done = [*ending.done, *told()]
            why = f"{task}: {kind} at {at} of {whole.boundaries}: {ending}"
            assert not ending.crashes, why
            assert set(ending.errors) <= TOLD, why
            check(scene.desk, Ending(done, 0, 0), why)
            errors += len(ending.errors)
    assert errors
