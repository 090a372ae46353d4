"""A meeting in which one side cannot pass on what it knows does not end as if all were well, on neither side."""

from pathlib import Path

from core.joining import join
from core.snapshot import write_snapshot
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from desktop.wording.meetings import all_passed_on, exchange_words
from tests.offices import DATABASE_KEY, land_network, make_offices, meet_until_quiet, open_in_memory, register
from tests.sync.meetings import meet
from tests.test_snapshot import busy, given_by


def test_both_sides_tell_whose_acts_could_not_be_passed_on(tmp_path: Path) -> None:
    offices = make_offices()
    busy(1, offices, 6)
    meet_until_quiet(offices)
    write_snapshot(offices[0], tmp_path / "file")
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "file", given_by(offices[0]))
    joined = open_in_memory(land_network(), 3, ReplicaStore(database), offices[3].hand.journal)
    newcomer = open_in_memory(land_network(), 2)
    for first, second in ((joined, newcomer), (newcomer, joined)):
        told = [side.progress for side in meet(first, second).sides]
        giving, taking = told if first is joined else reversed(told)
        assert taking.lacking == giving.withheld != set()
        assert giving.lacking == taking.withheld == set()
    told = [side.progress for side in meet(offices[0], newcomer).sides]
    assert [one.lacking | one.withheld for one in told] == [set(), set()]


def test_an_ordinary_meeting_says_nothing_of_it() -> None:
    first, second, *_ = make_offices()
    for number, office in enumerate((first, second)):
        register(land_network(), office, number)
    for side in meet(first, second).sides:
        assert side.progress.lacking | side.progress.withheld == set()


def test_the_words_name_the_offices_and_what_to_do() -> None:
    report = {"office": 1, "blocks_new": 2, "blocks_sent": 0, "lacking": [0, 2], "withheld": []}
    words = exchange_words(report, ["Gori", "Cluj", "Шацк"])
    assert "Cluj knows newer acts of Gori, Шацк" in words
    assert "copy from Cluj" in words
    assert not all_passed_on(report)
    nothing = {**report, "blocks_new": 0, "lacking": []}
    assert exchange_words(nothing, ["Gori", "Cluj"]).startswith("Both offices already held the same")
