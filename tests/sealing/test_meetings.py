"""Keys of sealed fields through real meetings and courier files, cut ones included; and a node with a new key."""

import io
from pathlib import Path

import pytest

from core.joining import join
from core.office import Office
from core.snapshot import write_snapshot
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from sync import courier_file
from sync.courier import CourierReader, CourierWriter
from tests.ledger.building import seed
from tests.offices import DATABASE_KEY, hand_over
from tests.sealing.homes import NAME, REPORT, act, children_network, enter, make_homes, open_home, order_erasure, read
from tests.sync.meetings import Meeting, meet
from tests.test_snapshot import given_by


@pytest.fixture
def homes() -> list[Office]:
    return make_homes()


def carry(sender: Office, reader: Office) -> None:
    def node_seed(number: int) -> bytes:
        return seed(children_network().charter.name, number, "node")

    data = io.BytesIO(b"".join(CourierWriter(sender, node_seed(sender.number), [reader.number]).frames()))
    courier = CourierReader(data, courier_file.scan(data))
    courier.check(reader, node_seed(reader.number))
    list(courier.blocks(reader))


def quiet(homes: list[Office]) -> None:
    for _ in range(12):
        for one in range(4):
            for other in range(one + 1, 4):
                meet(homes[one], homes[other])
        if all(home.vector() == homes[0].vector() for home in homes):
            return


def test_a_meeting_brings_blocks_and_keys(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    meet(homes[0], homes[1])
    meet(homes[1], homes[2])
    assert read(homes[2], child) == {"report": REPORT}


def test_a_stick_brings_blocks_and_keys(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    carry(homes[0], homes[1])
    carry(homes[1], homes[2])
    assert read(homes[2], child) == {"report": REPORT}


def test_a_key_that_was_missed_is_asked_for_although_nothing_else_is_new(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    hand_over(homes[0], homes[2])
    assert homes[0].vector() == homes[2].vector()
    meet(homes[2], homes[0])
    assert read(homes[2], child) == {"report": REPORT}
    assert meet(homes[2], homes[0]).bytes < 300  # then there is nothing to ask any more


def test_wherever_a_meeting_is_cut_the_key_comes_in_the_end(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    delivered = 0
    while not Meeting(homes[0], homes[2]).run(most=delivered).finished:
        delivered += 1
    assert read(homes[2], child) == {"report": REPORT}


def test_a_node_with_a_new_key_is_given_what_it_may_read(homes: list[Office]) -> None:
    """Envelopes to its old key help it no more; whoever has read the field seals the key anew."""
    child = enter(homes[0], 1, court=2).records[0]
    quiet(homes)
    (row,) = [row for row in homes[2].store.sealing.of_record(child) if row.field == "report"]
    database = homes[2].store.database
    with database.atomic():
        database.execute("DELETE FROM sealed_key")
        database.execute("DELETE FROM sealed_envelope")
    with homes[0].store.database.atomic():
        homes[0].store.database.execute("UPDATE sealed_envelope SET incarnation = 7")  # as of a key of another life
        homes[0].store.database.execute("DELETE FROM sealed_envelope WHERE name = ?", (row.name,))
    assert read(homes[2], child) == {}
    meet(homes[2], homes[0])
    assert read(homes[2], child) == {"report": REPORT}


def test_a_whole_life_over_meetings(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    (paper,) = act(homes[1], "declare", {}, {"number": "1", "words": "My house to my niece"}).records
    quiet(homes)
    assert read(homes[0], child) == {"name": NAME, "report": REPORT}
    act(homes[1], "unseal", {"paper": paper}, {})
    quiet(homes)
    quiet(homes)
    for home in homes:
        assert read(home, paper) == {"words": "My house to my niece"}
    order_erasure(homes[0], child)
    quiet(homes)
    quiet(homes)
    for home in homes:
        assert read(home, child) == {}
        (erasure,) = home.sealed.erasures()
        assert erasure.missing == ()
    assert len({home.state_root() for home in homes}) == 1


def test_a_new_computer_that_joins_with_a_snapshot_asks_for_the_keys_of_its_office(
    homes: list[Office], tmp_path: Path
) -> None:
    """The text of the act is not there, the record is: what it seals is asked for, and erased with the others."""
    child = enter(homes[0], 1, court=2).records[0]
    for number in range(2, 6):
        enter(homes[1], number, court=2)
        quiet(homes)
    write_snapshot(homes[0], tmp_path / "snapshot")
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "snapshot", given_by(homes[0]))
    again = open_home(children_network(), 2, ReplicaStore(database))
    assert read(again, child) == {}
    meet(again, homes[0])
    assert read(again, child) == {"report": REPORT}
    homes[2] = again
    order_erasure(homes[0], child)
    quiet(homes)
    quiet(homes)
    assert read(again, child) == {}
    assert [view.state for view in again.sealed.of_record(child)] == ["erased", "erased"]
    assert again.store.database.scalar("SELECT count(*) FROM sealed_key") == 4  # the reports of the other children
