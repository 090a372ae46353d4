"""`muniment import`, killed at each of its boundaries and run again: no row is lost, and none is entered twice.

The windows: before the note of the import is kept, between two blocks, between a block's intent and its commit, after the
last block and before the note says that all is done.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.folder import open_office
from tests.kills.cases import MAP_FILE, PASSPHRASE, PASSPHRASE_FILE, TABLE_FILE
from tests.kills.test_kills import Desk, Ending, Recorder, check
from tests.offices import StepClock

ROWS, HOLDERS = 27, 50  # so long that they take two blocks
HOLDER = '{{kind: ownership, holder: "{{owner}} {number}", part: "1/50"}}'
MAP = """
signers: [registrar]
fields:
  cadastral: "{id}"
  basis: systematic
  area_m2: "{area}"
  rights: [%s]
"""
pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the killed process is watched by Linux' pidfd")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as made:
        desk = Desk(Path(made) / "office")
        folder = desk.folder.path
        (folder / PASSPHRASE_FILE).write_text(PASSPHRASE)
        (folder / MAP_FILE).write_text(MAP % ", ".join(HOLDER.format(number=number) for number in range(HOLDERS)))
        rows = [f"{number:010},{100 + number},{'Owner' * 37}" for number in range(ROWS)]
        (folder / TABLE_FILE).write_text("\n".join(["id,area,owner", *rows]))
        desk.keep()
        yield desk


def recorded(desk: Desk) -> list[str]:
    """The names of all parcels, as often as an act has entered one."""
    office = open_office(desk.folder, PASSPHRASE, StepClock()).office
    try:
        assert office.standing.counts().acts == len(office.records.page("land.parcel"))
        return sorted(row.label for row in office.records.page("land.parcel"))
    finally:
        office.close()


def test_killed_at_every_boundary_and_run_again_it_enters_each_row_once(recorder: Recorder, desk: Desk) -> None:
    whole = recorder.run(desk.put_back(), task="import")
    assert (whole.status, whole.done) == (0, [f"written 0 {ROWS}"])
    rows = recorded(desk)
    assert len(rows) == ROWS
    before = set()
    for boundary in range(1, whole.boundaries + 1):
        why = f"killed at boundary {boundary} of {whole.boundaries}"
        assert recorder.run(desk.put_back(), boundary, task="import").status == -9, why
        again = recorder.run(desk.folder, task="import")
        (said,) = again.done
        if said != "imported-before":
            word, done, entered = said.split()
            assert (again.status, word, int(done) + int(entered)) == (0, "written", ROWS), why
            before.add(int(done))
        assert recorded(desk) == rows, why
        check(desk, Ending([], 0, 0), why)
    assert len(before) == 3, before  # none of the rows, those of the first block, all of them
