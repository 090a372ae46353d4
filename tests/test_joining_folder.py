"""A folder joins a network: a new office that was admitted, one whose disk died, and every way in which it must not."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.crypto.keyfile import open_keys
from core.errors import MunimentError
from core.folder import Folder, open_office, read_bounded
from core.joining_folder import given_in_person, join_network
from core.repairing import NewCopy, repair
from core.snapshot import write_snapshot
from core.snapshot_file import Given, Progress
from core.store.database import Database
from core.trying import verify_all
from core.views import Draft, Step
from tests.folders import OFFICE_SECRET, make_office, register
from tests.offices import StepClock, hand_over, meet
from tests.test_epochs import Town, pass_change


@dataclass(frozen=True)
class Arrival:
    town: Town
    folder: Folder
    file: Path
    given: Given

    def refused(self, given: Given | None = None, progress: Progress | None = None) -> str:
        before = sorted(path.name for path in self.folder.path.iterdir())
        with pytest.raises(MunimentError) as caught:
            join_network(self.folder, self.file, given or self.given, OFFICE_SECRET, progress)
        assert self.folder.standing() == "office"
        assert sorted(path.name for path in self.folder.path.iterdir()) == before
        return caught.value.code


def arrival(tmp_path: Path, kind: str) -> Arrival:
    """A folder with a card for which the network has voted, and a snapshot of that network."""
    town = Town()
    name = {"admit": "Desk", "incarnation": town.network.charter.cards[3].name}.get(kind, "Nobody")
    card = make_office(tmp_path / "office", name)
    if kind == "admit":
        pass_change(town, "admit", None, card.encoded)
    if kind == "incarnation":
        pass_change(town, "incarnation", 3, card.encoded)
    if kind == "stranger":
        pass_change(town, "dormancy", 3)
    summary = write_snapshot(town.offices[0], tmp_path / "snapshot")
    return Arrival(town, Folder(tmp_path / "office"), tmp_path / "snapshot", Given(summary.network, summary.checkpoint))


def stop_half_way(size_bytes: int) -> Progress:
    def stop(taken: int) -> None:
        if taken > size_bytes // 2:
            raise MunimentError("stopped-by-hand")

    return stop


@pytest.mark.parametrize(("kind", "number"), [("admit", 4), ("incarnation", 3)])
def test_an_admitted_office_joins_and_works(tmp_path: Path, kind: str, number: int) -> None:
    arrived = arrival(tmp_path, kind)
    joined = join_network(arrived.folder, arrived.file, arrived.given, OFFICE_SECRET)
    assert (joined.number, joined.anchor) == (number, arrived.town.offices[0].anchor)
    office = open_office(arrived.folder, OFFICE_SECRET, StepClock()).office
    assert (office.number, office.hand.quarantine) == (number, None)
    others = [one for one in arrived.town.offices if one.number != number]
    if kind == "admit":
        act = register(arrived.folder, office, 321)
        for _ in range(6):
            for other in others:
                meet(office, other)
            meet(others[0], others[1])
        assert others[0].acts.view(act.id).ladder.anchor
    for _ in range(2):
        hand_over(others[0], office)
        hand_over(office, others[0])
    assert (office.anchor, office.state_root()) == (others[0].anchor, others[0].state_root())
    office.close()
    again = open_office(arrived.folder, OFFICE_SECRET, StepClock()).office
    assert again.state_root() == others[0].state_root()
    again.close()


def test_what_does_not_join(tmp_path: Path) -> None:
    arrived = arrival(tmp_path, "stranger")
    assert arrived.refused(progress=stop_half_way(arrived.file.stat().st_size)) == "stopped-by-hand"
    assert arrived.refused() == "not-admitted"
    assert arrived.refused(Given(arrived.given.network, bytes(32))) == "snapshot-of-another-state"
    arrived.file.write_bytes(arrived.file.read_bytes()[:-9])
    assert arrived.refused() == "snapshot-cut-off"
    arrived.file.unlink()
    assert arrived.refused() == "file-not-found"


def test_a_member_does_not_join_again_nor_does_a_used_key(tmp_path: Path) -> None:
    arrived = arrival(tmp_path, "admit")
    join_network(arrived.folder, arrived.file, arrived.given, OFFICE_SECRET)
    with pytest.raises(MunimentError, match="already-a-member"):
        join_network(arrived.folder, arrived.file, arrived.given, OFFICE_SECRET)
    office = open_office(arrived.folder, OFFICE_SECRET, StepClock()).office
    register(arrived.folder, office, 5)
    write_snapshot(office, arrived.file)
    office.close()
    arrived.folder.charter.unlink()
    assert arrived.refused() == "already-a-member"
    arrived.folder.intent.unlink()
    assert arrived.refused() == "key-was-used"


def test_a_damaged_copy_that_began_with_another_s_joins_again(tmp_path: Path, prepared: Arrival) -> None:
    """What only this office had comes from what can still be read; the rest is the new copy's."""
    folder = Folder(tmp_path / "office")
    shutil.copytree(prepared.folder.path, folder.path)
    join_network(folder, prepared.file, prepared.given, OFFICE_SECRET)
    office, giver = open_office(folder, OFFICE_SECRET, StepClock()).office, prepared.town.offices[0]
    meet(office, giver)
    own = register(folder, office, 321)
    office.store.put_draft(Draft(b"d" * 16, "land", "transfer", "A sale", 1, b"document"))
    blocks, root = office.standing.counts().blocks, office.state_root()
    office.close()
    keys = open_keys(read_bounded(folder.node_key), OFFICE_SECRET)
    database = Database(folder.replica, keys.secrets["database_key"])
    for statement in ("DELETE FROM record", "UPDATE block SET signature = zeroblob(64) WHERE position BETWEEN 2 AND 9"):
        database.execute(statement)
    database.close()
    before = {path.name: path.read_bytes() for path in folder.path.iterdir() if path.is_file()}
    with pytest.raises(MunimentError, match="new-copy-needed"):
        list(repair(folder, keys))
    with pytest.raises(MunimentError, match="snapshot-of-another-state"):
        list(repair(folder, keys, copy=NewCopy(prepared.file, bytes(32))))
    assert {path.name: path.read_bytes() for path in folder.path.iterdir() if path.is_file()} == before
    *_, told = repair(folder, keys, copy=NewCopy(prepared.file, prepared.given.checkpoint))
    assert (told.blocks, told.waiting, told.lost) == (blocks, 0, [])
    again = open_office(folder, OFFICE_SECRET, StepClock()).office
    assert (again.hand.quarantine, again.standing.counts().blocks, again.state_root()) == (None, blocks, root)
    assert again.acts.view(own.id).ladder.step is Step.RECORDED
    assert [draft.title for draft in again.drafts.all()] == ["A sale"]
    register(folder, again, 322)
    meet(again, giver)
    assert giver.acts.view(own.id).author == again.number
    list(verify_all(again))
    again.close()


def test_numbers_are_read_as_they_are_written_down() -> None:
    network, checkpoint = bytes(range(32)).hex(), bytes(range(100, 132)).hex()
    grouped = " ".join(network[at : at + 4] for at in range(0, 64, 4)).upper()
    assert given_in_person(grouped, f" {checkpoint}\n") == Given(bytes(range(32)), bytes(range(100, 132)))
    for wrong in ("", network[:-1], network[:-1] + "g", network + "00"):
        with pytest.raises(MunimentError, match="not-a-hash"):
            given_in_person(wrong, checkpoint)


class Cut(BaseException):
    """The process ends here: nothing behind it runs, as with a kill."""


@pytest.mark.parametrize("window", range(24))
def test_a_cut_at_every_step_leaves_an_office_that_joins_with_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared: Arrival, window: int
) -> None:
    """Counted at the edge, where files are synced, renamed and removed."""
    folder = Folder(tmp_path / "office")
    shutil.copytree(prepared.folder.path, folder.path)
    left = window

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == -1:
                raise Cut
            return call(*given, **named)

        return run

    with monkeypatch.context() as edge:
        for name in ("fsync", "replace", "unlink", "fdatasync"):
            edge.setattr(os, name, counted(getattr(os, name)))
        with suppress(Cut):
            join_network(folder, prepared.file, prepared.given, OFFICE_SECRET)
    if folder.standing() == "office":
        join_network(folder, prepared.file, prepared.given, OFFICE_SECRET)
    office = open_office(folder, OFFICE_SECRET, StepClock()).office
    giver = prepared.town.offices[0]
    assert (office.hand.quarantine, office.anchor, office.state_root()) == (None, giver.anchor, giver.state_root())
    office.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Arrival:
    return arrival(tmp_path_factory.mktemp("prepared"), "admit")
