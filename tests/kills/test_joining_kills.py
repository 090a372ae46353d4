"""Killed while an office that has lost everything enters its network again with a copy of the register.

The windows: while the replica grows beside its place, before it is put there, between two officers' key files that get
the numbers after those of the officers before, before the intent file and before the charter, which makes the folder a
member's. Before that the same call begins anew; after it the office opens and works.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.folder import Folder, NewOfficer, create_office, open_office, open_officer
from core.ledger.returning import returning
from core.snapshot import write_snapshot
from core.views import Step
from sync.certificate import make_certificate
from tests.folders import CHEAP, OFFICE_SECRET, OFFICER_SECRET, register
from tests.kills.cases import NUMBERS_FILE, PASSPHRASE, SNAPSHOT_FILE
from tests.kills.faulting import FaultedEnding, Faulting
from tests.kills.kept import KeptFolder
from tests.kills.upkeep import join
from tests.offices import StepClock
from tests.test_epochs import Town, pass_change

LOST = 3  # number of the office whose disk has died
FORMER, COMING = 4, 6  # officers on its first card, and on the one with which it comes back
pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/fd") or shutil.which("cc") is None,
    reason="calls are killed at by a library that is compiled here and preloaded, which needs Linux and a C compiler",
)


class Joining:
    """A folder with a new key, for which the network has voted, and the copy that a neighbour has written."""

    task = "join"

    def __init__(self, path: Path) -> None:
        town = Town()
        name, roles = town.network.charter.cards[LOST].name, frozenset({"registrar"})
        people = [NewOfficer(f"Officer {number}", roles, OFFICER_SECRET) for number in range(COMING)]
        card = create_office(Folder(path), name, OFFICE_SECRET, people, make_certificate, CHEAP, floor=CHEAP)
        pass_change(town, "incarnation", LOST, returning(card.encoded))
        told = write_snapshot(town.offices[0], path / SNAPSHOT_FILE)
        (path / NUMBERS_FILE).write_text(f"{told.network.hex()} {told.checkpoint.hex()}")
        self.keys = [officer.key for officer in card.officers]
        self.state = (town.offices[0].anchor, town.offices[0].state_root())
        self.desk = KeptFolder(Folder(path))
        self._begun_anew = set[frozenset[tuple[str, int]]]()

    def examine(self, ending: FaultedEnding, why: str) -> None:
        """Begun anew once from each kind of remains: the same files of the same sizes."""
        folder = self.desk.folder
        if folder.standing() != "member":
            assert not ending.done, why
            remains = frozenset((path.suffix or path.name, path.stat().st_size) for path in folder.path.rglob("*"))
            remains |= {(path.name, 0) for path in folder.path.glob("officers/*")}
            if remains in self._begun_anew:
                return
            self._begun_anew.add(remains)
            join(folder, 0, lambda _told: None)
        office = open_office(folder, PASSPHRASE, StepClock()).office
        try:
            assert (office.number, office.hand.quarantine) == (LOST, None), why
            assert (office.anchor, office.state_root()) == self.state, why
            assert set(office.checking.verify_state()) == {None}, why
            numbers = range(FORMER, FORMER + COMING)
            assert [open_officer(folder, one, OFFICER_SECRET).public for one in numbers] == self.keys, why
            assert not any(folder.officer_key(one).exists() for one in range(FORMER)), why
            assert register(folder, office, 321, FORMER).ladder.step is Step.RECORDED, why
        finally:
            office.close()
        assert not [path.name for path in folder.path.iterdir() if path.name.startswith("joining")], why


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joining]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        yield Joining(Path(made) / "office")


def test_killed_at_every_kind_of_call_while_an_office_joins_again(faulting: Faulting, scene: Joining) -> None:
    whole = faulting.run(scene.desk, "join", "count", 0)
    assert (whole.status, whole.done, whole.unsynced()) == (0, [f"joined {LOST}"], [])
    scene.examine(whole, "no kill")
    stood = set()
    for at in faulting.boundaries_of(scene.desk, "join"):
        ending = faulting.run(scene.desk, "join", "kill", at)
        assert ending.status == -9
        stood.add((scene.desk.folder.standing(), bool(ending.done)))
        scene.examine(ending, f"killed at {at}")
    assert stood == {("office", False), ("member", False)}
