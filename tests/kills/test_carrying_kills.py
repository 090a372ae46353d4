"""Killed while a stick is written: under the file's name stands the older one or the whole new one, never a part.

The windows: while the new file grows beside, before and after it is on the medium, before it has its name, and before
it is noted that what it answers was said. Whatever stands beside brings nothing if somebody reads it all the same.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.casefile.process import WorkerProcess
from core.casefile.session import CaseFiles
from core.crypto.keyfile import open_keys
from core.errors import MunimentError
from core.folder import open_office
from core.office import Office
from core.views import Draft
from sync.courier import CourierWriter
from sync.courier_desk import CourierDesk
from tests.kills.cases import ASKED, PASSPHRASE, STICK_FILE
from tests.kills.faulting import FaultedEnding, Faulting
from tests.kills.test_kills import Desk, check
from tests.kills.upkeep import carry
from tests.ledger.building import FOUNDED_MS, seed
from tests.offices import StepClock, land_network, open_in_memory, register

BEFORE, AFTER = 3, 5  # acts on the older stick, and since
DRAFT = bytes(16)
SEED = seed(land_network().charter.name, ASKED, "node")
pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/fd") or shutil.which("cc") is None,
    reason="calls are killed at by a library that is compiled here and preloaded, which needs Linux and a C compiler",
)


class Carrying:
    """An office that answers a draft of its neighbour's with the stick that it is about to write over an older one."""

    task = "carry"

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        self.stick = path / STICK_FILE
        office = self._open()
        for number in range(BEFORE):
            register(self.desk.network, office, number)
        office.close()
        carry(self.desk.folder, 0, lambda _told: None)
        self.older = self.stick.read_bytes()
        office = self._open()
        for number in range(AFTER):
            register(self.desk.network, office, 100 + number)
        self.own = set(office.newer_than([]))
        self._share(office)
        office.close()
        self.desk.keep()

    def _open(self) -> Office:
        return open_office(self.desk.folder, PASSPHRASE, StepClock()).office

    def _seed(self) -> bytes:
        return open_keys(self.desk.folder.node_key.read_bytes(), PASSPHRASE).secrets["node_seed"]

    def _share(self, office: Office) -> None:
        """The neighbour's draft comes on a stick of its own; there is nothing to add to it."""
        other, worker = open_in_memory(self.desk.network, ASKED), WorkerProcess()
        session = CaseFiles(worker).open(DRAFT.hex())
        session.set(("ground",), "sale")
        other.store.put_draft(Draft(DRAFT, "land", "transfer", "Sale", FOUNDED_MS, session.saved))
        other.sharing.share(DRAFT, 0)
        worker.close()
        path = self.desk.folder.path / "their.courier"
        path.write_bytes(b"".join(CourierWriter(other, SEED, [0]).frames()))
        asyncio.run(CourierDesk(office, [self._seed()], lambda _event: None).read(path))
        path.unlink()

    def examine(self, ending: FaultedEnding, why: str) -> None:
        self._examine_stick(carried=bool(ending.done), why=why)
        check(self.desk, FaultedEnding([], 0, 0), why)
        carry(self.desk.folder, 0, lambda _told: None)
        self._examine_stick(carried=True, why=f"{why}, written again")
        assert [path.name for path in self.desk.folder.path.iterdir() if path.name.endswith(".part")] == [], why

    def _examine_stick(self, carried: bool, why: str) -> None:
        new = self.stick.read_bytes() != self.older
        assert new or not carried, why
        if new:
            assert self.brought(self.stick) == self.own, why
        beside = self.stick.with_name(f".{STICK_FILE}.part")
        if beside.exists():
            assert self.brought(beside) in (set(), self.own), why
        office = self._open()
        (share,) = office.sharing.with_office(ASKED)
        office.close()
        assert share.has_news or new, f"{why}: the answer was said by no stick"
        assert not share.has_news or not carried, why

    def brought(self, path: Path) -> set[bytes]:
        """Which of the office's blocks its neighbour holds after it has read a file; none of one that is refused."""
        other, refused = open_in_memory(self.desk.network, ASKED), ""
        try:
            asyncio.run(CourierDesk(other, [SEED], lambda _event: None).read(path))
        except MunimentError as error:
            refused = error.code
        assert refused in ("", "courier-cut", "not-a-courier-file")
        assert not refused or other.newer_than([]) == []
        return self.own & set(other.newer_than([]))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrying]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        yield Carrying(Path(made) / "office")


def test_killed_at_every_kind_of_call_while_a_stick_is_written(faulting: Faulting, scene: Carrying) -> None:
    whole = faulting.run(scene.desk, "carry", "count", 0)
    assert (whole.status, whole.unsynced()) == (0, [])
    scene.examine(whole, "no kill")
    stood = set()
    for at in faulting.boundaries_of(scene.desk, "carry"):
        ending = faulting.run(scene.desk, "carry", "kill", at)
        assert ending.status == -9
        stood.add((scene.stick.read_bytes() != scene.older, bool(ending.done)))
        scene.examine(ending, f"killed at {at}")
    assert stood == {(False, False), (True, False), (True, True)}
