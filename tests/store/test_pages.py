"""Search and lists show the present state: each record once, its newest version, in one order."""

from pathlib import Path
from random import Random

import pytest

from core.errors import MunimentError
from core.ledger.encoding import encode
from core.ledger.record import Change, IndexChange
from core.store.database import Database
from core.store.pages import DUE_AT_ONCE, DUE_RECORDS, label, words
from core.store.replica import ReplicaStore
from tests.store.records import KEY, agree, empty_store, make_record, next_version, overlay, record_id


@pytest.fixture
def store() -> ReplicaStore:
    return empty_store()


def found(store: ReplicaStore, text: str, limit: int = 50) -> list[str]:
    records = [store.state.present(one) for one in store.pages.search(text, limit)]
    return sorted(label(record) for record in records if record)


def test_words_are_begun_in_any_script(store: ReplicaStore) -> None:
    agree(
        store,
        [
            Change(None, make_record(1, address="ул. Зялёная 7", rights=[{"holder": {"name": "Алесь Янкоўскі"}}])),
            Change(None, make_record(2, address="Straße 12", rights=[{"holder": {"name": "Ștefan Țurcanu"}}])),
            Change(None, make_record(3, address="მცხეთა", rights=[{"holder": {"name": "ნინო გელაშვილი"}}])),
        ],
    )
    one, two, three = ("0000000001", "0000000002", "0000000003")
    assert found(store, "зялён") == found(store, "ЯНКОЎ 7") == [one]
    assert found(store, "stefan turc") == found(store, "Țurc") == [two]
    assert found(store, "გელა") == found(store, "მცხეთა ნინო") == [three]
    assert found(store, "000000000") == [one, two, three]
    assert found(store, "зялён straße") == []


ODD_TEXTS = [
    *("", " ", '"', "*", "a*", "_", "__ _", "-", "NOT", "AND OR", "a AND", "( )", "^a", "a:b", "\x00", "'", "\u0301"),
    *("\u0e4e", "\U0001f600", "a" * 5000, "a " * 500),
]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_nothing_typed_breaks_a_search(store: ReplicaStore, text: str) -> None:
    agree(store, [Change(None, make_record(1, address="Garden Street"))])
    assert store.pages.search(text, 10) == []


def test_words_of_operators_are_words(store: ReplicaStore) -> None:
    agree(store, [Change(None, make_record(1, address="not near and_or"))])
    assert len(store.pages.search("not", 10)) == len(store.pages.search("NEAR not", 10)) == 1
    assert len(store.pages.search("and_or", 10)) == 1


def test_search_knows_the_newest_words_only(store: ReplicaStore) -> None:
    first = make_record(1, address="Alder")
    second = next_version(first, address="Birch")
    third = next_version(second, address="Cedar")
    overlay(store, 0, [Change(None, first)])
    overlay(store, 0, [Change(first, second)])
    assert (found(store, "alder"), found(store, "birch")) == ([], [label(first)])
    agree(store, [Change(None, first)])
    assert found(store, "birch") == [label(first)]
    agree(store, [Change(first, second)])
    overlay(store, 0, [Change(second, third)])
    assert (found(store, "birch"), found(store, "cedar")) == ([], [label(first)])


def test_search_is_bounded_and_newest_first(store: ReplicaStore) -> None:
    agree(store, [Change(None, make_record(number, address="Garden")) for number in range(30)])
    assert len(store.pages.search("garden", 7)) == 7
    assert store.pages.search("garden", 1) == [make_record(29).id]


def test_a_list_is_walked_page_by_page_without_gap_or_repeat(store: ReplicaStore) -> None:
    random = Random(5)
    records = [make_record(number, keeper=number % 2) for number in range(47)]
    other = make_record(99, register="land.encumbrance")
    agree(store, [Change(None, record) for record in records[:30]] + [Change(None, other)])
    expected = {record.id: (record, False) for record in records[:30]}
    for record in random.sample(records[:30], 12):
        newer = next_version(record, area=5)
        overlay(store, record.keeper or 0, [Change(record, newer)])
        expected[record.id] = (newer, True)
    overlay(store, 0, [Change(None, record) for record in records[30:]])
    expected |= {record.id: (record, True) for record in records[30:]}
    in_order = sorted(expected.values(), key=lambda item: (label(item[0]), item[0].id))
    for limit in (1, 5, 46, 47, 100):
        walked, after = [], None
        while page := store.pages.page("land.parcel", after, limit):
            assert len(page) <= limit
            walked += page
            after = page[-1][0].id
        assert walked == in_order
    assert store.pages.count("land.parcel") == 47
    assert store.pages.count("land.encumbrance") == 1


def test_equal_labels_are_told_apart_by_id(store: ReplicaStore) -> None:
    records = [make_record(number) for number in range(6)]
    same = [type(one)(**{**vars_of(one), "key": {"cadastral": "equal"}}) for one in records]
    agree(store, [Change(None, record) for record in same])
    walked, after = [], None
    while page := store.pages.page("land.parcel", after, 2):
        walked += [record.id for record, _ in page]
        after = walked[-1]
    assert walked == sorted(record.id for record in records)


def test_a_key_of_several_parts_has_one_place_in_a_list_however_its_act_wrote_it(store: ReplicaStore) -> None:
    """What was just made has its parts in the order of the law, what was read back in that of the canonical bytes."""
    made = [
        type(one)(**{**vars_of(one), "key": {"cadastral": f"{9 - number:010}", "no": number}})
        for number, one in enumerate(make_record(number) for number in range(6))
    ]
    agree(store, [Change(None, record) for record in made])
    newer = [
        type(one)(**{**vars_of(one), "version": 2, "key": dict(sorted(one.key.items(), reverse=True))}) for one in made
    ]
    overlay(store, 0, [Change(old, new) for old, new in zip(made[:2], newer, strict=False)])
    walked, after = [], None
    while page := store.pages.page("land.parcel", after, 2):
        walked += [label(record) for record, _ in page]
        after = page[-1][0].id
    assert walked == [label(record) for record in made] == [f"{number} · {9 - number:010}" for number in range(6)]


def vars_of(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__slots__}  # type: ignore[attr-defined]


def test_words_are_the_key_and_every_text() -> None:
    record = make_record(1, address="A", area=5, rights=[{"holder": {"name": "B", "number": "C"}, "part": [1, 2]}])
    assert words(record).split() == ["0000000001", "A", "B", "C"]
    assert label(record) == "0000000001"


def test_a_dropped_overlay_leaves_the_agreed_words(store: ReplicaStore) -> None:
    first = make_record(1, address="Alder")
    second = next_version(first, address="Birch")
    agree(store, [Change(None, first)])
    overlay(store, 0, [Change(first, second)])
    with store.database.atomic():
        assert store.state.clear_overlay() == [first.id]
        store.pages.replace_words([first])
    assert (found(store, "alder"), found(store, "birch")) == ([label(first)], [])


def test_the_queue_is_bounded_and_forgets_nothing(store: ReplicaStore) -> None:
    """Single acts put their records into the queue; it empties itself in time, and before a search."""
    records = [make_record(number, address="Garden") for number in range(2 * DUE_RECORDS + 5)]
    for record in records:
        overlay(store, 0, [Change(None, record)])
        assert waiting(store) < DUE_RECORDS
    assert waiting(store) == 5
    newer = next_version(records[0], address="Alder")
    overlay(store, 0, [Change(records[0], newer)])
    assert store.pages.search("garden", 1) == [records[-1].id]
    assert waiting(store) == 0
    assert len(found(store, "garden", 2 * len(records))) == len(records) - 1
    assert found(store, "alder") == [label(newer)]


def test_what_is_executed_before_its_words_were_indexed_is_still_found_by_the_newest(store: ReplicaStore) -> None:
    first = make_record(1, address="Alder")
    overlay(store, 0, [Change(None, first)])
    assert found(store, "alder") == [label(first)]
    newer = next_version(first, address="Birch")
    overlay(store, 0, [Change(first, newer)])
    others = [make_record(number) for number in range(10, 10 + DUE_AT_ONCE)]
    with store.database.atomic():
        for position in (1, 2):
            store.state.foreseen.drop(position)
        agree(store, [Change(None, one) for one in [newer, *others]])
    assert (found(store, "alder"), found(store, "birch")) == ([], [label(newer)])


def test_a_large_batch_brings_its_words_at_once_beside_what_is_in_the_queue(store: ReplicaStore) -> None:
    first = [make_record(number, address="Alder") for number in range(3)]
    overlay(store, 0, [Change(None, record) for record in first])
    changed = [Change(record, next_version(record, address="Birch")) for record in first[:2]]
    created = [Change(None, make_record(number, address="Birch")) for number in range(10, 10 + DUE_AT_ONCE)]
    overlay(store, 0, [*changed, *created])
    assert waiting(store) == 0
    agree(store, created)  # executed again: its words are there
    assert len(found(store, "birch", 200)) == len(changed) + len(created)
    assert found(store, "alder") == [label(first[2])]


def test_the_queue_is_on_the_disk_with_the_act(tmp_path: Path) -> None:
    path = tmp_path / "replica.db"
    written = ReplicaStore(Database(path, KEY, create=True))
    record = make_record(1, address="Alder")
    overlay(written, 0, [Change(None, record)])
    newer = next_version(record, address="Birch")
    with pytest.raises(MunimentError):
        undone(written, Change(record, newer), "birch")
    written.database.close()
    opened = ReplicaStore(Database(path, KEY))
    assert (found(opened, "alder"), found(opened, "birch")) == ([label(record)], [])
    opened.database.close()


def undone(store: ReplicaStore, change: Change, word: str) -> None:
    """A change that is found by its word, which empties the queue, and then does not happen."""
    with store.database.atomic():
        overlay(store, 0, [change])
        assert store.pages.search(word, 5) == [change.new.id]
        raise MunimentError("disk-full")


def waiting(store: ReplicaStore) -> int:
    queued: int = store.database.scalar("SELECT count(*) FROM search_due")
    return queued + len(store.pages._due(store.pages._newest()))


def test_a_list_by_day_has_the_days_in_order_and_the_newest_state(store: ReplicaStore) -> None:
    """Days are found between two others, in their order, across months and years; acts not yet executed included."""
    random = Random(7)
    days = [(year, month, day) for year in (99, 1999, 2026) for month in (1, 9, 12) for day in (1, 23, 24, 31)]
    random.shuffle(days)
    ends = {number: day for number, day in enumerate(days, 1) if day != (1999, 9, 31)}

    def entry(number: int, add: bool) -> IndexChange:
        return IndexChange("permits.by_end", encode([list(ends[number])]), record_id(number), add)

    agree(store, [Change(None, make_record(number)) for number in ends], [entry(number, True) for number in ends])
    by_day = sorted(ends, key=lambda number: ends[number])

    def listed(first: list[int], last: list[int], limit: int = 100) -> list[bytes]:
        return store.pages.between("permits.by_end", encode([first]), encode([last]), limit)

    def wanted(first: tuple[int, ...], last: tuple[int, ...]) -> list[bytes]:
        return [record_id(number) for number in by_day if first <= ends[number] <= last]

    for first, last in [((1, 1, 1), (9999, 12, 31)), ((1999, 1, 23), (1999, 12, 24)), ((99, 12, 31), (2026, 1, 1))]:
        assert listed(list(first), list(last)) == wanted(first, last)
    gone, moved = by_day[0], by_day[3]
    removed, left = entry(gone, False), entry(moved, False)
    ends[moved] = (2026, 9, 24)
    old = make_record(moved)
    overlay(store, 0, [Change(old, next_version(old))], [removed, left, entry(moved, True)])
    del ends[gone]
    by_day = sorted(ends, key=lambda number: (ends[number], record_id(number)))
    assert listed([1, 1, 1], [9999, 12, 31]) == wanted((1, 1, 1), (9999, 12, 31))
    assert listed([1, 1, 1], [9999, 12, 31], 3) == wanted((1, 1, 1), (9999, 12, 31))[:3]
    assert store.pages.between("permits.other", encode([[1, 1, 1]]), encode([[9999, 12, 31]]), 9) == []
