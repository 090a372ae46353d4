"""Damage to what an office has on its disk: whatever is done to a file or a row, opening or checking says so.

The long run of the same: tests/torture/damage.py.
"""

from collections.abc import Iterator
from random import Random

import pytest

from core.store.database import Database
from tests.damage.kinds import KINDS
from tests.damage.worked_office import WorkedOffice, detect, read_ledger

TRIES = 50


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> WorkedOffice:
    return WorkedOffice(tmp_path_factory.mktemp("damage") / "office")


@pytest.fixture
def sound(worked: WorkedOffice) -> Iterator[WorkedOffice]:
    worked.desk.put_back()
    yield worked
    worked.desk.put_back()


def test_what_is_not_damaged_passes(sound: WorkedOffice) -> None:
    assert detect(sound.desk) is None
    assert detect(sound.desk) is None


@pytest.mark.parametrize("seed", range(TRIES))
def test_damage_to_a_file_is_detected(sound: WorkedOffice, seed: int) -> None:
    names = sorted(KINDS)
    KINDS[names[seed % len(names)]](sound, Random(seed))
    assert detect(sound.desk) is not None


# What an old page put back does to a row: each passes every HMAC.
ROWS = {
    "replaced version gone": "DELETE FROM history WHERE record = (SELECT record FROM history LIMIT 1)",
    "replaced version altered": "UPDATE history SET body = (SELECT body FROM record LIMIT 1)",
    "agreed record older": "UPDATE record SET body = (SELECT body FROM history WHERE record = id)"
    " WHERE id IN (SELECT record FROM history)",
    "foreseen record gone": "DELETE FROM overlay WHERE number = (SELECT min(number) FROM overlay)",
    "foreseen record altered": "UPDATE overlay SET body = (SELECT body FROM record LIMIT 1)",
    "act called otherwise": "UPDATE act SET outcome = 'warned' WHERE number = (SELECT min(number) FROM act)",
    "act gone": "DELETE FROM act WHERE number = (SELECT min(number) FROM act)",
    "entry gone": "DELETE FROM entry WHERE number = 1",
    "entry altered": "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE number = 0) WHERE number = 1",
    "anchor gone": "DELETE FROM anchor WHERE number = 1",
    "block not executed": "UPDATE block SET anchor = 0 WHERE position = 1",
    "newest blocks gone": "DELETE FROM block WHERE position > (SELECT max(position) - 2 FROM block)",
    "group of an index gone": "DELETE FROM index_entry WHERE record = (SELECT record FROM index_entry LIMIT 1)",
    "tree of the state older": "UPDATE state_node SET body = (SELECT body FROM state_node LIMIT 1) WHERE number = 2",
    "cosignature gone": "DELETE FROM cosignature WHERE anchor = (SELECT min(anchor) FROM checkpoint WHERE certified)",
    "checkpoint altered": "UPDATE checkpoint SET size = size, body = (SELECT body FROM checkpoint LIMIT 1)",
    "stub altered": "UPDATE pruned SET stub = x'00'",
    "place in the archive altered": "UPDATE pruned SET place = place + 1",
    "chunk of a scan altered": "UPDATE paper_chunk SET body = x'00' WHERE place = 1",
    "table emptied": "DELETE FROM record",
}


@pytest.mark.parametrize("statement", ROWS.values(), ids=ROWS)
def test_an_older_row_is_detected(sound: WorkedOffice, statement: str) -> None:
    database = Database(sound.desk.folder.replica, sound.database_key())
    before = database.row_changes
    database.execute(statement)
    assert database.row_changes > before
    database.close()
    assert detect(sound.desk) is not None


def test_what_is_only_foreseen_is_folded_anew(sound: WorkedOffice) -> None:
    """No block is damaged, so nothing is lost and nobody is alarmed."""
    database = Database(sound.desk.folder.replica, sound.database_key())
    database.execute("DELETE FROM overlay")
    database.execute("DELETE FROM foreseen")
    database.close()
    assert detect(sound.desk) == "overlay-mended"
    assert detect(sound.desk) is None
    database = Database(sound.desk.folder.replica, sound.database_key())
    rows = database.rows("SELECT id, author, register, label, body FROM overlay ORDER BY id")
    database.close()
    assert rows == sound.overlay


def test_every_page_put_back_alone_is_detected_or_changes_no_act(sound: WorkedOffice) -> None:
    """All pages that differ between the older file and the newest one, each in its old place.

    Nothing proves which drafts there were: they are nobody's but this office's.
    """
    replica, key = sound.desk.folder.replica, sound.database_key()
    newest, older = replica.read_bytes(), sound.older[replica]
    found, size = 0, 4096
    for start in range(0, len(older), size):
        page = older[start : start + size]
        if page == newest[start : start + size]:
            continue
        damaged = newest[:start] + page + newest[start + size :]
        sound.desk.put_back()
        replica.write_bytes(damaged)
        if detect(sound.desk) is not None:
            found += 1
            continue
        assert read_ledger(replica, key) == sound.ledger
    assert found > 20
