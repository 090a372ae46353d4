"""A damaged replica put together anew: what its own blocks, a backup and the neighbours give, and nothing else."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from core.crypto.keyfile import open_keys
from core.errors import MunimentError
from core.folder import Folder, open_office
from core.importing.resuming import find_note, rows_done
from core.office import Office
from core.repairing import MADE, UNDER_WAY, Repaired, Source, repair
from core.store.database import Database
from tests.damage.kinds import KINDS
from tests.damage.worked_office import IMPORTED, WorkedOffice, detect
from tests.kills.cases import PASSPHRASE
from tests.offices import StepClock, meet_until_quiet


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> WorkedOffice:
    return WorkedOffice(tmp_path_factory.mktemp("repair") / "office")


@pytest.fixture
def damaged(worked: WorkedOffice) -> Iterator[WorkedOffice]:
    worked.desk.put_back()
    for aside in worked.desk.folder.path.glob("before-repair-*"):
        aside.rmdir()
    yield worked
    worked.desk.put_back()


def repaired(folder: Folder, backup: Source | None = None) -> Repaired:
    keys = open_keys(folder.node_key.read_bytes(), PASSPHRASE)
    *_, told = repair(folder, keys, backup)
    assert not (folder.path / MADE).exists()
    assert not (folder.path / UNDER_WAY).exists()
    return told


def opened(office: WorkedOffice) -> Office:
    return open_office(office.desk.folder, PASSPHRASE, StepClock()).office


def imported(office: Office) -> frozenset[int]:
    """The rows of a table of two that an import entered before the computer stopped."""
    note = find_note(office, IMPORTED)
    return rows_done(office, note, (2, 3)) if note is not None else frozenset()


def is_whole(worked: WorkedOffice, office: Office) -> bool:
    agreed = office.store.state.state_root() == worked.state_root
    return (
        agreed
        and office.standing.counts().blocks == worked.blocks
        and office.store.state.overlay_rows() == worked.overlay
    )


def alter(office: WorkedOffice, statement: str) -> None:
    database = Database(office.desk.folder.replica, office.database_key())
    database.execute(statement)
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM record",
        "DELETE FROM history",
        "DELETE FROM act",
        "DELETE FROM anchor",
        "UPDATE entry SET leaf = x'00'",
    ],
)
def test_what_follows_from_the_blocks_is_made_of_them_again(damaged: WorkedOffice, statement: str) -> None:
    alter(damaged, statement)
    assert detect(damaged.desk) == "replica-damaged"
    told = repaired(damaged.desk.folder)
    assert (told.blocks, told.unreadable, told.refused, told.waiting, told.lost) == (damaged.blocks, 0, 0, 0, [])
    assert detect(damaged.desk) is None
    office = opened(damaged)
    assert is_whole(damaged, office)
    assert [draft.title for draft in office.drafts.all()] == ["A sale"]
    assert office.papers.all_bytes == len(b"a scan of a deed" * 9_000)
    assert imported(office) == {2}, (
        "an import that was cut short enters no row again, though its block is in the archive"
    )
    office.close()


def test_what_was_found_is_kept(damaged: WorkedOffice) -> None:
    alter(damaged, "DELETE FROM history")
    before = {path.name: path.read_bytes() for path in (damaged.desk.folder.replica, damaged.desk.folder.archive)}
    repaired(damaged.desk.folder)
    *_, aside = sorted(damaged.desk.folder.path.glob("before-repair-*"))
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == before


def test_a_block_that_is_lost_comes_from_a_neighbour_and_the_rest_waits_for_it(damaged: WorkedOffice) -> None:
    """Blocks behind it that nobody else has ever seen are not lost with it."""
    alter(damaged, "UPDATE block SET signature = zeroblob(64) WHERE position = 4")
    told = repaired(damaged.desk.folder)
    assert (told.blocks + told.waiting, told.refused) == (damaged.blocks - 1, 1)
    assert told.blocks < 10 < told.waiting
    office = opened(damaged)
    assert office.hand.quarantine == "database-behind"
    meet_until_quiet([office, damaged.neighbours[0]])
    assert office.standing.counts().blocks >= damaged.blocks
    assert office.hand.quarantine is None
    assert office.salvaged.ids() == []
    office.close()
    office = opened(damaged)
    assert office.hand.quarantine is None
    office.close()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_page_is_damaged_neighbours_or_a_backup_give_the_rest(
    damaged: WorkedOffice, seed: int, tmp_path: Path
) -> None:
    backup = Source(tmp_path / "replica.db", tmp_path / "archive.sealed", damaged.database_key())
    backup.replica.write_bytes(damaged.desk.folder.replica.read_bytes())
    backup.archive.write_bytes(damaged.desk.folder.archive.read_bytes())
    KINDS["page of zeros"](damaged, Random(seed))
    KINDS["bit flipped"](damaged, Random(seed))
    assert detect(damaged.desk) == "replica-damaged"
    told = repaired(damaged.desk.folder, backup)
    assert told.waiting == 0
    assert detect(damaged.desk) is None
    office = opened(damaged)
    assert is_whole(damaged, office)
    office.close()


def test_nothing_that_can_be_read_leaves_an_empty_copy_that_signs_nothing_until_it_is_back(
    damaged: WorkedOffice,
) -> None:
    folder = damaged.desk.folder
    folder.replica.write_bytes(os.urandom(len(folder.replica.read_bytes())))
    told = repaired(folder)
    assert (told.blocks, told.acts) == (0, 0)
    assert "draft" in told.lost
    office = opened(damaged)
    assert office.hand.quarantine == "database-behind"
    meet_until_quiet([office, damaged.neighbours[1]])
    # What only this office had is nowhere: it is not made up, and nothing is signed in its place.
    assert office.hand.quarantine == "database-behind"
    assert office.standing.counts().blocks < damaged.blocks
    office.close()


def test_a_repair_cut_anywhere_while_it_is_put_in_place_is_finished_by_the_next_opening(
    damaged: WorkedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(Exception):
        pass

    names = ("replace", "link", "unlink", "rmdir", "mkdir")
    real = {name: getattr(os, name) for name in names}

    def cut_at(last: int) -> Iterator[int]:
        passed = 0

        def counted(name: str) -> Callable[..., None]:
            def step(*args: object, **named: object) -> None:
                nonlocal passed
                passed += 1
                if passed == last:
                    raise PowerCutError
                real[name](*args, **named)

            return step

        for name in names:
            monkeypatch.setattr(os, name, counted(name))
        yield 0
        for name in names:
            monkeypatch.setattr(os, name, real[name])
        yield passed

    def run(last: int) -> int:
        damaged.desk.put_back()
        alter(damaged, "DELETE FROM history")
        steps = cut_at(last)
        next(steps)
        with contextlib.suppress(PowerCutError):
            repaired(damaged.desk.folder)
        return next(steps)

    whole = run(0)
    assert whole >= 6
    for last in range(1, whole + 1):
        run(last)
        if (damaged.desk.folder.path / MADE).exists() or detect(damaged.desk) is None:
            assert detect(damaged.desk) is None, last
        else:  # the repair was not asked for yet: it is as damaged as before
            assert detect(damaged.desk) == "replica-damaged"
            repaired(damaged.desk.folder)
            assert detect(damaged.desk) is None


def test_a_repair_is_refused_while_the_office_is_open(damaged: WorkedOffice) -> None:
    office = opened(damaged)
    with pytest.raises(MunimentError) as caught:
        repaired(damaged.desk.folder)
    assert caught.value.code == "replica-in-use"
    office.close()
    assert detect(damaged.desk) is None
