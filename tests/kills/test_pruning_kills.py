"""Killed while old payloads are put away: each stands in the database or in the archive, and reads as before.

The windows: while boxes are added to the archive, before they are on the disk, before the database forgets a step's
payloads, between two steps, and while the file is made smaller. The next call puts the rest away.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.folder import open_office
from core.office import Office
from core.pruning import prune
from tests.kills.cases import PASSPHRASE
from tests.kills.faulting import FaultedEnding, Faulting
from tests.kills.test_kills import Desk
from tests.offices import StepClock, meet_until_quiet, open_in_memory, register

ROUNDS, ACTS_EACH = 4, 2
pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/fd") or shutil.which("cc") is None,
    reason="calls are killed at by a library that is compiled here and preloaded, which needs Linux and a C compiler",
)


class PuttingAway:
    """An office with acts of four offices that all of them have settled."""

    task = "put-away"

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        office = self._open()
        offices = [office, *(open_in_memory(self.desk.network, number) for number in (1, 2, 3))]
        for number in range(ROUNDS):
            for one in offices:
                for act in range(ACTS_EACH):
                    register(self.desk.network, one, (number * ACTS_EACH + act) * len(offices) + one.number)
            meet_until_quiet(offices)
        self.blocks = {block: office.block(block) for block in office.newer_than([])}
        office.close()
        self.desk.keep()
        office = self._open()
        *_, told = prune(office)
        self.away = told.blocks
        office.close()

    def _open(self) -> Office:
        return open_office(self.desk.folder, PASSPHRASE, StepClock()).office

    def examine(self, ending: FaultedEnding, why: str) -> int:
        """How many payloads were in the archive alone when it was killed."""
        office = self._open()
        try:
            found = office.store.pruned.count()
            assert found >= max((int(done.split()[1]) for done in ending.done), default=0), why
            self._examine_blocks(office, why)
            *_, told = prune(office)
            assert found + told.blocks == office.store.pruned.count() == self.away, why
            self._examine_blocks(office, why)
            office.store.database.check_pages()
            assert office.hand.quarantine is None, why
        finally:
            office.close()
        return found

    def _examine_blocks(self, office: Office, why: str) -> None:
        assert {block: office.block(block) for block in office.newer_than([])} == self.blocks, why
        assert office.checking.verify_stored(0, 10_000) is not None, why


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PuttingAway]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        yield PuttingAway(Path(made) / "office")


def test_killed_at_every_kind_of_call_while_old_payloads_are_put_away(faulting: Faulting, scene: PuttingAway) -> None:
    whole = faulting.run(scene.desk, "put-away", "count", 0)
    assert whole.status == 0
    # In the end the log is cut; if a power cut undoes that, it says what the file says already.
    assert set(whole.unsynced()) <= {f"/replica.db-wal at {whole.done[-1]}"}
    assert len(whole.done) > 2
    assert scene.examine(whole, "no kill") == scene.away
    found = set()
    for at in faulting.boundaries_of(scene.desk, "put-away"):
        ending = faulting.run(scene.desk, "put-away", "kill", at)
        assert ending.status == -9
        found.add(scene.examine(ending, f"killed at {at}"))
    assert len(found) > 2
    assert {0, scene.away} <= found
