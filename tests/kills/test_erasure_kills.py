"""Killed while an order of erasure is carried out: once an office may have signed that it is, no page holds the keys.

The windows: before and after the commit of the key, of the anchor that carries the order, while its log is folded back into the
file and cut, before it is noted that it was, and before the block that says so. Whatever was cut, the next start
makes good, and the keys of other records stay.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.crypto.keyfile import open_keys
from core.custody.keys import DATABASE_KEY
from core.folder import open_office
from core.ledger.encoding import decode
from core.ledger.transaction import Signer
from core.office import Office
from core.views import ActView
from tests.kills.cases import NEIGHBOUR_FILE, PASSPHRASE
from tests.kills.faulting import FaultedEnding, Faulting
from tests.kills.test_kills import Desk
from tests.offices import StepClock, sign
from tests.sealing.homes import children_law, entry, open_home, order_erasure, settle
from tests.sealing.left_behind import keys_of, plain_pages

CHILDREN = 12
pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/fd") or shutil.which("cc") is None,
    reason="calls are killed at by a library that is compiled here and preloaded, which needs Linux and a C compiler",
)


class Erasing:
    """An office that holds keys of a neighbour's records. At hand are the neighbours' blocks, in which one more is entered,
    its key, and the order to erase it, on which they have agreed.
    """

    task = "erase"

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path, children_law(), {})
        self.key = open_keys(self.desk.folder.node_key.read_bytes(), PASSPHRASE).secrets[DATABASE_KEY]
        others = [open_home(self.desk.network, number) for number in (1, 2, 3)]
        office = self._open()
        children = [self._enter(others[0], number).records[0] for number in range(CHILDREN)]
        settle([office, *others], verify=False)
        self.kept = [key for child in children for key in keys_of(office, child)]
        assert len(self.kept) == CHILDREN
        tips = [tip.id for tip in office.vector()]
        office.close()
        child = self._enter(others[0], CHILDREN)
        sealed = [row for row in others[0].store.sealing.of_record(child.records[0]) if 0 in row.sealed.offices]
        (self.gone,) = [others[0].store.sealing.key(row.name) or b"" for row in sealed]
        envelopes = {block: others[0].keys.of_block(block) for block in others[0].newer_than(tips)}
        self.order = order_erasure(others[0], child.records[0]).id
        settle(others, verify=False)
        blocks = others[0].newer_than(tips)
        self.desk.bring([*others[0].block(block), envelopes.get(block, [])] for block in blocks)
        self.intents = self.desk.intents()

    def _open(self) -> Office:
        return open_office(self.desk.folder, PASSPHRASE, StepClock()).office

    def _enter(self, office: Office, number: int) -> ActView:
        signers = [Signer(office.number, 0, "registrar")]
        proposal = office.propose("children", "enter", {}, entry(number, court=0), signers)
        return office.record(sign(self.desk.network, office, [proposal]))[0]

    def _pages(self) -> bytes:
        return plain_pages(self.desk.folder.replica, self.key)

    def examine(self, ending: FaultedEnding, why: str) -> None:
        said = self.desk.intents() != self.intents
        assert said or not ending.done, why
        if said:  # the block may have been signed, and may be shown to anybody from the next start on
            assert self.gone not in self._pages(), why
        office = self._open()
        try:
            assert office.hand.quarantine is None, why
            if office.number in office.store.sealing.notes(self.order):
                assert self.gone not in self._pages(), why
            for *block, envelopes in decode((self.desk.folder.path / NEIGHBOUR_FILE).read_bytes()):
                office.receive(*block)
                office.keys.take(envelopes)
            office.write()
            assert office.store.sealing.notes(self.order) == [0, 1, 2, 3], why
            assert [row.swept for row in office.store.sealing.erasures()] == [True], why
            assert self.gone not in self._pages(), why
            assert office.checking.verify_stored(0, 1000) is not None, why
        finally:
            office.close()
        pages = self._pages()
        assert self.gone not in pages, why
        assert all(key in pages for key in self.kept), why


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erasing]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        yield Erasing(Path(made) / "office")


def test_killed_at_every_kind_of_call_while_an_order_of_erasure_is_carried_out(
    faulting: Faulting, scene: Erasing
) -> None:
    whole = faulting.run(scene.desk, "erase", "count", 0)
    assert (whole.status, whole.done, whole.unsynced()) == (0, ["noted"], [])
    scene.examine(whole, "no kill")
    stood = set()
    for at in faulting.boundaries_of(scene.desk, "erase"):
        ending = faulting.run(scene.desk, "erase", "kill", at)
        assert ending.status == -9
        stood.add((scene.gone in scene._pages(), bool(ending.done)))
        scene.examine(ending, f"killed at {at}")
    assert stood == {(True, False), (False, False), (False, True)}
