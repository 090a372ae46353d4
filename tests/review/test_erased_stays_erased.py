"""What an order of erasure has destroyed does not come back: not with a repair that takes an old backup to hand."""

import shutil
from pathlib import Path

from core.crypto.keyfile import OpenedKeys
from core.custody.keys import DATABASE_KEY as NAME_OF_KEY
from core.data_folder import Folder
from core.repairing import Source, repair
from core.store.database import Database
from core.store.replica import ReplicaStore
from core.views import Draft
from tests.folders import CHEAP
from tests.offices import DATABASE_KEY
from tests.sealing.homes import children_network, enter, make_homes, open_home, order_erasure, settle
from tests.sealing.test_erasure import keys_of, plain_pages

TYPED = b"typed about her"


def test_a_repair_with_a_backup_of_before_brings_back_no_key_and_no_draft(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "office")
    folder.path.mkdir()
    folder.charter.write_bytes(children_network().charter.encoded)
    homes = make_homes()
    homes[0] = open_home(children_network(), 0, ReplicaStore(Database(folder.replica, DATABASE_KEY, create=True)))
    erased, kept = (enter(homes[0], number, court=2).records[0] for number in (1, 2))
    homes[0].drafts.put(Draft(b"d" * 16, "children", "rename", "Draft", 1, TYPED, (erased,)))
    settle(homes, verify=False)
    gone, standing = keys_of(homes[0], erased), keys_of(homes[0], kept)
    backup = Source(tmp_path / "backup.db", tmp_path / "backup.archive", DATABASE_KEY)
    homes[0].store.database.copy_to(backup.replica, DATABASE_KEY)
    order_erasure(homes[0], erased)
    settle(homes, verify=False)
    homes[0].store.database.close()
    *_, told = repair(folder, OpenedKeys("node", CHEAP, {NAME_OF_KEY: DATABASE_KEY}), backup)
    assert told.unreadable == told.refused == 0
    again = Database(folder.replica, DATABASE_KEY)
    assert sorted(key for (key,) in again.rows("SELECT key FROM sealed_key")) == sorted(standing)
    assert again.scalar("SELECT count(*) FROM draft") == 0
    assert again.scalar("SELECT count(*) FROM sealed WHERE erased IS NOT NULL") == 2
    again.close()
    pages = plain_pages(folder.replica)
    assert not any(secret in pages for secret in (*gone, TYPED))
    assert all(key in pages for key in standing)
    shutil.rmtree(folder.path)


def test_what_a_restored_backup_destroys_once_more_is_taken_out_of_the_log_too() -> None:
    """Its note was said before the backup was restored, so none is due, and nothing had asked for the sweep."""
    homes = make_homes()
    child = enter(homes[0], 1).records[0]
    settle(homes, verify=False)
    order = order_erasure(homes[0], child)
    settle(homes, verify=False)
    store = homes[0].store
    assert 0 in store.sealing.notes(order.id)
    store.database.execute("UPDATE erasure SET swept = 0")
    assert homes[0].write() is None
    assert [row.swept for row in store.sealing.erasures()] == [True]
