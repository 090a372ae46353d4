"""Settled payloads leave the database, not the computer: everything reads as before, and the file is smaller."""

import os
from pathlib import Path

import pytest

from core.audit import export_audit
from core.errors import MunimentError
from core.importing.resuming import begin, rows_done
from core.joining import join
from core.office import Office
from core.pruning import Pruned, prune, settled_anchor
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.archive import Archive
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from tests.importing.test_importer import importer, table
from tests.independent.confirming import confirm
from tests.offices import (
    DATABASE_KEY,
    hand_over,
    land_network,
    make_offices,
    meet_until_quiet,
    open_in_memory,
    register,
    sell,
)
from tests.sync.meetings import meet as meet_by_wire
from tests.test_snapshot import assert_equal, busy, given_by, rows


def with_archive(path: Path) -> tuple[Office, list[Office]]:
    """An office on a disk, with an archive, among three others in memory."""
    offices = make_offices()
    store = ReplicaStore(Database(path / "replica.db", DATABASE_KEY, create=True), Archive(path / "a", DATABASE_KEY))
    offices[0] = open_in_memory(land_network(), 0, store)
    return offices[0], offices


def work(offices: list[Office], rounds: int = 4, first: int = 0) -> None:
    for number in range(first, first + rounds):
        busy(number, offices, 8)
        meet_until_quiet(offices)


def prune_all(office: Office) -> Pruned:
    *_, last = prune(office)
    return last


def test_everything_reads_as_before(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    work(offices)
    acts = [row[0] for row in rows(office.store, "SELECT id FROM act ORDER BY number")]
    before = [office.acts.view(act) for act in acts]
    receipts = [office.proofs.receipt(act) for act in acts[:5]]
    told = prune_all(office)
    assert told.blocks == office.store.pruned.count() > 10
    assert [office.acts.view(act) for act in acts] == before
    assert [office.proofs.receipt(act) for act in acts[:5]] == receipts
    assert office.checking.verify_stored(0, 10_000) is not None
    confirm(office)
    newcomer = open_in_memory(land_network(), 3)
    hand_over(office, newcomer)
    assert (newcomer.anchor, newcomer.state_root()) == (office.anchor, office.state_root())
    assert prune_all(office).blocks == 0
    again = open_in_memory(land_network(), 0, office.store, office.hand.journal)
    assert (again.anchor, again.state_root()) == (office.anchor, office.state_root())


def test_work_goes_on_and_a_snapshot_is_the_same(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    work(offices)
    write_snapshot(office, tmp_path / "before")
    prune_all(office)
    write_snapshot(office, tmp_path / "after")
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()
    work(offices, 2, 10)
    assert len({one.state_root() for one in offices}) == 1
    write_snapshot(office, tmp_path / "later")
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "later", given_by(office))
    assert_equal(office.store, ReplicaStore(database))


def test_the_file_shrinks(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    note = begin(office, bytes(32), 400, bytes)  # an import of 400 rows, cut short after 300
    importer(office).write(table(range(90_000, 90_300)), [land_network().officers[0][0].sign], note=note)
    work(offices)
    office.store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (tmp_path / "replica.db").stat().st_size
    told = prune_all(office)
    after = (tmp_path / "replica.db").stat().st_size
    assert after == before - told.freed_bytes
    assert told.freed_bytes > told.payload_bytes // 2
    again = open_in_memory(land_network(), 0, office.store, office.hand.journal)
    assert rows_done(again, note, range(2, 402)) == set(range(2, 302)), (
        "they are known, though their blocks are archived"
    )
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    with pytest.raises(MunimentError) as missing:
        rows_done(again, note, range(2, 402))
    assert missing.value.code == "archive-missing", "nothing is entered twice on a guess"


def test_nothing_goes_that_somebody_may_ask_for(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    awake = offices[:3]
    for number in range(4):
        busy(number, awake, 6)
        meet_until_quiet(awake)
    assert settled_anchor(office.store) > 0
    assert prune_all(office).blocks == 0  # the fourth has not been heard
    work(offices, 1, 10)
    assert prune_all(office).blocks > 0
    pruned = {row[0] for row in rows(office.store, "SELECT position FROM pruned")}
    kept = rows(office.store, "SELECT position FROM block WHERE acts > 0 AND payload IS NOT NULL")
    assert pruned
    assert kept
    assert max(office.store.chain.block_at(one).anchor for one in pruned) <= settled_anchor(office.store)


def test_who_has_no_text_of_old_acts_says_so_and_offers_only_the_rest(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    parcel = register(land_network(), office, 7).records[0]
    meet_until_quiet(offices)
    write_snapshot(office, tmp_path / "file")
    given = given_by(office)
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "file", Given(given.network, given.checkpoint))
    joined = open_in_memory(land_network(), 3, ReplicaStore(database), offices[3].hand.journal)
    act = office.acts.view(rows(office.store, "SELECT id FROM act")[0][0])  # type: ignore[arg-type]  # its id
    view = joined.acts.view(act.id)
    assert not view.text_is_held
    assert (view.records, view.ladder.step, view.author) == (act.records, act.ladder.step, act.author)
    assert [entry.procedure for entry in joined.records.view(parcel).timeline] == ["land.#text-not-held"]
    with pytest.raises(MunimentError, match="payload-not-held"):
        joined.proofs.receipt(act.id)
    with pytest.raises(MunimentError, match="payload-not-held"):
        export_audit(joined, tmp_path / "audit")
    newcomer = open_in_memory(land_network(), 2)
    assert hand_over(joined, newcomer) < len(joined.lace.vertices)  # what needs the text is not offered either
    assert joined.checking.verify_stored(0, 10_000) is not None
    sold = sell(land_network(), office, parcel, 5)
    offices[3] = joined
    meet_until_quiet(offices)
    assert joined.acts.view(sold.id).text_is_held


def test_an_archive_that_is_gone_or_altered_is_told(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    work(offices)
    prune_all(office)
    archive = tmp_path / "a"
    content = archive.read_bytes()
    position = rows(office.store, "SELECT position FROM pruned")[0][0]
    row = office.store.chain.block_at(position)  # type: ignore[arg-type]  # a number
    archive.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(MunimentError, match="archive-damaged"):
        office.store.payload(row)
    archive.unlink()
    with pytest.raises(MunimentError, match="archive-missing"):
        office.store.payload(row)
    (act,) = rows(office.store, f"SELECT id FROM act WHERE block = {position} LIMIT 1")
    assert not office.acts.view(act[0]).text_is_held  # type: ignore[arg-type]  # its id


def test_a_cut_between_archive_and_database_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office, offices = with_archive(tmp_path)
    work(offices)
    acts = [row[0] for row in rows(office.store, "SELECT id FROM act ORDER BY number")]
    before = [office.acts.view(act) for act in acts]  # type: ignore[arg-type]  # ids
    with monkeypatch.context() as edge:
        edge.setattr(os, "fsync", _cut)
        with pytest.raises(MunimentError, match="file-not-written"):
            prune_all(office)
    assert office.store.pruned.count() == 0
    assert prune_all(office).blocks > 0
    assert [office.acts.view(act) for act in acts] == before  # type: ignore[arg-type]  # ids
    assert office.checking.verify_stored(0, 10_000) is not None


def _cut(_descriptor: int) -> None:
    raise OSError(5, "the disk does not answer")


def test_a_session_with_an_office_that_lacks_what_it_would_have_to_offer_ends(tmp_path: Path) -> None:
    office, offices = with_archive(tmp_path)
    busy(1, offices, 6)
    meet_until_quiet(offices)
    write_snapshot(office, tmp_path / "file")
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "file", given_by(office))
    joined = open_in_memory(land_network(), 3, ReplicaStore(database), offices[3].hand.journal)
    newcomer = open_in_memory(land_network(), 2)
    for _ in range(3):
        meet_by_wire(joined, newcomer)  # it ends by itself
    assert newcomer.anchor == 0
    meet_by_wire(office, newcomer)  # who holds everything brings it up to date
    assert newcomer.state_root() == office.state_root()
